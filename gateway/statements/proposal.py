"""Proposal: a person proposes a version of a profile, word for word as the configuration would have it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import LONGEST_NAME, Fields

KIND: Final = "proposal"
SCHEMA: Final = 1
BY_PEOPLE: Final = True
LONGEST_BLOCK: Final = 20_000  # characters: a profile of a hundred rules


@dataclass(frozen=True, slots=True)
class Proposal:
    """`text`: one [[profiles.NAME]] block in TOML; `why`: what it is for."""

    profile: str
    version: str
    text: str
    why: str

    @property
    def record(self) -> str:
        """As signatures call it."""
        return f"profile {self.profile} {self.version}"


def to_body(said: Proposal) -> dict[str, Any]:
    body = {
        "schema": SCHEMA,
        "profile": said.profile,
        "version": said.version,
        "text": said.text,
        "why": said.why,
    }
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Proposal:
    fields = Fields(KIND, SCHEMA, body)
    fields.need(1)
    profile, version = fields.name("profile"), fields.name("version")
    text, why = fields.message("text", longest=LONGEST_BLOCK), fields.comment("why")
    fields.end()
    if not all(line.isprintable() for line in text.split("\n")):
        raise fields.wrong("text", "holds characters that nobody sees")
    return Proposal(profile, version, text, why)


def words(said: Proposal) -> str:
    return f"proposed version {said.version} of profile {said.profile}: {said.why}"


def about(said: Proposal) -> frozenset[str]:
    """The profile, and the version as it is signed, as far as names go."""
    return frozenset(name for name in (said.profile, said.record) if len(name) <= LONGEST_NAME)
