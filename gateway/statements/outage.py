"""Outage: from when to when the journal could not be written, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import Fields, moment, shown
from gateway.text import one_line

KIND: Final = "outage"
SCHEMA: Final = 1
BY_PEOPLE: Final = False


@dataclass(frozen=True, slots=True)
class Outage:
    """Over [from, to)."""

    from_ns: int
    to_ns: int
    reason: str


def to_body(said: Outage) -> dict[str, Any]:
    body = {"schema": SCHEMA, "from": moment(said.from_ns), "to": moment(said.to_ns), "reason": said.reason}
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Outage:
    fields = Fields(KIND, SCHEMA, body)
    said = Outage(fields.moment("from"), fields.moment("to"), fields.message("reason"))
    fields.end()
    return said


def words(said: Outage) -> str:
    span = f"from {shown(said.from_ns)} to {shown(said.to_ns)}"
    return f"could not write the journal {span}: {one_line(said.reason)}"


def about(_: Outage) -> frozenset[str]:
    return frozenset()
