"""Out of service: a person asks for it, a second one approves it, and somebody ends it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import Fields, optional_moment, shown

KIND: Final = "out_of_service"
SCHEMA: Final = 1
BY_PEOPLE: Final = True
REQUESTED, APPROVED, ENDED = "requested", "approved", "ended"


@dataclass(frozen=True, slots=True)
class Scope:
    """A channel or an asset; the other one is empty."""

    channel: str
    asset: str

    @property
    def name(self) -> str:
        return self.channel or self.asset


@dataclass(frozen=True, slots=True)
class Requested:
    """Exactly one of the two times: until when it is so, or when somebody has to look at it again."""

    scope: Scope
    why: str
    until_ns: int | None
    review_ns: int | None

    @property
    def last_ns(self) -> int:
        """From when on its alarms speak again, whatever else happens."""
        return (self.until_ns or 0) if self.review_ns is None else self.review_ns


@dataclass(frozen=True, slots=True)
class Approved:
    """`request`: id of the statement that asked for it."""

    scope: Scope
    request: str
    comment: str


@dataclass(frozen=True, slots=True)
class Ended:
    """It is in service again."""

    scope: Scope
    why: str


Said = Requested | Approved | Ended


def to_body(said: Said) -> dict[str, Any]:
    body: dict[str, Any] = {"schema": SCHEMA, "channel": said.scope.channel, "asset": said.scope.asset}
    if isinstance(said, Requested):
        until, review = optional_moment(said.until_ns), optional_moment(said.review_ns)
        body |= {"state": REQUESTED, "why": said.why, "until": until, "review": review}
    elif isinstance(said, Approved):
        body |= {"state": APPROVED, "request": said.request, "comment": said.comment}
    else:
        body |= {"state": ENDED, "why": said.why}
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Said:
    fields = Fields(KIND, SCHEMA, body)
    fields.need(1)
    scope, state = Scope(fields.line("channel"), fields.line("asset")), fields.name("state")
    if bool(scope.channel) == bool(scope.asset):
        raise fields.wrong("channel", "and asset: exactly one of them has to be named")
    said: Said
    if state == REQUESTED:
        said = _requested(fields, scope)
    elif state == APPROVED:
        said = Approved(scope, fields.name("request"), fields.comment("comment"))
    elif state == ENDED:
        said = Ended(scope, fields.comment("why"))
    else:
        raise fields.wrong("state", f"is {state[:40]!r}")
    fields.end()
    return said


def _requested(fields: Fields, scope: Scope) -> Requested:
    said = Requested(
        scope, fields.comment("why"), fields.optional_moment("until"), fields.optional_moment("review")
    )
    if (said.until_ns is None) == (said.review_ns is None):
        raise fields.wrong("until", "and review: exactly one of them has to be given")
    return said


def words(said: Said) -> str:
    name = said.scope.name
    if isinstance(said, Approved):
        return f"approved that {name} is out of service ({said.request}): {said.comment}"
    if isinstance(said, Ended):
        return f"put {name} into service again: {said.why}"
    until = "until" if said.review_ns is None else "with a review at"
    return f"asked to take {name} out of service {until} {shown(said.last_ns)}: {said.why}"


def about(said: Said) -> frozenset[str]:
    request = said.request if isinstance(said, Approved) else ""
    return frozenset({said.scope.name, request} - {""})
