"""Fault: something about the gateway itself went wrong, or is well again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.model import Severity
from gateway.statements.fields import Fields
from gateway.text import one_line

KIND: Final = "fault"
SCHEMA: Final = 2  # since 2 with a site
BY_PEOPLE: Final = False
RAISED: Final = "raised"
CLEARED: Final = "cleared"


@dataclass(frozen=True, slots=True)
class FaultRaised:
    """`fault` names what is wrong for as long as it lasts ("source:broker"); `id` is that of its alarm.

    `message` says what, where and what to do next. `assets`: whose product is not watched because of it.
    `site`: whose people are called, where it is no matter of an asset.
    """

    id: str
    fault: str
    severity: Severity
    message: str
    assets: tuple[str, ...]
    site: str = ""


@dataclass(frozen=True, slots=True)
class FaultCleared:
    """The fault with this id is over."""

    id: str
    fault: str


FaultChange = FaultRaised | FaultCleared


def to_body(said: FaultChange) -> dict[str, Any]:
    body: dict[str, Any] = {"schema": SCHEMA, "id": said.id, "fault": said.fault}
    if isinstance(said, FaultRaised):
        body |= {
            "state": RAISED,
            "severity": int(said.severity),
            "message": said.message,
            "assets": list(said.assets),
            "site": said.site,
        }
    else:
        body["state"] = CLEARED
    of(body)
    return body


def of(body: Mapping[str, Any]) -> FaultChange:
    fields = Fields(KIND, SCHEMA, body)
    identity, fault, state = fields.name("id"), fields.name("fault"), fields.name("state")
    if state not in (RAISED, CLEARED):
        raise fields.wrong("state", f"is {ascii(state)[:80]}, expected {RAISED} or {CLEARED}")
    if state == CLEARED:
        fields.end()
        return FaultCleared(identity, fault)
    severity = fields.integer("severity")
    message, assets = fields.message("message"), fields.names("assets")
    site = fields.line("site") if fields.schema >= 2 else ""
    fields.end()
    if severity not in list(Severity):
        raise fields.wrong("severity", f"is {severity}")
    return FaultRaised(identity, fault, Severity(severity), message, assets, site)


def words(said: FaultChange) -> str:
    if isinstance(said, FaultCleared):
        return f"noticed that {said.fault} is well again ({said.id})"
    return f"noticed a fault of {said.fault} ({said.id}): {one_line(said.message)}"


def about(said: FaultChange) -> frozenset[str]:
    assets = said.assets if isinstance(said, FaultRaised) else ()
    return frozenset({said.id, *assets})
