"""Acknowledge: a person has seen an alarm and says what is done about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import Fields

KIND: Final = "acknowledge"
SCHEMA: Final = 1
BY_PEOPLE: Final = True


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Of the alarm with this id."""

    alarm: str
    comment: str


def to_body(said: Acknowledge) -> dict[str, Any]:
    body = {"schema": SCHEMA, "alarm": said.alarm, "comment": said.comment}
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Acknowledge:
    fields = Fields(KIND, SCHEMA, body)
    said = Acknowledge(fields.name("alarm"), fields.comment("comment"))
    fields.end()
    return said


def words(said: Acknowledge) -> str:
    return f"acknowledged {said.alarm}: {said.comment}"


def about(said: Acknowledge) -> frozenset[str]:
    return frozenset({said.alarm})
