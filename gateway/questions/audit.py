"""The audit trail: every action and look, with who, when, what, the values before and after, and why.

After 21 CFR 11.10(e) and EU GMP Annex 11 section 9. It is the journal itself, read in order: nothing is kept
beside it that could say something else, and its chain shows whether somebody changed it (journal/chain.py).
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from operator import itemgetter
from typing import Any, Final

from gateway.config.names import Names
from gateway.config.timeline import names_of
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.journal.standing import Standing, speaking_of
from gateway.published.statements import body, words
from gateway.questions.differences import Difference, differences
from gateway.questions.duty import duty_of
from gateway.questions.statements import QUIET
from gateway.statements import GATEWAY, Statement, configuration, placement
from gateway.statements.kinds import about, kind_named, kinds
from gateway.statements.second import account_in

LISTED_BY: Final = {"schema", "channels", "retired_channels", "retired_assets"}  # follows from the document


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for; what is left out restricts nothing. Said in [since, until), ns UTC.

    `by`: a name or the id of a person, an account, or a login of the machine.

    `about`: whatever was renamed is meant by each of its names.
    `people`: without what the gateway noticed by itself. `text`: in any case, in words, reason or comment.
    """

    kinds: tuple[str, ...] = ()
    by: str = ""
    about: str = ""
    origin: str = ""
    text: str = ""
    since_ns: int | None = None
    until_ns: int | None = None
    people: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """An entry of the trail. `seq`: its number in the journal; `changes`: values before and after."""

    seq: int
    statement: Statement
    changes: tuple[Difference, ...]


def trail(journal: Journal, wanted: Wanted, after_seq: int = 0) -> Iterator[Action]:
    """What was done behind entry `after_seq`, oldest first. Raises InputError for an unknown kind."""
    unknown = sorted(set(wanted.kinds) - set(kinds()))
    if unknown:
        raise InputError(f"there is no kind {unknown[0]!r}; known: {', '.join(kinds())}")
    before, entries = _Before(journal), _entries(journal, wanted, after_seq)
    names = _called(journal, wanted.by)
    return (Action(seq, one, before.changes(seq, one)) for seq, one in entries if _fits(one, wanted, names))


def stated_ns(statement: Statement) -> int:
    """When it was said, by the gateway's clock."""
    return statement.at_ns if statement.stated_ns is None else statement.stated_ns


def _entries(journal: Journal, wanted: Wanted, after_seq: int) -> Iterator[tuple[int, Statement]]:
    asked = wanted.kinds or tuple(one for one in kinds() if one not in QUIET)
    if wanted.about:
        named = speaking_of(journal, names_of(journal).borne_with(wanted.about), after_seq)
        return (one for one in named if one[1].kind in asked)
    return heapq.merge(*(journal.statements(kind, after_seq) for kind in asked), key=itemgetter(0))


def _called(journal: Journal, by: str) -> frozenset[str]:
    """What somebody is called in statements: as it was asked, and by id and names where it is one person."""
    person = duty_of(journal).find(by) if by else None
    names = (by,) if person is None else (by, person.id, person.name_en, person.name_zh)
    return frozenset(name.casefold() for name in names if name)


def _fits(one: Statement, wanted: Wanted, by: frozenset[str]) -> bool:
    said_ns = stated_ns(one)
    if wanted.since_ns is not None and said_ns < wanted.since_ns:
        return False
    if wanted.until_ns is not None and said_ns >= wanted.until_ns:
        return False
    if wanted.people and one.actor == GATEWAY:
        return False
    if by and by.isdisjoint(name.casefold() for name in (one.by, one.user, account_in(one.origin))):
        return False
    if wanted.origin and wanted.origin.casefold() not in one.origin.casefold():
        return False
    return not wanted.text or wanted.text.casefold() in f"{one.by} {words(one)} {one.reason}".casefold()


class _Before:
    """What was in force before an entry: of what it replaces, corrects or withdraws."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._standing = Standing(journal)

    @cached_property
    def _names(self) -> Names:
        return names_of(self._journal)

    def changes(self, seq: int, statement: Statement) -> tuple[Difference, ...]:
        """Values before and after; none where nothing was said before of the same."""
        old = self._value_before(seq, statement)
        new = {} if statement.withdraws else _value(statement)
        return tuple(differences(old, new)) if old else ()

    def _value_before(self, seq: int, statement: Statement) -> Mapping[str, Any]:
        if (replaced := self._replaced(seq, statement)) is not None:
            return _value(replaced)
        if statement.kind == placement.KIND and (channel := subject_of(statement)):
            return self._configured_place(seq, channel)
        return {}

    def _configured_place(self, seq: int, channel: str) -> Mapping[str, Any]:
        """Where the configuration had it, before anybody placed it."""
        before = _last(self._journal.newest_statements(configuration.KIND), seq)
        tables = {} if before is None else _value(before).get("channels", {})
        borne = self._names.borne_with(channel, "channels")
        table: Mapping[str, Any] = next((tables[name] for name in tables if name in borne), {})
        return {"channel": channel, "asset": table["asset"], "zone": table.get("zone")} if table else {}

    def _replaced(self, seq: int, statement: Statement) -> Statement | None:
        if target := statement.corrects or statement.withdraws:
            return self._standing.find(target)
        if statement.kind == configuration.KIND:
            return _last(self._journal.newest_statements(statement.kind), seq)
        subject = subject_of(statement)
        borne = self._names.borne_with(subject) if subject else set()
        same = speaking_of(self._journal, borne)
        earlier = (one for one in same if one[1].kind == statement.kind and subject_of(one[1]) in borne)
        return self._in_force([one for one in earlier if one[0] < seq], seq)

    def _in_force(self, earlier: list[tuple[int, Statement]], seq: int) -> Statement | None:
        """The last that nothing had corrected or withdrawn when entry `seq` was made."""
        for _, one in reversed(earlier):
            undone = self._standing.undone_by(one.id)
            numbered = None if undone is None else self._standing.numbered(undone.id)
            if numbered is None or numbered[0] > seq:
                return one
        return None


def subject_of(statement: Statement) -> str:
    """Whose value the statement sets, by its kind's `subject`; empty: it sets none."""
    subject = getattr(kind_named(statement.kind), "subject", None)
    return str(subject(statement.body)) if subject is not None and about(statement) else ""


def _last(newest: Iterable[tuple[int, Statement]], seq: int) -> Statement | None:
    return next((one for number, one in newest if number < seq), None)


def _value(statement: Statement) -> Mapping[str, Any]:
    """As everybody may see it; of a configuration what its document says."""
    shown = body(statement)
    if statement.kind != configuration.KIND or not isinstance(shown.get("document"), str):
        return {name: value for name, value in shown.items() if name != "schema"}
    rest = {name: value for name, value in shown.items() if name not in LISTED_BY | {"document"}}
    return {**rest, **json.loads(shown["document"])}
