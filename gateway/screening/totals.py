"""The numbers on an excursion: exact sums over stretches, in integers, so that no order changes them.

A stretch is the straight line between two successive usable readings. It is proven when it is no longer
than the channel's max_gap and no unusable reading lies in it. Of a proven stretch from (t0, x0) to (t1, x1),
seen from a limit L, with up = max(x0 - L, 0) + max(x1 - L, 0) and whole = |x0 - L| + |x1 - L|:

    part   = up / whole                    the share of the stretch that lies beyond; 0 where whole is 0
    beyond = round(part * (t1 - t0))       ns, half to even; exactly t1 - t0 where part is 1
    degree = round(up / 2 * part * (t1 - t0))    unit x ns, at most 2**62

An unproven stretch is neither beyond nor in range: all of it counts as unproven.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gateway.model import Floats, Mask, Times
from gateway.screening.excursion import LIMB, NEVER, TOTALS
from gateway.screening.ranges import Rows, first_equal, largest, total

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
        length = time - time_before
        far_before, far_now = before - limit, now - limit
        up = np.maximum(far_before, 0.0) + np.maximum(far_now, 0.0)
        whole = np.abs(far_before) + np.abs(far_now)
        part = up / np.where(whole > 0.0, whole, 1.0) * proven
        span = length.astype(np.float64)
        crossing = np.minimum(np.rint(part * span).astype(np.int64), length)
        beyond = np.where(part == 1.0, length, crossing)
        degree = np.rint(np.minimum(0.5 * up * part * span, LARGEST_AREA)).astype(np.int64)
        return Stretches(beyond, degree, length * ~proven)


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
    made["extreme"] = largest(value, lo, hi)
    filled = hi > lo
    made["readings"] = np.where(filled, hi - lo, 0)
    at = first_equal(value, lo, hi, made["extreme"])
    made["extreme_at"][filled] = time[at[filled]]
    made["last"][filled] = time[hi[filled] - 1]
    made["beyond"] = total(stretches.beyond, *within)
    made["unproven"] = total(stretches.unproven, *within)
    made["degree_high"] = total(stretches.degree >> LIMB, *within)
    made["degree_low"] = total(stretches.degree & (2**LIMB - 1), *within)
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
    return made
