"""What a channel did around a moment, as plain numbers: how fast it warmed, jumped, fell, rose, stood still.

Columns in: time int64[N] ns UTC, rising; value float64[N], usable readings only. NaN where a number is not
known, because there are too few readings.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from gateway.dataclass import dataclass
from gateway.model import SECOND, Floats, Mask, Times

MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
NEAR: Final = 2 * HOUR  # before the moment: what led to it
ROOM_DEGC: Final = 22.0  # towards what a vessel warms
STEEP: Final = 5 * MINUTE  # over which a fast rise is taken: shorter than a lid is open, longer than noise
FEW: Final = 3  # readings: fewer say nothing of a course
STEP_NEIGHBOURS: Final = (
    0.2  # a change of that share beside a jump is no jump: heat comes in several readings
)
OFTEN: Final = 150 * SECOND  # between readings, for a jump to be told from a fast rise at once
LONGEST_INTERVAL: Final = 11 * MINUTE
STILL: Final = 20  # readings without any change
NOISES: Final = 5.0  # times the usual change between readings: further apart than noise brings them
BIN: Final = HOUR  # of levels: their noise is as large as what boils off in minutes


@dataclass(frozen=True, slots=True)
class Warmth:
    """A temperature. Time constants: (room - value) / rate; short is fast."""

    value: float = math.nan  # the last one
    coldest: float = math.nan  # 5 % of what was before were colder
    steepest_K_per_min: float = math.nan  # over five minutes
    steepest_tau_s: float = math.inf
    pace_K_per_h: float = math.nan  # over the hour before the moment
    pace_tau_s: float = math.inf
    jump: float = 0.0  # the largest change from one reading to the next that nothing led to
    dipped: float = 0.0  # K below what it was before, after a rise
    still_s: float = 0.0  # how long it has shown one number, after numbers that changed
    rose: float = 0.0  # K above what it was before
    above_usual: float = math.inf  # K above what it reached in the hours and days before


@dataclass(frozen=True, slots=True)
class Level:
    """A level or a mass, as shares of the highest one in sight (of a level in %: of 100)."""

    share: float = math.nan  # the last one
    rise: float = 0.0  # within ten minutes
    drop: float = 0.0  # within ten minutes
    fall_per_h: float = math.nan  # the fastest of late, in its own unit
    usual_per_h: float = math.nan  # as it used to fall
    stopped: bool = False  # it used to fall, and does not any more

    @property
    def times_faster(self) -> float:
        """How many times as fast as before; NaN where it did not fall before."""
        return self.fall_per_h / self.usual_per_h if self.usual_per_h > 0.0 else math.nan


@dataclass(frozen=True, slots=True)
class Contact:
    """Something that is 0 or 1: a lid, a valve, a compressor."""

    on_s: float = 0.0  # near the moment
    off_s: float = 0.0  # in one piece, up to the last reading
    is_on: bool = False  # at the last reading
    longest_off_s: float = 0.0  # before that


def warmth(time: Times, value: Floats, about_ns: int, until_ns: int) -> Warmth:
    """Of a temperature around `about_ns`, as known at `until_ns`."""
    known = time <= until_ns
    time, value = time[known], value[known]
    near = time >= about_ns - NEAR
    if int(near.sum()) < FEW:
        return Warmth() if not len(value) else Warmth(value=float(value[-1]))
    steepest, at = _steepest(time[near], value[near])
    pace = slope_per_s(time, value, about_ns - HOUR, about_ns + 1)
    before = value[(time >= about_ns - NEAR) & (time < about_ns - NEAR // 6)]
    rest = float(np.median(before)) if len(before) else math.nan
    here = time >= about_ns - NEAR // 6
    earlier = value[~near]
    return Warmth(
        value=float(value[-1]),
        coldest=_coldest(value[time < about_ns] if (time < about_ns).any() else value),
        steepest_K_per_min=steepest * 60.0,
        steepest_tau_s=_tau_s(at, steepest),
        pace_K_per_h=pace * 3600.0,
        pace_tau_s=_tau_s(float(value[near][-1]), pace),
        jump=_jump(time[near], value[near]),
        dipped=_dip(value[here], rest),
        still_s=_still_s(time, value),
        rose=float(np.max(value[here]) - rest) if here.any() and len(before) else 0.0,
        above_usual=float(np.max(value[here]) - np.max(earlier)) if here.any() and len(earlier) else math.inf,
    )


def level(time: Times, value: Floats, about_ns: int, until_ns: int, is_percent: bool = False) -> Level:
    """Of a level or mass around `about_ns`, as known at `until_ns`."""
    known = time <= until_ns
    time, value = time[known], value[known]
    if len(value) < FEW:
        return Level()
    high = 100.0 if is_percent else float(np.max(value))
    if high <= 0.0:
        return Level(share=0.0)
    near = time >= about_ns - NEAR // 4
    changes = _changes(time, value, 10 * MINUTE) / high
    ten_minutes = changes[-int(near.sum()) :] if near.any() else changes[:0]
    falls = hourly_falls(time, value, until_ns)
    late, usual = _late_and_usual(falls)
    return Level(
        share=float(np.median(value[-FEW:])) / high,
        rise=float(np.max(ten_minutes, initial=0.0)),
        drop=float(-np.min(changes, initial=0.0)),
        fall_per_h=late,
        usual_per_h=usual,
        stopped=_has_stopped(falls, usual),
    )


def contact(time: Times, value: Floats, about_ns: int, until_ns: int) -> Contact:
    """Of what is 0 or 1 around `about_ns`, as known at `until_ns`."""
    known = time <= until_ns
    time, is_on = time[known], value[known] > 0.5
    if not len(time):
        return Contact()
    lengths = np.diff(np.append(time, min(until_ns, int(time[-1]) + MINUTE)))
    near = time >= about_ns - NEAR // 4
    offs = _runs(time, ~is_on)
    last_off = offs[-1] if offs and not is_on[-1] else 0.0
    return Contact(
        on_s=float(lengths[near & is_on].sum()) / SECOND,
        off_s=last_off,
        is_on=bool(is_on[-1]),
        longest_off_s=max(offs[:-1] if last_off else offs, default=0.0),
    )


def slope_per_s(time: Times, value: Floats, start_ns: int, end_ns: int) -> float:
    """Least squares over [start, end); NaN with too few readings."""
    part = (time >= start_ns) & (time < end_ns)
    if int(part.sum()) < FEW:
        return math.nan
    seconds = (time[part] - start_ns) / SECOND
    centred = seconds - seconds.mean()
    spread = float(centred @ centred)
    return float(centred @ value[part]) / spread if spread > 0.0 else math.nan


def hourly_falls(time: Times, value: Floats, until_ns: int) -> Floats:
    """How much less each hour's median is than that of the hour before, oldest first; rising hours too."""
    hours = (until_ns - time) // BIN
    wanted = np.unique(hours)[::-1]  # oldest first
    if len(wanted) < FEW:
        return np.empty(0)
    medians = np.array([np.median(value[hours == hour]) for hour in wanted])
    return np.asarray(-np.diff(medians) / -np.diff(wanted), np.float64)


def _steepest(time: Times, value: Floats) -> tuple[float, float]:
    """K/s of the fastest rise over STEEP, or over two intervals where readings are rarer; the value there."""
    interval = max(int(np.median(np.diff(time))), 1)
    apart = max(2, round(STEEP / interval))
    if len(value) <= apart:
        return math.nan, math.nan
    rates = (value[apart:] - value[:-apart]) / ((time[apart:] - time[:-apart]) / SECOND)
    best = int(np.argmax(rates))
    return float(rates[best]), float(value[best])


def _tau_s(value: float, rate: float) -> float:
    """How long it would take to the temperature of the room at this rate; infinite where it does not warm."""
    return (ROOM_DEGC - value) / rate if rate > 0.0 else math.inf


def _coldest(value: Floats) -> float:
    return float(np.percentile(value, 5.0))


def _jump(time: Times, value: Floats) -> float:
    """Signed; 0 where each large change is one of several. After rare readings the next ones have to stay."""
    steps, lengths = np.diff(value), np.diff(time)
    if len(steps) < FEW:
        return 0.0
    size = np.abs(steps)
    padded = np.concatenate(([0.0], size, np.full(FEW, np.inf)))  # nobody knows what follows the last
    before, after = padded[: len(size)], padded[2 : len(size) + 2]
    settled = np.max([padded[k : len(size) + k] for k in range(2, 2 + FEW)], axis=0)
    alone = (before <= STEP_NEIGHBOURS * size) & (after <= STEP_NEIGHBOURS * size)
    alone &= (lengths <= OFTEN) | (settled <= STEP_NEIGHBOURS / 2 * size)
    alone &= (lengths <= LONGEST_INTERVAL) & (size > 10.0 * float(np.median(size)))
    return float(steps[alone][np.argmax(size[alone])]) if alone.any() else 0.0


def _dip(value: Floats, rest: float) -> float:
    """K below `rest` after the highest value."""
    if not len(value) or math.isnan(rest):
        return 0.0
    after = value[int(np.argmax(value)) :]
    return max(0.0, rest - float(np.min(after)))


def _still_s(time: Times, value: Floats) -> float:
    """0 unless it changed at most readings before."""
    changes = np.flatnonzero(np.diff(value))
    last = int(changes[-1]) + 1 if len(changes) else 0
    if len(value) - last < STILL or len(changes) < 0.5 * last or last < STILL:
        return 0.0
    return float(time[-1] - time[last]) / SECOND


def _changes(time: Times, value: Floats, within_ns: int) -> Floats:
    """The change from each reading to the last one within so long, medians of three; 0 where it is noise."""
    if len(value) < 3 * FEW:
        return np.empty(0)
    smooth = np.median(np.lib.stride_tricks.sliding_window_view(value, FEW), axis=1)
    moments = time[1:-1]
    last = np.searchsorted(moments, moments + within_ns, side="right") - 1
    changes = smooth[last] - smooth
    noise = float(np.median(np.abs(np.diff(value))))
    return np.asarray(np.where(np.abs(changes) > NOISES * noise, changes, 0.0), np.float64)


def _late_and_usual(falls: Floats) -> tuple[float, float]:
    """The fastest two hours of the last day, and the slower quarter of all hours that fell."""
    falling = falls[falls > 0.0]
    if len(falls) < 6 or len(falling) < FEW:
        return math.nan, math.nan
    late, usual = falls[-25:], float(np.percentile(falling, 25.0))
    fastest = float(np.max(np.minimum(late[:-1], late[1:])))
    noise = 1.5 * float(np.median(np.abs(falls - np.median(falls))))
    return (fastest if fastest > usual + 2.0 * noise else usual), usual


def _has_stopped(falls: Floats, usual: float) -> bool:
    """For two hours, after hours that mostly fell."""
    if len(falls) < 6 or not usual > 0.0:
        return False
    return bool((falls[:-2] > 0.0).mean() > 0.6 and np.all(np.abs(falls[-2:]) < 0.2 * usual))


def _runs(time: Times, mask: Mask) -> list[float]:
    """Lengths in seconds of stretches where `mask` holds, in order."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False]))))
    starts, ends = edges[::2], edges[1::2]
    last = np.minimum(ends, len(time) - 1)
    return [float(time[e] - time[s]) / SECOND for s, e in zip(starts, last, strict=True)]
