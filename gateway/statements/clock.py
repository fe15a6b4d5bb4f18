"""Clock: the gateway's own clock won or lost trust, or jumped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import Fields
from gateway.text import one_line

KIND: Final = "clock"
SCHEMA: Final = 1
BY_PEOPLE: Final = False


@dataclass(frozen=True, slots=True)
class ClockChange:
    """As it is from the statement's `at_ns` on, by the gateway's own time.

    `jump_s`: how far the wall clock jumped; `moved_s`: how far our own time moved with it. `boot` names the
    boot of the machine, `offset_ns` is the wall clock minus the time since that boot.
    """

    trusted: bool
    reason: str
    jump_s: float
    moved_s: float
    boot: str
    offset_ns: int


def to_body(said: ClockChange) -> dict[str, Any]:
    body = {
        "schema": SCHEMA,
        "trusted": said.trusted,
        "reason": said.reason,
        "jump_s": said.jump_s,
        "moved_s": said.moved_s,
        "boot": said.boot,
        "offset_ns": said.offset_ns,
    }
    of(body)
    return body


def of(body: Mapping[str, Any]) -> ClockChange:
    fields = Fields(KIND, SCHEMA, body)
    trusted, reason = fields.flag("trusted"), fields.message("reason")
    jump_s, moved_s = fields.number("jump_s"), fields.number("moved_s")
    said = ClockChange(trusted, reason, jump_s, moved_s, fields.line("boot"), fields.integer("offset_ns"))
    fields.end()
    return said


def words(said: ClockChange) -> str:
    jump = f" after the clock of this machine jumped by {said.jump_s:+.3f} s" if said.jump_s else ""
    if said.trusted:
        return f"trusts its clock{jump}"
    return f"does not trust its clock{jump}: {one_line(said.reason)}"


def about(_: ClockChange) -> frozenset[str]:
    return frozenset()
