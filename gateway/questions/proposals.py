"""Versions of profiles that are proposed: who signed them, and what became of each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import Enum
from typing import Any, Final

from gateway.config.load import plain
from gateway.config.toml import toml
from gateway.config.types import Configuration
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.journal.said import said as all_said
from gateway.journal.standing import Standing, speaking_of
from gateway.published.statements import statement_row
from gateway.questions.signatures import Signed, signatures
from gateway.questions.signed_records import SignedRecord, Sources, profile_record
from gateway.statements import Statement, proposal, written
from gateway.statements.proposal import Proposal

LEAST_SIGNATURES: Final = 1  # whoever writes limits proves who they are, whatever the configuration demands


class State(Enum):
    """Of a proposal that was not withdrawn."""

    OPEN = "open"
    WRITTEN = "written"  # into the file, and the gateway runs without it
    CONFIGURED = "configured"


@dataclass(frozen=True, slots=True)
class Proposed:
    """`record`: what is signed. `signed`: all signatures of exactly this, oldest first."""

    statement: Statement
    said: Proposal
    record: SignedRecord
    signed: tuple[Signed, ...]
    state: State

    @property
    def plain(self) -> dict[str, Any]:
        """For scripts."""
        row = statement_row(self.statement)
        shared = {name: row[name] for name in ("id", "stated", "by", "origin")}
        body = {name: value for name, value in row["body"].items() if name != "schema"}
        more = {"record": self.record.name, "digest": self.record.digest, "state": self.state.value}
        return {**shared, **body, **more, "signatures": [one.plain() for one in self.signed]}


def proposals(journal: Journal, configuration: Configuration) -> list[Proposed]:
    """Newest first, without those that were withdrawn."""
    standing, sources = Standing(journal), Sources(journal, None, configuration.document)
    found = [one for one in all_said(journal, proposal.KIND) if standing.counts(one)]
    return [_proposed(one, sources, configuration) for one in reversed(found)]


def proposed(journal: Journal, configuration: Configuration, identity: str) -> Proposed:
    """One that was not withdrawn. Raises InputError."""
    standing = Standing(journal)
    found = standing.find(identity)
    if found is None or found.kind != proposal.KIND:
        raise InputError(f"there is no proposal {identity[:80]!r}; the page Limits has them all")
    if not standing.counts(found):
        raise InputError(f"proposal {found.id} was withdrawn: propose another version")
    return _proposed(found, Sources(journal, None, configuration.document), configuration)


def needed(configuration: Configuration) -> int:
    """How many people sign a version before it is written."""
    return max(LEAST_SIGNATURES, configuration.signatures.profile_approvals)


def record_of(said: Proposal) -> SignedRecord:
    """What is signed: the block as the configuration will have it."""
    return profile_record(json.dumps(toml(said.text), default=plain), said.profile, said.version)


def versions_proposed(journal: Journal, profile: str) -> Iterator[str]:
    """Of a profile, those that were withdrawn, too: a version is never two things."""
    for _, one in speaking_of(journal, [profile]):
        if one.kind == proposal.KIND and proposal.of(one.body).profile == profile:
            yield proposal.of(one.body).version


def _proposed(one: Statement, sources: Sources, configuration: Configuration) -> Proposed:
    said = proposal.of(one.body)
    record = record_of(said)
    signed = [each for each in signatures(sources, record.name) if each.said.digest == record.digest]
    versions = [version.version for version in configuration.profiles.get(said.profile, ())]
    if said.version in versions:
        state = State.CONFIGURED
    else:
        named = speaking_of(sources.journal, [record.name])
        is_written = any(each.kind == written.KIND for _, each in named)
        state = State.WRITTEN if is_written else State.OPEN
    return Proposed(one, said, record, tuple(signed), state)
