"""The least-squares slope over a window, in arithmetic that no cut of the readings can change.

Sums are exact integers. Time counts in decimal steps, of which a window has at most 2**20; values in steps of
10**-6 unit, split into a high and a low part of 25 bits, so that every sum over MOST readings, taken from the
window's last reading, fits into 64 bits. Prefix sums may wrap: their differences do not.
With T, TT, V, TV the sums of t, t*t, v, t*v over the n readings, seen from the last one:

    slope = (n * TV - T * V) / (n * TT - T * T)    in double precision, in exactly this order

Steps are decimal because values and times are, as instruments and people write them: tenths that come each
second have the slope that they seem to have, and where it is the limit, it is not beyond.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from gateway.model import SECOND, Floats, Mask, Times
from gateway.screening.ranges import Rows, along
from gateway.screening.windows import Windows

MINUTE_NS: Final = 60.0 * SECOND
TIME_BITS: Final = 20
VALUE_STEPS: Final = 1e6  # of a unit
LOW_BITS: Final = 25
DOUBT: Final = 1e-9
"""Of a slope, and of a unit over the window: more than what double precision takes from it."""


def step_of(window: Times) -> Times:
    """Steps of time, ns: 1, 2 or 5 times a power of ten, so that a window has at most 2**TIME_BITS."""
    return np.array([_step(int(w)) for w in window], np.int64)


def _step(window: int) -> int:
    steps = (digit * 10**power for power in range(19) for digit in (1, 2, 5))
    found: int = next(step for step in steps if step << TIME_BITS >= window)
    return found


def slopes(windows: Windows, step: Times, least: Rows, window: Times) -> tuple[Floats, Mask]:
    """Slope per minute of each row's window, and whether it is determined.

    It is with at least `least` readings that span half the window or more. `step`, `least` and `window`
    belong to the runs (int64[m]).
    """
    steps = windows.time // along(step, windows.whole)
    fixed = np.rint(windows.value * VALUE_STEPS).astype(np.int64)
    n, now = windows.count, windows.now(steps)
    t, tt = _inside(windows, steps), _inside(windows, steps * steps)
    early = t - n * now  # the sum of times seen from the last reading
    t += early
    t *= now
    tt -= t
    v_high, tv_high = _seen_from_last(windows, steps, fixed >> LOW_BITS, early)
    v_low, tv_low = _seen_from_last(windows, steps, fixed & (2**LOW_BITS - 1), early)
    v = v_high * 2.0**LOW_BITS
    v += v_low
    tv = tv_high * 2.0**LOW_BITS
    tv += tv_low
    count, moment = n.astype(np.float64), early.astype(np.float64)
    across = count * tt - moment * moment
    spans = windows.now(windows.time) - windows.time.take(windows.begin)
    known = (n >= along(least, windows.own)) & (2 * spans >= along(window, windows.own))
    known &= across > 0.0
    across[~known] = 1.0
    slope = count * tv - moment * v
    slope /= across
    slope *= MINUTE_NS / VALUE_STEPS / along(step, windows.own)
    return slope, known


def doubt_over(window: Times) -> Floats:
    """What a slope over each window may be off, however small it is, per minute."""
    floor: Floats = DOUBT * MINUTE_NS / window
    return floor


def surely(slope: Floats, doubt: Floats) -> Floats:
    """What a slope is at least, larger being worse: at its limit, in decimals, it is not beyond."""
    return slope - (np.abs(slope) * DOUBT + doubt)


def _seen_from_last(windows: Windows, steps: Times, part: Times, early: Times) -> tuple[Times, Times]:
    """Sums of v and t*v over each row's window, both seen from its last reading."""
    last = windows.now(part)
    v = _inside(windows, part)
    tv = _inside(windows, steps * part)
    tv -= windows.now(steps) * v
    tv -= early * last
    last *= windows.count
    v -= last
    return v, tv


def _inside(windows: Windows, column: Times) -> Times:
    """Sum of a column over each row's window, modulo 2**64."""
    sums = np.empty(len(column) + 1, np.int64)
    sums[0] = 0
    np.cumsum(column, out=sums[1:])
    inside: Times = windows.now(sums[1:])
    return inside - sums.take(windows.begin)
