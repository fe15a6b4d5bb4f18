"""The least-squares slope over a window, in arithmetic that no cut of the readings can change.

Sums are exact integers. Time counts in steps of 2**shift ns, of which a window has at most 2**20; values in
steps of 2**-20 unit, split into a high and a low part of 25 bits, so that every sum over MOST readings,
taken from the window's last reading, fits into 64 bits. Prefix sums may wrap: their differences do not.
With T, TT, V, TV the sums of t, t*t, v, t*v over the n readings, seen from the last one:

    slope = (n * TV - T * V) / (n * TT - T * T)    in double precision, in exactly this order
"""

from __future__ import annotations

from typing import Final

import numpy as np

from gateway.model import SECOND, Floats, Mask, Times
from gateway.screening.ranges import Rows, along
from gateway.screening.windows import Windows

MINUTE_NS: Final = 60.0 * SECOND
TIME_BITS: Final = 20
VALUE_STEP: Final = 2.0**-20
LOW_BITS: Final = 25


def shift_of(window: Times) -> Times:
    """Bits that times lose: a window of any length has at most 2**TIME_BITS steps."""
    bits = np.array([int(w).bit_length() for w in window], np.int64)
    return np.maximum(bits - TIME_BITS, 0)


def slopes(windows: Windows, shift: Times, least: Rows, window: Times) -> tuple[Floats, Mask]:
    """Slope per minute of each row's window, and whether it is determined.

    It is with at least `least` readings that span half the window or more. `shift`, `least` and `window`
    belong to the runs (int64[m]).
    """
    steps = windows.time >> along(shift, windows.whole)
    fixed = np.rint(windows.value * (1.0 / VALUE_STEP)).astype(np.int64)
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
    slope *= VALUE_STEP * MINUTE_NS / np.exp2(along(shift, windows.own))
    return slope, known


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
