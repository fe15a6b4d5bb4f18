"""Retry: a person had refused messages of a source sent through again, under a mapping that was mended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import Fields, moment, shown
from gateway.text import counted

KIND: Final = "retry"
SCHEMA: Final = 2
BY_PEOPLE: Final = True
_ALONE: Final = (
    "an earlier version of Cryogate stated it, which did not say which readings were in the messages; they "
    "are in the journal, and stay there"
)


@dataclass(frozen=True, slots=True)
class Retry:
    """How many messages of `source` were looked at, and how many readings were in those that were taken.

    `mapping`: the source by whose mapping they were read. `channels`, and the time from `first_ns` to
    `last_ns`: what these readings are of; of schema 1 nobody knows.
    """

    source: str
    mapping: str
    messages: int
    readings: int
    channels: tuple[str, ...]
    first_ns: int
    last_ns: int


def to_body(said: Retry) -> dict[str, Any]:
    body = {
        "schema": SCHEMA,
        "source": said.source,
        "mapping": said.mapping,
        "messages": said.messages,
        "readings": said.readings,
        "channels": list(said.channels),
        "first": moment(said.first_ns),
        "last": moment(said.last_ns),
    }
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Retry:
    fields = Fields(KIND, SCHEMA, body)
    fields.need(1)
    source = fields.name("source")
    messages, readings = fields.integer("messages", 0), fields.integer("readings", 0)
    mapping, channels, first_ns, last_ns = source, tuple[str, ...](), 0, 0
    if fields.schema > 1:
        mapping, channels = fields.name("mapping"), fields.names("channels")
        first_ns, last_ns = fields.moment("first"), fields.moment("last")
    fields.end()
    return Retry(source, mapping, messages, readings, channels, first_ns, last_ns)


def final(body: Mapping[str, Any]) -> str:
    return "" if Fields(KIND, SCHEMA, body).schema > 1 else _ALONE


def words(said: Retry) -> str:
    messages, readings = counted(said.messages, "refused message"), counted(said.readings, "reading")
    how = f", by the mapping of {said.mapping}" if said.mapping != said.source else ""
    span = f" from {shown(said.first_ns)} to {shown(said.last_ns)}" if said.channels else ""
    return f"had {messages} of source {said.source} sent through again{how}: {readings}{span}"


def about(said: Retry) -> frozenset[str]:
    return frozenset({said.source, said.mapping, *said.channels})
