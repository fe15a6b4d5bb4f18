"""What one person is told: a call with the alarms of its group as they are now, and who is next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from gateway.alarms.call import Call, CallKind
from gateway.alarms.callbook import CallBook, Publish
from gateway.alarms.chatter import remarks
from gateway.alarms.decisions import Decisions
from gateway.alarms.delivery import Delivery
from gateway.alarms.groups import Group
from gateway.alarms.guidance import guidance_for
from gateway.alarms.member import Member
from gateway.alarms.priority import most_urgent, with_priority
from gateway.journal.journal import Journal
from gateway.statements import transition

MOST_LISTED: Final = 10  # alarms in one message; the others are counted


class Composer:
    """Belongs to the thread of its journal."""

    def __init__(self, book: CallBook, decisions: Decisions, journal: Journal, publish: Publish) -> None:
        self._book = book
        self._decisions = decisions
        self._journal = journal
        self._publish = publish

    def call(self, delivery: Delivery, now_ns: int) -> Call | None:
        """None: there is nothing to be told any more."""
        found = (self._book.escalations.groups.get(name) for name in self._groups(delivery))
        groups = [group for group in found if group is not None]
        if not groups:
            return None
        members = _listed(groups)
        judged = most_urgent(map(self._book.judged, groups))
        person = self._book.duty.person(delivery.receiver.person)
        language = "en" if person is None else person.language
        alarms = [self._alarm(one, now_ns) for one in members[:MOST_LISTED]]
        moment_ns, next_name = self._next(groups, delivery, now_ns)
        return Call(
            delivery.id,
            delivery.kind,
            delivery.receiver.person,
            "" if person is None else person.name(),
            language,
            delivery.at_ns,
            judged.priority,
            judged.reason,
            delivery.group,
            tuple(alarms),
            max(0, len(members) - MOST_LISTED),
            guidance_for(self._book.plan.guidances, alarms[0], language) if delivery.group else None,
            taken_by=next((one.taken_by for one in members if one.taken_by), ""),
            next_name=next_name,
            next_at_ns=moment_ns,
        )

    def _groups(self, delivery: Delivery) -> Sequence[str]:
        return (delivery.group,) if delivery.group else self._book.summaries.get(delivery.call, ())

    def _next(self, groups: Sequence[Group], delivery: Delivery, now_ns: int) -> tuple[int | None, str]:
        """Who is called if nobody takes it, unless that is the same person."""
        if delivery.kind not in (CallKind.ALARM, CallKind.WORSE):
            return None, ""
        found = self._decisions.next_persons(groups[0].id, now_ns)
        if found is None or not found[1]:
            return None, ""
        person = self._book.duty.person(found[1][0])
        return found[0], found[1][0] if person is None else person.name()

    def _alarm(self, one: Member, now_ns: int) -> dict[str, Any]:
        """As `cryogate alarms --json` has it."""
        said = transition.of(self._journal.statement(one.seq).body)
        alarm = with_priority(self._publish(said.known, said.number), self._book.plan.priorities)
        told = remarks(alarm, self._book.raisings, self._book.plan.chatter, now_ns)
        return {**alarm, "remarks": list(told)}


def _listed(groups: Sequence[Group]) -> list[Member]:
    """Of one group the first alarm first; of several what goes on before what is over."""
    if len(groups) == 1:
        first = groups[0].members[groups[0].first]
        others = [one for one in groups[0].members.values() if one.id != first.id]
        return [first, *sorted(others, key=_rank)]
    return sorted((one for group in groups for one in group.members.values()), key=_rank)


def _rank(one: Member) -> tuple[bool, bool, int, int]:
    return one.is_over, not one.asks, -one.severity, one.at_ns
