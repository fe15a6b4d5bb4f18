"""Cells: neighbouring readings of one segment each, and what certifies that nothing can happen in them.

Each reading is read about once to make them. They come in three sizes: a segment as a whole is asked first,
then its cells of CELL readings, then pieces of FINE readings of those that cannot be certified. Only what is
left of these is looked at reading by reading.
"""

from __future__ import annotations

from dataclasses import field
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from gateway.dataclass import dataclass
from gateway.model import Floats, Mask, Times, usable
from gateway.screening.excursion import NEVER
from gateway.screening.plan import FOREVER
from gateway.screening.ranges import Rows, expand, latest, pieces, starts
from gateway.screening.series import Series, worth

if TYPE_CHECKING:
    from numpy.typing import NDArray

CELL: Final = 1024  # readings; large enough to cost little, small against the windows of rules at 1 Hz
FINE: Final = 64  # readings; a divisor of CELL and a multiple of STRIDE; one bad moment makes little work
BRIEF: Final = 128  # readings, at most CELL; a channel with more in a batch is not looked at as a tick
TILE: Final = 131_072  # readings at a time: who looks at their values again finds them in the cache
SIDES: Final[dict[str, tuple[np.ufunc, float]]] = {  # of values, and of none
    "high": (np.maximum, -np.inf),
    "low": (np.minimum, np.inf),
}


@dataclass(frozen=True, eq=False)
class Cells:
    """Cells side by side; arrays of length K unless they say otherwise."""

    series: Series
    lo: Rows  # first reading
    hi: Rows
    segment: Rows
    begin: Rows  # int64[S], first cell of each segment
    flaw: Mask  # holds readings that are not usable
    parts: Cells | None = None  # the cells of whole segments
    origin: tuple[Cells, Rows] | None = None  # what was cut finer, and which of its cells each one comes from
    flawless: bool = field(init=False)  # no cell has a flaw

    def __post_init__(self) -> None:
        object.__setattr__(self, "flawless", not self.flaw.any())

    @staticmethod
    def of(series: Series) -> Cells:
        lo, hi = series.lo, series.hi
        segment = np.arange(len(lo))
        if series.longest <= CELL:
            return Cells(series, lo, hi, segment, segment, _flaws(series.quality, lo))
        count = (hi - lo + CELL - 1) // CELL
        segment, start, stop = _cut(segment, lo, hi, count, CELL)
        return Cells(series, start, stop, segment, np.cumsum(count) - count, _flaws(series.quality, start))

    @cached_property
    def whole(self) -> Cells:
        """Each segment as one cell."""
        series, all_of_them = self.series, np.arange(len(self.begin))
        flaw = np.zeros(len(self.begin), np.bool_)
        if not self.flawless:
            flaw = np.logical_or.reduceat(self.flaw, self.begin)
        return Cells(series, series.lo, series.hi, all_of_them, all_of_them, flaw, parts=self)

    def finer(self, cell: Rows) -> Cells:
        """The same, with these cells (which rise) cut into pieces of FINE readings."""
        count = np.ones(len(self.lo), np.int64)
        count[cell] = (self.hi[cell] - self.lo[cell] + FINE - 1) // FINE
        come_from, start, stop = _cut(np.arange(len(self.lo)), self.lo, self.hi, count, FINE)
        flaw = self.flaw[come_from]
        if not self.flawless:
            flawed = np.flatnonzero(flaw & (count > 1)[come_from])
            bad = ~usable(pieces(self.series.quality, start[flawed], stop[flawed]))
            length = stop[flawed] - start[flawed]
            flaw[flawed] = np.bincount(np.repeat(np.arange(len(flawed)), length)[bad], minlength=len(flawed))
        begin = (np.cumsum(count) - count)[self.begin]
        return Cells(self.series, start, stop, self.segment[come_from], begin, flaw, origin=(self, come_from))

    def pieces_of(self, member: Rows, cell: Rows) -> tuple[Rows, Rows]:
        """(member, piece) for pairs of a member and a cell of what these were cut from."""
        assert self.origin is not None
        bounds = np.append(starts(self.origin[1]), len(self.lo))
        count = bounds[cell + 1] - bounds[cell]
        return np.repeat(member, count), expand(bounds[cell], count)

    @property
    def one_each(self) -> bool:
        """Every segment is one cell."""
        return len(self.lo) == len(self.begin)

    @cached_property
    def brief(self) -> bool:
        """No segment is longer than BRIEF, and each is one cell: a live tick, not a long batch."""
        return self.parts is None and self.origin is None and self.series.longest <= BRIEF

    @property
    def first(self) -> Times:
        """ns UTC of the first usable reading, NEVER where there is none."""
        return self._ends[0]

    @property
    def last(self) -> Times:
        """ns UTC of the last usable reading, NEVER where there is none."""
        return self._ends[1]

    def known(self, cell: Rows) -> tuple[Times, Times]:
        """first and last of these cells, which may be few."""
        if self.flawless:
            return self.series.time[self.lo[cell]], self.series.time[self.hi[cell] - 1]
        return self.first[cell], self.last[cell]

    @cached_property
    def begun(self) -> Times:
        """ns UTC of the first reading of any quality."""
        return self.series.time[self.lo]

    @cached_property
    def heard_before(self) -> Times:
        """ns UTC of the last usable reading before each cell, of the batch or earlier; NEVER if none."""
        if self.one_each:
            return self.series.heard
        shifted = np.empty_like(self.last)
        shifted[1:] = self.last[:-1]
        shifted[self.begin] = self.series.heard
        if self.flawless:
            return shifted
        known = shifted != NEVER
        known[self.begin] = True
        return shifted[latest(known)]

    @cached_property
    def high(self) -> Floats:
        """Largest usable value, -inf where there is none."""
        return self.extremes[0] if "extremes" in self.__dict__ else self._extreme(["high"])[0]

    @cached_property
    def low(self) -> Floats:
        """Smallest usable value, +inf where there is none."""
        return self.extremes[1] if "extremes" in self.__dict__ else self._extreme(["low"])[0]

    @cached_property
    def extremes(self) -> tuple[Floats, Floats]:
        """high and low. Who needs both asks here first, so that values are read from memory once."""
        high, low = self._extreme(["high", "low"])
        return high, low

    def sides(self, sides: list[str]) -> list[Floats]:
        """high, low or both, by name."""
        return list(self.extremes) if len(sides) == 2 else [getattr(self, side) for side in sides]

    def _extreme(self, sides: list[str]) -> list[Floats]:
        if self.parts is not None:
            columns = self.parts.sides(sides)
            return [
                SIDES[side][0].reduceat(c, self.parts.begin) for side, c in zip(sides, columns, strict=True)
            ]
        made = self._of_all(sides)
        if not self.flawless:
            cell, rows = self._usable_of_flawed()
            at = starts(cell)
            for column, side in zip(made, sides, strict=True):
                operation, none = SIDES[side]
                column[self.flaw] = none
                if len(at) > 0:
                    column[cell[at]] = operation.reduceat(self.series.value[rows], at)
        return made

    def _of_all(self, sides: list[str]) -> list[Floats]:
        """Extremes where all readings are usable; elsewhere anything."""
        operations = [SIDES[side][0] for side in sides]
        if self.origin is None:
            return _reduced(operations, self.series.value, self.lo)
        coarser, come_from = self.origin
        new = np.flatnonzero(self.hi - self.lo < (coarser.hi - coarser.lo)[come_from])
        made = [column[come_from] for column in coarser.sides(sides)]
        if len(new) > 0:
            cut = come_from[new][starts(come_from[new])]
            own = pieces(self.series.value, coarser.lo[cut], coarser.hi[cut])
            length = self.hi[new] - self.lo[new]
            for operation, column in zip(operations, made, strict=True):
                column[new] = operation.reduceat(own, np.cumsum(length) - length)
        return made

    @cached_property
    def into(self) -> Times:
        """ns from the usable reading before to the first one of each cell; 0 where either is missing."""
        into = np.where(self.heard_before == NEVER, 0, self.first - self.heard_before)
        if not self.flawless:
            into[self.first == NEVER] = 0
        return into

    @cached_property
    def steps(self) -> tuple[Times, Times]:
        """ns, longest and shortest step that ends in each cell, of cells that are `brief`.

        Between readings of any quality: of use only where there is no flaw. 0 and FOREVER without a step.
        """
        time = self.series.time
        shortest = np.where(self.into > 0, self.into, FOREVER)
        if len(self.lo) == len(time):
            return self.into, shortest
        step = np.diff(time, append=time[-1:])
        step[self.hi - 1] = 0
        longest = np.maximum(self.into, np.maximum.reduceat(step, self.lo))
        step[self.hi - 1] = FOREVER
        return longest, np.minimum(shortest, np.minimum.reduceat(step, self.lo))

    @cached_property
    def strides(self) -> tuple[Times, Times]:
        """ns, the longest and shortest stride of each cell; FOREVER and 0 of a cell with a flaw."""
        strides, earlier = self.series.strides, self.lo - self.series.lo[self.segment]
        begin = strides.begin[self.segment] + earlier // strides.each[self.segment]
        longest = np.maximum.reduceat(strides.longest, begin)
        shortest = np.minimum.reduceat(strides.shortest, begin)
        longest[self.flaw], shortest[self.flaw] = FOREVER, 0
        return longest, shortest

    def longest_step(self, cell: Rows) -> Times:
        """ns, the longest step between neighbouring readings, of any quality, of each of these cells."""
        lo, hi = self.lo[cell], self.hi[cell]
        length: Rows = hi - lo
        step = np.diff(pieces(self.series.time, lo, hi), append=0)
        end = np.cumsum(length)
        step[end - 1] = 0
        longest: Times = np.maximum.reduceat(step, end - length)
        return longest

    def _usable_of_flawed(self) -> tuple[Rows, Rows]:
        """The usable readings of cells that hold others too: cell and position of each."""
        flawed = np.flatnonzero(self.flaw)
        length = self.hi[flawed] - self.lo[flawed]
        rows = expand(self.lo[flawed], length)
        good = worth(self.series.value[rows], self.series.quality[rows])
        return np.repeat(flawed, length)[good], rows[good]

    @cached_property
    def _ends(self) -> tuple[Times, Times]:
        time = self.series.time
        if self.flawless:
            return self.begun, time[self.hi - 1]
        if self.parts is not None:
            first, last = self.parts._ends
            first = np.minimum.reduceat(np.where(first == NEVER, FOREVER, first), self.parts.begin)
            last = np.maximum.reduceat(last, self.parts.begin)
            return np.where(last == NEVER, NEVER, first), last
        first, last = self.begun.copy(), time[self.hi - 1]
        first[self.flaw] = last[self.flaw] = NEVER
        cell, rows = self._usable_of_flawed()
        if len(rows) > 0:
            at = starts(cell)
            first[cell[at]] = time[rows[at]]
            last[cell[at]] = time[rows[np.append(at[1:], len(rows)) - 1]]
        return first, last


def _cut(whose: Rows, lo: Rows, hi: Rows, count: Rows, size: int) -> tuple[Rows, Rows, Rows]:
    """Ranges cut into `count` pieces of `size`, where that is more than one: whose each is, lo, hi."""
    end = np.cumsum(count)
    start = np.arange(end[-1]) * size
    start += np.repeat(lo - (end - count) * size, count)
    stop = np.empty_like(start)
    stop[:-1] = start[1:]
    stop[end - 1] = hi
    return np.repeat(whose, count), start, stop


def _tiles(lo: Rows, count: int) -> list[tuple[int, int]]:
    """Cells [a, b) of tiles of about TILE readings."""
    if count <= TILE:
        return [(0, len(lo))]
    cuts = np.unique(np.searchsorted(lo, np.arange(0, count, TILE)))
    bounds = np.append(cuts, len(lo)).tolist()
    return [(a, b) for a, b in pairwise(bounds) if b > a]


def _reduced(operations: list[np.ufunc], value: Floats, start: Rows) -> list[Floats]:
    """Each operation over each cell's values; NaN where there is one. Several tile by tile, for the cache."""
    if len(start) == len(value):
        return [value.copy() for _ in operations]
    if len(operations) == 1:
        return [operations[0].reduceat(value, start)]
    made = [np.empty(len(start)) for _ in operations]
    for a, b in _tiles(start, len(value)):
        tile = value[start[a] : start[b] if b < len(start) else len(value)]
        at = start[a:b] - start[a]
        for operation, column in zip(operations, made, strict=True):
            operation.reduceat(tile, at, out=column[a:b])
    return made


def _flaws(quality: NDArray[np.uint8], start: Rows) -> Mask:
    if usable(quality.max(initial=0)):
        return np.zeros(len(start), np.bool_)
    return ~usable(np.maximum.reduceat(quality, start))
