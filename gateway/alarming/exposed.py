"""Which units an excursion reached: those inside since the line to its first reading crossed the limit.

An excursion begins with a reading. The line to it crossed the limit earlier: a unit that was inside then was
exposed from the crossing on, whether it left before that reading or stayed. Where the line proves nothing,
who left before that reading was possibly exposed.
"""

from __future__ import annotations

from collections.abc import Callable

from gateway.alarming.measure import Measures
from gateway.screening.excursion import Excursion
from gateway.times import format_rfc3339
from gateway.traceability.exposure import Exposure, Exposures, Measure, Measured, Part, exposures
from gateway.traceability.model import Contents

Inside = Callable[[int, int], Contents]
"""[start, end) -> what was inside."""


def exposed(
    found: Excursion, inside: Inside, measures: Measures, until_ns: int, last: Exposures | None = None
) -> Exposures | None:
    """One exposure per stay; None where nobody has said what was inside. `last`: what this gave last time."""
    before = inside(found.start_ns - measures.doubt_ns(found), found.start_ns)
    if not before.stays:
        contents = inside(found.start_ns, until_ns)
        return exposures(contents, found.start_ns, found.end_ns, measures.of(found), last)
    last_ns, crossing_ns = measures.line_to(found)
    measure = _from_the_crossing(found.start_ns, measures.of(found))
    units = exposures(inside(crossing_ns, until_ns), crossing_ns, found.end_ns, measure, last)
    possibly = _possibly(found, before, last_ns) if crossing_ns == found.start_ns else []
    return Exposures.of([*(units or ()), *possibly]) if possibly else units


def _possibly(found: Excursion, before: Contents, last_ns: int) -> list[Exposure]:
    """Who left when nothing was measured, between the reading at `last_ns` and the first one beyond."""
    words = f"nothing is proven from {format_rfc3339(last_ns)} to {format_rfc3339(found.start_ns)}"
    left = [
        (stay.unit, max(stay.from_ns, last_ns), stay.to_ns)
        for stay in before.stays
        if stay.to_ns is not None and last_ns < stay.to_ns <= found.start_ns
    ]
    return [
        Exposure(unit, Part(from_ns, to_ns, None, None, False, words, to_ns - from_ns))
        for unit, from_ns, to_ns in left
    ]


def _from_the_crossing(first_ns: int, measure: Measure) -> Measure:
    """Also of what lies before the first reading: beyond from beginning to end, and no reading in it."""

    def measured(start_ns: int, end_ns: int | None) -> Measured:
        if start_ns >= first_ns:
            return measure(start_ns, end_ns)
        if end_ns is not None and end_ns <= first_ns:
            return end_ns - start_ns, None, 0
        beyond_ns, extreme, unproven_ns = measure(first_ns, end_ns)
        return None if beyond_ns is None else beyond_ns + first_ns - start_ns, extreme, unproven_ns

    return measured
