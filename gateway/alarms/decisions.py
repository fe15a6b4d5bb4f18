"""Which calls are to be made now: what is due, to whom, by which ways, and who gets a summary instead."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Final

from gateway.alarms.call import CallKind, Priority
from gateway.alarms.callbook import CallBook
from gateway.alarms.due import Due
from gateway.alarms.groups import Group
from gateway.alarms.latecomers import Latecomers
from gateway.alarms.policy import NEVER, due_steps, next_moment
from gateway.alarms.reach import Reach, Reached, Way
from gateway.alarms.resuming import resume_ns
from gateway.alarms.sparing import rung_lately, without_rung
from gateway.alarms.summing import judged_together
from gateway.model import SECOND
from gateway.statements.call import Called

MOST: Final = 500  # calls in one commit
QUIET_NS: Final = 30 * SECOND  # how often it is looked whether a quiet hour is over
MOST_LISTED: Final = 100  # alarms in a statement; the transitions have all

Sent = defaultdict[str, list[int]]
"""Ranks of the messages that are decided already, by person."""


class Decisions:
    """Of one call book; what it decides counts once it is stated and heard."""

    def __init__(self, book: CallBook, reach: Reach) -> None:
        self._book = book
        self._reach = reach
        self._latecomers = Latecomers(book, reach)
        self._quiet: dict[str, int] = {}  # groups and persons that nobody may be woken for: until when

    def due(self, now_ns: int) -> list[Called]:
        """The most urgent first."""
        self._quiet = {name: until_ns for name, until_ns in self._quiet.items() if until_ns > now_ns}
        due = self._book.escalations.due(now_ns, self._quiet)
        due += self._latecomers.due(now_ns, {*self._quiet, *(one.group for one in due)})
        due.sort(key=self._rank)
        sent: Sent = defaultdict(list)
        found = [self._call(one, now_ns, sent) for one in due[:MOST]]
        persons = enumerate(self._book.flood.due(now_ns), 1)
        found += [self._summary(f"S{now_ns}.{k}", person, now_ns) for k, person in persons]
        return [one for one in found if one is not None]

    def soonest_ns(self) -> int:
        """When something is due next, unless something happens before."""
        return min(self._book.escalations.soonest_ns(self._quiet), self._book.flood.soonest_ns(self._quiet))

    def next_persons(
        self, group_id: str, now_ns: int, *, roughly: bool = False
    ) -> tuple[int, tuple[str, ...]] | None:
        """When who is called next, if nobody takes it; None: nobody. `roughly`: as the rosters are now.

        Whoever a step will ring by no way, having just heard it, is not called by that step.
        """
        one = self._book.escalations.next(group_id, now_ns)
        group = self._group(group_id)
        while one is not None and one.steps:
            at_ns = max(now_ns, one.moment_ns)
            reached = self._of_steps(one, group, now_ns if roughly else at_ns)
            left, spared = self._without_rung(one, group, reached, at_ns)
            if left.receivers or not spared:
                return one.moment_ns, tuple(receiver.name for receiver in left.receivers)
            one = self._behind(one, group)
        return None

    def _behind(self, one: Due, group: Group) -> Due | None:
        """The next step, if this one rings nobody."""
        policy, since_ns = self._book.policy(group), self._book.escalations.courses[group.id].since_ns
        done = one.round, one.steps[-1]
        moment_ns = NEVER if policy is None else next_moment(policy, since_ns, done)
        if policy is None or moment_ns == NEVER:
            return None
        return Due(group.id, one.kind, moment_ns, *due_steps(policy, since_ns, done, moment_ns))

    def _rank(self, one: Due) -> tuple[bool, bool, int, int]:
        """What is real goes first, and of that what is not about messages."""
        group = self._group(one.group)
        return group.is_drill, group.is_about_ways, -self._book.matter(group).priority, one.moment_ns

    def _call(self, one: Due, now_ns: int, sent: Sent) -> Called | None:
        group, course = self._group(one.group), self._book.escalations.courses[one.group]
        matter = self._book.matter(group)
        priority = matter.priority
        if one.steps:
            reached = self._of_steps(one, group, now_ns)
            if one.is_late:
                reached = _without(reached, course.asked)
            elif one.kind in (CallKind.WORSE, CallKind.AGAIN) and self._book.escalations.is_worse(one.group):
                reached = _with(reached, self._of_names(one, priority, now_ns))
        else:
            is_over = one.kind is CallKind.OVER
            priority = Priority(course.rank or priority) if is_over else priority
            reached = self._of_names(one, priority, now_ns)
        if not reached.receivers and reached.is_quiet:
            self._quiet[one.group] = now_ns + QUIET_NS
            return None
        reached, spared = self._without_rung(one, group, reached, now_ns)
        held = list[str]()
        if not group.is_drill:  # which is no part of a flood, and in no summary
            persons = (r.person for r in reached.receivers if r.person)
            held += [p for p in persons if not self._is_sent(p, group, one.kind, priority, now_ns, sent)]
        return Called(
            f"{group.id}.{course.calls + 1}",
            one.kind.value,
            group.id,
            one.round,
            one.steps,
            priority.name.lower(),
            tuple(group.members)[:MOST_LISTED],
            tuple(r for r in reached.receivers if r.person not in held),
            tuple(held),
            drill=group.is_drill,
            spared=spared,
        )

    def _summary(self, name: str, person: str, now_ns: int) -> Called | None:
        if person in self._quiet:
            return None
        ranks = self._book.flood.ranks(person)
        groups = tuple(ranks)
        known = [g for name in groups if (g := self._book.escalations.groups.get(name)) is not None]
        priority = judged_together(self._book, known, ranks).priority if known else Priority.LOW
        ways = max((self._ways(person, group, now_ns) for group in known), default=1)
        told = [way for group in known for way in self._told(person, group)]
        reached = self._reach.of_summary(person, told, priority, now_ns, ways)
        if not reached.receivers and reached.is_quiet:
            self._quiet[person] = now_ns + QUIET_NS
            return None
        return Called(
            name,
            CallKind.SUMMARY.value,
            "",
            0,
            (),
            priority.name.lower(),
            tuple(group.first for group in known)[:MOST_LISTED],
            reached.receivers,
            () if reached.receivers else (person,),
            groups,
        )

    def _of_names(self, one: Due, priority: Priority, now_ns: int) -> Reached:
        """Who was told before, and hears how it goes on."""
        escalations, is_over = self._book.escalations, one.kind is CallKind.OVER
        names = escalations.over_to(one.group) if is_over else escalations.to_update(one.group)
        told_by = self._book.told_by(one.group)
        return self._reach.of_names(names, told_by, priority, now_ns, also_former=is_over)

    def _without_rung(
        self, one: Due, group: Group, reached: Reached, at_ns: int
    ) -> tuple[Reached, tuple[str, ...]]:
        """Whom it rings at that time, and whom it spares."""
        course = self._book.escalations.courses[group.id]
        resumes = resume_ns(group, course, self._book.policy(group)) <= at_ns
        if not one.steps or one.is_late or resumes:
            return reached, ()
        return without_rung(reached, rung_lately(self._book, group, at_ns))

    def _of_steps(self, one: Due, group: Group, now_ns: int) -> Reached:
        policy = self._book.policy(group)
        if policy is None:
            return Reached(())
        reached = self._reach.of_steps(policy, one.steps, self._book.matter(group), now_ns)
        if not group.is_drill:
            return reached
        persons = tuple(one for one in reached.receivers if one.person)  # a siren cannot say that it is one
        return Reached(persons, reached.is_quiet)

    def _ways(self, person: str, group: Group, now_ns: int) -> int:
        """By how many at once this one is called about a group, by the steps that have come."""
        course, policy = self._book.escalations.courses[group.id], self._book.policy(group)
        if policy is None or course.done is None:
            return 1
        steps = range(min(course.done[1], len(policy.steps) - 1) + 1)
        found = self._reach.of_steps(policy, steps, self._book.matter(group), now_ns).receivers
        return max((one.at_once for one in found if one.person == person), default=1)

    def _told(self, person: str, group: Group) -> Iterable[Way]:
        """Where this one was told of a group about which people are called no more."""
        if self._book.escalations.is_calling(group.id):
            return ()
        return self._book.told_by(group.id).get(person, ())

    def _is_sent(
        self, person: str, group: Group, kind: CallKind, priority: Priority, now_ns: int, sent: Sent
    ) -> bool:
        """Whether it is a message of its own, and counted; else it waits for a summary."""
        rank = self._book.rank(person, group.id, kind, priority)
        is_full = self._book.flood.is_full(person, now_ns, rank, sent[person])
        sent[person] += [] if is_full else [rank]
        return not is_full

    def _group(self, name: str) -> Group:
        return self._book.escalations.groups[name]


def _with(reached: Reached, others: Reached) -> Reached:
    """Of both; whoever is in both as in the first."""
    known = {one.name for one in reached.receivers}
    new = (one for one in others.receivers if one.name not in known)
    return Reached((*reached.receivers, *new), reached.is_quiet)


def _without(reached: Reached, names: Collection[str]) -> Reached:
    """Persons who are none of these; a siren sounds already."""
    new = (one for one in reached.receivers if one.person and one.person not in names)
    return Reached(tuple(new), reached.is_quiet)
