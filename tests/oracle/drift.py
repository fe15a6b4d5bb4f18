"""drift, one reading at a time."""

from __future__ import annotations

from gateway.screening.rules.drift import Parameters
from tests.oracle.automaton import Flagged, Force, Found, Reading, end_of_force, flagged, latch, measure, seen


def excursions(
    readings: list[Reading],
    parameters: Parameters,
    force: Force,
) -> list[Found]:
    visible = seen(readings, force)
    known = flagged(visible, _flags([r.value for r in visible if r.usable], parameters))
    found = latch(known, round(parameters.on_delay_s * 1e9), round(parameters.off_delay_s * 1e9))
    end_of_force(found, readings, force)
    for one in found:
        if parameters.side == "both":
            far = [
                Flagged(r.time, abs(r.value - parameters.target), r.entry, r.leave, r.blocked) for r in known
            ]
            measure(one, far, 1, None, force.gap)
        else:
            measure(one, known, 1 if parameters.side == "up" else -1, None, force.gap)
    return found


def _flags(values: list[float], parameters: Parameters) -> list[tuple[bool, bool]]:
    rise = fall = 0
    made = []
    for value in values:
        away = value - parameters.target
        if parameters.side != "down":
            rise = max(0, rise + _steps(away, parameters))
        if parameters.side != "up":
            fall = max(0, fall + _steps(-away, parameters))
        made.append((rise > 2**20 or fall > 2**20, rise == 0 and fall == 0))
    return made


def _steps(away: float, parameters: Parameters) -> int:
    share = (away - parameters.slack) / parameters.h * 2.0**20
    return round(min(max(share, -(2.0**30)), 2.0**30))
