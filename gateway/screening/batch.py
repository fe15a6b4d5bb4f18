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
from gateway.screening.ranges import Rows, expand, first_at, latest, starts

CELL: Final = 512  # readings; small enough that one bad moment makes little work, large enough to cost little
TILE: Final = 64 * CELL  # readings of which values and times stay in the second-level cache

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
        before = channels[row]
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
        heard[self.row] = self.after()["heard"]
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
        lo = first_at(self.time, self.lo, self.hi, self.seen - span + 1)
        lo = np.where(span > 0, lo, self.hi)
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
    high: Floats  # largest usable value, -inf where there is none
    low: Floats  # smallest usable value, +inf where there is none
    first: Times  # ns UTC of the first usable reading, NEVER where there is none
    last: Times  # ns UTC of the last usable reading, NEVER where there is none
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
        high, low = _extremes(value, start)
        cells = Cells(
            start,
            stop,
            segment,
            begin,
            high,
            low,
            time[start],
            time[stop - 1],
            flaws := _flaws(quality, start, high, low),
            not flaws.any(),
            time,
            value,
            quality,
            heard,
        )
        if not cells.flawless:
            cells._mend()
        return cells

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
    def step(self) -> Times:
        """ns, largest step between successive usable readings that ends in the cell; 0 if there is none."""
        known = (self.heard_before != NEVER) & (self.first != NEVER)
        into = np.where(known, self.first - np.where(known, self.heard_before, 0), 0)
        if len(self.lo) == len(self.time):
            return into
        return np.maximum(into, self._step_inside())

    def _step_inside(self) -> Times:
        inside = np.zeros(len(self.lo), np.int64)
        scratch = np.empty(TILE + CELL, np.int64)
        for a, b in _tiles(self.lo, len(self.time)):
            base, end = self.lo[a], self.hi[b - 1]
            steps = scratch[: end - base]
            np.subtract(self.time[base + 1 : end], self.time[base : end - 1], out=steps[:-1])
            steps[self.hi[a:b] - 1 - base] = 0
            inside[a:b] = np.maximum.reduceat(steps, self.lo[a:b] - base)
        if not self.flawless:
            cell, rows = self._usable_of_flawed()
            inside[np.flatnonzero(self.flaw)] = 0
            steps = np.diff(self.time[rows], prepend=0)
            at = starts(cell)
            steps[at] = 0
            if len(at) > 0:
                inside[cell[at]] = np.maximum.reduceat(steps, at)
        return inside

    def _usable_of_flawed(self) -> tuple[Rows, Rows]:
        """The usable readings of cells that hold others too: cell and position of each."""
        flawed = np.flatnonzero(self.flaw)
        length = self.hi[flawed] - self.lo[flawed]
        rows = expand(self.lo[flawed], length)
        good = worth(self.value[rows], self.quality[rows])
        return np.repeat(flawed, length)[good], rows[good]

    def _mend(self) -> None:
        """Take the readings that are not usable out of the flawed cells' columns (in place)."""
        self.high[self.flaw], self.low[self.flaw] = -np.inf, np.inf
        self.first[self.flaw] = self.last[self.flaw] = NEVER
        cell, rows = self._usable_of_flawed()
        if len(rows) == 0:
            return
        at = starts(cell)
        which = cell[at]
        self.high[which] = np.maximum.reduceat(self.value[rows], at)
        self.low[which] = np.minimum.reduceat(self.value[rows], at)
        self.first[which] = self.time[rows[at]]
        self.last[which] = self.time[rows[np.append(at[1:], len(rows)) - 1]]


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


def _extremes(value: Floats, start: Rows) -> tuple[Floats, Floats]:
    """Largest and smallest value of each cell; NaN where it holds a NaN."""
    if len(start) == len(value):
        return value.copy(), value.copy()
    high, low = np.empty(len(start)), np.empty(len(start))
    for a, b in _tiles(start, len(value)):
        base = start[a]
        tile = value[base : start[b] if b < len(start) else len(value)]
        np.maximum.reduceat(tile, start[a:b] - base, out=high[a:b])
        np.minimum.reduceat(tile, start[a:b] - base, out=low[a:b])
    return high, low


def _flaws(quality: NDArray[np.uint8], start: Rows, high: Floats, low: Floats) -> Mask:
    sane = (high <= LARGEST_VALUE) & (low >= -LARGEST_VALUE)
    if usable(quality.max(initial=0)):
        return np.asarray(~sane)
    return np.asarray(~(sane & usable(np.maximum.reduceat(quality, start))))
