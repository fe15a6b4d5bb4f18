"""What is in effect: a statement counts unless a later one that counts itself corrects or withdraws it.

So a correction that is withdrawn brings back what it corrected, and a withdrawal that is withdrawn brings
back what it took away.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gateway.statements import Statement


def in_effect(statements: Iterable[Statement]) -> list[Statement]:
    """Those of `statements`, in the journal's order, that count; one pass from the newest to the oldest."""
    every = list(statements)
    number: dict[str, int] = {}
    for position, statement in enumerate(every):
        number.setdefault(statement.id, position)  # a repeat is the same statement
    gone: set[str] = set()
    left: list[Statement] = []
    for position in range(len(every) - 1, -1, -1):
        statement = every[position]
        if statement.id in gone or number[statement.id] != position:
            continue
        left.append(statement)
        target = target_of(statement)
        if number.get(target, position) < position:
            gone.add(target)
    return left[::-1]


def target_of(statement: Statement) -> str:
    """Id of the statement that this one is against; empty: none."""
    return statement.corrects or statement.withdraws


class Effects:
    """The same for those who follow the journal: hear every statement once, in order, and ask at any time."""

    def __init__(self) -> None:
        self._counts: dict[str, bool] = {}
        self._target: dict[str, str] = {}
        self._against: dict[str, list[Statement]] = {}

    def hear(self, statement: Statement) -> set[str]:
        """Ids of the statements, heard before, that count now and did not, or the other way round."""
        if statement.id in self._counts:
            return set()  # a repeat is the same statement
        self._counts[statement.id] = True
        target = target_of(statement)
        if target not in self._counts or target == statement.id:
            return set()  # it is against nothing that was said before it
        self._target[statement.id] = target
        self._against.setdefault(target, []).append(statement)
        return self._look_again(target)

    def counts(self, identity: str) -> bool:
        """Whether a statement that was heard is in effect."""
        return self._counts[identity]

    def knows(self, identity: str) -> bool:
        return identity in self._counts

    def undone_by(self, identity: str) -> Statement | None:
        """The newest statement that counts and corrects or withdraws this one."""
        against: Sequence[Statement] = self._against.get(identity, ())
        return next((s for s in reversed(against) if self._counts[s.id]), None)

    def _look_again(self, identity: str) -> set[str]:
        """Along the chain: what this one is against, what that one is against, until nothing changes."""
        changed: set[str] = set()
        target: str | None = identity
        while target is not None:
            counts = self.undone_by(target) is None
            if counts == self._counts[target]:
                break
            self._counts[target] = counts
            changed.add(target)
            target = self._target.get(target)
        return changed
