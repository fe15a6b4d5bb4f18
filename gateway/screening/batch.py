"""A batch of readings, cut into segments (one channel each) and cells (a few readings each).

A cell carries what a rule needs to certify that nothing can happen in it: extremes, first and last
usable time, the largest step in time. Each reading is read once or twice to make it; only what a rule can
not certify is looked at reading by reading.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gateway.model import LARGEST_VALUE, Floats, Mask, Quality, Samples, Times, usable
from gateway.screening.excursion import NEVER
from gateway.screening.history import History
from gateway.screening.plan import FOREVER
from gateway.screening.ranges import Rows, chosen, expand, first_at, latest, starts

CELL: Final = 512  # readings; small enough that one bad moment makes little work, large enough to cost little
STRIDE: Final = 32  # readings; a divisor of CELL
TILE: Final = 128 * CELL  # readings of which values and times stay in the second-level cache
HIGHEST: Final = (np.maximum, -np.inf)  # of values, and of none
LOWEST: Final = (np.minimum, np.inf)

CHANNEL: Final = np.dtype(
    [
        ("seen", "i8"),  # ns UTC of the latest reading of any quality, NEVER at first
        ("heard", "i8"),  # ns UTC of the latest usable reading, NEVER at first
        ("value", "f8"),  # of that reading
        ("quality", "u1"),  # of that reading
    ]
)


@dataclass(frozen=True, eq=False)
class Batch:
    """Readings sorted by (channel, time), and what the screen knew of their channels before them."""

    time: Times
    value: Floats
    quality: NDArray[np.uint8]
    row: Rows  # int64[S], position of the segment's channel in the screen
    lo: Rows  # int64[S], first reading of the segment
    hi: Rows  # int64[S]
    before: NDArray[Any]  # CHANNEL[S]
    cells: Cells
    known: NDArray[Any]  # CHANNEL[C], of all channels before the batch
    history: History  # usable readings before the batch

    @staticmethod
    def of(samples: Samples, row: Rows, lo: Rows, channels: NDArray[Any], history: History) -> Batch:
        hi = np.append(lo[1:], len(samples))
        before = channels[chosen(row, len(channels))].copy()
        cells = Cells.of(samples.value, samples.quality, samples.time, lo, hi, before["heard"])
        return Batch(
            samples.time, samples.value, samples.quality, row, lo, hi, before, cells, channels, history
        )

    def without(self, spoiled: Rows) -> Batch:
        """The same batch with these readings BAD."""
        if len(spoiled) == 0:
            return self
        value, quality = self.value.copy(), self.quality.copy()
        value[spoiled], quality[spoiled] = np.nan, Quality.BAD
        cells = Cells.of(value, quality, self.time, self.lo, self.hi, self.before["heard"])
        return replace(self, value=value, quality=quality, cells=cells)

    @property
    def seen(self) -> Times:
        """ns UTC of each segment's last reading, int64[S]."""
        return self.time[self.hi - 1]

    def usable(self, rows: Rows) -> Mask:
        """Which of these readings a value rule may look at."""
        return worth(self.value[rows], self.quality[rows])

    @cached_property
    def good(self) -> Rows:
        """Positions of all usable readings."""
        return np.flatnonzero(worth(self.value, self.quality))

    def heard_of_all(self) -> Times:
        """ns UTC of the last usable reading of every channel with this batch, int64[C]."""
        heard = self.known["heard"].copy()
        heard[self.row] = self.after["heard"]
        return heard

    def readings(self, lo: Rows, hi: Rows) -> tuple[Rows, Times, Floats]:
        """The usable readings at positions [lo, hi): how many in each range, then all of them."""
        if self.cells.flawless:
            position = expand(lo, hi - lo)
            return hi - lo, self.time[position], self.value[position]
        first = np.searchsorted(self.good, lo)
        count = np.searchsorted(self.good, hi) - first
        position = self.good[expand(first, count)]
        return count, self.time[position], self.value[position]

    def remember(self) -> None:
        """Add the readings to the history, as far as windows reach back."""
        span = self.history.span[self.row]
        if not span.any():
            return
        heard = self.seen if self.cells.flawless else self.after["heard"]  # unusable ones push nothing out
        lo = first_at(self.time, self.lo, self.hi, np.maximum(heard, NEVER + span) - span + 1)
        lo = np.where(span > 0, lo, self.hi)
        if self.cells.flawless:
            self.history.append(self.row, lo, self.hi, self.time, self.value)
            return
        count, time, value = self.readings(lo, self.hi)
        end = np.cumsum(count)
        self.history.append(self.row, end - count, end, time, value)

    def reading_before(self, position: Rows, segment: Rows) -> tuple[Times, Floats, Mask]:
        """The usable reading before each position: time (NEVER if none), value, are others between."""
        at = position - 1
        if not self.cells.flawless:
            at = np.append(-1, self.good)[np.searchsorted(self.good, position)]
        inside = at >= self.lo[segment]
        before = self.before[segment]
        time = np.where(inside, self.time[at], before["heard"])
        value = np.where(inside, self.value[at], before["value"])
        blocked = position - at > 1
        first = (position > self.lo[segment]) | (before["seen"] != before["heard"])
        return time, value, np.where(inside, blocked, first)

    @cached_property
    def after(self) -> NDArray[Any]:
        """What is known of the channels with this batch, CHANNEL[S]."""
        known = self.before.copy()
        known["seen"] = self.seen
        at = self.hi - 1
        if self.cells.flawless:
            told = slice(None)
        else:
            at, told = self._last_usable()
        known["heard"][told] = self.time[at]
        known["value"][told] = self.value[at]
        known["quality"][told] = self.quality[at]
        return known

    def _last_usable(self) -> tuple[Rows, Any]:
        """Position of the last usable reading of each segment that has one, and which these are."""
        cells = self.cells
        heard = cells.last != NEVER
        final = latest(heard)[np.append(cells.begin[1:], len(heard)) - 1]
        told = np.flatnonzero(heard[final] & (cells.segment[final] == np.arange(len(self.lo))))
        final = final[told]
        rows = expand(cells.lo[final], cells.hi[final] - cells.lo[final])
        good = rows[self.usable(rows)]
        return good[np.searchsorted(good, cells.hi[final]) - 1], told


@dataclass(frozen=True, eq=False)
class Cells:
    """Up to CELL neighbouring readings each; arrays of length K unless they say otherwise."""

    lo: Rows  # first reading
    hi: Rows
    segment: Rows
    begin: Rows  # int64[S], first cell of each segment
    flaw: Mask  # holds readings that are not usable
    flawless: bool  # no cell has a flaw
    time: Times  # int64[N], of the batch
    value: Floats  # float64[N]
    quality: NDArray[np.uint8]  # uint8[N]
    heard: Times  # int64[S], last usable time before the batch, NEVER where there was none

    @staticmethod
    def of(value: Floats, quality: NDArray[np.uint8], time: Times, lo: Rows, hi: Rows, heard: Times) -> Cells:
        count = (hi - lo + CELL - 1) // CELL
        begin = np.cumsum(count) - count
        segment = np.repeat(np.arange(len(lo)), count)
        if len(segment) == len(lo):
            start, stop = lo, hi
        else:
            start = np.repeat(lo, count) + (np.arange(len(segment)) - np.repeat(begin, count)) * CELL
            stop = np.minimum(start + CELL, np.repeat(hi, count))
        return Cells(
            start,
            stop,
            segment,
            begin,
            flaws := _flaws(quality, start),
            not flaws.any(),
            time,
            value,
            quality,
            heard,
        )

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
            return self.time[self.lo[cell]], self.time[self.hi[cell] - 1]
        return self.first[cell], self.last[cell]

    @cached_property
    def heard_before(self) -> Times:
        """ns UTC of the last usable reading before each cell, of the batch or earlier; NEVER if none."""
        shifted = np.empty_like(self.last)
        shifted[1:] = self.last[:-1]
        shifted[self.begin] = self.heard
        if self.flawless:
            return shifted
        known = shifted != NEVER
        known[self.begin] = True
        return shifted[latest(known)]

    @cached_property
    def high(self) -> Floats:
        """Largest usable value, -inf where there is none."""
        return self.extremes[0] if "extremes" in self.__dict__ else self._extreme([HIGHEST])[0]

    @cached_property
    def low(self) -> Floats:
        """Smallest usable value, +inf where there is none."""
        return self.extremes[1] if "extremes" in self.__dict__ else self._extreme([LOWEST])[0]

    @cached_property
    def extremes(self) -> tuple[Floats, Floats]:
        """high and low. Who needs both asks here first, so that values are read from memory once."""
        high, low = self._extreme([HIGHEST, LOWEST])
        return high, low

    def _extreme(self, sides: list[tuple[np.ufunc, float]]) -> list[Floats]:
        made = _reduced([operation for operation, _ in sides], self.value, self.lo)
        if not self.flawless:
            cell, rows = self._usable_of_flawed()
            at = starts(cell)
            for column, (operation, none) in zip(made, sides, strict=True):
                column[self.flaw] = none
                if len(at) > 0:
                    column[cell[at]] = operation.reduceat(self.value[rows], at)
        return made

    @property
    def one_each(self) -> bool:
        """Every segment is one cell: a live tick, not a long batch."""
        return len(self.lo) == len(self.begin)

    @cached_property
    def into(self) -> Times:
        """ns from the usable reading before to the first one of each cell; 0 where either is missing."""
        known = (self.heard_before != NEVER) & (self.first != NEVER)
        return np.where(known, self.first - np.where(known, self.heard_before, 0), 0)

    @cached_property
    def steps(self) -> tuple[Times, Times]:
        """ns, longest and shortest step that ends in each cell, where every segment is one cell.

        Between readings of any quality: of use only where there is no flaw. 0 and FOREVER without a step.
        """
        shortest = np.where(self.into > 0, self.into, FOREVER)
        if len(self.lo) == len(self.time):
            return self.into, shortest
        step = np.diff(self.time, append=self.time[-1:])
        step[self.hi - 1] = 0
        longest = np.maximum(self.into, np.maximum.reduceat(step, self.lo))
        step[self.hi - 1] = FOREVER
        return longest, np.minimum(shortest, np.minimum.reduceat(step, self.lo))

    @cached_property
    def strides(self) -> tuple[Times, Times]:
        """ns, the longest and shortest time that STRIDE readings of each cell take, up to the next reading.

        One reading in STRIDE is looked at. A last, shorter stride of a segment counts as long as it is, and
        not as short. Of a cell with a flaw nothing is known: FOREVER and 0.
        """
        count = (self.hi - self.lo + STRIDE - 1) // STRIDE
        begin = np.cumsum(count) - count
        ends = np.append(self.lo[self.begin[1:]], len(self.time))
        cut = [
            self.time[a:b:STRIDE] for a, b in zip(self.lo[self.begin].tolist(), ends.tolist(), strict=True)
        ]
        time = np.concatenate(cut)
        took = np.empty_like(time)
        took[:-1] = time[1:] - time[:-1]
        final = np.append(begin[self.begin[1:]], len(time)) - 1
        took[final] = self.time[ends - 1] - time[final]
        longest = np.maximum.reduceat(took, begin)
        took[final] = FOREVER
        shortest = np.minimum.reduceat(took, begin)
        longest[self.flaw], shortest[self.flaw] = FOREVER, 0
        return longest, shortest

    def _usable_of_flawed(self) -> tuple[Rows, Rows]:
        """The usable readings of cells that hold others too: cell and position of each."""
        flawed = np.flatnonzero(self.flaw)
        length = self.hi[flawed] - self.lo[flawed]
        rows = expand(self.lo[flawed], length)
        good = worth(self.value[rows], self.quality[rows])
        return np.repeat(flawed, length)[good], rows[good]

    @cached_property
    def _ends(self) -> tuple[Times, Times]:
        first, last = self.time[self.lo], self.time[self.hi - 1]
        if self.flawless:
            return first, last
        first[self.flaw] = last[self.flaw] = NEVER
        cell, rows = self._usable_of_flawed()
        if len(rows) > 0:
            at = starts(cell)
            first[cell[at]] = self.time[rows[at]]
            last[cell[at]] = self.time[rows[np.append(at[1:], len(rows)) - 1]]
        return first, last


def worth(value: Floats, quality: NDArray[np.uint8]) -> Mask:
    """Usable, and of a size that a measurement can have; anything else counts as BAD."""
    return usable(quality) & (np.abs(value) <= LARGEST_VALUE)


def _tiles(lo: Rows, count: int) -> list[tuple[int, int]]:
    """Cells [a, b) of tiles of about TILE readings."""
    if count <= TILE:
        return [(0, len(lo))]
    cuts = np.unique(np.searchsorted(lo, np.arange(0, count, TILE)))
    bounds = np.append(cuts, len(lo)).tolist()
    return [(a, b) for a, b in pairwise(bounds) if b > a]


def _reduced(operations: list[np.ufunc], value: Floats, start: Rows) -> list[Floats]:
    """Each operation over each cell's values; NaN where there is one. Tile by tile, for the cache's sake."""
    if len(start) == len(value):
        return [value.copy() for _ in operations]
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
