"""The three clocks of a channel over any interval: in range, out of range, not proven; and its kinetic mean.

They add up to the interval exactly, in whole ns, and the clocks of neighbouring intervals add up to those of
the whole. Only stretches between usable readings not longer than max_gap, with no unusable reading in
them, prove anything; the straight line in between is out of range from its crossing, rounded to whole ns.
A stretch with an UNCERTAIN reading at either end can be out of range, but never proves that it was in range.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from gateway.dataclass import dataclass
from gateway.model import Floats, Mask, Quality, Samples, Times
from gateway.screening.gaps import Gaps
from gateway.screening.series import worth
from gateway.screening.totals import Stretches

ACTIVATION_K: Final = 10_000.0  # dH/R of the mean kinetic temperature (83.144 kJ/mol; USP <1079.2>)
ZERO_K: Final = 273.15


@dataclass(frozen=True, slots=True)
class Clocks:
    """ns of an interval; the three add up to its length."""

    in_range_ns: int
    out_of_range_ns: int
    unproven_ns: int

    @staticmethod
    def total(parts: Sequence[Clocks]) -> Clocks:
        """Of intervals that follow one another."""
        return Clocks(
            sum(part.in_range_ns for part in parts),
            sum(part.out_of_range_ns for part in parts),
            sum(part.unproven_ns for part in parts),
        )


def clocks(
    readings: Samples, gaps: Gaps, start_ns: int, end_ns: int, low: float | None, high: float | None
) -> Clocks:
    """The clocks of one channel over [start, end); in range is low <= value <= high, None for no limit;
    `gaps` are the channel's.

    `readings` are the channel's, sorted by time, each time once (resolve.py), and reach from the last usable
    one at or before `start_ns` to the first at or after `end_ns`, where there are such.
    Raises ValueError for an interval that ends before it starts, or limits that exclude each other.
    """
    if end_ns < start_ns:
        raise ValueError("the interval ends before it starts")
    if low is not None and high is not None and low > high:
        raise ValueError(f"no value lies between low {low} and high {high}")
    time, value, proven, certain = _stretches(readings, gaps)
    before, after = time[:-1], time[1:]
    shown = _overlap(before, after, start_ns, end_ns) * proven
    too_low = outside = np.zeros(len(after), np.int64)
    if low is not None:
        too_low = _beyond(time, -value, proven, -low)
        outside = _counted(too_low, before, after, value[:-1] < low, start_ns, end_ns)
    if high is not None:
        too_high = np.minimum(_beyond(time, value, proven, high), after - before - too_low)
        outside = outside + _counted(too_high, before, after, value[:-1] > high, start_ns, end_ns)
    inside, out = int(((shown - outside) * certain).sum()), int(outside.sum())
    return Clocks(inside, out, end_ns - start_ns - inside - out)


def mean_kinetic_temperature_degC(readings: Samples, gaps: Gaps, lowest_allowed_degC: float) -> float | None:
    """Mean kinetic temperature over the proven stretches, each reading weighted with half of those beside it.

    None, "not applicable", for a profile whose range reaches 0 degC or below (chemistry in frozen and
    cryogenic product does not follow Arrhenius from above), and where nothing is proven.
    """
    if lowest_allowed_degC <= 0.0:
        return None
    time, value, proven, _ = _stretches(readings, gaps)
    share = (np.diff(time) * proven).astype(np.float64)
    weight = np.append(share, 0.0) + np.append(0.0, share)
    counted = (weight > 0.0) & (value > -ZERO_K)
    if not counted.any():
        return None
    exponent = -ACTIVATION_K / (value[counted] + ZERO_K)
    top = float(exponent.max())
    mean = float((weight[counted] * np.exp(exponent - top)).sum() / weight[counted].sum())
    return ACTIVATION_K / -(top + float(np.log(mean))) - ZERO_K


def _stretches(readings: Samples, gaps: Gaps) -> tuple[Times, Floats, Mask, Mask]:
    """Usable readings, and of each stretch between two of them whether it is known, and known for certain."""
    good = np.flatnonzero(worth(readings.value, readings.quality))
    time, value = readings.time[good], readings.value[good]
    only = np.zeros(max(len(time) - 1, 0), np.int64)
    proven = gaps.bridges(only, time[:-1], time[1:]) & (np.diff(good) == 1)
    sure = readings.quality[good] == Quality.GOOD
    return time, value, proven, sure[1:] & sure[:-1]


def _beyond(time: Times, value: Floats, proven: Mask, limit: float) -> Times:
    """ns of each stretch above the limit."""
    if len(time) < 2:
        return np.zeros(0, np.int64)
    limits = np.full(len(proven), limit)
    return Stretches.between(time[:-1], value[:-1], time[1:], value[1:], proven, limits).beyond


def _counted(beyond: Times, before: Times, after: Times, leads: Mask, start_ns: int, end_ns: int) -> Times:
    """ns within the interval of what lies beyond: at a stretch's begin where it `leads`, else at its end."""
    begin = np.where(leads, before, after - beyond)
    return _overlap(begin, begin + beyond, start_ns, end_ns)


def _overlap(begin: Times, end: Times, start_ns: int, end_ns: int) -> Times:
    shared: Times = np.maximum(np.minimum(end, end_ns) - np.maximum(begin, start_ns), 0)
    return shared
