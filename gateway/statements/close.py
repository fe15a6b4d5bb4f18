"""Close: a person ends an alarm whose excursion ended without a return (moved, superseded, retired)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import Fields

KIND: Final = "close"
SCHEMA: Final = 1
BY_PEOPLE: Final = True


@dataclass(frozen=True, slots=True)
class Close:
    """Of the alarm with this id; the comment says why nobody needs to look at it any more."""

    alarm: str
    comment: str


def to_body(said: Close) -> dict[str, Any]:
    body = {"schema": SCHEMA, "alarm": said.alarm, "comment": said.comment}
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Close:
    fields = Fields(KIND, SCHEMA, body)
    fields.need(1)
    said = Close(fields.name("alarm"), fields.comment("comment"))
    fields.end()
    return said


def words(said: Close) -> str:
    return f"closed {said.alarm}: {said.comment}"


def about(said: Close) -> frozenset[str]:
    return frozenset({said.alarm})
