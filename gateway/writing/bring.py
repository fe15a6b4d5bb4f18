"""A logger's file into the journal: the same screening as live readings, and the file's hash beside them.

The readings and the statement of kind `import` that names file, hash and logger are one commit. The same
file again changes nothing; whatever overlaps with readings that are there already is dropped as a repeat.
"""

from __future__ import annotations

import dataclasses
import hashlib
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from gateway.config.tables import Problems, build, plug_in
from gateway.config.types import DOWNLOADS, Channel, Configuration
from gateway.downloads import Download, Series
from gateway.errors import ConfigurationError, InputError
from gateway.journal.journal import Journal, Statement
from gateway.model import Arrivals, Samples, believable
from gateway.possible import judge, possible
from gateway.statements import import_
from gateway.statements.import_ import Import
from gateway.times import format_rfc3339
from gateway.units import CONVERSIONS

LARGEST_FILE = 512 * 2**20  # bytes; a logger's memory is a few megabytes


@dataclasses.dataclass(frozen=True, slots=True)
class Mapped:
    """What a mapping file says: the format, its options, and which series is which channel."""

    format: str
    module: ModuleType
    options: Any
    channels: Mapping[str, str]


@dataclasses.dataclass(frozen=True, slots=True)
class Brought:
    """What became of a file. `before` is the earlier import of the same bytes, if there was one."""

    sha256: str
    readings: int
    fresh: int
    before: Statement | None


def read_mapping(path: Path) -> Mapped:
    """`format`, [options] and [channels] of a TOML file. Raises ConfigurationError, InputError."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path}: {error}") from None
    problems = Problems(path.parent)
    for key in document:
        if key not in ("format", "options", "channels"):
            problems.unknown(key, key, ("format", "options", "channels"), "key")
    module = plug_in(DOWNLOADS, "read", document.get("format"), "format", "format", problems)
    options = build(module.Options, document.get("options", {}), "options", problems) if module else None
    channels = document.get("channels", {})
    if (
        not isinstance(channels, dict)
        or not channels
        or not all(isinstance(v, str) for v in channels.values())
    ):
        problems.add("channels", 'expected a table of series and channels: "Temp A" = "freezer-1-top"')
    if problems or module is None:
        raise ConfigurationError([f"{path}: {problem}" for problem in problems])
    return Mapped(document["format"], module, options, channels)


def bring(
    path: Path,
    mapped: Mapped,
    configuration: Configuration,
    journal: Journal,
    drafted: Callable[[Import], Statement],
    now_ns: int,
) -> Brought:
    """Take the file into the journal, whole or not at all. Raises InputError, JournalError.

    `drafted` makes the statement that is committed with the readings. Raises Outdated where somebody stated
    something meanwhile, perhaps this very import: to be tried again.
    """
    data, seen = _bytes(path), journal.last_seq()
    sha256 = hashlib.sha256(data).hexdigest()
    every = (statement for _, statement in journal.statements(import_.KIND))
    before = next((s for s in every if import_.of(s.body).sha256 == sha256), None)
    if before is not None:
        return Brought(sha256, 0, 0, before)
    try:
        download: Download = mapped.module.read(data, mapped.options)
    except InputError as error:
        raise InputError(f"{path}: nothing was taken, because of\n{error}") from None
    arrivals = _arrivals(download, mapped, configuration, journal, now_ns)
    if len(arrivals) == 0:
        raise InputError(f"{path}: there is no reading in it; check the mapping")
    time = arrivals.samples.time
    said = Import(
        path.name,
        sha256,
        mapped.format,
        download.about,
        mapped.channels,
        len(arrivals),
        int(time.min()),
        int(time.max()),
    )
    done = journal.commit(arrivals, statements=[drafted(said)], unless_said_since=seen)
    return Brought(sha256, len(arrivals), done.fresh, None)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise InputError(f"{path}: larger than {LARGEST_FILE // 2**20} MiB; split it")
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None


def _arrivals(
    download: Download, mapped: Mapped, configuration: Configuration, journal: Journal, now_ns: int
) -> Arrivals:
    series = {s.name: s for s in download.series}
    problems = Problems()
    for name, channel in mapped.channels.items():
        if name not in series:
            problems.unknown("channels", name, series, "series")
        if channel not in configuration.channels:
            problems.unknown(f"channels.{name}", channel, configuration.channels, "channel")
        elif name in series:
            _check_unit(series[name], channel, configuration, problems)
    if problems:
        raise ConfigurationError(list(problems))
    numbers = journal.channel_numbers(list(mapped.channels.values()))
    parts = [
        _samples(series[name], configuration.channels[channel], numbers[channel])
        for name, channel in mapped.channels.items()
    ]
    samples = Samples.concatenate(parts)
    arrivals = Arrivals(samples, np.full(len(samples), now_ns, np.int64))
    _check_times(arrivals)
    return arrivals


def _check_times(arrivals: Arrivals) -> None:
    """What lies in the future is refused: no receipt tells how wrong a logger's clock was."""
    time = arrivals.samples.time
    ahead = time[~believable(time) | (time > arrivals.received)]
    if len(ahead):
        first = format_rfc3339(int(ahead.min()))
        raise InputError(
            f"{len(ahead)} readings lie in the future, the first at {first}; nothing was taken. Check "
            "time_format, time_zone, the logger's clock and this machine's"
        )


def _check_unit(series: Series, channel: str, configuration: Configuration, problems: Problems) -> None:
    wanted = configuration.channels[channel].unit
    fitting = [u for u, c in CONVERSIONS.items() if c.canonical == wanted]
    if series.unit not in fitting:
        problems.unknown(f"channels.{series.name}", series.unit, fitting, f"unit for channel {channel!r},")


def _samples(series: Series, channel: Channel, number: int) -> Samples:
    numbers = np.full(len(series.time), number, np.int32)
    value = CONVERSIONS[series.unit].of(series.value)
    could_be = possible(channel.table.quantity, channel.unit)
    return Samples(series.time, numbers, *judge(value, series.quality, *could_be))
