"""budget, one reading at a time."""

from __future__ import annotations

from itertools import pairwise

from gateway.screening.rules.budget import Parameters
from tests.oracle.automaton import (
    Flagged,
    Force,
    Found,
    Gap,
    Reading,
    end_of_force,
    flagged,
    latch,
    measure,
    seen,
    stretch,
)


def excursions(
    readings: list[Reading],
    parameters: Parameters,
    force: Force,
) -> list[Found]:
    visible = seen(readings, force)
    usable = flagged(visible, [(False, False)] * sum(r.usable for r in visible))
    used_up = [
        _spent(usable[: i + 1], parameters, force.gap) >= parameters.budget_s * 1e9
        for i in range(len(usable))
    ]
    known = flagged(visible, [(used, not used) for used in used_up])
    found = latch(known, 0, 0)
    end_of_force(found, readings, force)
    for one in found:
        measure(one, known, 1 if parameters.side == "high" else -1, parameters.limit, force, readings)
    return found


def _spent(usable: list[Flagged], parameters: Parameters, gap: Gap) -> int:
    """ns beyond the limit up to the last of these readings, since the last reset before it."""
    sign = 1 if parameters.side == "high" else -1
    since = max((r for r in parameters.resets_ns() if r <= usable[-1].time), default=None)
    total = 0
    for one, other in pairwise(usable):
        length = other.time - one.time
        if other.blocked or not gap.bridges(one.time, other.time):
            continue
        before, after = (
            sign * one.value - sign * parameters.limit,
            sign * other.value - sign * parameters.limit,
        )
        beyond, _ = stretch(length, before, after)
        begin, end = (one.time, one.time + beyond) if before > 0 else (other.time - beyond, other.time)
        total += end - begin if since is None else max(0, end - max(begin, since))
    return total
