"""Rows of a table by the thousand: those whose shape, time and numbers are plain become columns at once.

What is odd stays a row: a blank line, a footer, a mistake, a number with an exponent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gateway.dataclass import dataclass
from gateway.model import Mask, Times
from gateway.shape import Shape
from gateway.tables import many_cells, many_moments
from gateway.tables.many_cells import Cells
from gateway.tables.options import Options

AT_ONCE: Final = 4096  # rows: their columns stay in the processor's cache
MOST_CELLS: Final = 2**17  # in memory at once


class Row(NamedTuple):
    """`line` is where it begins, `lines` how many it takes."""

    line: int
    lines: int
    cells: list[str]


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Successive rows that are understood; `cells`: of each measured column, in the order of the options."""

    rows: Sequence[Row]
    line: NDArray[np.int64]
    shown: Times  # int64[N], as `Moment` has them
    names: Sequence[str]  # of the channels of a long table; else none
    cells: Sequence[Cells]

    def part(self, chosen: slice) -> Run:
        """Some of its rows."""
        cells = [Cells(c.value[chosen], c.is_known[chosen], c.is_reading[chosen]) for c in self.cells]
        return Run(self.rows[chosen], self.line[chosen], self.shown[chosen], self.names[chosen], cells)


def blocks(rows: Iterator[Row], most: int) -> Iterator[list[Row]]:
    """At most `most` of them at once, and fewer where they are long."""
    block: list[Row] = []
    cells = 0
    for row in rows:
        block.append(row)
        cells += len(row.cells)
        if len(block) >= most or cells >= MOST_CELLS:
            yield block
            block, cells = [], 0
    if block:
        yield block


class Blocks:
    """Splits blocks of rows of a table with this shape, whose columns are `at`."""

    def __init__(self, options: Options, shape: Shape, at: dict[str | int, int]) -> None:
        self._options, self._shape, self._at = options, shape, at
        self._moments = many_moments.many(options.time_format, options.language)
        self._missing = frozenset(options.missing)

    def split(self, rows: Sequence[Row]) -> Iterator[Run | Row]:
        """The same rows in their order."""
        for is_whole, some in groupby(rows, self._is_whole):
            if is_whole:
                yield from self._even(list(some))
            else:
                yield from some

    def _is_whole(self, row: Row) -> bool:
        return row.lines == 1 and len(row.cells) == self._shape.width

    def _even(self, rows: Sequence[Row]) -> Iterator[Run | Row]:
        run, is_known = self._columns(rows)
        ends = np.flatnonzero(np.diff(is_known)) + 1
        for begin, end in zip((0, *ends.tolist()), (*ends.tolist(), len(rows)), strict=True):
            if is_known[begin]:
                yield run.part(slice(begin, end))
            else:
                yield from rows[begin:end]

    def _columns(self, rows: Sequence[Row]) -> tuple[Run, Mask]:
        """All of them as columns, and which of them are understood."""
        options = self._options
        columns = list(zip(*[row.cells for row in rows], strict=True))
        is_known = self._is_in_shape(columns)
        shown = [self._texts(columns, name) for name in options.time_columns]
        moments = self._moments(
            shown[0] if len(shown) == 1 else list(map(" ".join, zip(*shown, strict=True)))
        )
        is_known &= moments.is_known
        cells = [
            many_cells.many(self._texts(columns, c.column), c, options.decimal, self._missing)
            for c in options.columns
        ]
        for one in cells:
            is_known &= one.is_known
        line = np.fromiter((row.line for row in rows), np.int64, len(rows))
        return Run(rows, line, moments.ns, self._names(columns), cells), is_known

    def _is_in_shape(self, columns: Sequence[Sequence[str]]) -> Mask:
        """Nothing stands in columns beyond the last one that has a header, and no footer begins."""
        is_known = np.ones(len(columns[0]), np.bool_)
        for column in columns[self._shape.filled :]:
            is_known &= [not cell or cell.isspace() for cell in column]
        if self._options.footer:
            is_known &= [not cell.strip().startswith(self._options.footer) for cell in columns[0]]
        return is_known

    def _texts(self, columns: Sequence[Sequence[str]], name: str | int) -> list[str]:
        return list(map(str.strip, columns[self._at[name]]))

    def _names(self, columns: Sequence[Sequence[str]]) -> list[str]:
        name = self._options.channel_column
        return [] if name is None else self._texts(columns, name)
