"""Who said what: statements of the journal about something, or of a kind, with what became of them."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from difflib import get_close_matches

from gateway.config.past import NAMED
from gateway.config.timeline import names_of
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.journal.said import said
from gateway.journal.standing import bearing_on
from gateway.statements import Statement, attempt, call, notification, progress, transition
from gateway.statements.effect import Effects, target_of
from gateway.statements.kinds import about, kinds

QUIET = (
    transition.KIND,
    notification.KIND,
    call.KIND,
    attempt.KIND,
    progress.KIND,
)  # thousands, and nobody said them: by request


@dataclass(frozen=True, slots=True)
class Found:
    """Statements, oldest first, and what is in effect of them."""

    statements: list[Statement]
    effects: Effects = field(repr=False)


def statements(
    journal: Journal, name: str | None = None, kind: str | None = None, since_ns: int | None = None
) -> Found:
    """About `name` (channel, asset, code, alarm, hold, or the id of a statement), of a kind, said since then.

    A channel, asset or site that was renamed is meant by each of its names. A correction or withdrawal of
    what is found belongs to it. Raises InputError for an unknown kind.
    """
    if kind is not None and kind not in kinds():
        raise InputError(f"there is no kind {kind!r}; known: {', '.join(kinds())}")
    wanted, effects = _wanted(name, kind), Effects()
    every = (
        said(journal, *wanted)
        if name is None
        else _concerning(journal, names_of(journal).borne_with(name), wanted)
    )
    found = list[Statement]()
    for statement in every:
        effects.hear(statement)
        if kind in (None, statement.kind) and _is_since(statement, since_ns):
            found.append(statement)
    return Found(found, effects)


def newest(journal: Journal, kind: str | None, before_seq: int) -> Iterator[tuple[int, Statement]]:
    """Statements before an entry with their numbers, the newest first; of a kind, or of all that are loud.

    Raises InputError for an unknown kind.
    """
    if kind is not None and kind not in kinds():
        raise InputError(f"there is no kind {kind!r}; known: {', '.join(kinds())}")
    wanted = [one for one in kinds() if one not in QUIET] if kind is None else [kind]
    every = (journal.newest_statements(one, before_seq) for one in wanted)
    return heapq.merge(*every, key=lambda numbered: -numbered[0])


def effects_on(journal: Journal, several: Iterable[Statement]) -> Effects:
    """What became of these."""
    effects = Effects()
    for _, statement in bearing_on(journal, [one.id for one in several]):
        effects.hear(statement)
    return effects


def check_named(journal: Journal, name: str) -> None:
    """For whoever found nothing about a name. Raises InputError where nothing configured ever had it."""
    names = names_of(journal)
    known = [one for section in NAMED for one in names.ever(section)]
    if name.upper() not in {one.upper() for one in known}:
        near = get_close_matches(name, known, 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise InputError(
            f"nothing in the journal has the name {name!r}: no channel, asset, site, code, alarm, hold or "
            f"statement{hint}"
        )


def _concerning(journal: Journal, names: Iterable[str], wanted: Sequence[str]) -> list[Statement]:
    """What speaks of any of these, and what is against that, directly or not; in order."""
    found = dict[int, Statement]()
    waiting = [(name, 0) for name in names]
    while waiting:
        spoken_of, behind = waiting.pop()
        for number, one in journal.naming(spoken_of, behind):
            if number not in found and one.kind in wanted and _concerns(one, spoken_of):
                found[number] = one
                waiting.append((one.id, number))
    return [found[number] for number in sorted(found)]


def _wanted(name: str | None, kind: str | None) -> list[str]:
    """All that can bear on what is asked."""
    loud = [one for one in kinds() if one not in QUIET]
    return (
        [*loud, transition.KIND] if name is not None and kind is None else [*loud, *([kind] if kind else [])]
    )


def _concerns(statement: Statement, name: str) -> bool:
    told = {one.upper() for one in (*about(statement), statement.id, target_of(statement))}
    return name.upper() in told


def _is_since(statement: Statement, since_ns: int | None) -> bool:
    stated_ns = statement.at_ns if statement.stated_ns is None else statement.stated_ns
    return since_ns is None or stated_ns >= since_ns
