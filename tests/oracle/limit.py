"""limit, one reading at a time."""

from __future__ import annotations

from gateway.screening.rules.limit import Parameters
from tests.oracle.automaton import Force, Found, Reading, end_of_force, flagged, latch, measure, seen
from tests.oracle.exact import decimal


def excursions(
    readings: list[Reading],
    parameters: Parameters,
    force: Force,
) -> list[Found]:
    visible = seen(readings, force)
    usable = flagged(visible, [_flags(r.value, parameters) for r in visible if r.usable])
    found = latch(usable, round(parameters.on_delay_s * 1e9), round(parameters.off_delay_s * 1e9))
    end_of_force(found, readings, force)
    for one in found:
        measure(one, usable, 1 if parameters.side == "high" else -1, parameters.limit, force, readings)
    return found


def _flags(value: float, parameters: Parameters) -> tuple[bool, bool]:
    x, limit, deadband = (decimal(v) for v in (value, parameters.limit, parameters.deadband))
    if parameters.side == "high":
        return x > limit, x <= limit - deadband
    return x < limit, x >= limit + deadband
