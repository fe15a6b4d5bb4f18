"""The numbers on an excursion: exact sums over stretches, in integers, so that no order changes them.

A stretch is the straight line between two successive usable readings. It is proven when it is no longer
than the channel's max_gap and no unusable reading lies in it. Of a proven stretch from (t0, x0) to (t1, x1),
seen from a limit L, with up = max(x0 - L, 0) + max(x1 - L, 0) and whole = |x0 - L| + |x1 - L|:

    part   = up / whole                    the share of the stretch that lies beyond; 0 where whole is 0
    beyond = round(part * (t1 - t0))       ns, half to even; exactly t1 - t0 where part is 1
    degree = round(up / 2 * part * (t1 - t0))    unit x ns, at most 2**62

An unproven stretch is neither beyond nor in range: all of it counts as unproven.

Where a rule goes out of force between two readings, the last stretch ends there. It goes on to the next
reading only where that is of the same place (`superseded`), else it is unproven.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from gateway.dataclass import dataclass
from gateway.model import Floats, Mask, Times
from gateway.screening.excursion import NEVER
from gateway.screening.findings import LIMB, TOTALS
from gateway.screening.ranges import Rows, first_largest, total

if TYPE_CHECKING:
    from numpy.typing import NDArray

LARGEST_AREA: Final = float(2**62)  # unit x ns of one stretch: 1e9 degC for 53 days


@dataclass(frozen=True, eq=False)
class Stretches:
    """The stretch that ends at each row; of no length where a row has none before it."""

    beyond: Times  # int64[n], ns
    degree: Times  # int64[n], unit x ns
    unproven: Times  # int64[n], ns

    @staticmethod
    def between(
        time_before: Times, before: Floats, time: Times, now: Floats, proven: Mask, limit: Floats
    ) -> Stretches:
        """`limit` float64[n] or [1]. Where both ends are beyond, part is 1; where neither is, all is 0."""
        shown = time - time_before
        unproven = np.where(proven, 0, shown)
        shown -= unproven
        far, far_before = now - limit, before - limit
        above, was_above = far > 0.0, far_before > 0.0
        crosses = np.flatnonzero(above != was_above)
        part, beyond = _crossing(far_before[crosses], far[crosses], shown[crosses])
        degree = far_before
        degree += far
        degree *= 0.5
        degree[crosses] = part
        degree *= shown
        np.rint(np.minimum(degree, LARGEST_AREA, out=degree), out=degree)
        outside = ~(above | was_above)
        degree[outside] = shown[outside] = 0
        shown[crosses] = beyond
        return Stretches(shown, degree.astype(np.int64), unproven)

    @staticmethod
    def until(
        end: Times, time_before: Times, before: Floats, time: Times, now: Floats, proven: Mask, limit: Floats
    ) -> Stretches:
        """Of such stretches, which reach `end`, what lies before it: beyond as it is of the whole line."""
        whole = Stretches.between(time_before, before, time, now, proven, limit).beyond
        begin = np.where(before > limit, time_before, time - whole)
        beyond = np.maximum(np.minimum(begin + whole, end) - begin, 0)
        at_end = before + (now - before) * ((end - time_before) / (time - time_before))
        part = Stretches.between(time_before, before, end, at_end, proven, limit)
        return Stretches(beyond, part.degree, part.unproven)


def _crossing(before: Floats, now: Floats, length: Times) -> tuple[Floats, Times]:
    """Of stretches with one end beyond: up / 2 * part, and the ns beyond."""
    up = np.maximum(before, 0.0) + np.maximum(now, 0.0)
    part = up / (np.abs(before) + np.abs(now))
    crossing = np.minimum(np.rint(part * length).astype(np.int64), length)
    return 0.5 * up * part, np.where(part == 1.0, length, crossing)


def blank(count: int) -> NDArray[Any]:
    """TOTALS over nothing."""
    made = np.zeros(count, TOTALS)
    made["extreme"], made["extreme_at"], made["last"] = -np.inf, NEVER, NEVER
    return made


def over(
    time: Times, value: Floats, stretches: Stretches, rows: tuple[Rows, Rows], within: tuple[Rows, Rows]
) -> NDArray[Any]:
    """TOTALS of ranges: readings at rows [lo, hi), stretches that end at rows [lo, hi) of `within`."""
    lo, hi = rows
    made = blank(len(lo))
    some = np.flatnonzero(hi > lo)
    if len(some) > 0:
        lo, hi = lo[some], hi[some]
        at = first_largest(value, lo, hi)
        made["extreme"][some], made["extreme_at"][some] = value[at], time[at]
        made["readings"][some], made["last"][some] = hi - lo, time[hi - 1]
    lo, hi = within
    some = np.flatnonzero(hi > lo)
    if len(some) > 0:
        lo, hi = lo[some], hi[some]
        made["beyond"][some] = total(stretches.beyond, lo, hi)
        made["unproven"][some] = total(stretches.unproven, lo, hi)
        if int(stretches.degree.max()) * len(stretches.degree) < 2**63:
            made["degree_low"][some] = total(stretches.degree, lo, hi)
        else:
            made["degree_high"][some] = total(stretches.degree >> LIMB, lo, hi)
            made["degree_low"][some] = total(stretches.degree & (2**LIMB - 1), lo, hi)
    _carry(made)
    return made


def joined(earlier: NDArray[Any], later: NDArray[Any]) -> NDArray[Any]:
    """TOTALS over two neighbouring stretches of time; of equal extremes the earlier one stands."""
    made = later.copy()
    keep = earlier["extreme"] >= later["extreme"]
    for name in ("extreme", "extreme_at"):
        made[name] = np.where(keep, earlier[name], later[name])
    for name in ("beyond", "degree_high", "degree_low", "unproven", "readings"):
        made[name] += earlier[name]
    made["last"] = np.maximum(earlier["last"], later["last"])
    _carry(made)
    return made


def _carry(numbers: NDArray[Any]) -> None:
    """Keep LIMB bits in the lower half of degree-time (in place), so that equal sums look the same."""
    numbers["degree_high"] += numbers["degree_low"] >> LIMB
    numbers["degree_low"] &= 2**LIMB - 1
