"""Transition: what happened to an alarm, and what was known of it then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import Fields

KIND: Final = "transition"
SCHEMA: Final = 1
BY_PEOPLE: Final = False
UPGRADE: Final = "upgrade"  # because of it what happened under version 0.1.0 is stated; nobody is told


@dataclass(frozen=True, slots=True)
class Transition:
    """The `number`th of an alarm, from 1; it was so at the statement's `at_ns`.

    `follows`: number of the journal entry up to which everything was taken into account. `configuration` and
    `version` (of the program) it was computed with. `known`: the alarm after it, in its storage form.
    `because`: id of the statement that brought it; empty where readings or the clock did.
    """

    alarm: str
    number: int
    change: str
    follows: int
    configuration: str
    version: str
    known: dict[str, Any]
    because: str = ""


def to_body(said: Transition) -> dict[str, Any]:
    body = {
        "schema": SCHEMA,
        "alarm": said.alarm,
        "number": said.number,
        "change": said.change,
        "follows": said.follows,
        "configuration": said.configuration,
        "version": said.version,
        "known": said.known,
        "because": said.because,
    }
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Transition:
    fields = Fields(KIND, SCHEMA, body)
    fields.need(1)
    alarm, number = fields.name("alarm"), fields.integer("number", least=1)
    change, follows = fields.name("change"), fields.integer("follows", least=0)
    configuration, version = fields.line("configuration"), fields.line("version")
    known, because = fields.plain("known"), fields.line("because")
    said = Transition(alarm, number, change, follows, configuration, version, known, because)
    fields.end()
    return said


def words(said: Transition) -> str:
    return f"noticed of alarm {said.alarm}: {said.change} (its change {said.number})"


def about(said: Transition) -> frozenset[str]:
    return frozenset({said.alarm})
