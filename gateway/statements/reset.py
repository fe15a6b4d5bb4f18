"""Reset: a person says that a budget of a channel counts anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import Fields, moment, shown

KIND: Final = "reset"
SCHEMA: Final = 1
BY_PEOPLE: Final = True


@dataclass(frozen=True, slots=True)
class Reset:
    """The budget `rule` of `channel` counts anew from `at_ns` on."""

    channel: str
    rule: str
    at_ns: int
    comment: str


def to_body(said: Reset) -> dict[str, Any]:
    body = {
        "schema": SCHEMA,
        "channel": said.channel,
        "rule": said.rule,
        "at": moment(said.at_ns),
        "comment": said.comment,
    }
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Reset:
    fields = Fields(KIND, SCHEMA, body)
    said = Reset(fields.name("channel"), fields.name("rule"), fields.moment("at"), fields.comment("comment"))
    fields.end()
    return said


def words(said: Reset) -> str:
    return f"reset {said.rule} of {said.channel} at {shown(said.at_ns)}: {said.comment}"


def about(said: Reset) -> frozenset[str]:
    return frozenset({said.channel})
