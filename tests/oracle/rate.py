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
        measure(one, known, 1 if parameters.side == "rising" else -1, None, force, readings)
    return found


def _flags(slope: float | None, parameters: Parameters) -> tuple[bool, bool]:
    if slope is None:
        return False, True
    sign = 1.0 if parameters.side == "rising" else -1.0
    least, limit = surely(sign * slope, parameters.window_s), sign * parameters.limit
    return least > limit, least <= limit - parameters.deadband


def surely(slope: float, window_s: float) -> float:
    """What it is at least: double precision takes less than this from it."""
    return slope - (abs(slope) * 1e-9 + 1e-9 * 60e9 / round(window_s * 1e9))


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
    step = next(d * 10**k for k in range(19) for d in (1, 2, 5) if d * 10**k * 2**20 >= window)
    t = [r.time // step - now.time // step for r in inside]
    fixed = [round(r.value * 1e6) for r in inside]
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
    return (n * sum_tv - sum_t * sum_v) / across * (60e9 / 1e6 / step)
