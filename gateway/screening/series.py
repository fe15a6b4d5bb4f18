"""The readings of a batch as columns, in segments of one channel each, and how long strides of them take."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from gateway.dataclass import dataclass
from gateway.model import LARGEST_VALUE, SECOND, Floats, Mask, Times, usable
from gateway.screening.plan import FOREVER
from gateway.screening.ranges import Rows, every

if TYPE_CHECKING:
    from numpy.typing import NDArray

STRIDE: Final = 64  # readings at most, a power of two; one in so many times is read from memory
PACE_NS: Final = 70 * SECOND  # that a stride takes about at most, where no rule's window says less


@dataclass(frozen=True, eq=False)
class Series:
    """Readings sorted by (segment, time); N of them in S segments."""

    time: Times  # int64[N]
    value: Floats  # float64[N], NaN exactly where a reading is not usable
    quality: NDArray[np.uint8]  # uint8[N]
    lo: Rows  # int64[S], first reading of each segment
    hi: Rows  # int64[S]
    heard: Times  # int64[S] ns UTC, last usable time before the batch, NEVER where there was none
    pace: Times  # int64[S] ns, how long a stride may well take

    @cached_property
    def longest(self) -> int:
        """Readings in the longest segment."""
        return int((self.hi - self.lo).max(initial=0))

    @cached_property
    def good(self) -> Rows:
        """Positions of all usable readings."""
        return np.flatnonzero(worth(self.value, self.quality))

    @cached_property
    def strides(self) -> Strides:
        return Strides.of(self.time, self.lo, self.hi, self.pace)


@dataclass(frozen=True, eq=False)
class Strides:
    """How long so many readings of any quality take, from the first of them to the one behind them.

    One reading of each stride is looked at. The last of a segment, which may be shorter, counts as long as it
    is, and not as short.
    """

    each: Rows  # int64[S], readings in a stride: a power of two, at most STRIDE
    begin: Rows  # int64[S], the first stride of each segment
    longest: Times  # int64[T] ns
    shortest: Times  # int64[T] ns, FOREVER for the last of a segment

    @staticmethod
    def of(time: Times, lo: Rows, hi: Rows, pace: Times) -> Strides:
        each = _readings_in(pace, time[hi - 1] - time[lo], hi - lo)
        count = (hi - lo + each - 1) // each
        end = np.cumsum(count)
        first = every(time, (lo, hi), each, count)
        longest = np.empty_like(first)
        np.subtract(first[1:], first[:-1], out=longest[:-1])
        longest[end - 1] = time[hi - 1] - first[end - 1]
        shortest = longest.copy()
        shortest[end - 1] = FOREVER
        return Strides(each, end - count, longest, shortest)


def worth(value: Floats, quality: NDArray[np.uint8]) -> Mask:
    """Usable, and of a size that a measurement can have; anything else counts as BAD."""
    return usable(quality) & (np.abs(value) <= LARGEST_VALUE)


def _readings_in(pace: Times, length: Times, count: Rows) -> Rows:
    """The largest power of two, at most STRIDE, of readings that on average take no longer than `pace`."""
    fit = np.maximum(count - 1, 1) / np.maximum(length, 1) * pace
    return np.exp2(np.floor(np.log2(np.clip(fit, 1, STRIDE)))).astype(np.int64)
