"""drift, one reading at a time."""

from __future__ import annotations

from gateway.screening.rules.drift import Parameters
from tests.oracle.automaton import Force, Found, Reading, end_of_force, flagged, latch, measure, seen


def excursions(
    readings: list[Reading],
    parameters: Parameters,
    force: Force,
) -> list[Found]:
    visible = seen(readings, force)
    sums = _sums([r.value for r in visible if r.usable], parameters)
    known = flagged(visible, [(max(s) > 2**20, max(s) == 0) for s in sums])
    found = latch(known, round(parameters.on_delay_s * 1e9), round(parameters.off_delay_s * 1e9))
    end_of_force(found, readings, force)
    for one in found:
        rise, fall = next(s for r, s in zip(known, sums, strict=True) if r.time == one.start)
        measure(one, known, 1 if rise > fall else -1, None, force, readings)
    return found


def _sums(values: list[float], parameters: Parameters) -> list[tuple[int, int]]:
    """Up and down after each reading; a side that is not looked at stays at 0."""
    rise = fall = 0
    made = []
    for value in values:
        away = value - parameters.target
        if parameters.side != "down":
            rise = max(0, rise + _steps(away, parameters))
        if parameters.side != "up":
            fall = max(0, fall + _steps(-away, parameters))
        made.append((rise, fall))
    return made


def _steps(away: float, parameters: Parameters) -> int:
    share = (away - parameters.slack) / parameters.h * 2.0**20
    return round(min(max(share, -(2.0**30)), 2.0**30))
