"""Whom a step that found nobody finds later: a hole has closed, a quiet hour is over, a way is new.

They are called at once; the next step may be a quarter of an hour away.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from gateway.alarms.call import CallKind
from gateway.alarms.callbook import CallBook
from gateway.alarms.due import Due
from gateway.alarms.policy import Policy, past_steps
from gateway.alarms.reach import Matter, Reach
from gateway.model import SECOND

LOOK_NS: Final = 5 * SECOND
MANY: Final = 2000  # groups: for each so many it is looked as much more rarely, to take 1 % of a core


class Latecomers:
    """Of one call book."""

    def __init__(self, book: CallBook, reach: Reach) -> None:
        self._book = book
        self._reach = reach
        self._looked_ns = 0
        self._people: dict[tuple[str, tuple[int, ...], Matter], frozenset[str]] = {}  # at one look

    def due(self, now_ns: int, but: Collection[str]) -> list[Due]:
        """Of groups that nobody has heard of, every few seconds; `but`: not of these."""
        rest_ns = LOOK_NS * (1 + len(self._book.nobody) // MANY)
        if abs(now_ns - self._looked_ns) < rest_ns:  # clocks may be set back
            return []
        self._looked_ns = now_ns
        self._people.clear()
        return [one for name in self._book.nobody if name not in but for one in self._of(name, now_ns)]

    def _of(self, name: str, now_ns: int) -> Iterator[Due]:
        escalations = self._book.escalations
        group, course = escalations.groups.get(name), escalations.courses.get(name)
        if group is None or course is None or course.done is None or escalations.has_told_people(name):
            return
        policy = self._book.policy(group)
        if policy is None or not escalations.is_calling(name):
            return
        steps = past_steps(policy, course.done)
        if self._found(policy, steps, self._book.matter(group), now_ns) - course.asked:
            yield Due(name, CallKind.ALARM, now_ns, course.done[0], steps, is_late=True)

    def _found(self, policy: Policy, steps: tuple[int, ...], matter: Matter, now_ns: int) -> frozenset[str]:
        key = policy.name, steps, matter
        if key not in self._people:
            receivers = self._reach.of_steps(policy, steps, matter, now_ns).receivers
            self._people[key] = frozenset(one.person for one in receivers if one.person)
        return self._people[key]
