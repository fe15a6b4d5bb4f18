"""Call: that people are to be told of a group of alarms, by which ways; stated before anybody is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import LONGEST_MESSAGE, LONGEST_NAME, Fields, is_unicode

KIND: Final = "call"
SCHEMA: Final = 2
BY_PEOPLE: Final = False


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who is told: by each of the first `at_once` ways that work; 0: by all. No `person`: a siren."""

    person: str
    ways: tuple[tuple[str, str], ...]  # notifier, address
    at_once: int = 1

    @property
    def name(self) -> str:
        """Of the person, or of the notifier that needs none."""
        return self.person or f"notifier:{self.ways[0][0]}"


@dataclass(frozen=True, slots=True)
class Called:
    """`id` is the same on every try. `group` is empty, and `groups` has some, in a summary.

    `steps`: those of the policy that it is, in `round`; none: an update. `held`: who gets it with the next
    summary. `spared`: for whom a step was, who had heard all of it just before by the same ways. Nobody in
    these three: nobody could be reached. A summary without receivers is for one
    in `held` who cannot be reached any more.
    """

    id: str
    kind: str
    group: str
    round: int
    steps: tuple[int, ...]
    priority: str
    alarms: tuple[str, ...]
    receivers: tuple[Receiver, ...]
    held: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    drill: bool = False
    spared: tuple[str, ...] = ()


def to_body(said: Called) -> dict[str, Any]:
    body = {
        "schema": SCHEMA,
        "id": said.id,
        "kind": said.kind,
        "group": said.group,
        "round": said.round,
        "steps": list(said.steps),
        "priority": said.priority,
        "alarms": list(said.alarms),
        "receivers": [
            {"person": r.person, "ways": [list(way) for way in r.ways], "at_once": r.at_once}
            for r in said.receivers
        ],
        "held": list(said.held),
        "groups": list(said.groups),
        "drill": said.drill,
        "spared": list(said.spared),
    }
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Called:
    fields = Fields(KIND, SCHEMA, body)
    fields.need(1)
    said = Called(
        fields.name("id"),
        fields.name("kind"),
        fields.line("group"),
        fields.integer("round", least=0),
        fields.integers("steps"),
        fields.name("priority"),
        fields.names("alarms"),
        tuple(_receiver(item) for item in fields.items("receivers")),
        fields.names("held"),
        fields.names("groups"),
        fields.flag("drill"),
        fields.names("spared") if fields.schema > 1 else (),
    )
    fields.end()
    return said


def words(said: Called) -> str:
    held = [f"{one} (with a summary)" for one in said.held if said.group]
    spared = [f"{one} (who has just heard it)" for one in said.spared]
    people = ", ".join([r.name for r in said.receivers] + held + spared)
    about = f"group {said.group}" if said.group else f"{len(said.groups)} groups"
    drill = " as a drill" if said.drill else ""
    return f"decided to tell {people or 'somebody, and could reach nobody,'} of {about} ({said.kind}){drill}"


def about(said: Called) -> frozenset[str]:
    return frozenset({*said.alarms, *said.groups, said.group} - {""})


def _receiver(item: object) -> Receiver:
    fields = Fields(KIND, SCHEMA, item, schema=1)
    person, at_once = fields.line("person"), fields.integer("at_once", least=0)
    ways = fields.items("ways")
    if not ways or not all(map(_is_way, ways)):
        raise fields.wrong("ways", "is no list of pairs of a notifier and an address")
    fields.end()
    return Receiver(person, tuple((notifier, address) for notifier, address in ways), at_once)


def _is_way(item: object) -> bool:
    return (
        isinstance(item, list)
        and list(map(type, item)) == [str, str]
        and 0 < len(item[0]) <= LONGEST_NAME
        and all(len(text) <= LONGEST_MESSAGE and is_unicode(text) for text in item)
    )
