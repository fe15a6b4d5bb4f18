"""What units went through: the overlap of their stays and an excursion, by the parts that they share.

Most units of an asset were inside over the same part of an excursion. What happened in it is told once,
however many they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import field, replace

from gateway.dataclass import dataclass
from gateway.traceability.containment import concerns
from gateway.traceability.model import Conflict, Contents, Stay, Unit

Measured = tuple[int | None, float | None, int | None]
"""ns beyond the limit, extreme, ns not proven; None where the rule has no limit, or not all can be read."""
Measure = Callable[[int, int | None], Measured]
"""[start, end) -> what happened in it."""
Span = tuple[int, int | None, bool, str | None]
"""From, to, whether that is certain, and who contradicts whom."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part [from, to) of an excursion, and what a unit went through that was inside over it."""

    from_ns: int
    to_ns: int | None  # None while both go on
    beyond_ns: int | None
    extreme: float | None
    certain: bool = True  # False: possibly inside, because statements contradict each other
    conflict: str | None = None  # who said what, in words
    unproven_ns: int | None = None  # neither beyond nor in range; alarms of before do not say


@dataclass(frozen=True, slots=True)
class Exposure:
    """One unit over one part."""

    unit: Unit
    part: Part


@dataclass(frozen=True, slots=True)
class Source:
    """What units and parts follow from, other than what was measured."""

    contents: Contents
    start_ns: int
    end_ns: int | None

    def is_same(self, other: Source | None) -> bool:
        """Without looking at each stay: no where they are equal, and not the very same."""
        if other is None or self.contents.stays is not other.contents.stays:
            return False
        return (self.contents.conflicts, self.start_ns, self.end_ns) == (
            other.contents.conflicts,
            other.start_ns,
            other.end_ns,
        )


@dataclass(frozen=True, slots=True)
class Exposures:
    """Units in an order, and for each of them the number of its part; a unit that came back stands twice."""

    units: tuple[Unit, ...]
    parts: tuple[Part, ...]
    part_of: tuple[int, ...]
    source: Source | None = field(default=None, compare=False, repr=False)

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


def exposures(
    contents: Contents, start_ns: int, end_ns: int | None, measure: Measure, before: Exposures | None = None
) -> Exposures | None:
    """One exposure per stay; None where nobody has said what was inside.

    `before`: what this gave last time; where the same are inside, only measuring is done again.
    """
    if not contents.known:
        return None
    source = Source(contents, start_ns, end_ns)
    if before is not None and source.is_same(before.source):
        return replace(before, parts=tuple(_measured(part, measure) for part in before.parts))
    part_of, spans = _shares(source)
    parts = tuple(_measured(Part(*span[:2], None, None, *span[2:]), measure) for span in spans)
    return Exposures(tuple([stay.unit for stay in contents.stays]), parts, part_of, source)


def _measured(part: Part, measure: Measure) -> Part:
    beyond_ns, extreme, unproven_ns = measure(part.from_ns, part.to_ns)
    return replace(part, beyond_ns=beyond_ns, extreme=extreme, unproven_ns=unproven_ns)


def _shares(of: Source) -> tuple[tuple[int, ...], list[Span]]:
    """For each stay the number of its part, and what parts there are. Many stays are alike."""
    words = _words(of.contents) if of.contents.conflicts else _no_words
    alike: dict[Span, int] = {}
    numbers: dict[Span, int] = {}
    part_of = list[int]()
    for stay in of.contents.stays:
        told = (stay.from_ns, stay.to_ns, stay.certain, words(stay))
        number = alike.get(told)
        if number is None:
            span = (*_overlap(stay, of.start_ns, of.end_ns), *told[2:])
            number = alike[told] = numbers.setdefault(span, len(numbers))
        part_of.append(number)
    return tuple(part_of), list(numbers)


def same_stays(one: Exposures | None, other: Exposures | None) -> bool:
    """Whether the same were inside, other than for how long so far."""
    if one is None or other is None:
        return one is other
    if len(one) != len(other):
        return False
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


def _no_words(_stay: Stay) -> str | None:
    return None


def _words(contents: Contents) -> Callable[[Stay], str | None]:
    """Who contradicts whom about a stay."""
    about: dict[tuple[str, str], list[Conflict]] = {}
    for conflict in contents.conflicts:
        about.setdefault(conflict.unit.key, []).append(conflict)

    def words(stay: Stay) -> str | None:
        of_unit = about.get(stay.unit.key, ()) if about else ()
        return "; ".join(c.words() for c in of_unit if concerns(c, stay)) or None

    return words
