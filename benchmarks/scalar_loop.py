"""The rules of the benchmark's profile as compiled loops, reading by reading: what numpy is measured against.

They do what screening.md asks for, numbers on excursions included, and nothing else: no bad readings, no
state to save or restore, no findings but their count. Needs numba, which only this benchmark uses.
"""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np

AREA: Final = float(2**62)
VALUE_STEPS: Final = 1e6  # of a unit
LOW_BITS: Final = 25
MOST: Final = 65_536  # readings of a window
LOW: Final = 2**LOW_BITS - 1
LIMB: Final = 2**32 - 1


@numba.njit(cache=False)
def limit(time: Any, value: Any, lo: Any, hi: Any, rule: Any, delays: Any, gap: int) -> tuple[int, int]:
    """Excursions of a limit, and a sum over their numbers.

    rule: sign, limit, deadband; delays: ns, on and off.
    """
    sign, edge, leave = rule[0], rule[0] * rule[1], rule[0] * rule[1] - rule[2]
    found, check = 0, 0
    for c in range(len(lo)):
        raw = is_open = False
        onset = back = start = extreme_at = 0
        beyond = high = low = unproven = readings = 0
        extreme, before, earlier = -np.inf, 0.0, time[lo[c]]
        for i in range(lo[c], hi[c]):
            t, x = time[i], value[i] * sign
            busy = raw or is_open
            if x > edge and not raw:
                raw, onset = True, t
            elif x <= leave and raw:
                raw, back = False, t
            if busy:
                span = t - earlier
                if span > gap:
                    unproven += span
                else:
                    far_before, far = before - edge, x - edge
                    up = max(far_before, 0.0) + max(far, 0.0)
                    both = abs(far_before) + abs(far)
                    part = up / both if both > 0.0 else 0.0
                    beyond += span if part == 1.0 else min(round(part * span), span)
                    degree = round(min(0.5 * up * part * span, AREA))
                    high += degree >> 32
                    low += degree & LIMB
            if raw and not is_open and t - onset >= delays[0]:
                is_open, start = True, onset
            if is_open and not raw and t - back >= delays[1]:
                is_open = False
                found += 1
                check += start + beyond + high + low + unproven + readings + extreme_at
            if raw or is_open:
                readings += 1
                if x > extreme:
                    extreme, extreme_at = x, t
            elif busy:
                beyond = high = low = unproven = readings = 0
                extreme = -np.inf
            before, earlier = x, t
        found += is_open
        check += start + beyond + high + low + unproven + readings + extreme_at
    return found, check


@numba.njit(cache=False)
def rate(time: Any, value: Any, lo: Any, hi: Any, edge: float, window: int, step: int, entry: Any) -> None:
    """Fill `entry`: 1 where the slope over the window is above `edge`, 0 where not, 2 where unknown."""
    unit = 6e10 / VALUE_STEPS / step
    for c in range(len(lo)):
        first = lo[c]
        t_sum = tt_sum = high_sum = low_sum = t_high = t_low = 0
        for i in range(lo[c], hi[c]):
            t, now, fixed = time[i], time[i] // step, round(value[i] * VALUE_STEPS)
            high, low = fixed >> LOW_BITS, fixed & LOW
            t_sum += now
            tt_sum += now * now
            high_sum += high
            low_sum += low
            t_high += now * high
            t_low += now * low
            while time[first] <= t - window or i - first >= MOST:
                old, fixed = time[first] // step, round(value[first] * VALUE_STEPS)
                t_sum -= old
                tt_sum -= old * old
                high_sum -= fixed >> LOW_BITS
                low_sum -= fixed & LOW
                t_high -= old * (fixed >> LOW_BITS)
                t_low -= old * (fixed & LOW)
                first += 1
            n = i - first + 1
            entry[i] = 2
            if n < 3 or 2 * (t - time[first]) < window:
                continue
            tt, moment = float(tt_sum - 2 * now * t_sum + n * now * now), t_sum - n * now
            tv = float(t_high - now * high_sum - moment * high) * 2.0**LOW_BITS
            tv += float(t_low - now * low_sum - moment * low)
            v = float(high_sum - n * high) * 2.0**LOW_BITS + float(low_sum - n * low)
            across = n * tt - float(moment) * float(moment)
            if across > 0.0:
                slope = (n * tv - float(moment) * v) / across * unit
                entry[i] = slope - abs(slope) * 1e-9 - 1e-9 * 6e10 / window > edge


@numba.njit(cache=False)
def stuck(time: Any, value: Any, lo: Any, hi: Any, epsilon: float, window: int, gap: int, entry: Any) -> None:
    """Fill `entry` with whether the window is covered and its values lie within `epsilon` of each other."""
    high, low = (
        np.empty(len(time), np.int64),
        np.empty(len(time), np.int64),
    )  # queues of falling, rising values
    for c in range(len(lo)):
        first = high_a = high_b = low_a = low_b = lo[c]
        for i in range(lo[c], hi[c]):
            t, x = time[i], value[i]
            while time[first] <= t - window or i - first >= MOST:
                first += 1
            while high_b > high_a and value[high[high_b - 1]] <= x:
                high_b -= 1
            while low_b > low_a and value[low[low_b - 1]] >= x:
                low_b -= 1
            high[high_b] = low[low_b] = i
            high_b += 1
            low_b += 1
            while high[high_a] < first:
                high_a += 1
            while low[low_a] < first:
                low_a += 1
            covered = time[first] - (t - window) <= gap and i - first >= 2
            entry[i] = covered and value[high[high_a]] - value[low[low_a]] <= epsilon


@numba.njit(cache=False)
def followed(time: Any, value: Any, lo: Any, hi: Any, entry: Any, gap: int) -> tuple[int, int]:
    """Excursions of a rule without delays and without a limit of its own, and a sum over their numbers."""
    found, check = 0, 0
    for c in range(len(lo)):
        raw = False
        start = extreme_at = unproven = readings = 0
        extreme, earlier = -np.inf, time[lo[c]]
        for i in range(lo[c], hi[c]):
            t = time[i]
            if raw and t - earlier > gap:
                unproven += t - earlier
            if raw and entry[i] == 0:
                raw = False
                found += 1
                check += start + unproven + readings + extreme_at
            elif not raw and entry[i] == 1:
                raw, start, unproven, readings, extreme = True, t, 0, 0, -np.inf
            if raw:
                readings += 1
                if value[i] > extreme:
                    extreme, extreme_at = value[i], t
            earlier = t
        found += raw
        check += start + unproven + readings + extreme_at
    return found, check


@numba.njit(cache=False)
def plain(time: Any, value: Any, lo: Any, hi: Any, floor: float, ceiling: float, timeout: int) -> int:
    """Values outside a range and silences longer than a timeout."""
    found = 0
    for c in range(len(lo)):
        earlier = time[lo[c]]
        for i in range(lo[c], hi[c]):
            found += value[i] > ceiling or value[i] < floor
            found += time[i] - earlier > timeout
            earlier = time[i]
    return found
