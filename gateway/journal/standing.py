"""What became of single statements: found by name in the index, and not by reading all that was ever said."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Final

from gateway.journal.journal import Journal
from gateway.statements import Statement
from gateway.statements.effect import Effects, target_of
from gateway.statements.kinds import about

Numbered = tuple[int, Statement]
NUMBER: Final = itemgetter(0)


class Standing:
    """As the journal is when it is asked about a statement for the first time."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._effects: dict[str, Effects] = {}  # by statement; those that bear on one another share them

    def find(self, identity: str) -> Statement | None:
        """The statement with this id, in whatever case it was typed."""
        found = self.numbered(identity)
        return None if found is None else found[1]

    def numbered(self, identity: str) -> Numbered | None:
        """The same with the number of its entry; the first, as a repeat is the same statement."""
        wanted = identity.strip().upper()
        found = (one for one in self._journal.naming(wanted) if one[1].id.upper() == wanted)
        return next(found, None) if wanted else None

    def counts(self, statement: Statement) -> bool:
        """Whether it is in effect."""
        return self._of(statement.id).counts(statement.id)

    def undone_by(self, identity: str) -> Statement | None:
        """The newest statement that counts and corrects or withdraws this one."""
        return self._of(identity).undone_by(identity)

    def _of(self, identity: str) -> Effects:
        if identity not in self._effects:
            effects = Effects()
            for _, statement in bearing_on(self._journal, [identity]):
                effects.hear(statement)
                self._effects[statement.id] = effects
            self._effects.setdefault(identity, effects)
        return self._effects[identity]


def bearing_on(journal: Journal, identities: Iterable[str]) -> list[Numbered]:
    """These statements, what corrects or withdraws them, what they are against, and so on; in order."""
    waiting, seen, found = list(identities), set[str](), dict[int, Numbered]()
    while waiting:
        name = waiting.pop()
        if not name or name in seen:
            continue
        seen.add(name)
        for number, one in journal.naming(name):
            if name in (one.id, target_of(one)):
                found[number] = (number, one)
                waiting += [one.id, target_of(one)]
    return sorted(found.values(), key=NUMBER)


def speaking_of(journal: Journal, names: Iterable[str], after_seq: int = 0) -> Iterator[Numbered]:
    """Statements about any of these names (channels, assets, codes, alarms, holds), in any case, in order."""
    wanted, last = {name.upper() for name in names}, 0
    every = (journal.naming(name, after_seq) for name in wanted)
    for number, one in heapq.merge(*every, key=NUMBER):
        if number != last and not wanted.isdisjoint(name.upper() for name in about(one)):
            last = number
            yield number, one
