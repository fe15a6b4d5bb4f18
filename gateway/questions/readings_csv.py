"""Recorded readings from a CSV file: columns time, channel, value and, if present, quality and unit.

Time is RFC 3339 with a zone or integer nanoseconds; where no unit is given, values are in that which the
channel is configured with. An empty or non-finite value is a BAD reading: it proves nothing, and it is not
left out. Other columns are ignored. A name stands there as it is, or as an export writes it (`csv_cell`).
"""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path

import numpy as np

from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.model import EARLIEST_NS, LARGEST_VALUE, LATEST_NS, Floats, Qualities, Quality, Samples, Times
from gateway.text import csv_cell
from gateway.times import parse_rfc3339
from gateway.units import CONVERSIONS

BLOCK = 50_000  # rows parsed at once
LONGEST_TIME = 40  # characters: RFC 3339 with nine digits and a zone has 35
MOST_PROBLEMS = 20  # listed; more are only counted
QUALITIES = {q.name.lower(): int(q) for q in Quality} | {str(int(q)): int(q) for q in Quality} | {"": 0}
NEEDED = ("time", "channel", "value")

Row = list[str]
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Recording:
    """What a file held: the readings in file order, and the rows that could not be taken."""

    samples: Samples
    problems: tuple[str, ...]  # at most MOST_PROBLEMS
    refused_rows: int
    assumed: frozenset[str]  # channels whose values were taken in their own unit, because the file names none


@dataclass(frozen=True, slots=True)
class Units:
    """Of one channel: the canonical one, and that of values without a unit."""

    canonical: str
    own: str


def read(
    path: Path, channels: Mapping[str, int], units: Mapping[str, Units], progress: Progress = lambda _: None
) -> Recording:
    """Parse `path`; `progress` hears how many bytes are done. Raises InputError when it is no such file."""
    try:
        with path.open("rb") as raw, io.TextIOWrapper(raw, "utf-8-sig", newline="") as file:
            rows = csv.reader(file)
            columns = _columns(next(rows, []), path)
            reader = _Reader(columns, channels, units)
            while block := list(islice(rows, BLOCK)):
                reader.add(block, rows.line_num)
                progress(raw.tell())
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; check --input") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: not CSV in UTF-8: {error}") from None
    return reader.recording()


def _columns(header: Row, path: Path) -> dict[str, int]:
    names = [name.strip().lower() for name in header]
    missing = [n for n in NEEDED if n not in names]
    if missing:
        raise InputError(
            f"{path}: line 1: no column {', '.join(missing)}; expected time,channel,value[,quality,unit]"
        )
    return {name: names.index(name) for name in (*NEEDED, "quality", "unit") if name in names}


class _Reader:
    """Blocks of rows to columns; a block with a mistake in it is gone through row by row."""

    def __init__(
        self, columns: Mapping[str, int], channels: Mapping[str, int], units: Mapping[str, Units]
    ) -> None:
        self._columns = columns
        self._channels = channels
        self._units = units
        self._names = {**{name: name for name in channels}, **{csv_cell(name): name for name in channels}}
        self._assumed: set[str] = set()
        self._width = max(columns.values()) + 1
        self._parts: list[Samples] = []
        self._problems: list[str] = []
        self._refused = 0

    def add(self, block: list[Row], last_line: int) -> None:
        try:
            self._parts.append(self._block(block))
        except (ValueError, IndexError, KeyError, InputError):
            first_line = last_line - len(block) + 1
            self._parts.extend(self._row_by_row(block, first_line))

    def recording(self) -> Recording:
        return Recording(
            Samples.concatenate(self._parts), tuple(self._problems), self._refused, frozenset(self._assumed)
        )

    def _row_by_row(self, block: list[Row], first_line: int) -> Iterator[Samples]:
        for line, row in enumerate(block, first_line):
            if not any(row):
                continue
            try:
                yield self._block([row])
            except (ValueError, IndexError, KeyError, InputError) as error:
                self._refused += 1
                if len(self._problems) < MOST_PROBLEMS:
                    self._problems.append(f"line {line}: {self._reason(row, error)}")

    def _reason(self, row: Row, error: Exception) -> str:
        if len(row) < self._width:
            return f"{len(row)} columns, expected at least {self._width}"
        channel = row[self._columns["channel"]].strip()
        if channel not in self._names:
            near = difflib.get_close_matches(channel, self._channels, 1)
            return f"unknown channel {channel!r}" + (f"; did you mean {near[0]!r}?" if near else "")
        return str(error)

    def _block(self, block: list[Row]) -> Samples:
        columns = list(zip(*block, strict=False))
        if len(columns) < self._width or min(map(len, block)) < self._width:
            raise ValueError("a row has too few columns")
        time = _times([t.strip() for t in columns[self._columns["time"]]])
        names = [self._names[c.strip()] for c in columns[self._columns["channel"]]]
        channel = [self._channels[name] for name in names]
        given = columns[self._columns["quality"]] if "quality" in self._columns else None
        value, quality = _values(columns[self._columns["value"]], given)
        return Samples(time, np.array(channel, np.int32), self._canonical(value, names, columns), quality)

    def _canonical(self, value: Floats, names: list[str], columns: list[tuple[str, ...]]) -> Floats:
        """Values in the units of their channels. Raises ValueError for a unit that does not fit."""
        if "unit" in self._columns:
            given = [unit.strip() for unit in columns[self._columns["unit"]]]
        elif all(self._units[name].own == self._units[name].canonical for name in set(names)):
            self._assumed.update(names)
            return value
        else:
            given = [""] * len(names)
        self._assumed.update(name for name, unit in zip(names, given, strict=True) if not unit)
        units = [unit or self._units[name].own for name, unit in zip(names, given, strict=True)]
        for unit, name in set(zip(units, names, strict=True)):
            wanted = self._units[name].canonical
            if unit not in CONVERSIONS or CONVERSIONS[unit].canonical != wanted:
                fitting = ", ".join(sorted(u for u, c in CONVERSIONS.items() if c.canonical == wanted))
                raise ValueError(f"unit {unit[:40]!r} does not fit; known: {fitting}")
        result = value.copy()
        for unit in dict.fromkeys(units):
            mine = np.array([u == unit for u in units])
            result[mine] = CONVERSIONS[unit].of(value[mine])
        return result


def _times(texts: list[str]) -> Times:
    """int64[N] ns UTC. Raises ValueError or InputError."""
    if any(len(t) > LONGEST_TIME for t in texts):
        raise ValueError(f"no time is longer than {LONGEST_TIME} characters")
    if all(t.endswith("Z") and t[10:11] == "T" and len(t) >= 20 for t in texts):
        time = np.array([t[:-1] for t in texts], "datetime64[ns]").view(np.int64)
    elif all(t.lstrip("-").isdecimal() for t in texts):
        time = _whole([int(t) for t in texts])
    else:
        time = _whole([int(t) if t.isdecimal() else parse_rfc3339(t) for t in texts])
    wrong = np.flatnonzero((time < EARLIEST_NS) | (time >= LATEST_NS))
    if len(wrong):
        raise ValueError(f"time {texts[wrong[0]]!r} lies outside 2000 to 2100; integers are nanoseconds")
    return time


def _whole(numbers: list[int]) -> Times:
    return np.array([min(n, LATEST_NS) for n in numbers], np.int64)  # beyond it, it is refused anyway


def _values(texts: tuple[str, ...], qualities: tuple[str, ...] | None) -> tuple[Floats, Qualities]:
    """float64[N] and uint8[N]; whatever is no number is BAD. Raises ValueError or KeyError."""
    wrong = next((t for t in texts if "_" in t or not t.isascii()), None)  # float() would take 1_000 and ١
    if wrong is not None:
        raise ValueError(f"{wrong[:40]!r} is not a number")
    value = np.array([float(t) if t.strip() else np.nan for t in texts])
    quality = np.zeros(len(texts), np.uint8)
    if qualities is not None:
        unknown = next((q for q in qualities if q.strip().lower() not in QUALITIES), None)
        if unknown is not None:
            raise ValueError(f"quality {unknown!r} is none of good, uncertain, bad, no_data")
        quality = np.array([QUALITIES[q.strip().lower()] for q in qualities], np.uint8)
    noise = ~(np.abs(value) <= LARGEST_VALUE)
    quality = np.where(noise, np.maximum(quality, np.uint8(Quality.BAD)), quality).astype(np.uint8)
    return np.where(quality >= Quality.BAD, np.nan, value), quality
