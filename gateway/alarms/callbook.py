"""What the journal says about calls: groups, who was told of them by what with what answer, who is next.

A fold over statements in the journal's order; a run that goes on where another ended has the same state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from typing import Any, Final

import msgspec

from gateway.alarms.call import LOUD, CallKind, Priority
from gateway.alarms.chatter import Limits, Raisings
from gateway.alarms.delivery import Delivery, Outcome
from gateway.alarms.due import Rules
from gateway.alarms.duty import KINDS as DUTY_KINDS
from gateway.alarms.duty import Duty
from gateway.alarms.escalation import Escalations
from gateway.alarms.failures import LONGEST_ANSWER, Failures
from gateway.alarms.flood import KNOWN, Flood, FloodLimits
from gateway.alarms.groups import Group, Groups
from gateway.alarms.guidance import Guidances
from gateway.alarms.kept_calls import SCHEMA, Attempted, Failure, Kept
from gateway.alarms.leading import deciding
from gateway.alarms.member import Member, member
from gateway.alarms.nobody import Nobody
from gateway.alarms.policy import DEFAULT_POLICIES, SIREN, Policy, policy_for
from gateway.alarms.priority import Judged, Judging, Priorities, most_urgent
from gateway.alarms.reach import Matter
from gateway.alarms.swings import Swings
from gateway.alarms.waiting import Waiting
from gateway.dataclass import dataclass
from gateway.statements import Statement, attempt, call, person, transition
from gateway.statements.attempt import Attempt
from gateway.statements.call import Called
from gateway.statements.transition import UPGRADE

KINDS: Final = (transition.KIND, call.KIND, attempt.KIND, *DUTY_KINDS)
MOST_ATTEMPTS: Final = 100  # of a group, that are kept to be shown

Publish = Callable[[Mapping[str, Any], int], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What the configuration says about calls; `site_of`: the site of an asset (identity)."""

    priorities: Priorities = field(default_factory=Priorities)
    policies: Sequence[Policy] = ()
    chatter: Limits = field(default_factory=Limits)
    flood: FloodLimits = field(default_factory=FloodLimits)
    site_of: Callable[[str], str] = lambda _: ""
    guidances: Guidances = field(default_factory=Guidances)


class CallBook:
    """Belongs to one thread."""

    def __init__(self, plan: Plan, duty: Duty, publish: Publish) -> None:
        self.plan = plan
        self.duty = duty
        self.publish = publish
        self.seq = 0
        self._policies: Sequence[Policy] | None = None  # as long as nothing is stated about people
        self._judging = Judging(plan.priorities)
        self.groups = Groups()
        self.raisings = Raisings()
        self.swings = Swings(self.raisings, plan.chatter)
        self.flood = Flood(plan.flood)
        self.waiting = Waiting()
        self.escalations = Escalations(
            Rules(self.policy, self.judged, self._same, self._is_coming, self.swings)
        )
        self.attempts: dict[str, list[Attempted]] = {}  # by group
        self._failures = Failures()
        self._nobody = Nobody(self.escalations, self)

    # Hearing

    def hear(self, seq: int, statement: Statement) -> None:
        """The next statement; one of another kind is passed over."""
        at_ns = statement.at_ns if statement.stated_ns is None else statement.stated_ns
        if statement.kind == transition.KIND:
            self._hear_transition(seq, at_ns, transition.of(statement.body))
        elif statement.kind == call.KIND:
            self._hear_call(seq, at_ns, call.of(statement.body))
        elif statement.kind == attempt.KIND:
            self._hear_attempt(at_ns, attempt.of(statement.body))
        elif statement.kind in DUTY_KINDS:
            self.duty.hear(statement)
            if statement.kind == person.KIND:
                self.escalations.forget_asked(person.of(statement.body).id)
                self.escalations.let_go(self._has_left, at_ns)
            self.look_at_people()
        self.seq = max(self.seq, seq)

    def look_at_people(self) -> None:
        """Something was stated about them, or the configuration may say something else."""
        self._policies = None
        self.escalations.reschedule()
        self._nobody.look_at_all()

    def kept(self) -> bytes:
        """For `take_over`."""
        return msgspec.json.encode(
            Kept(
                SCHEMA,
                self.seq,
                list(self.escalations.groups.values()),
                self.groups.keys(),
                self.escalations.courses,
                self.raisings.times,
                self.swings.known,
                self.flood.received,
                list(self.deliveries.values()),
                self.attempts,
                self.nobody,
                self._failures.kept(),
                self.waiting.summaries,
            )
        )

    def forget_old(self, now_ns: int) -> None:
        """What no longer counts."""
        self.raisings.forget(self.plan.chatter, now_ns)
        self.swings.forget(now_ns, lambda alarm: self.groups.of(alarm) is not None)

    def take_over(self, kept: bytes) -> None:
        """As `kept` gave it; of another version, nothing: everything is heard again."""
        try:
            found = msgspec.json.decode(kept, type=Kept)
        except msgspec.DecodeError:  # ValidationError is one
            return
        if found.schema != SCHEMA:
            return
        self.seq = found.seq
        self.groups.take_over(found.groups, found.keys)
        self.escalations.take_over(found.groups, found.courses)
        self.raisings.times = found.raisings
        self.swings.take_over(found.swings)
        self.flood = Flood(self.plan.flood, found.received)
        self.waiting = Waiting(found.deliveries, found.summaries)
        self.attempts = found.attempts
        self._nobody = Nobody(self.escalations, self, found.nobody)
        self._failures = Failures(found.failures)

    # Answers

    @property
    def deliveries(self) -> dict[str, Delivery]:
        """That are not done."""
        return self.waiting.deliveries

    @property
    def nobody(self) -> dict[str, int]:
        """Groups that nobody could be reached about, since when."""
        return self._nobody.since

    def is_left_out(self, group: Group) -> bool:
        """Whether there are policies, and none of them is for this one."""
        return self._nobody.is_left_out(group)

    def policies(self) -> Sequence[Policy]:
        """Those that are configured, for sites by their identities; else the usual one, with rosters."""
        if self._policies is None:
            usual = DEFAULT_POLICIES if self.duty.rosters_from(0) else ()
            same = self.duty.same_site
            self._policies = [
                replace(one, sites=frozenset(map(same, one.sites))) for one in self.plan.policies or usual
            ]
        return self._policies

    def policy(self, group: Group) -> Policy | None:
        policies = self.policies()
        if not policies:
            return None
        matter = self.matter(group)
        sites = map(self.duty.same_site, matter.sites)
        found = (policy_for(policies, matter.priority, site) for site in sites)
        return next((one for one in found if one is not None), None)

    def judged(self, group: Group, since_seq: int | None = None) -> Judged:
        """By those of its alarms that ask for somebody, or were not told; or that go on; or by all."""
        course = self.escalations.courses.get(group.id)
        said_seq = (course.said_seq if course else 0) if since_seq is None else since_seq
        facts = {(one.severity, one.inside) for one in deciding(group, said_seq)}
        return most_urgent(self._judging.of(*fact) for fact in facts)

    def priority_of(self, one: Member) -> Priority:
        """Of one alarm alone."""
        return self._judging.of(one.severity, one.inside).priority

    def has_swings(self, group: Group) -> bool:
        """Whether it comes and goes, and nobody has answered."""
        return any(one.asks and self.swings.of(one) is not None for one in group.members.values())

    def matter(self, group: Group) -> Matter:
        """Who is responsible: of every site where something of it goes on."""
        judged = self.judged(group)
        going_on = [m for m in group.members.values() if not m.is_over] or list(group.members.values())
        sites = {site: None for m in going_on for site in self._sites(m.site, m.assets)}
        return Matter(tuple(sites) or ("",), judged.risk.word, judged.priority)

    def is_obsolete(self, delivery: Delivery) -> bool:
        """Whether somebody answered meanwhile, or it is over: who was not told yet needs not be."""
        course = self.escalations.courses.get(delivery.group)
        if delivery.kind not in LOUD:
            return False
        if course is None:
            return True
        is_news = course.unseen and bool(delivery.receiver.person)  # a siren cannot say that it is over
        return delivery.number <= course.stopped and not is_news

    def is_pressing(self, delivery: Delivery) -> bool:
        """Whether somebody has to act: then it is tried again by every way. Else one message is enough."""
        course = self.escalations.courses.get(delivery.group)
        if course is None:
            return delivery.kind is CallKind.SUMMARY
        return delivery.kind in LOUD and not course.unseen

    def sounding(self, notifier: str) -> frozenset[str]:
        """Groups because of which a siren is to be on: it was told of them, or is being told."""
        name = f"{SIREN}{notifier}"
        told = (group for group, course in self.escalations.courses.items() if name in course.told)
        coming = {one.group for one in self.deliveries.values() if one.receiver.name == name}
        return frozenset((*told, *filter(self.escalations.is_calling, coming)))

    def failures(self) -> list[Failure]:
        """Ways that failed when they were tried last, of who is here and still has them."""
        return [one for one in self._failures.kept() if self._has(one.person, (one.notifier, one.address))]

    def told_by(self, group: str) -> dict[str, dict[tuple[str, str], None]]:
        """By person: notifier and address of every attempt about a group that arrived, in their order."""
        found: dict[str, dict[tuple[str, str], None]] = {}
        for one in self.attempts.get(group, ()):
            if one.outcome == Outcome.DELIVERED:
                found.setdefault(one.person, {})[one.notifier, one.address] = None
        return found

    def rank(self, person: str, group: str, kind: CallKind, priority: Priority) -> int:
        """How a message counts in a flood: what is news by its priority, what the person knows hardly."""
        if kind is CallKind.OVER:
            return KNOWN
        course = self.escalations.courses.get(group)
        is_known = course is not None and person in course.told and priority <= course.rank
        return KNOWN if is_known and not self.escalations.is_worse(group) else int(priority)

    # What follows

    def _has(self, person: str, way: tuple[str, str]) -> bool:
        if not person:
            return any(way[0] in step.notifiers for policy in self.policies() for step in policy.steps)
        known = self.duty.person(person)
        return known is not None and any((one.notifier, one.address) == way for one in known.ways)

    def _sites(self, site: str, assets: Sequence[str]) -> list[str]:
        return [site] if site else [name for name in map(self.plan.site_of, assets) if name]

    def _hear_transition(self, seq: int, at_ns: int, said: transition.Transition) -> None:
        if said.because == UPGRADE:
            return
        group = self.groups.of(said.alarm)
        before = None if group is None else group.members[said.alarm]
        one = member(seq, at_ns, said, self.publish(said.known, said.number), before)
        if not one.is_drill:
            self.raisings.hear(one)
            self.swings.hear(one)
        heard = self.groups.hear(one)
        if heard is None:
            return
        for other in heard.merged:
            self._join(other.id, heard.group.id)
        self.escalations.hear(heard, one)
        for end in self.waiting.ends(heard.group.id):
            if self.escalations.keep_told(heard.group.id, end.receiver.name, at_ns):
                self.waiting.drop(end)
        self._hold_once(heard.group.id)
        self._nobody.look(heard.group, at_ns)
        self._tidy(heard.group.id)

    def _join(self, other: str, into: str) -> None:
        self.attempts.setdefault(into, [])[:0] = self.attempts.pop(other, [])
        self.nobody.pop(other, None)
        for delivery in [d for d in self.deliveries.values() if d.group == other]:
            self.drop(delivery)
        self.waiting.forget(other)

    def _hear_call(self, seq: int, at_ns: int, said: Called) -> None:
        kind, names = CallKind(said.kind), [receiver.name for receiver in said.receivers]
        for receiver in said.receivers:
            if kind is CallKind.SUMMARY:
                self.waiting.summaries[said.id] = said.groups
            delivery = Delivery(said.id, said.group, kind, receiver, at_ns, said.round, said.steps)
            delivery.reader = self.escalations.reader(said.group, receiver.name)
            delivery.ranks = self._ranks(receiver.person, said)
            self.waiting.add(delivery)
            if receiver.person and kind is not CallKind.SUMMARY and not said.drill:
                self.flood.sent(receiver.person, at_ns, self._rank(receiver.person, said))
        if kind is CallKind.SUMMARY:
            self._hear_summary(at_ns, said)
            return
        for name in said.held:
            self.flood.holds(name, said.group, at_ns, self._rank(name, said))
        place, persons = (said.round, said.steps), (*names, *said.held)
        if said.spared and said.steps and not persons:
            self.escalations.hear_spared(said.group, (said.round, said.steps[-1]), at_ns)
        else:
            self.escalations.hear_call(said.group, kind, place, persons, at_ns, seq)
        self._hold_once(said.group)
        self._nobody.hear_call(said, at_ns)
        self._tidy(said.group)

    def _rank(self, person: str, said: Called) -> int:
        return self.rank(person, said.group, CallKind(said.kind), Priority[said.priority.upper()])

    def _ranks(self, person: str, said: Called) -> dict[str, int]:
        """By group, of a message before it is sent."""
        if not said.group:
            return self.flood.ranks(person)
        return {said.group: int(Priority[said.priority.upper()])} if said.kind in LOUD else {}

    def _hear_summary(self, at_ns: int, said: Called) -> None:
        """Without a receiver: whoever it was for cannot be reached any more."""
        person = said.receivers[0].person if said.receivers else said.held[0]
        self.flood.summed(person, said.groups, at_ns)
        for group in () if said.receivers else said.groups:
            self._nobody.lose(person, group, at_ns)
            self._tidy(group)

    def _hear_attempt(self, at_ns: int, said: Attempt) -> None:
        name = said.person or f"{SIREN}{said.notifier}"
        delivery = self.deliveries.get(f"{said.call}.{name}")
        step, answer = said.steps[-1] + 1 if said.steps else 0, said.answer[:LONGEST_ANSWER]
        whom = said.person, said.notifier, said.address
        shown = Attempted(at_ns, said.call, said.kind, step, *whom, said.outcome, answer, said.took_s)
        self._failures.hear(at_ns, said)
        for group in self.waiting.groups(said.call, said.group):
            if group in self.escalations.courses:
                self.attempts[group] = [*self.attempts.get(group, ()), shown][-MOST_ATTEMPTS:]
        if delivery is None:
            return
        for k, way in enumerate(delivery.receiver.ways):
            if way == (said.notifier, said.address):
                delivery.outcomes[k] = Outcome(said.outcome)
        self._nobody.hear_outcome(delivery, self.waiting.about(delivery), at_ns, said)
        if delivery.is_done:
            self.drop(delivery)

    def _is_coming(self, group: str, name: str) -> bool:
        return self.waiting.is_coming(group, name)

    def drop(self, delivery: Delivery) -> None:
        """There is nothing more to try."""
        for group in self.waiting.drop(delivery):
            self._tidy(group)

    def _tidy(self, group: str) -> None:
        """Nothing is kept of a group that is over for everybody, and for every summary."""
        if self.waiting.is_about(group) or self.flood.is_held(group):
            return
        if self.escalations.forget_if_done(group):
            self.waiting.forget(group)
            for known in (self.attempts, self.nobody):
                known.pop(group, None)

    def _hold_once(self, group: str) -> None:
        """Of what is over nobody hears in the next summary whom a message about it will tell so anyway."""
        course = self.escalations.courses.get(group)
        if course is not None and course.unseen and not course.since_ns:
            for name in self.flood.holding(group):
                if self.waiting.is_coming(group, name):
                    self.flood.release(name, group)

    def _has_left(self, by: str) -> bool:
        found = self.duty.find(by)
        return found is not None and found.has_left

    def _same(self, by: str) -> str:
        """The person behind what stands in `--by`; a name that nobody has stays itself."""
        found = self.duty.find(by)
        return by if found is None else found.id
