"""Files and folders that sinks and notifiers write: never the gateway's own, one writer each.

Fields of options with metadata {"writes": FILE} or {"writes": FOLDER} name one.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from gateway.config.types import PlugIn
from gateway.dataclass import dataclass

WRITES: Final = "writes"
FOLDER: Final = "folder"
OWN: Final = (
    *("journal.sqlite", "records.sqlite", "accounts.sqlite", "archive", "lock", "control.sock", "pages.lock"),
    *("chain.key", "drill.key", "token.key", "tiles.sqlite"),
    *("evidence.key", "evidence.sqlite", "evidence.checkpoint"),
)  # in the data folder


@dataclass(frozen=True, slots=True)
class Output:
    """What is written, and the key of the configuration that names it."""

    key: str
    path: Path
    is_folder: bool


def outputs(**sections: Mapping[str, PlugIn]) -> tuple[Output, ...]:
    """In the order of the configuration."""
    return tuple(
        Output(f"{section}.{name}.{field.name}", Path(given), field.metadata[WRITES] == FOLDER)
        for section, plug_ins in sections.items()
        for name, plug_in in plug_ins.items()
        for field in dataclasses.fields(plug_in.options)
        if WRITES in field.metadata and "\0" not in (given := getattr(plug_in.options, field.name))
    )


def misplaced(written: Iterable[Output], data_dir: Path | None) -> Iterator[tuple[str, str]]:
    """Key and reason of each that would spoil what the gateway or another one writes."""
    first: dict[str, str] = {}
    for output in written:
        real = os.path.realpath(output.path)
        other = first.setdefault(real, output.key)
        if other != output.key:
            yield output.key, f"{output.path} is written by {other}, too; give each one of its own"
        if data_dir is not None and _is_own(Path(real), Path(os.path.realpath(data_dir))):
            yield output.key, f"{output.path} is the gateway's own; give another"


def unwritable(written: Iterable[Output]) -> Iterator[tuple[str, str]]:
    """Key and reason of each that cannot be written, by the user who asks."""
    for output in written:
        try:
            if why := _why_not(output):
                yield output.key, why
        except OSError as error:
            yield output.key, f"{str(output.path)[:200]} cannot be written: {error.strerror}"


def _is_own(path: Path, data_dir: Path) -> bool:
    if not path.is_relative_to(data_dir) or path == data_dir:
        return False
    name = path.relative_to(data_dir).parts[0]
    return any(name == own or name.startswith(f"{own}-") for own in OWN)  # journal.sqlite-wal


def _why_not(output: Output) -> str:
    path = output.path
    if path.exists() and path.is_dir() != output.is_folder:
        return f"{path} is no folder" if output.is_folder else f"{path} is a folder; expected a file"
    there = next(one for one in (path, *path.parents) if one.exists())
    if there != path and not there.is_dir():
        return f"{there} is no folder"
    needed = os.W_OK | (os.X_OK if there.is_dir() else 0)
    return "" if os.access(there, needed) else f"{there} cannot be written by this user"
