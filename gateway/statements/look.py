"""Look: somebody whose looks are recorded, as those of inspectors are, saw something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import LONGEST_TEXT, Fields

KIND: Final = "look"
SCHEMA: Final = 1
BY_PEOPLE: Final = True
FINAL: Final = "what was seen cannot be unseen"


@dataclass(frozen=True, slots=True)
class Look:
    """`action`: of the table of rights; `asked`: the question as it was put; `names`: what it was about."""

    action: str
    asked: str
    names: tuple[str, ...] = ()


def to_body(said: Look) -> dict[str, Any]:
    body = {"schema": SCHEMA, "action": said.action, "asked": said.asked, "names": list(said.names)}
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Look:
    fields = Fields(KIND, SCHEMA, body)
    fields.need(1)
    said = Look(fields.name("action"), fields.line("asked", longest=LONGEST_TEXT), fields.names("names"))
    fields.end()
    return said


def words(said: Look) -> str:
    return f"looked at {said.asked or said.action}"


def about(said: Look) -> frozenset[str]:
    return frozenset(said.names)
