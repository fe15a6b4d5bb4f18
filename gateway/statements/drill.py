"""Drill: a test reading at the input of a channel, which somebody has to acknowledge as if it were real."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import LONGEST_TEXT, Fields

KIND: Final = "drill"
SCHEMA: Final = 1
BY_PEOPLE: Final = True


@dataclass(frozen=True, slots=True)
class Drill:
    """It begins at the statement's `at_ns`, and has to be acknowledged within `within_s` from then on.

    `id` is that of its alarm. `signal`: what the source of the channel says, before any conversion.
    `schedule`: name of the table of the configuration that it follows from; empty: somebody wants it.
    `seal`: the gateway's signature (alarms/drills.py).
    """

    id: str
    asset: str
    channel: str
    signal: float
    within_s: float
    why: str
    schedule: str
    seal: str


def to_body(said: Drill) -> dict[str, Any]:
    body = {
        "schema": SCHEMA,
        "id": said.id,
        "asset": said.asset,
        "channel": said.channel,
        "signal": said.signal,
        "within_s": said.within_s,
        "why": said.why,
        "schedule": said.schedule,
        "seal": said.seal,
    }
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Drill:
    fields = Fields(KIND, SCHEMA, body)
    fields.need(1)
    said = Drill(
        fields.name("id"),
        fields.name("asset"),
        fields.name("channel"),
        fields.number("signal"),
        fields.number("within_s"),
        fields.line("why", longest=LONGEST_TEXT),
        fields.line("schedule"),
        fields.line("seal"),
    )
    fields.end()
    if said.within_s <= 0:
        raise fields.wrong("within_s", f"is {said.within_s:g}, expected a time")
    return said


def words(said: Drill) -> str:
    why = f": {said.why}" if said.why else ""
    return f"began the drill {said.id} on {said.asset} by {said.channel}{why}"


def about(said: Drill) -> frozenset[str]:
    return frozenset({said.id, said.asset, said.channel})
