"""Handover: a person hands what is open over to the next one, and both put their names to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import LONGEST_TEXT, Fields, moment, optional_moment, shown

KIND: Final = "handover"
SCHEMA: Final = 1
BY_PEOPLE: Final = True


@dataclass(frozen=True, slots=True)
class Handover:
    """From whoever states it `to` the next one: what was open then, by id, and what happened since when.

    `site`: of one site alone; empty: of all. The notes may be empty.
    `known_ns`: no gateway ran, and what is open is what was known then; None: one ran, or nobody looked.
    """

    to: str
    site: str
    since_ns: int
    alarms: tuple[str, ...]
    notes: str
    known_ns: int | None = None


def to_body(said: Handover) -> dict[str, Any]:
    body = {
        "schema": SCHEMA,
        "to": said.to,
        "site": said.site,
        "since": moment(said.since_ns),
        "alarms": list(said.alarms),
        "notes": said.notes,
        "known_at": optional_moment(said.known_ns),
    }
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Handover:
    fields = Fields(KIND, SCHEMA, body)
    fields.need(1)
    to, site, since_ns = fields.name("to"), fields.line("site"), fields.moment("since")
    alarms, notes = fields.names("alarms"), fields.line("notes", longest=LONGEST_TEXT)
    said = Handover(to, site, since_ns, alarms, notes, fields.optional_moment("known_at"))
    fields.end()
    return said


def words(said: Handover) -> str:
    where = f" of {said.site}" if said.site else ""
    notes = f": {said.notes}" if said.notes else ""
    known = "" if said.known_ns is None else f" (no gateway ran: as known at {shown(said.known_ns)})"
    since = f"since {shown(said.since_ns)}"
    return f"handed {len(said.alarms)} open alarms{where}{known} over to {said.to}, {since}{notes}"


def about(said: Handover) -> frozenset[str]:
    return frozenset({*said.alarms, said.site} - {""})
