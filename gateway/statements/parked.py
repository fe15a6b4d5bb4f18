"""Parked: a person decides what becomes of everything that a follower's outside world did not take."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import Fields

KIND: Final = "parked"
SCHEMA: Final = 1
BY_PEOPLE: Final = True
FINAL: Final = (
    "the follower has acted on it, or does so as soon as it runs; decide again with `cryogate parked`"
)


class Decision(StrEnum):
    """What becomes of everything that is parked for a follower."""

    RETRY = "retry"  # the cause was mended: send it again
    ACCEPT = "accept"  # it stays away from there; the journal has it


@dataclass(frozen=True, slots=True)
class ParkedDecision:
    """About what is parked for `follower`, by its key in the records ("sink:central")."""

    follower: str
    decision: Decision


def to_body(said: ParkedDecision) -> dict[str, Any]:
    body = {"schema": SCHEMA, "follower": said.follower, "decision": said.decision.value}
    of(body)
    return body


def of(body: Mapping[str, Any]) -> ParkedDecision:
    fields = Fields(KIND, SCHEMA, body)
    follower = fields.name("follower") if fields.schema else f"sink:{fields.name('sink')}"
    text = fields.name("decision")
    fields.end()
    if text not in list(Decision):
        raise fields.wrong("decision", f"is {text!r}, expected retry or accept")
    return ParkedDecision(follower, Decision(text))


def words(said: ParkedDecision) -> str:
    follower = said.follower.replace(":", " ")
    if said.decision is Decision.RETRY:
        return f"had what is parked for {follower} sent again"
    return f"accepted that what is parked for {follower} stays away from there"


def about(said: ParkedDecision) -> frozenset[str]:
    return frozenset({said.follower, said.follower.partition(":")[2]}) - {""}
