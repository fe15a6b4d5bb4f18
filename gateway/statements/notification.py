"""Notification: what a notifier told people or not, and the answer it got."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import Fields
from gateway.text import one_line

KIND: Final = "notification"
SCHEMA: Final = 1
BY_PEOPLE: Final = False


@dataclass(frozen=True, slots=True)
class Notified:
    """About the alarm transitions with these numbers in the journal."""

    notifier: str
    transitions: tuple[int, ...]
    outcome: str
    answer: str


def to_body(said: Notified) -> dict[str, Any]:
    body = {
        "schema": SCHEMA,
        "notifier": said.notifier,
        "transitions": list(said.transitions),
        "outcome": said.outcome,
        "answer": said.answer,
    }
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Notified:
    fields = Fields(KIND, SCHEMA, body)
    fields.need(1)
    said = Notified(
        fields.name("notifier"),
        fields.integers("transitions"),
        fields.name("outcome"),
        fields.message("answer"),
    )
    fields.end()
    return said


def words(said: Notified) -> str:
    changes = ", ".join(map(str, said.transitions))
    answer = f", {one_line(said.answer)}" if said.answer else ""
    return f"told {said.notifier} of the changes in entries {changes}: {said.outcome}{answer}"


def about(said: Notified) -> frozenset[str]:
    return frozenset({said.notifier})
