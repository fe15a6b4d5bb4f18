"""How long until something that warms up is as warm as a limit: the other half of holdtime.py. Pure.

A body that nothing cools any more warms by the heat that leaks in. Two laws say how that becomes less as it
nears its surroundings: dT/dt = k (Ta - T), conduction, and dT/dt = k (Ta^4 - T^4), radiation through the
insulation. Each is a straight line in u(T) = integral of dT over the drive, so one fit of a line gives the
time left under each, (u(limit) - u(now)) / k; where they differ, the range has both.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import numpy as np

from gateway.alarms.call import TimeLeft
from gateway.alarms.holdtime import STALE, TEN_PERCENT, WARMING, WIDEST, Estimate, NotKnown, Standing, spoken
from gateway.alarms.trend import (
    LEAST_READINGS,
    Line,
    Readings,
    running_median,
    steadiest,
    steeper_by,
    tidy,
    too_few,
)
from gateway.model import Floats, Times

SURROUNDINGS_DEGC: Final = 22.0
OLD_S: Final = 3600.0  # beside three times between two readings: the last one says nothing of now
LEAST_RISE_S: Final = 600.0  # a lid is open for less, and a compressor may start again
LEAST_RISE_K: Final = 0.3
USUAL: Final = (10.0, 90.0)  # percentiles of what it did before it began to rise
LEAST_CROSSINGS: Final = 6  # of its median: it cycled
BEYOND_USUAL: Final = 1.5  # of the time between two of them
FOOT: Final = 0.05  # of the height of a rise: below it has not begun
WANDERS: Final = 0.5  # of the way to the limit: a tenth of the time before beyond it, and it comes back
GOES_ON: Final = 0.25  # of the change (log) between the halves of a rise: its slope goes on changing
UNSTEADY: Final = 0.4  # log; where one half does not rise at all
UNEVEN: Final = 0.75  # of its distance from a line, as a share of its height
SLOPE_ERROR: Final = 1.25  # of the error that a slope has by its own scatter
UNSURE: Final = 0.2  # of a slope: with a larger error it may be that of the time before the rise
AGREES: Final = 1.0  # standard errors, of two windows: a probe and a cabinet warm in two steps
SURROUNDINGS_SPREAD_K: Final = 4.0
STEADINESS: Final = 0.03
_ZERO_K: Final = 273.15
Law = Callable[[Floats, float], Floats]


def by_warming(
    time: Times,
    value_degC: Floats,
    limit_degC: float,
    until: str,
    now_ns: int,
    surroundings_degC: float = SURROUNDINGS_DEGC,
) -> Estimate:
    """Until `limit_degC`, from readings of a temperature that rises.

    Assumes: nothing cools it, the heat leak stays as it is now, and its surroundings are as warm as said.
    """
    if limit_degC >= surroundings_degC - 1.0:
        return NotKnown(
            f"it cannot be said for a limit that is near its surroundings ({surroundings_degC:g} °C)"
        )
    readings = tidy(time, value_degC, now_ns)
    if len(readings) < LEAST_READINGS:
        return NotKnown(too_few(len(readings)))
    rise = _rise(readings)
    if float(readings.value[-1]) >= limit_degC:
        return NotKnown("it is beyond the limit already", Standing.THERE)
    if (why_not := _no_rise(readings, rise)) is not None:
        return why_not
    if _wanders(readings, rise, limit_degC):
        return NotKnown("it went far towards the limit before, and came back: what moves it is not known")
    found = [_under(law, rise, limit_degC, surroundings_degC) for law in (_conduction, _radiation)]
    ranges = [one for one in found if one is not None]
    if not ranges:
        return NotKnown("it does not rise clearly enough")
    lowest, highest = min(r[0] for r in ranges), max(r[1] for r in ranges)
    if highest - max(lowest, 0.0) > 2.0 * TEN_PERCENT * WIDEST:
        return NotKnown("its readings scatter too much")
    return TimeLeft(until, math.exp(lowest), math.exp(highest), WARMING)


def _rise(readings: Readings) -> Readings:
    """From where it was lowest last: of the part before now that never falls by more than it scatters."""
    value = running_median(readings.value)
    least_behind = np.minimum.accumulate(value[::-1])[::-1]
    deepest = np.maximum.accumulate((value - least_behind)[::-1])[::-1]
    allowed = 6.0 * readings.noise + 1.5 * readings.step
    first = int(np.argmax(deepest <= allowed))
    rising = value[first:]
    low = float(np.min(rising)) + max(2.0 * readings.noise, FOOT * float(rising[-1] - np.min(rising)))
    return readings.since(float(readings.t_s[first + int(np.flatnonzero(rising <= low)[-1])]))


def _no_rise(readings: Readings, rise: Readings) -> NotKnown | None:
    """None where it rises, and more than it usually does."""
    lasted_s, height = -float(rise.t_s[0]), float(rise.value[-1] - rise.value[0])
    age_s = -float(rise.t_s[-1])
    usually_s = float(np.median(np.diff(readings.t_s)))
    if age_s > OLD_S + 3.0 * usually_s and age_s > STALE * lasted_s:
        return NotKnown(f"its last reading is {spoken(age_s)} old")
    if height < max(LEAST_RISE_K, 6.0 * readings.noise, 2.0 * readings.step):
        return NotKnown("it does not rise", Standing.CALM)
    if len(rise) < LEAST_READINGS or lasted_s - age_s < LEAST_RISE_S:
        return NotKnown(f"it has risen for {spoken(lasted_s - age_s)} only")
    if _is_usual(readings, rise, lasted_s):
        return NotKnown("it rises no more than it usually does", Standing.CALM)
    return None


def _is_usual(readings: Readings, rise: Readings, lasted_s: float) -> bool:
    """Whether it cycled before, and is where it was in every cycle, and no longer on its way than then."""
    before = readings.t_s < rise.t_s[0]
    if np.count_nonzero(before) < 4 * LEAST_READINGS:
        return False
    value = running_median(readings.value[before])
    above = value > np.median(value)
    crossings = readings.t_s[before][1:][above[1:] != above[:-1]]
    if len(crossings) < LEAST_CROSSINGS:
        return False
    low, high = np.percentile(value, USUAL)
    is_longer = lasted_s > BEYOND_USUAL * float(np.percentile(np.diff(crossings), 90.0))
    return not is_longer and float(rise.value[-1]) <= high + (high - low) / 2.0 + 3.0 * readings.noise


def _wanders(readings: Readings, rise: Readings, limit_degC: float) -> bool:
    """Whether it went far towards the limit before, and came back: then it follows neither law."""
    before, low = readings.until(float(rise.t_s[0])).value, float(rise.value[0])
    if len(before) < LEAST_READINGS:
        return False
    return float(np.percentile(before, 90.0)) > low + WANDERS * (limit_degC - low)


def _under(law: Law, rise: Readings, limit: float, surroundings: float) -> tuple[float, float] | None:
    """Logarithms of 10 and 90 % of the time left (s) under one law; None without a clear line."""
    below = rise.value < surroundings - 0.1
    u = law(rise.value[below], surroundings)
    per_K = _steepness(law, limit, surroundings)
    in_u = Readings(rise.t_s[below], u, rise.noise * per_K, rise.step * per_K)
    line = steadiest(in_u, AGREES)
    if line is None or line.per_s_error > UNSURE * line.per_s:
        return None
    left = float(law(np.array([limit]), surroundings)[0]) - line.now
    if left <= 0.0:
        return None
    change = steeper_by(in_u)
    middle = math.log(left / line.per_s) - (0.0 if change is None else GOES_ON * min(max(change, -1.0), 1.0))
    spread = math.hypot(
        SLOPE_ERROR * line.per_s_error / line.per_s,
        line.now_error / left,
        STEADINESS,
        UNEVEN * _unevenness(in_u, line),
        UNSTEADY if change is None else 0.0,
        _of_surroundings(law, float(rise.value[-1]), limit, surroundings),
    )
    return middle - TEN_PERCENT * spread, middle + TEN_PERCENT * spread


def _unevenness(rise: Readings, line: Line) -> float:
    """How far the whole rise is from the line, beside its noise, as a share of its height."""
    rest = rise.value - line.now - line.per_s * rise.t_s
    beside = float(np.sqrt(max(float(np.mean(rest**2)) - rise.noise**2 - rise.step**2 / 12.0, 0.0)))
    return beside / float(rise.value[-1] - rise.value[0])


def _of_surroundings(law: Law, now: float, limit: float, surroundings: float) -> float:
    """What it makes of the time left (log) that they are not known better, and differ from day to night."""
    low = max(surroundings - SURROUNDINGS_SPREAD_K, (limit + surroundings) / 2.0)
    at = (low, surroundings + SURROUNDINGS_SPREAD_K)
    times = [float(np.diff(law(np.array([now, limit]), of))[0]) / _steepness(law, now, of) for of in at]
    return abs(math.log(times[0] / times[1])) / 2.0


def _steepness(law: Law, value_degC: float, surroundings: float) -> float:
    """du/dT."""
    return float(np.diff(law(np.array([value_degC - 0.01, value_degC]), surroundings))[0]) / 0.01


def _conduction(value_degC: Floats, surroundings_degC: float) -> Floats:
    found: Floats = -np.log(surroundings_degC - value_degC)
    return found


def _radiation(value_degC: Floats, surroundings_degC: float) -> Floats:
    there = surroundings_degC + _ZERO_K
    share = (value_degC + _ZERO_K) / there
    found: Floats = (np.arctanh(share) + np.arctan(share)) / (2.0 * there**3) * 1e9
    return found
