"""Who was told of an alarm, by what and with what answer, and who is next, as plain JSON data. Schema 1."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from gateway.alarms.callbook import CallBook
from gateway.alarms.chatter import remarks
from gateway.alarms.decisions import Decisions
from gateway.alarms.delivery import Outcome
from gateway.alarms.groups import Group
from gateway.alarms.kept_calls import Attempted
from gateway.alarms.policy import SIREN
from gateway.alarms.priority import Judged
from gateway.published.values import moment

SCHEMA: Final = 1
WHOSE: Final = {"taken": "by", "assigned": "to", "overlay": ""}


class CallsView:
    """What a call book says at a moment; belongs to the thread of the book."""

    def __init__(self, book: CallBook, decisions: Decisions, now_ns: int) -> None:
        self._book = book
        self._decisions = decisions
        self._now_ns = now_ns
        self._briefs: dict[str, dict[str, Any]] = {}
        self._names: dict[str, str] = {}
        self._judgements: dict[str, Judged] = {}

    @property
    def number(self) -> int:
        """Of groups that go on or that still need somebody."""
        return len(self._book.groups.by_id)

    def groups(self, most: int | None = None) -> list[dict[str, Any]]:
        """Every such group, or so many of them, the most urgent first."""
        found = sorted(self._book.groups.by_id.values(), key=self._rank)
        return [self._group(one) for one in found[:most]]

    def sounding(self, siren: str) -> list[str]:
        """Groups because of which a siren in a step is to be on."""
        return sorted(self._book.sounding(siren))

    def members(self, alarm: str) -> list[str]:
        """The alarms of its group, or itself alone."""
        group = self._book.groups.of(alarm)
        return [alarm] if group is None else list(group.members)

    def alarms(self, alarms: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        """Published alarms, each with its group, who was told since then, who is next, and what is odd."""
        for alarm in alarms:
            group = self._book.groups.of(str(alarm["id"]))
            told = list(remarks(alarm, self._book.raisings, self._book.plan.chatter, self._now_ns))
            brief = _NOTHING if group is None else self._brief(group)
            told += self._left(alarm)
            known_of = brief["told"] and [one for one in brief["told"] if one["at"] >= alarm["raised"]]
            yield {**alarm, **brief, "told": known_of, "remarks": told}

    def _left(self, alarm: Mapping[str, Any]) -> Iterator[str]:
        """Who had taken it, or is to see to it, and has left, in words."""
        taken, assigned = alarm.get("taken"), alarm.get("assigned")
        if taken and self._has_left(taken["by"]):
            yield f"nobody is on it: {self._called(taken['by'])} has left"
        if assigned and self._has_left(assigned["to"]):
            yield f"assigned to {self._called(assigned['to'])}, who has left"

    def _has_left(self, who: str) -> bool:
        person = self._book.duty.find(who)
        return person is not None and person.has_left

    def _called(self, who: str) -> str:
        person = self._book.duty.find(who)
        return who if person is None else person.name()

    def with_names(self, alarm: Mapping[str, Any]) -> dict[str, Any]:
        """A published alarm for people: whoever is given by an id has the name behind it."""
        named = dict(alarm)
        for key, whose in WHOSE.items():
            named[key] = self._held(alarm[key], whose) if alarm.get(key) else alarm.get(key)
        for key in ("acknowledgements", "comments"):
            named[key] = [self._named(one) for one in alarm.get(key) or ()]
        return named

    def _held(self, said: Mapping[str, Any], whose: str) -> dict[str, Any]:
        """`whose`: the key of who is on it, or is to be; not so of who has left."""
        named = self._named(said)
        if whose and self._has_left(str(said[whose])):
            named[whose] = f"{named[whose]} (has left)"
        return named

    def _named(self, said: Mapping[str, Any]) -> dict[str, Any]:
        return {key: self._beside(value) if key in ("by", "to") else value for key, value in said.items()}

    def _beside(self, who: str) -> str:
        person = self._book.duty.find(who)
        is_id = person is not None and who.strip().casefold() == person.id
        return f"{who} ({person.name()})" if person is not None and is_id else who

    def _group(self, of: Group) -> dict[str, Any]:
        judged = self._judged(of)
        since_ns = self._book.nobody.get(of.id)
        taken = dict.fromkeys(one.taken_by for one in of.members.values() if one.taken_by)
        counts = {one.id: self._book.swings.counts(one, self._now_ns) for one in of.members.values()}
        return {
            "schema": SCHEMA,
            "id": of.id,
            "first": of.first,
            "since": moment(of.since_ns),
            "over": of.is_over,
            "drill": of.is_drill,
            "alarms": list(of.members),
            "priority": judged.priority.name.lower(),
            "priority_reason": judged.reason,
            "swings": max(counts.values(), default=0),
            "swings_within_s": self._book.plan.chatter.chatter_within_s,
            "swinging": [{"alarm": name, "swings": count} for name, count in counts.items() if count],
            "calling": self._book.escalations.is_calling(of.id),
            "taken_by": list(taken),
            "attempts": [self._attempt(one) for one in self._book.attempts.get(of.id, ())],
            "next": self._next(of.id),
            "nobody_since": moment(since_ns),
            "no_policy": self._book.is_left_out(of),
        }

    def _brief(self, group: Group) -> dict[str, Any]:
        """The same for each alarm of a group."""
        if group.id not in self._briefs:
            self._briefs[group.id] = {
                "group": group.id,
                "first_in_group": group.first,
                "told": self._told(group.id),
                "next": self._next(group.id),
                "nobody_since": moment(self._book.nobody.get(group.id)),
            }
        return self._briefs[group.id]

    def _told(self, group: str) -> list[dict[str, Any]]:
        """Each person who was reached, with the last time and way."""
        arrived = (a for a in self._book.attempts.get(group, ()) if a.outcome == Outcome.DELIVERED)
        last = {one.person or f"{SIREN}{one.notifier}": one for one in arrived}
        return [
            {"person": one.person, "name": self._name(who), "at": moment(one.at_ns), "by": one.notifier}
            for who, one in last.items()
        ]

    def _attempt(self, of: Attempted) -> dict[str, Any]:
        return {
            "at": moment(of.at_ns),
            "call": of.call,
            "kind": of.kind,
            "step": of.step or None,
            "person": of.person,
            "name": self._name(of.person or f"{SIREN}{of.notifier}"),
            "by": of.notifier,
            "outcome": of.outcome,
            "answer": of.answer,
            "took_s": of.took_s,
        }

    def _next(self, group: str) -> dict[str, Any] | None:
        found = self._decisions.next_persons(group, self._now_ns, roughly=True)
        if found is None:
            return None
        moment_ns, persons = max(found[0], self._now_ns), found[1]
        return {"at": moment(moment_ns), "persons": list(persons), "names": [*map(self._name, persons)]}

    def _name(self, who: str) -> str:
        if who not in self._names:
            person = None if who.startswith(SIREN) else self._book.duty.person(who)
            self._names[who] = who.removeprefix(SIREN) if person is None else person.name()
        return self._names[who]

    def _judged(self, of: Group) -> Judged:
        if of.id not in self._judgements:
            self._judgements[of.id] = self._book.judged(of)
        return self._judgements[of.id]

    def _rank(self, of: Group) -> tuple[bool, bool, int, int, str]:
        """A drill stands behind all that is real."""
        calling = self._book.escalations.is_calling(of.id)
        return of.is_drill, not calling, -self._judged(of).priority, -of.since_ns, of.id


_NOTHING: Final[dict[str, Any]] = {
    "group": None,
    "first_in_group": None,
    "told": [],
    "next": None,
    "nobody_since": None,
}
