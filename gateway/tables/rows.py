"""The rows of a table, one by one: each is header, readings or footer, or a mistake."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.model import Quality
from gateway.shape import LINE_BREAK, Shape, filled
from gateway.tables import MOST_PROBLEMS, About, Lines, Mistakes, Series, check_time
from gateway.tables.blocks import AT_ONCE, Blocks, Row, Run, blocks
from gateway.tables.cells import Column, reading
from gateway.tables.decimal_comma import DecimalComma
from gateway.tables.exponents import Exponents
from gateway.tables.header import has_all, positions
from gateway.tables.last_line import LastLine
from gateway.tables.moments import Moment, names_a_zone, parser
from gateway.tables.options import Options
from gateway.tables.order import placed
from gateway.tables.passed_over import PassedOver
from gateway.tables.said_units import contradictions, labelled
from gateway.tables.same_times import same_times
from gateway.zones import zone

MOST_SERIES: Final = 1000  # of a long table; more are a wrong channel_column
LONGEST_NAME: Final = 200  # characters of a series
JOINED: Final = (
    "the header stands here once more, below the footer: these are two exports in one file; import each from "
    "a file of its own"
)
MIXED: Final = "if numbers with and without are meant, say mixed_exponents = true for the column"
LINE_BREAKS: Final = f"{LINE_BREAK}; if line breaks in cells are meant, give line_breaks = true"


Doubt = Callable[[int, Column, tuple[int, int]], Iterable[tuple[int, str]]]
"""What is wrong with a measured column at that place, of which these lines were taken: lines and words."""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    series: tuple[Series, ...]
    lines: Lines
    about: dict[str, str]


def read_table(
    rows: Iterable[Row],
    options: Options,
    *,
    above: Iterable[Row] = (),
    is_text: bool = True,
    unended: bool = False,
    at_once: int = AT_ONCE,
    doubts: Sequence[Doubt] = (),
) -> Table:
    """Raises InputError.

    `above`: rows that skip_lines passes over. `is_text`: separators make the cells, so that they are counted.
    `unended`: the last line has no end, so that its last number could be cut. `at_once`: how many rows are
    read together; with 0 each is read by itself, with the same result. `doubts`: asked of each measured
    column, by its place from 0.
    """
    reader = _Reader(options, is_text, unended, at_once)
    reader.take(iter(rows), above)
    reader.doubt(doubts)
    return reader.table()


class _Series:
    """Cells of one series: rows by their number, and values."""

    def __init__(self, column: Column) -> None:
        self.column = column
        self.row = array("q")
        self.value = array("d")


class _Group:
    """Rows whose times follow each other: all of them, or those of one channel of a long table."""

    def __init__(self, columns: Iterable[Column]) -> None:
        self.line = array("q")
        self.shown = array("q")
        self.series = [_Series(column) for column in columns]


class _Reader:
    def __init__(self, options: Options, is_text: bool, unended: bool, at_once: int) -> None:
        self._options = options
        self._at_once = at_once
        self._is_text = is_text
        self._where = zone(options.time_zone) if options.time_zone else None
        self._parse = parser(options.time_format, options.language)
        self._mistakes = Mistakes()
        self._about = About()
        self._passed = PassedOver()
        self._exponents = Exponents[_Series]() if is_text else None  # a workbook's numbers are whole
        self._groups: dict[str, _Group] = {}
        self._taken = self._header = 0
        self._last = LastLine(options) if unended and not options.last_line_complete else None
        self._is_local = False
        if options.channel_column is None:
            self._groups[""] = _Group(options.columns)

    def take(self, rows: Iterator[Row], above: Iterable[Row]) -> None:
        last = None
        for piece in self._pieces(self._behind_the_header(rows, above)):
            if last is not None and self._last:
                self._last.whole(last.cells[-1])
            last = self._take_run(piece) if isinstance(piece, Run) else self._take_row(piece)
        if last is not None and self._last and (why := self._last.doubt(last.cells, self._at)):
            self._mistakes.add(last.line, why)
        if last is not None and self._comma and (why := self._comma.doubt()):
            self._mistakes.add(last.line, why)
        self._doubt_exponents()

    def _pieces(self, rows: Iterator[Row]) -> Iterator[Row | Run]:
        """The rows that readings can stand in: those above a footer that are not blank."""
        for block in blocks(rows, max(self._at_once, 1)):
            left = len(block)
            for piece in self._even.split(block) if self._at_once else block:
                left -= len(piece.rows) if isinstance(piece, Run) else 1
                if isinstance(piece, Run):
                    yield piece
                elif not any(cell.strip() for cell in self._whole(piece).cells):
                    self._header += piece.lines
                elif piece.cells[0].strip().startswith(self._options.footer):
                    below = chain(block[len(block) - left :], rows)
                    self._pass_over("footer", chain([piece], self._below(below)))
                    self._last = None
                    return
                else:
                    yield piece

    def _whole(self, row: Row) -> Row:
        """The same; a cell that goes on in the next line is a mistake, also in a row that is not read."""
        if row.lines > 1 and not self._options.line_breaks:
            self._mistakes.add(row.line, LINE_BREAKS.format(last=row.line + row.lines - 1))
        return row

    def doubt(self, doubts: Sequence[Doubt]) -> None:
        lines = [line for group in self._groups.values() for line in (*group.line[:1], *group.line[-1:])]
        taken = (min(lines), max(lines)) if lines else (0, 0)
        for ask in doubts:
            for column in self._options.columns:
                for line, why in ask(self._at[column.column], column, taken):
                    self._mistakes.add(line, why)

    def table(self) -> Table:
        """Raises InputError with every mistake."""
        self._mistakes.refuse()
        found = [s for name, group in self._groups.items() for s in self._series(name, group)]
        self._mistakes.refuse()
        remarks = (*self._passed.remarks(), *filter(None, map(same_times, found)))
        return Table(tuple(found), Lines(self._taken, self._header, remarks=remarks), self._about.words)

    def _behind_the_header(self, rows: Iterator[Row], above: Iterable[Row]) -> Iterator[Row]:
        """The rest, once the columns are known."""
        options, is_named = self._options, self._options.header != "none"
        whole = map(self._whole, rows) if is_named else rows
        first = next(whole, None)
        header: list[Row] = []
        while first is not None and options.header == "found" and not self._is_header(first):
            self._about.hear(first.cells)
            header.append(first)
            first = next(whole, None)
        if first is None:
            self._header = sum(row.lines for row in chain(above, header))
            raise InputError(self._nothing())
        self._set_columns(first, is_named)
        self._pass_over("skip_lines", above)
        self._pass_over("header", [*header, first] if is_named else header)
        rows = rows if is_named else chain([first], rows)
        self._pass_over("skip_rows", islice(map(self._whole, rows), options.skip_rows))
        return rows

    def _set_columns(self, first: Row, is_named: bool) -> None:
        names = [cell.strip() for cell in first.cells]
        what = "the header" if is_named else "the first row"
        self._shape = Shape(len(names), filled(names) if is_named else len(names), what, self._is_text)
        self._names = names if is_named else [""] * len(names)
        try:
            self._at = positions(self._names, self._options.wanted)
        except InputError as error:
            raise InputError(f"line {first.line}: {error}") from None
        self._comma = DecimalComma(self._options, self._at) if self._is_text else None
        self._even = Blocks(self._options, self._shape, self._at)

    def _pass_over(self, option: str, rows: Iterable[Row]) -> None:
        for row in rows:
            self._header += row.lines
            columns = self._options.columns
            for why in contradictions(row.cells, columns, self._at, option == "skip_rows"):
                self._mistakes.add(row.line, why)
            for why in labelled(row.cells, columns):
                self._mistakes.add(row.line, why)
            if self._is_reading(row.cells):
                self._passed.add(option, row.line)

    def _is_reading(self, cells: list[str]) -> bool:
        if len(cells) < self._shape.width:
            return False
        try:
            self._shape.check(cells)
            found, _ = self._read(cells)
            return any(self._value(found[c.column], c) is not None for c in self._options.columns)
        except (InputError, ValueError):
            return False

    def _below(self, rows: Iterator[Row]) -> Iterator[Row]:
        """The rows below a footer; another header among them is a mistake."""
        for row in map(self._whole, rows):
            if self._options.header != "none" and [cell.strip() for cell in row.cells] == self._names:
                self._mistakes.add(row.line, JOINED)
            yield row

    def _is_header(self, row: Row) -> bool:
        return has_all([cell.strip() for cell in row.cells], self._options.wanted)

    def _nothing(self) -> str:
        wanted = ", ".join(map(repr, self._options.wanted))
        return (
            f"line {self._header + 1}: no line has the columns {wanted}; check separator, header and encoding"
        )

    def _take_run(self, run: Run) -> Row:
        """The last of its rows."""
        if self._last:
            self._last.whole(*{row.cells[-1] for row in run.rows[:-1]})
        new = set(run.names) - self._groups.keys()
        begin = max(map(run.names.index, new), default=-1) + 1  # from there on each channel is known, or none
        for row in run.rows[:begin]:
            self._take_row(row)
        if begin < len(run.rows):
            self._take_columns(run.part(slice(begin, None)))
        return run.rows[-1]

    def _take_columns(self, run: Run) -> None:
        if not self._groups.keys() >= set(run.names):
            for row in run.rows:
                self._take_row(row)
            return
        self._taken += len(run.rows)
        if self._comma:
            self._comma.look_at_all(row.cells for row in run.rows)
        self._is_local = not names_a_zone(self._options.time_format)
        for group, rows in self._groups_of(run):
            self._extend(group, run, rows)

    def _groups_of(self, run: Run) -> Iterator[tuple[_Group, NDArray[np.intp]]]:
        if self._options.channel_column is None:
            yield self._groups[""], np.arange(len(run.rows))
        else:
            places: dict[str, list[int]] = {}
            for place, name in enumerate(run.names):
                places.setdefault(name, []).append(place)
            for name, rows in places.items():
                yield self._groups[name], np.array(rows, np.intp)

    def _extend(self, group: _Group, run: Run, rows: NDArray[np.intp]) -> None:
        number = len(group.line)
        group.line.frombytes(run.line[rows].tobytes())
        group.shown.frombytes(run.shown[rows].tobytes())
        for series, cells in zip(group.series, run.cells, strict=True):
            has = np.flatnonzero(cells.is_reading[rows])
            series.row.frombytes((has + number).tobytes())
            value = cells.value[rows[has]]
            series.value.frombytes(value.tobytes())
            self._look_at_all(series, run, rows[has[value == value]])

    def _take_row(self, row: Row) -> Row:
        """The same row."""
        self._taken += row.lines
        self._take(row)
        return row

    def _take(self, row: Row) -> None:
        try:
            self._shape.check(row.cells)
            if self._comma:
                self._comma.look(row.cells)
            cells, moment = self._read(row.cells)
            group = self._group(cells)
            self._is_local = moment.is_local
            values = [self._value(cells[s.column.column], s.column) for s in group.series]
        except (InputError, ValueError) as error:
            self._mistakes.add(row.line, error)
            return
        number = len(group.line)
        group.line.append(row.line)
        group.shown.append(moment.ns)
        for series, value in zip(group.series, values, strict=True):
            if value is not None:
                series.row.append(number)
                series.value.append(value)
                if value == value:  # what is BAD is no reading, whole or not
                    self._look(series, row, cells[series.column.column])

    def _look(self, series: _Series, row: Row, text: str) -> None:
        """Whether its number could be cut; that shows when all were seen."""
        if self._exponents is not None and not series.column.mixed_exponents:
            text = text.removesuffix(series.column.suffix).strip()
            self._exponents.look(row.line, text, series, self._ends(series, row))

    def _look_at_all(self, series: _Series, run: Run, numbers: NDArray[np.intp]) -> None:
        """The same of rows of a run, whose numbers have no exponent."""
        if self._exponents is None or series.column.mixed_exponents or not len(numbers):
            return
        first = [run.rows[i] for i in numbers[:MOST_PROBLEMS]]
        at, suffix = self._at[series.column.column], series.column.suffix
        shown = [(row.line, row.cells[at].strip().removesuffix(suffix).strip()) for row in first]
        self._exponents.look_at_bare(len(numbers), shown, series, self._ends(series, first[0]))

    def _ends(self, series: _Series, row: Row) -> bool:
        """Whether nothing stands behind its number."""
        return not any(map(str.strip, row.cells[self._at[series.column.column] + 1 :]))

    def _doubt_exponents(self) -> None:
        for series, line, why in self._exponents.problems() if self._exponents else ():
            self._mistakes.add(line, f"{series.column.column}: {why}; {MIXED}")

    def _read(self, cells: list[str]) -> tuple[dict[str | int, str], Moment]:
        """The cells that are wanted, and the time. Raises InputError, ValueError."""
        found = {column: cells[i].strip() for column, i in self._at.items()}
        shown = " ".join(found[column] for column in self._options.time_columns)
        moment = self._parse(shown)
        check_time(moment.ns, shown)
        return found, moment

    def _group(self, cells: dict[str | int, str]) -> _Group:
        if self._options.channel_column is None:
            return self._groups[""]
        name = cells[self._options.channel_column]
        if not name or len(name) > LONGEST_NAME:
            raise InputError(f"channel_column: {name[:40]!r} is no name of a channel")
        if name not in self._groups:
            if len(self._groups) >= MOST_SERIES:
                raise InputError(f"more than {MOST_SERIES} channels; check channel_column")
            self._groups[name] = _Group(self._options.columns)
        return self._groups[name]

    def _value(self, text: str, column: Column) -> float | None:
        """None where there is no reading, NaN where it is BAD."""
        if text in self._options.missing:
            return float("nan")
        if not text:
            return None
        return reading(text, column, self._options.decimal)

    def _series(self, name: str, group: _Group) -> Iterator[Series]:
        shown = np.array(group.shown, np.int64)
        times = placed(shown, self._where if self._is_local else None, self._options.order)
        for number, why in times.problems:
            self._mistakes.add(group.line[number], why)
        for series in group.series:
            row, value = np.array(series.row, np.int64), np.array(series.value, np.float64)
            quality = np.where(np.isnan(value), np.uint8(Quality.BAD), times.quality[row]).astype(np.uint8)
            yield Series(
                self._named(name, series.column), series.column.unit, times.time[row], value, quality
            )

    def _named(self, group: str, column: Column) -> str:
        if self._options.channel_column is None:
            return column.series
        return group if len(self._options.columns) == 1 else f"{group} {column.series}"
