"""Records that can be signed, each revision of them in one canonical form that never changes.

The form is JSON as it stands in the journal, keys sorted, without blanks, UTF-8: later versions of the
program may show a record in another way, and its hash stays what it was.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

from gateway.config.load import plain
from gateway.config.toml import toml
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.journal.standing import Standing, speaking_of
from gateway.json_text import canonical
from gateway.published.alarm import of_known
from gateway.published.statements import words
from gateway.questions.history import find
from gateway.questions.reviews import REVIEW, review_of, round_of
from gateway.reviews.model import Round
from gateway.statements import Statement, proposal, signature, transition
from gateway.statements.envelope import to_row
from gateway.statements.kinds import about

ALARM: Final = "alarm"
PROFILE: Final = "profile"
STATEMENT: Final = "statement"
HOW: Final = (
    "records that can be signed: alarm ID; review EXCURSION; profile NAME VERSION; statement ID, e.g. of a "
    "handover"
)


@dataclass(frozen=True, slots=True)
class SignedRecord:
    """One revision of a record. `name`: "alarm E-7Q2M9XKD"; `content`: what is hashed, for who verifies."""

    name: str
    revision: str
    content: bytes
    shown: str
    names: tuple[str, ...]

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Sources:
    """Where records are; all belong to one thread."""

    journal: Journal
    records: Records | None  # None: no gateway ran yet, there are no alarms
    document: str  # of the configuration

    def record(self, *words: str) -> SignedRecord:
        """As it is now. Raises InputError where there is none, or where it cannot be signed."""
        if len(words) == 2 and words[0] == ALARM:
            return self._alarm(words[1])
        if len(words) == 2 and words[0] == REVIEW:
            return self._review(words[1])
        if len(words) == 2 and words[0] == STATEMENT:
            return self._statement(words[1])
        if len(words) == 3 and words[0] == PROFILE:
            return self._profile(words[1], words[2])
        raise InputError(f"{' '.join(words)!r} is no record; {HOW}")

    def named(self, name: str, version: str = "") -> SignedRecord:
        """The same by its name in one piece; the words of a profile and its version may have blanks."""
        kind, *words = name.split(" ")
        pairs = [(" ".join(words[:n]), " ".join(words[n:])) for n in range(1, len(words))]
        for pair in pairs if kind == PROFILE else ():
            with suppress(InputError):
                if version in ("", pair[1]):
                    return self._profile(*pair)
        return self.record(kind, *(pairs[-1] if kind == PROFILE and pairs else words))

    def revision(self, said: signature.Signature) -> SignedRecord | None:
        """The revision that was signed, as the journal or the configuration has it; None: it is gone."""
        kind, *words = said.record.split(" ")
        try:
            if kind == ALARM:
                return self._alarm(words[0], int(said.revision))
            if kind == REVIEW:
                return self._review(words[0], said.revision)
            return self.named(said.record, said.revision if kind == PROFILE else "")
        except (InputError, ValueError, IndexError):
            return None

    def _alarm(self, start: str, number: int | None = None) -> SignedRecord:
        if self.records is None:
            raise InputError("no gateway ran yet: there are no alarms")
        identity = find(self.records, start).id
        rows = self.records.book.transitions(identity)
        wanted = [row for row in rows if number in (None, row.number)]
        if not wanted:
            raise InputError(f"alarm {identity} has no revision {number}; `cryogate history` lists them")
        statement = self.journal.statement(wanted[-1].seq)
        told = transition.of(statement.body)
        content = canonical({"alarm": identity, "revision": told.number, "known": told.known})
        named = tuple(sorted({*about(statement), *_where(told.known)}))
        return SignedRecord(f"{ALARM} {identity}", str(told.number), content, told.change, named)

    def _review(self, start: str, label: str | None = None) -> SignedRecord:
        """What people said in it, and of what; `label`: as it was then."""
        if self.records is None:
            raise InputError("no gateway ran yet: there are no excursions")
        row = find(self.records, start)
        now = review_of(self.journal, row).now
        found = round_of(self.journal, row.id, now.label if label is None else label)
        if found is None:
            raise InputError(f"the review of {row.id} has no revision {label}")
        named = tuple(sorted({row.id, *_where(found[1])}))
        return SignedRecord(f"{REVIEW} {row.id}", found[0].label, found[0].content, _told(found[0]), named)

    def _profile(self, name: str, version: str) -> SignedRecord:
        """As the configuration has it, or as it is proposed."""
        try:
            return profile_record(self.document, name, version)
        except InputError:
            proposed = proposed_record(self.journal, name, version)
            if proposed is None:
                raise
            return proposed

    def _statement(self, identity: str) -> SignedRecord:
        found = Standing(self.journal).find(identity)
        if found is None:
            raise InputError(f"there is no statement {identity!r}; `cryogate statements` lists them")
        if found.kind == signature.KIND:
            raise InputError("a signature is not signed itself: sign the record")
        return _of_statement(found)


def profile_record(document: str, name: str, version: str) -> SignedRecord:
    """A version of a profile as a configuration has it. Raises InputError where there is none."""
    tables = json.loads(document).get("profiles", {}).get(name)
    if tables is None:
        raise InputError(f"the configuration has no profile {name!r}")
    for table in tables:
        if str(table.get("version")) == version:
            content = canonical({PROFILE: name, "version": table})
            return SignedRecord(f"{PROFILE} {name} {version}", version, content, "its limits", ())
    known = ", ".join(str(table.get("version")) for table in tables)
    raise InputError(f"profile {name} has no version {version!r}; it has {known}")


def proposed_record(journal: Journal, name: str, version: str) -> SignedRecord | None:
    """A version that is proposed and not withdrawn, as it will be in the configuration."""
    found = proposal_of(journal, f"{PROFILE} {name} {version}")
    if found is None:
        return None
    said = proposal.of(found.body)
    return profile_record(json.dumps(toml(said.text), default=plain), said.profile, said.version)


def proposal_of(journal: Journal, record: str) -> Statement | None:
    """That proposed this version of a profile, unless it was withdrawn."""
    standing = Standing(journal)
    named = (one for _, one in speaking_of(journal, [record]) if one.kind == proposal.KIND)
    return next((one for one in named if standing.counts(one)), None)


def _where(known: Mapping[str, Any]) -> Iterator[str]:
    """Assets and channel of an alarm: who signs it has to be of its site."""
    alarm = of_known({**known, "units": None})
    yield from (name for name in (*str(alarm["asset"]).split(", "), str(alarm["channel"] or "")) if name)


def _told(of: Round) -> str:
    decisions = Counter(one.said.decision for one in of.decided)
    decided = [f"{many} {decision}" for decision, many in decisions.items()]
    return ", ".join([of.state.value, *decided])


def _of_statement(found: Statement) -> SignedRecord:
    content = canonical({"kind": found.kind, "id": found.id, **to_row(found)})
    return SignedRecord(f"{STATEMENT} {found.id}", "1", content, words(found), tuple(sorted(about(found))))
