"""Which units an excursion reached: those inside since the line to its first reading crossed the limit.

An excursion begins with a reading. The line to it crossed the limit earlier: a unit that was inside then was
exposed from the crossing on, whether it left before that reading or stayed.
"""

from __future__ import annotations

from collections.abc import Callable

from gateway.alarming.measure import Measures
from gateway.screening.excursion import Excursion
from gateway.traceability.exposure import Exposures, Measure, exposures
from gateway.traceability.model import Contents

Inside = Callable[[int, int], Contents]
"""[start, end) -> what was inside."""


def exposed(found: Excursion, inside: Inside, measures: Measures, until_ns: int) -> Exposures | None:
    """One exposure per stay; None where nobody has said what was inside."""
    contents = inside(found.start_ns - measures.reach_ns(found), until_ns)
    if not any(stay.from_ns < found.start_ns for stay in contents.stays):
        contents = inside(found.start_ns, until_ns)
        return exposures(contents, found.start_ns, found.end_ns, measures.of(found))
    crossing_ns = measures.crossing_ns(found)
    measure = _from_the_crossing(found.start_ns, measures.of(found))
    return exposures(inside(crossing_ns, until_ns), crossing_ns, found.end_ns, measure)


def _from_the_crossing(first_ns: int, measure: Measure) -> Measure:
    """Also of what lies before the first reading: beyond from beginning to end, and no reading in it."""

    def measured(start_ns: int, end_ns: int | None) -> tuple[int | None, float | None]:
        if start_ns >= first_ns:
            return measure(start_ns, end_ns)
        if end_ns is not None and end_ns <= first_ns:
            return end_ns - start_ns, None
        beyond_ns, extreme = measure(first_ns, end_ns)
        return None if beyond_ns is None else beyond_ns + first_ns - start_ns, extreme

    return measured
