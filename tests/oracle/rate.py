"""rate, one reading at a time."""

from __future__ import annotations

from gateway.screening import history
from gateway.screening.rules.rate import Parameters
from tests.oracle.automaton import (
    Force,
    Found,
    Reading,
    end_of_force,
    flagged,
    latch,
    looked_back,
    measure,
    seen,
)


def excursions(
    readings: list[Reading],
    parameters: Parameters,
    force: Force,
) -> list[Found]:
    visible = seen(readings, force)
    flags = [_flags(slope_at(back, i, parameters), parameters) for back, i in looked_back(readings, force)]
    known = flagged(visible, flags)
    found = latch(known, round(parameters.on_delay_s * 1e9), round(parameters.off_delay_s * 1e9))
    end_of_force(found, readings, force)
    for one in found:
        measure(one, known, 1 if parameters.side == "rising" else -1, None, force.gap)
    return found


def _flags(slope: float | None, parameters: Parameters) -> tuple[bool, bool]:
    if slope is None:
        return False, True
    if parameters.side == "rising":
        return slope > parameters.limit, slope <= parameters.limit - parameters.deadband
    return slope < parameters.limit, slope >= parameters.limit + parameters.deadband


def window_at(usable: list[Reading], i: int, window: int) -> list[Reading]:
    """The readings in (t - window, t], t being the time of reading i."""
    inside = [r for r in usable[: i + 1] if r.time > usable[i].time - window]
    return inside[-history.MOST :]


def slope_at(usable: list[Reading], i: int, parameters: Parameters) -> float | None:
    """Least-squares slope per minute of the window of reading i; None where it is not determined."""
    window = round(parameters.window_s * 1e9)
    inside = window_at(usable, i, window)
    now = inside[-1]
    if len(inside) < parameters.min_readings or 2 * (now.time - inside[0].time) < window:
        return None
    shift = max(window.bit_length() - 20, 0)
    t = [(r.time >> shift) - (now.time >> shift) for r in inside]
    fixed = [round(r.value * 2**20) for r in inside]
    high = [f // 2**25 - fixed[-1] // 2**25 for f in fixed]
    low = [f % 2**25 - fixed[-1] % 2**25 for f in fixed]
    n = float(len(t))
    sum_t, sum_tt = float(sum(t)), float(sum(x * x for x in t))
    sum_v = float(sum(high)) * 2.0**25 + float(sum(low))
    sum_tv = float(sum(x * h for x, h in zip(t, high, strict=True))) * 2.0**25 + float(
        sum(x * y for x, y in zip(t, low, strict=True))
    )
    across = n * sum_tt - sum_t * sum_t
    if across <= 0.0:
        return None
    return (n * sum_tv - sum_t * sum_v) / across * (2.0**-20 * 60e9 / 2.0**shift)
