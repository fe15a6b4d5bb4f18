"""A mapping: which format a logger's files have, how to read them, and which series is which channel."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from gateway.config.tables import Problems, build, plug_in
from gateway.config.toml import read_toml
from gateway.config.types import DOWNLOADS
from gateway.dataclass import dataclass
from gateway.downloads import Download
from gateway.errors import ConfigurationError, InputError
from gateway.regular import open_regular

LARGEST_FILE: Final = 512 * 2**20  # bytes; a logger's memory is a few megabytes
MOST_FILES: Final = 20_000  # in a folder: one a day for fifty years
KEYS: Final = ("format", "files", "logger", "options", "channels")
CORRECTED: Final = "corrected"


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a mapping file says; `sha256` is of its meaning. `logger`: what each file must say of its own.

    `corrected`: whether values are corrected already, of every series or by series; None: nothing is said.
    """

    format: str
    module: ModuleType
    options: Any
    channels: Mapping[str, str]
    logger: Mapping[str, str]
    files: str
    sha256: str
    corrected: bool | Mapping[str, bool] | None = None

    def says_corrected(self, series: str) -> bool | None:
        """None: the mapping does not say it."""
        if self.corrected is None or isinstance(self.corrected, bool):
            return self.corrected
        return self.corrected.get(series)


@dataclass(frozen=True, slots=True)
class Logged:
    """A file of a logger, read."""

    path: Path
    sha256: str
    download: Download


def read_mapping(path: Path) -> Mapped:
    """Raises ConfigurationError, InputError."""
    document = read_toml(path)
    problems = Problems(path.parent)
    for key in document:
        if key not in (*KEYS, CORRECTED):
            problems.unknown(key, key, (*KEYS, CORRECTED), "key")
    module = plug_in(DOWNLOADS, "read", document.get("format"), "format", "format", problems)
    options = build(module.Options, document.get("options", {}), "options", problems) if module else None
    channels = _words(document, "channels", '"Temp A" = "freezer-1-top"', problems)
    if not channels:
        problems.add("channels", "names no channel; expected series and channels")
    doubled = sorted({c for c in channels.values() if list(channels.values()).count(c) > 1})
    if doubled:
        problems.add("channels", f"{', '.join(doubled)}: two series cannot be one channel")
    logger = _words(document, "logger", 'Serial = "160400347643"', problems)
    files = document.get("files", "*")
    if not isinstance(files, str) or not files:
        problems.add("files", 'expected how the files are called, like "data_94204201_*.csv"')
    corrected = _corrected(document, channels, problems)
    if problems or module is None:
        raise ConfigurationError([f"{path}: {problem}" for problem in problems])
    return Mapped(document["format"], module, options, channels, logger, files, _meaning(document), corrected)


def _meaning(document: Mapping[str, Any]) -> str:
    """SHA-256; where nothing is said of corrections, the one that journals before them have."""
    meant = {key: document.get(key) for key in KEYS}
    if CORRECTED in document:
        meant[CORRECTED] = document[CORRECTED]
    return hashlib.sha256(json.dumps(meant, sort_keys=True, default=str).encode()).hexdigest()


def _corrected(
    document: Mapping[str, Any], channels: Mapping[str, str], problems: Problems
) -> bool | dict[str, bool] | None:
    given = document.get(CORRECTED)
    if given is None or isinstance(given, bool):
        return given
    if not isinstance(given, dict) or not all(isinstance(value, bool) for value in given.values()):
        problems.add(CORRECTED, 'expected true, false, or a table of series, like: "Temp A" = true')
        return None
    for series in given:
        if series not in channels:
            problems.unknown(f"{CORRECTED}.{series}", series, channels, "series of [channels]")
    return dict(given)


def _words(document: Mapping[str, Any], key: str, example: str, problems: Problems) -> dict[str, str]:
    table = document.get(key, {})
    if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
        problems.add(key, f"expected a table of words, like: {example}")
        return {}
    return dict(table)


def files_of(paths: Iterable[Path], mapped: Mapped) -> list[Path]:
    """The files themselves, and of folders all that are called like `files`. Raises InputError."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.is_file() and fnmatchcase(p.name, mapped.files))
            if not inside:
                raise InputError(
                    f"{path}: no file in this folder matches `files` of the mapping, {mapped.files!r}"
                )
            if len(inside) > MOST_FILES:
                raise InputError(
                    f"{path}: {len(inside)} files in this folder match {mapped.files!r}, and at most "
                    f"{MOST_FILES} are taken at once; make `files` of the mapping narrower"
                )
            found += inside
        elif fnmatchcase(path.name, mapped.files):
            found.append(path)
        else:
            raise InputError(f"{path}: is not called {mapped.files!r}, as `files` in the mapping demands")
    return found


def read_file(path: Path, mapped: Mapped) -> Logged:
    """Raises InputError with every mistake, or where it is another logger's."""
    data = _bytes(path)
    try:
        download: Download = mapped.module.read(data, mapped.options)
    except InputError as error:
        raise InputError(f"{path}: nothing was taken, because of\n{error}") from None
    for key, wanted in mapped.logger.items():
        _check_logger(path, key, wanted, download.about)
    return Logged(path, hashlib.sha256(data).hexdigest(), download)


def _check_logger(path: Path, key: str, wanted: str, about: Mapping[str, str]) -> None:
    if key not in about:
        told = ", ".join(f"{k} = {v!r}" for k, v in list(about.items())[:20]) or "nothing"
        raise InputError(f"{path}: says no {key!r} of its logger, which [logger] demands; it says {told}")
    if about[key] != wanted:
        raise InputError(
            f"{path}: is from another logger: {key} is {about[key]!r}, [logger] demands {wanted!r}; nothing "
            "was taken"
        )


def _bytes(path: Path) -> bytes:
    try:
        with open_regular(path) as file:
            if os.fstat(file.fileno()).st_size > LARGEST_FILE:
                raise InputError(f"{path}: larger than {LARGEST_FILE // 2**20} MiB; split it")
            return file.read()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
