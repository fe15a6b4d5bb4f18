"""stuck, one reading at a time."""

from __future__ import annotations

from gateway.screening.rules.stuck import Parameters
from tests.oracle.automaton import (
    Force,
    Found,
    Gap,
    Reading,
    end_of_force,
    flagged,
    latch,
    looked_back,
    measure,
    seen,
)
from tests.oracle.exact import decimal
from tests.oracle.rate import window_at


def excursions(
    readings: list[Reading],
    parameters: Parameters,
    force: Force,
) -> list[Found]:
    visible = seen(readings, force)
    still = [_is_still(back, i, parameters, force.gap) for back, i in looked_back(readings, force)]
    known = flagged(visible, [(s, not s) for s in still])
    found = latch(known, round(parameters.on_delay_s * 1e9), round(parameters.off_delay_s * 1e9))
    end_of_force(found, readings, force)
    for one in found:
        measure(one, known, 1, None, force, readings)
    return found


def _is_still(usable: list[Reading], i: int, parameters: Parameters, gap: Gap) -> bool:
    window = round(parameters.window_s * 1e9)
    inside = window_at(usable, i, window)
    values = [decimal(r.value) for r in inside]
    covered = gap.bridges(usable[i].time - window, inside[0].time)
    enough = len(inside) >= parameters.min_readings
    return covered and enough and max(values) - min(values) <= decimal(parameters.epsilon)
