"""What a unit went through: the overlap of its stay and an excursion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gateway.traceability.containment import concerns
from gateway.traceability.model import Contents, Stay, Unit

Measure = Callable[[int, int | None], tuple[int | None, float | None]]
"""[start, end) -> ns beyond the limit, extreme; None where the rule has no limit."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """A unit over the part [from, to) of an excursion in which it was inside."""

    unit: Unit
    from_ns: int
    to_ns: int | None  # None while both go on
    beyond_ns: int | None
    extreme: float | None
    certain: bool = True  # False: possibly inside, because statements contradict each other
    conflict: str | None = None  # who said what, in words


def exposures(
    contents: Contents, start_ns: int, end_ns: int | None, measure: Measure
) -> tuple[Exposure, ...] | None:
    """One exposure per stay; None where nobody has said what was inside."""
    if not contents.known:
        return None
    return tuple(_exposure(stay, contents, start_ns, end_ns, measure) for stay in contents.stays)


def _exposure(
    stay: Stay, contents: Contents, start_ns: int, end_ns: int | None, measure: Measure
) -> Exposure:
    from_ns = max(stay.from_ns, start_ns)
    ends = [e for e in (stay.to_ns, end_ns) if e is not None]
    to_ns = min(ends) if ends else None
    beyond_ns, extreme = measure(from_ns, to_ns)
    conflict = "; ".join(c.words() for c in contents.conflicts if concerns(c, stay)) or None
    return Exposure(stay.unit, from_ns, to_ns, beyond_ns, extreme, stay.certain, conflict)
