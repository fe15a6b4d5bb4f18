"""forecast, one reading at a time."""

from __future__ import annotations

from gateway.screening.rules.forecast import Parameters
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
from tests.oracle.rate import slope_at, surely


def excursions(
    readings: list[Reading],
    parameters: Parameters,
    force: Force,
) -> list[Found]:
    visible = seen(readings, force)
    told = looked_back(readings, force)
    flags = [_flags(back[i].value, slope_at(back, i, parameters), parameters) for back, i in told]
    known = flagged(visible, flags)
    found = latch(known, round(parameters.on_delay_s * 1e9), round(parameters.off_delay_s * 1e9))
    end_of_force(found, readings, force)
    for one in found:
        measure(one, known, 1 if parameters.side == "high" else -1, parameters.limit, force, readings)
    return found


def _flags(value: float, slope: float | None, parameters: Parameters) -> tuple[bool, bool]:
    if slope is None:
        return False, True
    sign = 1.0 if parameters.side == "high" else -1.0
    least = surely(sign * slope, parameters.window_s)
    beyond = least > 0 and sign * value + least * (parameters.horizon_s / 60.0) > sign * parameters.limit
    return beyond, not beyond
