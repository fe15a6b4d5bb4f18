"""Assign: a person says who is to see to an alarm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import Fields

KIND: Final = "assign"
SCHEMA: Final = 1
BY_PEOPLE: Final = True


@dataclass(frozen=True, slots=True)
class Assign:
    """The alarm with this id, to a person: an id of the roster, or a name."""

    alarm: str
    to: str


def to_body(said: Assign) -> dict[str, Any]:
    body = {"schema": SCHEMA, "alarm": said.alarm, "to": said.to}
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Assign:
    fields = Fields(KIND, SCHEMA, body)
    fields.need(1)
    said = Assign(fields.name("alarm"), fields.name("to"))
    fields.end()
    return said


def words(said: Assign) -> str:
    return f"assigned {said.alarm} to {said.to}"


def about(said: Assign) -> frozenset[str]:
    return frozenset({said.alarm})


def subject(body: Mapping[str, Any]) -> str:
    return str(body["alarm"])
