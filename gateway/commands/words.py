"""What people stated, what of it is in effect, and why a statement cannot be corrected or withdrawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from gateway.commands.desk import Revising
from gateway.config.names import Names
from gateway.config.timeline import names_of
from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.journal.said import said
from gateway.journal.standing import Standing, speaking_of
from gateway.statements import Statement
from gateway.statements.kinds import kind_named, why_final
from gateway.times import format_rfc3339


class Words:
    """Statements of people, as the journal is when it is asked about each for the first time."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._standing = Standing(journal)

    @cached_property
    def names(self) -> Names:
        """Who bears which name, or bore it: what was said under a former name is about the same."""
        return names_of(self._journal)

    def of(self, *kind: str) -> Iterator[Statement]:
        """Those of some kinds that are in effect, oldest first."""
        return (one for one in _once(said(self._journal, *kind)) if self.counts(one))

    def beside(self, kind: str, corrected: Statement | None) -> Iterator[Statement]:
        """Those of a kind that are in effect, without the one that is about to be corrected."""
        gone = "" if corrected is None else corrected.id
        return (one for one in self.of(kind) if one.id != gone)

    def since(self, statement: Statement, names: Iterable[str]) -> Iterator[Statement]:
        """Those about any of these that were made after `statement`, in effect or not, oldest first.

        Whatever was renamed is meant by each of its names.
        """
        numbered = self._standing.numbered(statement.id)
        behind = 0 if numbered is None else numbered[0]
        borne = {one for name in names for one in self.names.borne_with(name)}
        return _once(one for _, one in speaking_of(self._journal, borne, behind) if _is_of_people(one))

    def counts(self, statement: Statement) -> bool:
        return self._standing.counts(statement)

    def find(self, identity: str) -> Statement | None:
        """The statement of people with this id, in whatever case it was typed."""
        found = self._standing.find(identity)
        return found if found is not None and _is_of_people(found) else None

    def open_to_change(self, identity: str) -> Statement:
        """The statement that is to be corrected or withdrawn. Raises InputError where it cannot be."""
        found = self.find(identity)
        if found is None:
            raise InputError(self._unknown(identity))
        if reason := why_final(found):
            raise InputError(f"{found.id} cannot be taken back: {reason}")
        undone = self._standing.undone_by(found.id)
        if undone is not None:
            raise InputError(_already(found, undone))
        return found

    def _unknown(self, identity: str) -> str:
        other = self._standing.find(identity)
        if other is not None:
            return f"{other.id} is of kind {other.kind!r}: the gateway noticed it, nobody stated it"
        whose = f" (this journal is {self._journal.id})" if "-" in identity else ""
        return f"there is no statement {identity!r}{whose}; `cryogate statements` lists them with their ids"


def correction(
    words: Words, kind: str, corrects: str | None, reason: str, *, explains: bool = False
) -> tuple[Revising, Statement | None]:
    """What `--corrects ID --reason TEXT` mean for a new statement of a kind; None: nothing is corrected.

    `explains`: a reason may stand alone, and says why this is stated.
    """
    if corrects is not None and not corrects.strip():
        raise InputError("--corrects needs the id of a statement; `cryogate statements` lists them")
    if reason and not reason.strip():
        raise InputError("--reason is blank: say why")
    if corrects is None:
        if reason.strip() and not explains:
            raise InputError("--reason says why something is corrected: name that with --corrects ID")
        return Revising(reason=reason), None
    if not reason.strip():
        raise InputError("a correction needs a reason: add --reason TEXT")
    found = words.open_to_change(corrects)
    if found.kind != kind:
        raise InputError(f"{found.id} is of kind {found.kind!r}, not {kind!r}: correct it as it was stated")
    return Revising(corrects=found.id, reason=reason), found


def who_and_when(statement: Statement) -> str:
    """ "Li Na at 2026-01-05T11:00:00Z" """
    stated_ns = statement.at_ns if statement.stated_ns is None else statement.stated_ns
    return f"{statement.by} at {format_rfc3339(stated_ns)[:19]}Z"


def _once(statements: Iterable[Statement]) -> Iterator[Statement]:
    """A repeat is the same statement."""
    seen: set[str] = set()
    for statement in statements:
        if statement.id not in seen:
            seen.add(statement.id)
            yield statement


def _is_of_people(statement: Statement) -> bool:
    kind = kind_named(statement.kind)
    return kind is not None and kind.BY_PEOPLE


def _already(found: Statement, undone: Statement) -> str:
    why = f" ({undone.reason})" if undone.reason else ""
    if undone.withdraws:
        return (
            f"{found.id} was withdrawn by {who_and_when(undone)}{why}: state it again, or withdraw "
            f"{undone.id}, and it counts again"
        )
    return f"{found.id} was corrected by {who_and_when(undone)}{why}: use {undone.id}, which counts now"
