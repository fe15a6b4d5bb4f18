"""What stands for readings of a channel in a picture: how many, extremes, mean, first, last, longest gap.

A row stands for one reading or for many; rows are put together to rows of longer times. Nothing of a reading
that is no value gets into the values, but it is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from gateway.dataclass import dataclass
from gateway.model import Floats, Mask, Quality, Samples, Times, usable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Index = NDArray[np.intp]
EARLIEST: Final = np.iinfo(np.int64).min
PLACES: Final = 6  # decimals of a sum that are kept: what is behind them is noise of the addition


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Columns of equal length. Values are NaN exactly where no reading has one (`usable` is 0).

    `first` and `last`, with their times, are those of readings with a value, or of any where none has one;
    `gap_ns` is the longest time between two readings with a value.
    """

    start: Times  # int64[N], ns UTC
    good: Times  # int64[N]: how many
    uncertain: Times
    bad: Times
    no_data: Times
    low: Floats  # float64[N]
    high: Floats
    sum: Floats  # 0.0 where there is no value
    first: Floats
    last: Floats
    first_ns: Times  # int64[N], ns UTC
    last_ns: Times
    gap_ns: Times  # int64[N]

    def __len__(self) -> int:
        return len(self.start)

    @property
    def usable(self) -> Times:
        """int64[N]: how many readings have a value."""
        return self.good + self.uncertain

    @property
    def count(self) -> Times:
        """int64[N]: how many readings of any quality."""
        return self.usable + self.bad + self.no_data

    @property
    def mean(self) -> Floats:
        """float64[N]; NaN where there is no value."""
        many = self.usable
        mean: Floats = np.divide(self.sum, many, out=np.full(len(self), np.nan), where=many > 0)
        return mean

    def take(self, which: Mask | Index | slice) -> Rows:
        return _rows(getattr(self, one.name)[which] for one in fields(self))

    @staticmethod
    def concatenate(parts: Sequence[Rows]) -> Rows:
        if not parts:
            return of_samples(Samples.empty())
        return _rows(np.concatenate([getattr(p, one.name) for p in parts]) for one in fields(Rows))


def _rows(columns: Iterable[Any]) -> Rows:
    """Of columns in the order of its fields."""
    return Rows(*columns)


def of_samples(samples: Samples) -> Rows:
    """Each reading as a row."""
    has_value = usable(samples.quality)
    good, uncertain, bad, no_data = ((samples.quality == one).astype(np.int64) for one in Quality)
    value = np.where(has_value, samples.value, np.nan)
    total = np.where(has_value, samples.value, 0.0)
    time, none = samples.time, np.zeros(len(samples), np.int64)
    return Rows(time, good, uncertain, bad, no_data, value, value, total, value, value, time, time, none)


def reduced(rows: Rows, width_ns: int) -> Rows:
    """Rows of one channel, put together by parts of time of this width; parts without any are absent.

    Of equal times those that stand later count as later.
    """
    if not len(rows):
        return rows
    part = rows.start // width_ns
    order = np.lexsort((rows.first_ns, part))
    return _reduced(rows.take(order), part[order], width_ns)


def _reduced(rows: Rows, part: Times, width_ns: int) -> Rows:
    begins = np.flatnonzero(np.concatenate([[True], part[1:] != part[:-1]]))
    whose = np.repeat(np.arange(len(begins)), np.diff([*begins.tolist(), len(rows)]))  # intp[N]: its part
    index, has_value = np.arange(len(rows)), rows.usable > 0
    decides = has_value | ~np.logical_or.reduceat(has_value, begins)[whose]
    first = np.minimum.reduceat(np.where(decides, index, len(rows)), begins)
    latest = np.maximum.reduceat(np.where(decides, rows.last_ns, EARLIEST), begins)
    is_last = decides & (rows.last_ns == latest[whose])
    last = np.maximum.reduceat(np.where(is_last, index, -1), begins)
    return Rows(
        start=part[begins] * width_ns,
        good=np.add.reduceat(rows.good, begins),
        uncertain=np.add.reduceat(rows.uncertain, begins),
        bad=np.add.reduceat(rows.bad, begins),
        no_data=np.add.reduceat(rows.no_data, begins),
        low=np.fmin.reduceat(rows.low, begins),
        high=np.fmax.reduceat(rows.high, begins),
        sum=np.add.reduceat(rows.sum, begins).round(PLACES),
        first=rows.first[first],
        last=rows.last[last],
        first_ns=rows.first_ns[first],
        last_ns=latest,
        gap_ns=np.maximum.reduceat(_gaps(rows, has_value, index > first[whose]), begins),
    )


def _gaps(rows: Rows, has_value: Mask, is_behind: Mask) -> Times:
    """int64[N]: the longest of each row, or since the row before it in its part. Sorted by time."""
    reached = np.maximum.accumulate(np.where(has_value, rows.last_ns, EARLIEST))
    since = rows.first_ns[1:] - np.maximum(reached[:-1], 0)
    between = np.where(has_value[1:] & is_behind[1:], since, 0)
    gaps: Times = np.maximum(rows.gap_ns, np.concatenate([[0], between]))
    return gaps
