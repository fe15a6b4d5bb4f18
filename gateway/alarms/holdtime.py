"""How long a vessel lasts: until its liquid is gone, or until it is as warm as a limit. Pure.

Each method states what it assumes. An answer is a range in which the truth lies in eight of ten cases, or
`NotKnown` with the reason: nothing is guessed. Truth is what happens if nobody does anything: nobody fills,
nobody closes the lid that is open, the vessel stays as it stands. `python -m benchmarks.holdtime` counts how
often the truth lies in the range.
"""

from __future__ import annotations

import math
from dataclasses import replace
from enum import Enum
from typing import Final

import numpy as np

from gateway.alarms.call import TimeLeft
from gateway.alarms.trend import (
    LEAST_READINGS,
    Line,
    Readings,
    last_fall,
    last_rise,
    steadiest,
    tidy,
    too_few,
)
from gateway.dataclass import dataclass
from gateway.model import SECOND, Floats, Times

EMPTY: Final = "empty"  # what TimeLeft.until says of liquid
LEVEL, WEIGHT, RATED = "level trend", "weight trend", "rated hold time"
WARMING: Final = "warming trend"
TEN_PERCENT: Final = 1.2816  # standard deviations below the middle lie 10 % of a normal distribution
LITRE_KG: Final = 0.8061  # of liquid nitrogen at 101.325 kPa

STEADINESS: Final = 0.03  # of a rate in days to come (log): surroundings, a lid that is opened now and then
RATED_SPREAD: Final = 0.22  # of a rating (log): vessels of one model and lot differ by 30 to 40 %
RATED_FASTER: Final = 0.08  # than its data sheet says (log): lids, vans, age
ALONE_SHORTER, ALONE_SPREAD = 0.15, 0.35  # of a rating that nothing confirms: lids, vans, age
CHANGED: Final = 0.12  # of each factor e by which the rate has changed: it may change back
BEFORE_SPREAD: Final = 0.1  # of a rate seen before the last fill (log)
WARM_DEGC: Final = -130.0  # no vessel with liquid is so warm
FIRST_S: Final = 600.0  # so long a steep line may be chance
STALE: Final = 0.5  # of the time that the readings cover: they are this much longer ago at most
WIDEST: Final = 1.0  # log; a range from a third to three times is no answer


class Standing(Enum):
    """What is known although no time is."""

    UNKNOWN = "unknown"
    CALM = "calm"  # nothing is on its way there
    THERE = "there"  # it is there already


@dataclass(frozen=True, slots=True)
class NotKnown:
    """Why there is no answer, for people."""

    why: str
    standing: Standing = Standing.UNKNOWN


Estimate = TimeLeft | NotKnown


@dataclass(frozen=True, slots=True)
class Vessel:
    """What is known of it beside readings; None where nobody said it. `full` in the unit of the readings."""

    full: float | None = None
    rated_s: float | None = None  # from full to empty, upright and closed

    @property
    def rated_per_s(self) -> float | None:
        known = None if self.full is None or self.rated_s is None else self.full / self.rated_s
        return None if known is None else known * math.exp(RATED_FASTER)


UNKNOWN_VESSEL: Final = Vessel()


def by_amount(
    time: Times,
    amount: Floats,
    now_ns: int,
    vessel: Vessel = UNKNOWN_VESSEL,
    method: str = LEVEL,
    until: str = EMPTY,
) -> Estimate:
    """Until nothing is left, from readings of what is left: level, or weight without the vessel.

    For another end than empty the readings are what is left above it.

    Assumes: the heat leak stays as it was since the last fill (or since it last changed), so liquid falls
    steadily (Spijkers, Damas, Vanapalli, IIR 2023). A rated hold time, where it is known, is one more
    measurement of the rate: it counts the more, the less the readings say.
    """
    readings = tidy(time, amount, now_ns)
    if method == WEIGHT:
        readings = _on_the_scale(readings)
    if not len(readings):
        return NotKnown("there are no readings")
    filled = last_rise(readings)
    before = None if filled is None else readings.until(float(readings.t_s[filled]))
    if filled is not None:
        readings = readings.since(float(readings.t_s[filled]))
    if readings.value[-1] <= readings.resolution:  # whatever came before
        return NotKnown("it is there already, or nearly", Standing.THERE)
    fell = last_fall(readings)
    if fell is not None and method == WEIGHT:
        return NotKnown("its weight fell at once: something was taken out, and what is left is not known")
    if fell is not None:
        readings = readings.since(float(readings.t_s[fell]))
    line = _while_it_stands(readings) or steadiest(readings)
    if line is None or _is_unsure(line, readings):
        return _by_rate_alone(readings, line, _expected(before, vessel, method), until)
    return _until_zero(readings, line, vessel, method, until)


def by_rating(
    time: Times, value_degC: Floats, now_ns: int, rated_s: float, filled_ns: int | None = None
) -> Estimate:
    """Until nothing is left, from the rated hold time since it was full: the weakest method.

    Assumes: it was full when somebody stated a fill (`filled_ns`) or when it became cold, the later of them;
    nobody has filled it since; and it is as good as its data sheet.
    """
    if filled_ns is not None and filled_ns > now_ns:
        return NotKnown("it is being filled")
    readings = tidy(time, value_degC, now_ns)
    if len(readings) and readings.value[-1] > WARM_DEGC:
        return NotKnown("it is warm", Standing.THERE)
    warm = np.flatnonzero(readings.value > WARM_DEGC)
    full_s = [] if filled_ns is None else [(now_ns - filled_ns) / SECOND]
    full_s += [-float(readings.t_s[warm[-1] + 1])] if len(warm) else []
    if not full_s:
        return NotKnown("it is not known when it was filled, and no channel measures its level or weight")
    since_s = min(full_s)
    middle_s, wide = rated_s * math.exp(-ALONE_SHORTER), math.exp(TEN_PERCENT * ALONE_SPREAD)
    if middle_s <= since_s:
        return NotKnown("it was full longer ago than its rated hold time can be relied on")
    return TimeLeft(EMPTY, max(middle_s / wide - since_s, 0.0), middle_s * wide - since_s, RATED)


def _on_the_scale(readings: Readings) -> Readings:
    """Without those below the empty vessel: it was lifted."""
    there = readings.value > -max(3.0 * readings.noise, readings.step)
    return Readings(readings.t_s[there], readings.value[there], readings.noise, readings.step)


def _while_it_stands(readings: Readings) -> Line | None:
    """Where the newest readings stand still: the line before, half-way between what both say of now.

    Liquid that fell for days falls on. Whether the sensor holds its value or it is slower now, none knows.
    """
    moving = readings.moving()
    line = steadiest(moving) if readings.stands_s else None
    if line is None or _is_unsure(line, moving):
        return None
    if readings.stands_s > STALE * (float(moving.t_s[-1]) - line.since_s):
        return None
    apart = float(readings.value[-1]) - line.now
    error = float(np.hypot(line.now_error, apart / 2.0 / TEN_PERCENT))
    return replace(line, now=line.now + apart / 2.0, now_error=error)


def _is_unsure(line: Line, readings: Readings) -> bool:
    """Whether its fall is not clearly more than the scatter.

    Of the first minutes, before which nothing is known, more is asked: they are looked at every few seconds.
    """
    is_beginning = line.since_s > -FIRST_S and line.since_s <= float(readings.t_s[0])
    return -line.per_s <= (4.0 if is_beginning else 2.0) * line.per_s_error


def _until_zero(readings: Readings, line: Line, vessel: Vessel, method: str, until: str) -> Estimate:
    if line.now <= 0.0:
        return NotKnown("at its trend it is there by now", Standing.THERE)
    covered_s = -line.since_s
    age_s = -float(readings.t_s[-1])
    if age_s > STALE * covered_s + 3600.0:
        return NotKnown(f"its last reading is {spoken(age_s)} old")
    rate, spread = -line.per_s, -line.per_s_error / line.per_s
    if vessel.rated_per_s is not None and abs(math.log(rate / vessel.rated_per_s)) < 3.0 * (
        spread + RATED_SPREAD
    ):
        rate, spread = _together(rate, spread, vessel.rated_per_s)
        method = f"{method}, {RATED}" if spread < 0.9 * line.per_s_error / rate else method
    changed = CHANGED * abs(math.log(line.earlier_per_s / line.per_s))
    whole = math.hypot(spread, line.now_error / line.now, STEADINESS, changed)
    return _range(until, line.now / rate, whole, method)


@dataclass(frozen=True, slots=True)
class _Rate:
    """At which it is expected to fall, where it cannot be seen yet."""

    per_s: float
    spread: float  # log
    method: str


def _expected(before: Readings | None, vessel: Vessel, method: str) -> _Rate | None:
    """As before the last fill; else as the vessel is rated."""
    leg = None if before is None else _last_leg(before)
    line = None if leg is None else steadiest(leg)
    if leg is not None and line is not None and not _is_unsure(line, leg):
        return _Rate(
            -line.per_s, -line.per_s_error / line.per_s + BEFORE_SPREAD, f"{method} before it was filled"
        )
    if vessel.rated_per_s is None:
        return None
    return _Rate(vessel.rated_per_s, RATED_SPREAD, RATED)


def _last_leg(readings: Readings) -> Readings:
    """Between the last two fills."""
    filled = last_rise(readings)
    return readings if filled is None else readings.since(float(readings.t_s[filled]))


def _by_rate_alone(readings: Readings, line: Line | None, expected: _Rate | None, until: str) -> Estimate:
    """From what is there now, and a rate that was known before."""
    if expected is None:
        few = (
            too_few(len(readings), " since it last changed at once")
            if line is None
            else "it has not fallen by more than its readings scatter"
        )
        return NotKnown(f"{few}, and no rated hold time with capacity is configured")
    now = float(np.median(readings.value[-LEAST_READINGS:]))
    if now <= 0.0:
        return NotKnown("it is there already, or nearly", Standing.THERE)
    spread = math.hypot(expected.spread, readings.resolution / now, STEADINESS)
    age_s = -float(readings.t_s[-1])
    left_s = now / expected.per_s - age_s
    if left_s <= age_s:
        return NotKnown(f"its last reading is {spoken(age_s)} old")
    return _range(until, left_s, spread, expected.method)


def _together(rate: float, spread: float, rated: float) -> tuple[float, float]:
    """Two measurements of one rate, each with its weight."""
    mine, theirs = spread**-2.0, RATED_SPREAD**-2.0
    middle = (mine * math.log(rate) + theirs * math.log(rated)) / (mine + theirs)
    return math.exp(middle), (mine + theirs) ** -0.5


def _range(until: str, middle_s: float, spread: float, method: str) -> Estimate:
    if not spread < WIDEST:
        return NotKnown("its readings scatter too much")
    wide = math.exp(TEN_PERCENT * spread)
    return TimeLeft(until, middle_s / wide, middle_s * wide, method)


def spoken(seconds: float) -> str:
    """A duration as people say it."""
    if seconds < 5400.0:
        return f"{seconds / 60.0:.0f} min"
    return f"{seconds / 3600.0:.0f} h" if seconds < 172_800.0 else f"{seconds / 86_400.0:.1f} days"
