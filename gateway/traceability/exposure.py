"""What units went through: the overlap of their stays and an excursion, by the parts that they share.

Most units of an asset were inside over the same part of an excursion. What happened in it is told once,
however many they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from gateway.traceability.containment import concerns
from gateway.traceability.model import Conflict, Contents, Stay, Unit

Measure = Callable[[int, int | None], tuple[int | None, float | None]]
"""[start, end) -> ns beyond the limit, extreme; None where the rule has no limit."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part [from, to) of an excursion, and what a unit went through that was inside over it."""

    from_ns: int
    to_ns: int | None  # None while both go on
    beyond_ns: int | None
    extreme: float | None
    certain: bool = True  # False: possibly inside, because statements contradict each other
    conflict: str | None = None  # who said what, in words


@dataclass(frozen=True, slots=True)
class Exposure:
    """One unit over one part."""

    unit: Unit
    part: Part


@dataclass(frozen=True, slots=True)
class Exposures:
    """Units in an order, and for each of them the number of its part; a unit that came back stands twice."""

    units: tuple[Unit, ...]
    parts: tuple[Part, ...]
    part_of: tuple[int, ...]

    @staticmethod
    def of(exposures: Iterable[Exposure]) -> Exposures:
        """One after the other."""
        several, numbers = list(exposures), dict[Part, int]()
        part_of = tuple(numbers.setdefault(one.part, len(numbers)) for one in several)
        return Exposures(tuple(one.unit for one in several), tuple(numbers), part_of)

    def __len__(self) -> int:
        return len(self.units)

    def __iter__(self) -> Iterator[Exposure]:
        return map(Exposure, self.units, (self.parts[number] for number in self.part_of))

    def like(self, before: Exposures | None) -> Exposures:
        """The same; the very units of `before` where they are equal, so that whoever keeps them keeps one."""
        same = before is not None and before.units == self.units
        return replace(self, units=before.units) if before is not None and same else self


def exposures(contents: Contents, start_ns: int, end_ns: int | None, measure: Measure) -> Exposures | None:
    """One exposure per stay; None where nobody has said what was inside."""
    if not contents.known:
        return None
    words = _words(contents)
    numbers: dict[tuple[int, int | None, bool, str | None], int] = {}
    part_of = tuple(
        [
            numbers.setdefault((*_overlap(stay, start_ns, end_ns), stay.certain, words(stay)), len(numbers))
            for stay in contents.stays
        ]
    )
    parts = tuple(
        Part(from_ns, to_ns, *measure(from_ns, to_ns), certain, conflict)
        for from_ns, to_ns, certain, conflict in numbers
    )
    return Exposures(tuple([stay.unit for stay in contents.stays]), parts, part_of)


def same_stays(one: Exposures | None, other: Exposures | None) -> bool:
    """Whether the same were inside, other than for how long so far."""
    if one is None or other is None:
        return one is other
    if one.part_of == other.part_of and _spans(one) == _spans(other):
        return one.units == other.units
    return _stays(one) == _stays(other)


def _spans(of: Exposures) -> list[tuple[int, int | None, bool]]:
    return [(part.from_ns, part.to_ns, part.certain) for part in of.parts]


def _stays(of: Exposures) -> list[tuple[Unit, tuple[int, int | None, bool]]]:
    spans = _spans(of)
    return [(unit, spans[number]) for unit, number in zip(of.units, of.part_of, strict=True)]


def _overlap(stay: Stay, start_ns: int, end_ns: int | None) -> tuple[int, int | None]:
    ends = [end for end in (stay.to_ns, end_ns) if end is not None]
    return max(stay.from_ns, start_ns), min(ends) if ends else None


def _words(contents: Contents) -> Callable[[Stay], str | None]:
    """Who contradicts whom about a stay."""
    about: dict[tuple[str, str], list[Conflict]] = {}
    for conflict in contents.conflicts:
        about.setdefault(conflict.unit.key, []).append(conflict)

    def words(stay: Stay) -> str | None:
        of_unit = about.get(stay.unit.key, ()) if about else ()
        return "; ".join(c.words() for c in of_unit if concerns(c, stay)) or None

    return words
