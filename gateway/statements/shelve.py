"""Shelve: a person keeps a rule of a channel quiet until a moment, and answers for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.model import Severity
from gateway.statements.fields import Fields, moment, shown

KIND: Final = "shelve"
SCHEMA: Final = 1
BY_PEOPLE: Final = True


@dataclass(frozen=True, slots=True)
class Shelve:
    """Every alarm of `rule` on `channel` until `until_ns`, while it is no worse than `severity`.

    `alarm`: the one that was looked at. Of a fault `channel` is empty, and `rule` its name.
    """

    alarm: str
    channel: str
    rule: str
    severity: Severity
    until_ns: int
    why: str


def to_body(said: Shelve) -> dict[str, Any]:
    body = {
        "schema": SCHEMA,
        "alarm": said.alarm,
        "channel": said.channel,
        "rule": said.rule,
        "severity": int(said.severity),
        "until": moment(said.until_ns),
        "why": said.why,
    }
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Shelve:
    fields = Fields(KIND, SCHEMA, body)
    fields.need(1)
    alarm, channel, rule = fields.name("alarm"), fields.line("channel"), fields.name("rule")
    severity, until_ns, why = fields.integer("severity"), fields.moment("until"), fields.comment("why")
    fields.end()
    if severity not in set(Severity):
        raise fields.wrong("severity", f"is {severity}")
    return Shelve(alarm, channel, rule, Severity(severity), until_ns, why)


def words(said: Shelve) -> str:
    where = f" of {said.channel}" if said.channel else ""
    return f"shelved {said.alarm} ({said.rule}{where}) until {shown(said.until_ns)}: {said.why}"


def about(said: Shelve) -> frozenset[str]:
    return frozenset({said.alarm, said.channel} - {""})
