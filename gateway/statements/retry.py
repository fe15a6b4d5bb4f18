"""Retry: a person had refused messages of a source sent through again, under a mapping that was mended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import Fields
from gateway.text import counted

KIND: Final = "retry"
SCHEMA: Final = 1
BY_PEOPLE: Final = True
FINAL: Final = "the readings that were in the messages are in the journal, and stay there"


@dataclass(frozen=True, slots=True)
class Retry:
    """How many messages of `source` were looked at, and how many readings were in those that were taken."""

    source: str
    messages: int
    readings: int


def to_body(said: Retry) -> dict[str, Any]:
    body = {
        "schema": SCHEMA,
        "source": said.source,
        "messages": said.messages,
        "readings": said.readings,
    }
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Retry:
    fields = Fields(KIND, SCHEMA, body)
    fields.need(1)
    said = Retry(fields.name("source"), fields.integer("messages", 0), fields.integer("readings", 0))
    fields.end()
    return said


def words(said: Retry) -> str:
    messages, readings = counted(said.messages, "refused message"), counted(said.readings, "reading")
    return f"had {messages} of source {said.source} sent through again: {readings}"


def about(said: Retry) -> frozenset[str]:
    return frozenset({said.source})
