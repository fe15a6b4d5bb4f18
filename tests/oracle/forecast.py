"""forecast, one reading at a time."""

from __future__ import annotations

from gateway.screening.rules.forecast import Parameters
from tests.oracle.automaton import Found, Reading, end_of_force, flagged, latch, measure, seen
from tests.oracle.rate import slope_at


def excursions(
    readings: list[Reading],
    parameters: Parameters,
    max_gap: int,
    valid_from: int,
    valid_to: int,
    now: int | None,
) -> list[Found]:
    visible = seen(readings, valid_from, valid_to)
    usable = [r for r in visible if r.usable]
    flags = [_flags(r.value, slope_at(usable, i, parameters), parameters) for i, r in enumerate(usable)]
    known = flagged(visible, flags)
    found = latch(known, round(parameters.on_delay_s * 1e9), round(parameters.off_delay_s * 1e9))
    end_of_force(found, readings, valid_to)
    for one in found:
        measure(one, known, 1 if parameters.side == "high" else -1, parameters.limit, max_gap)
    return found


def _flags(value: float, slope: float | None, parameters: Parameters) -> tuple[bool, bool]:
    if slope is None:
        return False, False
    then = value + slope * (parameters.horizon_s / 60.0)
    if parameters.side == "high":
        beyond = slope > 0 and then > parameters.limit
    else:
        beyond = slope < 0 and then < parameters.limit
    return beyond, not beyond
