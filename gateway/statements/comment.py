"""Comment: a person remarks something about an alarm; nothing else follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import Fields

KIND: Final = "comment"
SCHEMA: Final = 1
BY_PEOPLE: Final = True


@dataclass(frozen=True, slots=True)
class Comment:
    """On the alarm with this id, whatever its state."""

    alarm: str
    comment: str


def to_body(said: Comment) -> dict[str, Any]:
    body = {"schema": SCHEMA, "alarm": said.alarm, "comment": said.comment}
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Comment:
    fields = Fields(KIND, SCHEMA, body)
    fields.need(1)
    said = Comment(fields.name("alarm"), fields.comment("comment"))
    fields.end()
    return said


def words(said: Comment) -> str:
    return f"remarked on {said.alarm}: {said.comment}"


def about(said: Comment) -> frozenset[str]:
    return frozenset({said.alarm})
