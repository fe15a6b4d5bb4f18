"""Whom a step rings by no way twice: who heard all of it within a minute, by a call that was no step.

Where a shelf ends, or something joins a happening, everybody who was told of it hears that at once. A step
that falls due a few seconds later would tell the same people the same. Two steps that follow each other so
soon are what the policy asks for, and both ring.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gateway.alarms.call import LOUD
from gateway.alarms.callbook import CallBook
from gateway.alarms.calling_course import UPDATE_NS
from gateway.alarms.delivery import Delivery, Outcome, call_number
from gateway.alarms.groups import Group
from gateway.alarms.reach import Reached, Way
from gateway.dataclass import dataclass
from gateway.statements.call import Receiver

Rung = Mapping[str, frozenset[Way]]
"""By person: the ways by which the last message came, or is coming."""


@dataclass(frozen=True, slots=True)
class _Ring:
    """One message to one person by one way; `at_ns` is 0 of one that did not come."""

    person: str
    number: int
    at_ns: int
    way: Way
    is_step: bool


def rung_lately(book: CallBook, group: Group, now_ns: int) -> Rung:
    """Of whom the last message about the group was no step, within a minute, and said all that is new.

    A drill is to show every step.
    """
    course = book.escalations.courses[group.id]
    is_news = course.grown_ns or course.swung_ns or course.corrected_ns
    if group.is_drill or is_news or not course.since_ns or not course.is_lately(now_ns):
        return {}
    rings = list(_rings(book, group.id))
    last = {one.person: one.number for one in sorted(rings, key=lambda one: one.number)}
    found: dict[str, frozenset[Way]] = {}
    for one in rings:
        is_fresh = not one.is_step and one.number == last[one.person] and abs(now_ns - one.at_ns) < UPDATE_NS
        if one.person and is_fresh:
            found[one.person] = found.get(one.person, frozenset()) | {one.way}
    return {person: ways for person, ways in found.items() if person in course.told}


def without_rung(reached: Reached, rung: Rung) -> tuple[Reached, tuple[str, ...]]:
    """Who is to be rung by other ways alone, or by none: these are the second."""
    left, spared = list[Receiver](), list[str]()
    for one in reached.receivers:
        ways = rung.get(one.person, frozenset())
        first = [way for way in one.ways[: one.at_once or None] if way not in ways]
        if not ways or len(first) == (one.at_once or len(one.ways)):
            left.append(one)
        elif first:
            others = (way for way in one.ways if way not in first)
            left.append(Receiver(one.person, (*first, *others), len(first)))
        else:
            spared.append(one.person)
    return Reached(tuple(left), reached.is_quiet), tuple(spared)


def _rings(book: CallBook, group: str) -> Iterator[_Ring]:
    for one in book.attempts.get(group, ()):
        if one.kind in LOUD:
            came_ns = one.at_ns if one.outcome == Outcome.DELIVERED else 0
            way = one.notifier, one.address
            yield _Ring(one.person, call_number(one.call), came_ns, way, one.step > 0)
    for delivery in book.waiting.telling(group):
        if delivery.kind in LOUD:
            for way in _coming(delivery):
                yield _Ring(
                    delivery.receiver.person, delivery.number, delivery.at_ns, way, bool(delivery.steps)
                )


def _coming(delivery: Delivery) -> list[Way]:
    """By which it is being told first, as far as these have not failed."""
    ways = delivery.receiver.ways
    open_ways = [
        w for k, w in enumerate(ways) if delivery.outcomes.get(k, Outcome.DELIVERED) is Outcome.DELIVERED
    ]
    return open_ways[: delivery.at_once]
