"""Attempt: one try to tell one person by one way, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import Fields
from gateway.statements.person import masked
from gateway.text import one_line

KIND: Final = "attempt"
SCHEMA: Final = 3  # 1: without `over`; 2: without `ended`
BY_PEOPLE: Final = False
OUTCOMES: Final = ("delivered", "retry", "rejected")


@dataclass(frozen=True, slots=True)
class Attempt:
    """Of the call `call` (call.py); `person` is empty where a notifier needs none; `answer` is its own.

    `over`: what was told said that all of it was over already; `ended`: of a summary, the groups that were.
    """

    call: str
    kind: str
    group: str
    round: int
    steps: tuple[int, ...]
    person: str
    notifier: str
    address: str
    outcome: str
    answer: str
    took_s: float
    drill: bool = False
    over: bool = False
    ended: tuple[str, ...] = ()


def to_body(said: Attempt) -> dict[str, Any]:
    body = {
        "schema": SCHEMA,
        "call": said.call,
        "kind": said.kind,
        "group": said.group,
        "round": said.round,
        "steps": list(said.steps),
        "person": said.person,
        "notifier": said.notifier,
        "address": said.address,
        "outcome": said.outcome,
        "answer": said.answer,
        "took_s": said.took_s,
        "drill": said.drill,
        "over": said.over,
        "ended": list(said.ended),
    }
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Attempt:
    fields = Fields(KIND, SCHEMA, body)
    fields.need(1)
    said = Attempt(
        fields.name("call"),
        fields.name("kind"),
        fields.line("group"),
        fields.integer("round", least=0),
        fields.integers("steps"),
        fields.line("person"),
        fields.name("notifier"),
        fields.message("address"),
        fields.name("outcome"),
        fields.message("answer"),
        fields.number("took_s"),
        fields.flag("drill"),
        fields.schema > 1 and fields.flag("over"),
        fields.names("ended") if fields.schema > 2 else (),
    )
    if said.outcome not in OUTCOMES:
        raise fields.wrong("outcome", f"is {said.outcome!r}, expected one of {', '.join(OUTCOMES)}")
    fields.end()
    return said


def words(said: Attempt) -> str:
    of_what = f"group {said.group} " if said.group else ""
    answer = f", {one_line(said.answer)}" if said.answer else ""
    whom = f"{said.person} by {said.notifier}" if said.person else said.notifier
    drill = "as a drill " if said.drill else ""
    kind = f"{said.kind}, over already" if said.over else said.kind
    return f"told {whom} {drill}of {of_what}({kind}): {said.outcome} after {said.took_s:.1f} s{answer}"


def about(said: Attempt) -> frozenset[str]:
    return frozenset({said.group, said.person} - {""})


def published(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body as lists of statements show it: of an address only what tells it from others."""
    return {**body, "address": masked(body["address"])}
