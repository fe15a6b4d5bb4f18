"""Recorded readings from a CSV file: columns time, channel, value and, if present, quality and unit.

Time is RFC 3339 with a zone or integer nanoseconds; where no unit is given, values are in that which the
channel is configured with. An empty or non-finite value is a BAD reading: it proves nothing, and it is not
left out. Other columns are ignored, but a row has as many cells as the header. A name stands there as it is,
or as an export writes it (`csv_cell`).
"""

from __future__ import annotations

import csv
import difflib
import io
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.model import LARGEST_VALUE, Floats, Samples
from gateway.questions.readings_cells import QUALITIES, LastCell, times, values
from gateway.regular import open_regular
from gateway.shape import LINE_BREAK, Shape, filled
from gateway.tables.exponents import Exponents
from gateway.text import csv_cell
from gateway.units import CONVERSIONS

if TYPE_CHECKING:
    from _csv import Reader

BLOCK = 50_000  # rows parsed at once
MOST_PROBLEMS = 20  # listed; more are only counted
MIXED = "if numbers with and without are meant, say mixed_exponents = true in a mapping (--map)"
NEEDED = ("time", "channel", "value")
KNOWN = (*NEEDED, "quality", "unit")

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


class Row(NamedTuple):
    """`wrong`: why it cannot be taken, whatever its cells are."""

    line: int
    cells: Sequence[str]
    wrong: str


def read(
    path: Path, channels: Mapping[str, int], units: Mapping[str, Units], progress: Progress = lambda _: None
) -> Recording:
    """Parse `path`; `progress` hears how many bytes are done. Raises InputError when it is no such file."""
    try:
        with open_regular(path) as raw, io.TextIOWrapper(raw, "utf-8-sig", newline="") as file:
            rows = csv.reader(file, strict=True)
            header = next(rows, [])
            reader = _Reader(header, _columns(header, path), channels, units)
            numbered = _rows(rows, reader.last_cell() if _is_unended(raw) else None)
            while block := list(islice(numbered, BLOCK)):
                reader.add(block)
                progress(raw.tell())
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; check --input") from None
    except csv.Error as error:
        raise InputError(f"{path}: line {rows.line_num}: not CSV: {error}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not CSV in UTF-8: {error}") from None
    return reader.recording()


def _columns(header: Sequence[str], path: Path) -> dict[str, int]:
    names = [name.strip().lower() for name in header]
    missing = [n for n in NEEDED if n not in names]
    if missing:
        raise InputError(
            f"{path}: line 1: no column {', '.join(missing)}; expected time,channel,value[,quality,unit]"
        )
    if doubled := [n for n in KNOWN if names.count(n) > 1]:
        raise InputError(
            f"{path}: line 1: two columns are called {', '.join(map(repr, doubled))}; nobody can tell which "
            "one is meant: give one of them another name"
        )
    return {name: names.index(name) for name in KNOWN if name in names}


def _is_unended(raw: io.BufferedReader) -> bool:
    """Whether the last line has no end, so that its last cell could be cut."""
    size = os.fstat(raw.fileno()).st_size
    return size > 0 and os.pread(raw.fileno(), 1, size - 1) not in (b"\n", b"\r", b'"')


def _rows(reader: Reader, last: LastCell | None) -> Iterator[Row]:
    """All but blank ones."""
    held, before = None, reader.line_num
    for cells in reader:
        line, before = before + 1, reader.line_num
        if not any(map(str.strip, cells)):
            continue
        if held is not None:
            yield held
            if last is not None:
                last.whole(held.cells)
        held = Row(line, cells, LINE_BREAK.format(last=before) if line < before else "")
    if held is not None:
        doubt = last.doubt(held.cells) if last is not None else ""
        yield Row(held.line, held.cells, held.wrong or doubt)


class _Reader:
    """Blocks of rows to columns; a block with a mistake in it is gone through row by row."""

    def __init__(
        self,
        header: Sequence[str],
        columns: Mapping[str, int],
        channels: Mapping[str, int],
        units: Mapping[str, Units],
    ) -> None:
        self._shape = Shape(len(header), filled(header))
        self._columns = columns
        self._channels = channels
        self._units = units
        self._names = {**{name: name for name in channels}, **{csv_cell(name): name for name in channels}}
        self._assumed: set[str] = set()
        self._parts: list[Samples] = []
        self._exponents = Exponents[str]()
        self._problems: list[str] = []
        self._refused = 0

    def last_cell(self) -> LastCell:
        return LastCell(
            self._columns, {"channel": self._names, "quality": QUALITIES, "unit": CONVERSIONS.keys()}
        )

    def add(self, block: Sequence[Row]) -> None:
        try:
            self._parts.append(self._block(block))
        except InputError:
            self._parts.extend(self._row_by_row(block))
        else:
            self._look(block)

    def recording(self) -> Recording:
        """Raises InputError where numbers may be cut off."""
        for channel, line, why in self._exponents.problems():
            raise InputError(f"line {line}: {why} (channel {channel}); {MIXED}")
        return Recording(
            Samples.concatenate(self._parts), tuple(self._problems), self._refused, frozenset(self._assumed)
        )

    def _row_by_row(self, block: Sequence[Row]) -> Iterator[Samples]:
        for row in block:
            try:
                yield self._block([row])
                self._look([row])
            except InputError as error:
                self._refused += 1
                if len(self._problems) < MOST_PROBLEMS:
                    self._problems.append(f"line {row.line}: {error}")

    def _block(self, block: Sequence[Row]) -> Samples:
        """Raises InputError."""
        for row in block:
            if row.wrong:
                raise InputError(row.wrong)
            self._shape.check(row.cells)
        columns = list(zip(*(row.cells for row in block), strict=True))
        time = times(columns[self._columns["time"]])
        names = [self._named(cell) for cell in columns[self._columns["channel"]]]
        channel = [self._channels[name] for name in names]
        given = columns[self._columns["quality"]] if "quality" in self._columns else None
        value, quality = values(columns[self._columns["value"]], given)
        return Samples(time, np.array(channel, np.int32), self._canonical(value, names, columns), quality)

    def _look(self, block: Sequence[Row]) -> None:
        """Whether numbers of rows that were taken lost their exponents; that shows when all were seen."""
        value, channel = self._columns["value"], self._columns["channel"]
        for line, cells, _ in block:
            text = cells[value].strip()
            if text and abs(float(text)) <= LARGEST_VALUE:
                self._exponents.look(line, text, cells[channel], not any(map(str.strip, cells[value + 1 :])))

    def _named(self, cell: str) -> str:
        name = self._names.get(cell.strip())
        if name is None:
            near = difflib.get_close_matches(cell.strip(), self._channels, 1)
            mean = f"; did you mean {near[0]!r}?" if near else ""
            raise InputError(f"unknown channel {cell.strip()!r}{mean}")
        return name

    def _canonical(self, value: Floats, names: list[str], columns: list[tuple[str, ...]]) -> Floats:
        """Values in the units of their channels. Raises InputError for a unit that does not fit."""
        if "unit" in self._columns:
            given = [unit.strip() for unit in columns[self._columns["unit"]]]
        elif all(self._units[name].own == self._units[name].canonical for name in set(names)):
            self._assumed.update(names)
            return value
        else:
            given = [""] * len(names)
        units = [unit or self._units[name].own for name, unit in zip(names, given, strict=True)]
        for unit, name in set(zip(units, names, strict=True)):
            wanted = self._units[name].canonical
            if unit not in CONVERSIONS or CONVERSIONS[unit].canonical != wanted:
                fitting = ", ".join(sorted(u for u, c in CONVERSIONS.items() if c.canonical == wanted))
                raise InputError(f"unit {unit[:40]!r} does not fit; known: {fitting}")
        self._assumed.update(name for name, unit in zip(names, given, strict=True) if not unit)
        result = value.copy()
        for unit in dict.fromkeys(units):
            mine = np.array([u == unit for u in units])
            result[mine] = CONVERSIONS[unit].of(value[mine])
        return result
