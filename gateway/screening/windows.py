"""What rules that look back see: for each row of a run, the usable readings in (t - window, t].

A window holds at most the latest MOST readings.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gateway.dataclass import dataclass
from gateway.model import Floats, Times
from gateway.screening import history
from gateway.screening.batch import Batch
from gateway.screening.latch import Runs
from gateway.screening.members import Members
from gateway.screening.plan import FOREVER
from gateway.screening.ranges import Rows, expand, first_at, first_in_windows, interleaved, most, pieces


@dataclass(frozen=True, eq=False)
class Windows:
    """Readings of the runs and of the windows before them, and each row's window [begin, at] in them."""

    time: Times  # int64[x]
    value: Floats  # float64[x], canonical unit
    whole: Rows  # int64[m], readings of each run, with those before it
    base: Rows  # int64[m], where the run's own rows begin
    own: Rows  # int64[m], how many these are
    at: Rows  # int64[n], the row itself
    begin: Rows  # int64[n], the oldest reading of the row's window

    @staticmethod
    def of(batch: Batch, runs: Runs, members: Members, window: Times) -> Windows:
        """`window` int64[I] ns, of each member."""
        first, member = runs.first, runs.member
        segment = np.searchsorted(batch.lo, first, "right") - 1
        since = np.maximum(runs.time[runs.lo] - window[member], members.sees_after[member])
        lo = first_at(batch.time, batch.lo[segment], first, since + 1)
        reach = np.where(lo == batch.lo[segment], since, FOREVER)
        parts = [batch.history.after(batch.row[segment], reach), batch.readings(lo, first)]
        count = runs.hi - runs.lo
        own = (count, runs.time, runs.said)
        time, value, whole, base = interleaved([*parts, own])
        at = expand(base, count)
        floor = base - parts[0][0] - parts[1][0]
        begin = first_in_windows(time, floor, (base, count), runs.time - runs.of_rows(window) + 1)
        begin = np.maximum(begin, at - history.MOST + 1)
        return Windows(time, value, whole, base, count, at, begin)

    def now(self, column: NDArray[Any]) -> NDArray[Any]:
        """column[at]"""
        return pieces(column, self.base, self.base + self.own)

    @property
    def count(self) -> Rows:
        """Readings in each window."""
        return self.at - self.begin + 1


def spread(windows: Windows) -> Floats:
    """Largest minus smallest value of each row's window, float64[n]."""
    high: Floats = most(np.maximum, windows.value, windows.begin, windows.at)
    low: Floats = most(np.minimum, windows.value, windows.begin, windows.at)
    return high - low
