"""Signatures, and whether each is of the record as it is now, or of an older revision of it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any

from gateway.dataclass import dataclass
from gateway.journal.standing import speaking_of
from gateway.published.statements import statement_row
from gateway.questions.signed_records import SignedRecord, Sources
from gateway.statements import Statement
from gateway.statements.signature import KIND, Signature, of

SCHEMA = 1


class Standing(Enum):
    """Of a signature."""

    CURRENT = "current"  # of the record as it is
    OLDER = "older revision"  # the record changed since
    GONE = "record gone"  # e.g. a profile that left the configuration
    DIFFERS = "record differs"  # what stands under this revision is not what was signed


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature with what became of what it is of."""

    statement: Statement
    said: Signature
    standing: Standing

    def plain(self) -> dict[str, Any]:
        """For scripts."""
        row = statement_row(self.statement)
        shared = {name: row[name] for name in ("id", "stated", "clock_trusted", "by", "user", "origin")}
        body = {name: value for name, value in row["body"].items() if name != "schema"}
        return {**shared, **body, "standing": self.standing.value}


def signatures(sources: Sources, record: str = "") -> Iterator[Signed]:
    """Of one record, as `SignedRecord.name` calls it, or of all; oldest first."""
    journal = sources.journal
    found = speaking_of(journal, [record]) if record else journal.statements(KIND)
    for _, statement in found:
        if statement.kind == KIND and record in ("", of(statement.body).record):
            said = of(statement.body)
            yield Signed(statement, said, standing(sources, said))


def standing(sources: Sources, said: Signature) -> Standing:
    """Whether the record is still what was signed."""
    signed = sources.revision(said)
    if signed is None:
        return Standing.GONE
    if signed.digest != said.digest:
        return Standing.DIFFERS
    return Standing.CURRENT if _newest(sources, signed).revision == said.revision else Standing.OLDER


def _newest(sources: Sources, signed: SignedRecord) -> SignedRecord:
    return sources.named(signed.name)
