"""Unshelve: a person lets a rule of a channel speak again before its time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import Fields

KIND: Final = "unshelve"
SCHEMA: Final = 1
BY_PEOPLE: Final = True


@dataclass(frozen=True, slots=True)
class Unshelve:
    """Every alarm of `rule` on `channel`; `alarm` is the one that was looked at. Of a fault no channel."""

    alarm: str
    channel: str
    rule: str
    why: str


def to_body(said: Unshelve) -> dict[str, Any]:
    body = {
        "schema": SCHEMA,
        "alarm": said.alarm,
        "channel": said.channel,
        "rule": said.rule,
        "why": said.why,
    }
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Unshelve:
    fields = Fields(KIND, SCHEMA, body)
    fields.need(1)
    alarm, channel, rule = fields.name("alarm"), fields.line("channel"), fields.name("rule")
    said = Unshelve(alarm, channel, rule, fields.comment("why"))
    fields.end()
    return said


def words(said: Unshelve) -> str:
    where = f" of {said.channel}" if said.channel else ""
    return f"let {said.alarm} ({said.rule}{where}) speak again: {said.why}"


def about(said: Unshelve) -> frozenset[str]:
    return frozenset({said.alarm, said.channel} - {""})
