"""A batch of readings: segments of one channel each, and what the screen knew of these channels before."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from gateway.dataclass import dataclass
from gateway.model import Floats, Mask, Quality, Samples, Times
from gateway.screening.cells import Cells
from gateway.screening.excursion import NEVER
from gateway.screening.history import History
from gateway.screening.ranges import Rows, chosen, expand, first_at, latest
from gateway.screening.series import Series, worth

if TYPE_CHECKING:
    from numpy.typing import NDArray

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
        hi = np.concatenate((lo[1:], [len(samples)]))
        before = channels[chosen(row, len(channels))].copy()
        series = Series(
            samples.time, samples.value, samples.quality, lo, hi, before["heard"], history.pace[row]
        )
        return Batch(
            samples.time,
            samples.value,
            samples.quality,
            row,
            lo,
            hi,
            before,
            Cells.of(series),
            channels,
            history,
        )

    def without(self, spoiled: Rows) -> Batch:
        """The same batch with these readings BAD."""
        if len(spoiled) == 0:
            return self
        value, quality = self.value.copy(), self.quality.copy()
        value[spoiled], quality[spoiled] = np.nan, Quality.BAD
        series = replace(self.cells.series, value=value, quality=quality)
        return replace(self, value=value, quality=quality, cells=Cells.of(series))

    @cached_property
    def whole(self) -> Batch:
        """The same with each segment as one cell."""
        return replace(self, cells=self.cells.whole)

    def finer(self, cell: Rows) -> Batch:
        """The same with these cells, which rise, cut into small ones."""
        return replace(self, cells=self.cells.finer(cell))

    @property
    def seen(self) -> Times:
        """ns UTC of each segment's last reading, int64[S]."""
        return self.time[self.hi - 1]

    def usable(self, rows: Rows) -> Mask:
        """Which of these readings a value rule may look at."""
        return worth(self.value[rows], self.quality[rows])

    @property
    def good(self) -> Rows:
        """Positions of all usable readings."""
        return self.cells.series.good

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
        if self.cells.flawless:
            self.history.append(self.row, self.lo, self.hi, self.time, self.value)
            return
        span = self.history.span[self.row]
        heard = self.after["heard"]  # unusable readings push nothing out
        lo = first_at(self.time, self.lo, self.hi, np.maximum(heard, NEVER + span) - span + 1)
        count, time, value = self.readings(np.where(span > 0, lo, self.hi), self.hi)
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
