"""Placement: which asset, and zone of it, a channel measures from a moment on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import Fields

KIND: Final = "placement"
SCHEMA: Final = 1
BY_PEOPLE: Final = True


@dataclass(frozen=True, slots=True)
class Placement:
    """From the statement's `at_ns` on, until the next placement of the channel."""

    channel: str
    asset: str
    zone: str | None


def to_body(said: Placement) -> dict[str, Any]:
    body = {"schema": SCHEMA, "channel": said.channel, "asset": said.asset, "zone": said.zone}
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Placement:
    fields = Fields(KIND, SCHEMA, body)
    fields.need(1)
    said = Placement(fields.name("channel"), fields.name("asset"), fields.optional_name("zone"))
    fields.end()
    return said


def words(said: Placement) -> str:
    zone = "" if said.zone is None else f" ({said.zone})"
    return f"placed {said.channel} in {said.asset}{zone}"


def about(said: Placement) -> frozenset[str]:
    return frozenset({said.channel, said.asset})


def subject(body: Mapping[str, Any]) -> str:
    return str(body["channel"])
