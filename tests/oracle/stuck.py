"""stuck, one reading at a time."""

from __future__ import annotations

from gateway.screening.rules.stuck import Parameters
from tests.oracle.automaton import Found, Reading, end_of_force, flagged, latch, measure, seen
from tests.oracle.rate import window_at


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
    still = [_is_still(usable, i, parameters, max_gap) for i in range(len(usable))]
    known = flagged(visible, [(s, not s) for s in still])
    found = latch(known, round(parameters.on_delay_s * 1e9), round(parameters.off_delay_s * 1e9))
    end_of_force(found, readings, valid_to)
    for one in found:
        measure(one, known, 1, None, max_gap)
    return found


def _is_still(usable: list[Reading], i: int, parameters: Parameters, max_gap: int) -> bool:
    window = round(parameters.window_s * 1e9)
    inside = window_at(usable, i, window)
    values = [r.value for r in inside]
    covered = inside[0].time - (usable[i].time - window) <= max_gap
    enough = len(inside) >= parameters.min_readings
    return covered and enough and max(values) - min(values) <= parameters.epsilon
