"""Release: a person ends a hold, so that retention may delete what only it kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import Fields

KIND: Final = "release"
SCHEMA: Final = 1
BY_PEOPLE: Final = True


@dataclass(frozen=True, slots=True)
class Release:
    """Of the hold with this id."""

    hold: str
    why: str


def to_body(said: Release) -> dict[str, Any]:
    body = {"schema": SCHEMA, "hold": said.hold, "why": said.why}
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Release:
    fields = Fields(KIND, SCHEMA, body)
    said = Release(fields.name("hold"), fields.comment("why"))
    fields.end()
    return said


def words(said: Release) -> str:
    return f"released hold {said.hold}: {said.why}"


def about(said: Release) -> frozenset[str]:
    return frozenset({said.hold})
