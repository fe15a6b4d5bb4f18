"""Take: a person says "I am on it" of an alarm, so that nobody else has to be called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import LONGEST_TEXT, Fields

KIND: Final = "take"
SCHEMA: Final = 1
BY_PEOPLE: Final = True


@dataclass(frozen=True, slots=True)
class Take:
    """Of the alarm with this id; the comment may be empty: somebody is in a hurry."""

    alarm: str
    comment: str = ""


def to_body(said: Take) -> dict[str, Any]:
    body = {"schema": SCHEMA, "alarm": said.alarm, "comment": said.comment}
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Take:
    fields = Fields(KIND, SCHEMA, body)
    fields.need(1)
    said = Take(fields.name("alarm"), fields.line("comment", longest=LONGEST_TEXT))
    fields.end()
    return said


def words(said: Take) -> str:
    return f"took {said.alarm}" + (f": {said.comment}" if said.comment else "")


def about(said: Take) -> frozenset[str]:
    return frozenset({said.alarm})
