"""What one person is told: a call with the alarms of its group as they are now, and who is next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from gateway.alarms.asking import calls_people, is_untold
from gateway.alarms.back import back
from gateway.alarms.call import LOUD, Back, Call, CallKind, Guidance, Language, TimeLeft
from gateway.alarms.callbook import CallBook, Publish
from gateway.alarms.chatter import remarks
from gateway.alarms.decisions import Decisions
from gateway.alarms.delivery import Delivery
from gateway.alarms.groups import Group
from gateway.alarms.guidance import guidance_for
from gateway.alarms.leading import ranked
from gateway.alarms.member import SPEAKS_AGAIN, TAKEN, Member
from gateway.alarms.policy import SIREN
from gateway.alarms.priority import Judged, with_priority
from gateway.alarms.summing import is_answered, judged_together
from gateway.errors import CryogateError
from gateway.journal.journal import Journal
from gateway.model import SECOND
from gateway.statements import transition
from gateway.statements.transition import Transition

TO_ACT: Final = (*LOUD, CallKind.SUMMARY)
MOST_TIED: Final = 50  # alarms of which the most extreme is looked for: each is read from the journal
MOST_LISTED: Final = 10  # alarms in one message; the others are counted
FRESH_NS: Final = 30 * SECOND  # several people are called at once, and a day of readings takes 0.2 s to ask

Remaining = Callable[[Mapping[str, Any], int], TimeLeft | None]
"""A published alarm and the time -> how long there is; None: that is not known."""


Hinting = Callable[[str, Transition, int, Language], str]
"""An alarm, what was stated of it last, the time, a language -> what it looks like; empty: nothing fits."""


def no_hint(alarm: str, said: Transition, now_ns: int, language: Language) -> str:  # noqa: ARG001
    """Where nobody can say what it looks like."""
    return ""


def not_known(alarm: Mapping[str, Any], now_ns: int) -> TimeLeft | None:  # noqa: ARG001
    """Where nobody can say how long there is."""
    return None


Linking = Callable[[str, str, Sequence[str], int], str]
"""A call, a person, alarms, when it was decided -> where this person acknowledges them; empty: nowhere."""


def no_link(call: str, person: str, alarms: Sequence[str], at_ns: int) -> str:  # noqa: ARG001
    """Where nobody knows an address of the pages."""
    return ""


Limiting = Callable[[str, str, str], tuple[float, str] | None]
"""Channel, rule, version -> its limit, and the unit of it; None: it has none."""


def no_limit(channel: str, rule: str, version: str) -> tuple[float, str] | None:  # noqa: ARG001
    """Where nobody knows limits."""
    return None


class Composer:
    """Belongs to the thread of its journal."""

    def __init__(
        self,
        book: CallBook,
        decisions: Decisions,
        journal: Journal,
        publish: Publish,
        remaining: Remaining,
        hinting: Hinting = no_hint,
        linking: Linking = no_link,
        limiting: Limiting = no_limit,
    ) -> None:
        self._linking = linking
        self._limiting = limiting
        self._book = book
        self._decisions = decisions
        self._journal = journal
        self._publish = publish
        self._remaining = remaining
        self._hinting = hinting
        self._hints: dict[tuple[str, Language], tuple[int, str]] = {}  # by alarm, asked when
        self._lefts: dict[str, tuple[int, TimeLeft | None]] = {}  # by alarm, asked when

    def call(self, delivery: Delivery, now_ns: int) -> Call | None:
        """None: there is nothing to be told any more."""
        found = (self._book.escalations.groups.get(name) for name in self._groups(delivery))
        groups = [group for group in found if group is not None]
        if not groups:
            return None
        members = self._listed(delivery, groups)
        judged = self._judged(delivery, groups)
        person = self._book.duty.person(delivery.receiver.person)
        language: Language = "en" if person is None else person.language
        alarms = [self._alarm(one, now_ns) for one in members[:MOST_LISTED]]
        moment_ns, next_name = self._next(members[0], delivery, language, now_ns)
        has_answer = is_answered(self._book, groups, {} if delivery.group else delivery.ranks)
        is_open = self._is_open(delivery) if delivery.group else not has_answer
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
            sum(self._is_over(one) for one in members),
            **self._of_past(delivery, groups[0], members[0]),
            **self._of_summary(delivery, groups, language),
            guidance=self._guidance(delivery, alarms[0], language),
            time_left=self._left(delivery, alarms[0], now_ns),
            back=_back(delivery, members, alarms),
            is_correction=_is_correction(delivery, alarms),
            was_quiet=delivery.kind is CallKind.AGAIN and any(one.change == SPEAKS_AGAIN for one in members),
            hint=self._hint(delivery, members[0], language, now_ns),
            is_answered=has_answer,
            **self._answered([one for one in members if not one.is_over], language, is_open),
            next_name=next_name,
            next_at_ns=moment_ns,
            link=self._link(delivery, members[:MOST_LISTED], is_answered=has_answer),
            drill=groups[0].is_drill,
            swings=self._book.swings.counts(members[0], now_ns) if delivery.group else 0,
            swings_within_s=self._book.plan.chatter.chatter_within_s,
        )

    def _of_summary(self, delivery: Delivery, groups: Sequence[Group], language: Language) -> dict[str, Any]:
        """Which of its groups are over, and who sees to what goes on."""
        if delivery.group:
            return {}
        ended = [group for group in groups if all(map(self._is_over, group.members.values()))]
        going_on = (one for group in groups for one in group.members.values() if not self._is_over(one))
        answered = [one.taken_by or one.answered_by for one in going_on if one.taken_by or not one.asks]
        firsts = [group.members[group.first] for group in ended[:MOST_LISTED]]
        about = (alarm["asset"] or alarm["rule"] for alarm in map(self._published, firsts))
        return {
            "ended": tuple(group.id for group in ended),
            "over_names": tuple(dict.fromkeys(map(str, about))),
            "answered": len(answered),
            "answered_by": tuple(dict.fromkeys(self._name(by, language) for by in answered if by)),
        }

    def _guidance(self, delivery: Delivery, alarm: Mapping[str, Any], language: Language) -> Guidance | None:
        """Of what has to be seen to first."""
        if not delivery.group and alarm["over"]:
            return None
        return guidance_for(self._book.plan.guidances, alarm, language)

    def _judged(self, delivery: Delivery, groups: Sequence[Group]) -> Judged:
        """As it was when the message was decided: what it tells first is told by now."""
        if not delivery.group:
            return judged_together(self._book, groups, delivery.ranks)
        return self._book.judged(groups[0], delivery.reader.since_seq)

    def _listed(self, delivery: Delivery, groups: Sequence[Group]) -> list[Member]:
        """What has to be seen to first, as `leading` has it; of several groups the most urgent."""
        courses = self._book.escalations.courses
        each = (
            ranked(one, courses[one.id], delivery.reader, self._book.priority_of, self._has_swung)
            for one in groups
        )
        found = sorted((one for group in each for one in group), key=lambda one: one[0])
        members = [one for _, one in found]
        if delivery.group and delivery.kind in LOUD:
            tied = [one for place, one in found[:MOST_TIED] if place == found[0][0]]
            first = members.pop(members.index(self._most_extreme(tied)))
            return [first, *sorted(members, key=self._is_over)]  # of what goes on beside it all is listed
        return members

    def _most_extreme(self, tied: Sequence[Member]) -> Member:
        """Of some that are as urgent and as severe: what went farthest beyond its limit; else the first."""
        if len(tied) == 1:
            return tied[0]
        alarms = list(map(self._published, tied))
        beyond = [_beyond(alarm, self._limiting) for alarm in alarms]
        same = [k for k, alarm in enumerate(alarms) if alarm["unit"] == alarms[0]["unit"]]
        return tied[max(same, key=lambda k: beyond[k])]

    def _is_over(self, one: Member) -> bool:
        return one.is_over and not self._has_swung(one)

    def _has_swung(self, one: Member) -> bool:
        """What comes and goes is not over until it has been calm."""
        return one.is_over and one.asks and self._book.swings.of(one) is not None

    def _of_past(self, delivery: Delivery, group: Group, first: Member) -> dict[str, Any]:
        """Whether what leads is over: then nobody has to get up, unless something that goes on asks."""
        if not delivery.group or not self._is_over(first):
            return {}
        course = self._book.escalations.courses[group.id]
        asks = any(calls_people(one, course) for one in group.members.values())
        asks = asks or self._book.has_swings(group)
        return {"is_past": not asks, "is_beside": asks}

    def _answered(self, going_on: Sequence[Member], language: Language, is_open: bool) -> dict[str, Any]:
        """Who sees to what goes on, as the reader knows them; of what is all over nothing is said.

        `is_open`: nobody sees to all of it, so that whoever reads a name would lean back.
        """
        first = None if is_open else next((one for one in going_on if one.seen_to_by), None)
        by = "" if first is None else first.seen_to_by
        is_taken = first is not None and by == first.taken_by and (first.asks or first.change == TAKEN)
        taken, answered = (by, "") if is_taken else ("", by)
        return {
            "taken_by": self._name(taken, language),
            "acknowledged_by": self._name(answered, language),
            "is_quiet": any(one.is_hushed for one in going_on),
        }

    def _is_open(self, delivery: Delivery) -> bool:
        """Whether people are to act, and part of it is nobody's, or who took it has done nothing for long."""
        group = self._book.escalations.groups.get(delivery.group)
        if group is None or delivery.kind not in LOUD:
            return False
        going_on = (one for one in group.members.values() if not one.is_over and not one.is_hushed)
        is_resumed = self._book.escalations.courses[group.id].resumed
        is_new = any(is_untold(one, delivery.reader.since_seq) for one in group.members.values())
        return is_resumed or is_new or any(one.asks and not one.taken_by for one in going_on)

    def _name(self, who: str, language: Language) -> str:
        person = self._book.duty.find(who) if who else None
        return who if person is None else person.name(language)

    def _groups(self, delivery: Delivery) -> Sequence[str]:
        return self._book.waiting.about(delivery)

    def _left(self, delivery: Delivery, alarm: Mapping[str, Any], now_ns: int) -> TimeLeft | None:
        """Of the first alarm, while there is something to do. What cannot be read keeps nobody uncalled."""
        if not delivery.group or delivery.kind not in LOUD:
            return None
        self._lefts = {name: told for name, told in self._lefts.items() if now_ns - told[0] < FRESH_NS}
        if alarm["id"] not in self._lefts:
            self._lefts[alarm["id"]] = now_ns, self._asked(alarm, now_ns)
        return self._lefts[alarm["id"]][1]

    def _hint(self, delivery: Delivery, one: Member, language: Language, now_ns: int) -> str:
        """Of the first alarm, while there is something to do."""
        if not delivery.group or delivery.kind not in LOUD or not delivery.receiver.person:
            return ""
        self._hints = {key: told for key, told in self._hints.items() if now_ns - told[0] < FRESH_NS}
        key = one.id, language
        if key not in self._hints:
            self._hints[key] = now_ns, self._looks_like(one, language, now_ns)
        return self._hints[key][1]

    def _link(self, delivery: Delivery, members: Sequence[Member], *, is_answered: bool) -> str:
        """For a person, while there is something to acknowledge among what is listed."""
        who = delivery.receiver.person
        if delivery.kind not in TO_ACT or not who or not any(one.asks for one in members):
            return ""
        if not delivery.group and is_answered and all(map(self._is_over, members)):
            return ""
        return self._linking(delivery.id, who, [one.id for one in members], delivery.at_ns)

    def _looks_like(self, one: Member, language: Language, now_ns: int) -> str:
        said = transition.of(self._journal.statement(one.seq).body)
        try:
            return self._hinting(one.id, said, now_ns, language)
        except CryogateError:  # what cannot be read keeps nobody uncalled
            return ""

    def _asked(self, alarm: Mapping[str, Any], now_ns: int) -> TimeLeft | None:
        try:
            return self._remaining(alarm, now_ns)
        except CryogateError:
            return None

    def _next(
        self, first: Member, delivery: Delivery, language: Language, now_ns: int
    ) -> tuple[int | None, str]:
        """Who is called if nobody takes what has to be seen to first."""
        group = self._book.groups.of(first.id)
        if delivery.kind not in TO_ACT or group is None:
            return None, ""
        found = self._decisions.next_persons(group.id, now_ns)
        if found is None or not found[1]:
            return None, ""
        person = self._book.duty.person(found[1][0])
        return found[0], found[1][0].removeprefix(SIREN) if person is None else person.name(language)

    def _alarm(self, one: Member, now_ns: int) -> dict[str, Any]:
        """As `cryogate alarms --json` has it."""
        alarm = with_priority(self._published(one), self._book.plan.priorities)
        told = remarks(alarm, self._book.raisings, self._book.plan.chatter, now_ns)
        return {**alarm, "remarks": list(told)}

    def _published(self, one: Member) -> dict[str, Any]:
        said = transition.of(self._journal.statement(one.seq).body)
        return self._publish(said.known, said.number)


def _back(delivery: Delivery, members: Sequence[Member], alarms: Sequence[Mapping[str, Any]]) -> Back | None:
    """Of a group, with the names of those that are listed."""
    found = back(members) if delivery.group and delivery.kind in LOUD else None
    if found is None:
        return None
    silent = (str(a["asset"]) for one, a in zip(members, alarms, strict=False) if _is_silent(one))
    return replace(found, assets=tuple(dict.fromkeys(silent)))


def _is_correction(delivery: Delivery, alarms: Sequence[Mapping[str, Any]]) -> bool:
    """An update because something of it never was."""
    is_update = delivery.kind is CallKind.ALARM and not delivery.steps
    return is_update and any(one["withdrawn"] for one in alarms)


def _beyond(alarm: Mapping[str, Any], limiting: Limiting) -> float:
    """How far, whichever side of the limit is the wrong one; -1: nobody knows."""
    limit = limiting(*(str(alarm.get(key) or "") for key in ("channel", "rule", "profile_version")))
    extreme = alarm.get("extreme")
    return -1.0 if limit is None or extreme is None else abs(float(extreme) - limit[0])


def _is_silent(one: Member) -> bool:
    return one.is_silence and not one.is_over
