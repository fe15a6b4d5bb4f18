"""Which units an excursion reached: those inside since its first reading beyond, and those that just left.

An excursion begins with a reading. The line to it crossed the limit earlier: a unit that was inside then, and
was gone by that reading, was exposed from the crossing until it left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from gateway.alarming.measure import Measures
from gateway.screening.excursion import Excursion
from gateway.traceability.exposure import NOBODY, Exposures, exposures
from gateway.traceability.model import Contents

Inside = Callable[[int, int], Contents]
"""[start, end) -> what was inside."""


def exposed(found: Excursion, inside: Inside, measures: Measures, until_ns: int) -> Exposures | None:
    """One exposure per stay; None where nobody has said what was inside."""
    units = exposures(inside(found.start_ns, until_ns), found.start_ns, found.end_ns, measures.of(found))
    early = _before_its_first_reading(found, inside, measures)
    return (units or NOBODY).followed_by(early) if early else units


def _before_its_first_reading(found: Excursion, inside: Inside, measures: Measures) -> Exposures:
    before = inside(found.start_ns - measures.reach_ns(found), found.start_ns)
    left = [stay for stay in before.stays if stay.to_ns is not None and stay.to_ns <= found.start_ns]
    if not left:
        return NOBODY
    crossing_ns = measures.crossing_ns(found)
    reached = tuple(stay for stay in left if stay.to_ns is not None and stay.to_ns > crossing_ns)
    of_them = replace(before, stays=reached)
    return exposures(of_them, crossing_ns, found.start_ns, _all_of_it) or NOBODY


def _all_of_it(start_ns: int, end_ns: int | None) -> tuple[int | None, float | None]:
    """Beyond from beginning to end, and no reading in it."""
    return (None if end_ns is None else end_ns - start_ns), None
