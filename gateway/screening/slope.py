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
from gateway.screening.ranges import Rows
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
    steps = windows.time >> shift[windows.run]
    fixed = np.rint(windows.value / VALUE_STEP).astype(np.int64)
    high, low = fixed >> LOW_BITS, fixed & (2**LOW_BITS - 1)
    at, n = windows.at, windows.count
    now, high_now, low_now = steps[at], high[at], low[at]
    t, tt = _inside(windows, steps), _inside(windows, steps * steps)
    v_high, v_low = _inside(windows, high), _inside(windows, low)
    tv_high, tv_low = _inside(windows, steps * high), _inside(windows, steps * low)
    tt = tt - 2 * now * t + n * now * now
    t = t - n * now
    tv_high = tv_high - now * v_high - t * high_now
    tv_low = tv_low - now * v_low - t * low_now
    v_high, v_low = v_high - n * high_now, v_low - n * low_now
    v = v_high * 2.0**LOW_BITS + v_low
    tv = tv_high * 2.0**LOW_BITS + tv_low
    count, moment = n.astype(np.float64), t.astype(np.float64)
    across = count * tt - moment * moment
    run = windows.run[at]
    known = (n >= least[run]) & (2 * (windows.time[at] - windows.time[windows.begin]) >= window[run])
    known &= across > 0.0
    unit = VALUE_STEP * MINUTE_NS / np.exp2(shift[run])
    return (count * tv - moment * v) / np.where(known, across, 1.0) * unit, known


def _inside(windows: Windows, column: Times) -> Times:
    """Sum of a column over each row's window, modulo 2**64."""
    sums = np.zeros(len(column) + 1, np.int64)
    np.cumsum(column, out=sums[1:])
    return sums[windows.at + 1] - sums[windows.begin]
