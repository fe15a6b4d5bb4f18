"""Progress: how far a follower has brought the journal to its outside world."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import LONGEST_DOCUMENT, Fields

KIND: Final = "progress"
SCHEMA: Final = 1
BY_PEOPLE: Final = False


@dataclass(frozen=True, slots=True)
class Progress:
    """Everything up to entry `seq` is delivered; `state` is what the follower needs to go on, in base 64."""

    follower: str
    seq: int
    state: str


def to_body(said: Progress) -> dict[str, Any]:
    body = {"schema": SCHEMA, "follower": said.follower, "seq": said.seq, "state": said.state}
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Progress:
    fields = Fields(KIND, SCHEMA, body)
    fields.need(1)
    follower, seq = fields.name("follower"), fields.integer("seq", least=0)
    said = Progress(follower, seq, fields.line("state", longest=LONGEST_DOCUMENT))
    fields.end()
    return said


def words(said: Progress) -> str:
    return f"brought {said.follower} to entry {said.seq}"


def about(said: Progress) -> frozenset[str]:
    return frozenset({said.follower})
