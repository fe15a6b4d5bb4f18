"""What is in effect: a statement counts unless a later one that counts itself corrects or withdraws it.

So a correction that is withdrawn brings back what it corrected, and a withdrawal that is withdrawn brings
back what it took away. A correction of a correction stands in its place: it is also against everything that
the first one was against.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence

from gateway.statements import Statement


def in_effect(statements: Iterable[Statement]) -> list[Statement]:
    """Those of `statements`, in the journal's order, that count; one pass from the newest to the oldest."""
    chain = _Chain()
    heard = [statement for statement in statements if chain.take(statement)]
    gone: set[str] = set()
    left: list[Statement] = []
    for statement in reversed(heard):
        if statement.id not in gone:
            left.append(statement)
            gone.update(chain.targets(statement.id))
    return left[::-1]


def target_of(statement: Statement) -> str:
    """Id of the statement that this one corrects or withdraws; empty: none."""
    return statement.corrects or statement.withdraws


class Effects:
    """The same for those who follow the journal: hear every statement once, in order, and ask at any time."""

    def __init__(self) -> None:
        self._chain = _Chain()
        self._number: dict[str, int] = {}
        self._counts: dict[str, bool] = {}
        self._against: dict[str, list[Statement]] = {}

    def hear(self, statement: Statement) -> set[str]:
        """Ids of the statements, heard before, that count now and did not, or the other way round."""
        if not target_of(statement):
            self.stand(statement.id)
            return set()
        if not self._chain.take(statement):
            return set()
        self._count(statement.id)
        targets = list(self._chain.targets(statement.id))
        for target in targets:
            self._against.setdefault(target, []).append(statement)
        return self._look_again(targets)

    def stand(self, identity: str) -> None:
        """Hear one that is against nothing, as nearly all are; only its id is needed."""
        if self._chain.stand(identity):
            self._count(identity)

    def counts(self, identity: str) -> bool:
        """Whether a statement that was heard is in effect."""
        return self._counts[identity]

    def undone_by(self, identity: str) -> Statement | None:
        """The newest statement that counts and corrects or withdraws this one."""
        against: Sequence[Statement] = self._against.get(identity, ())
        return next((s for s in reversed(against) if self._counts[s.id]), None)

    def answer_to(self, identity: str) -> Statement | None:
        """What corrects or withdraws this one itself; None while it counts.

        Where that was corrected in its turn, `undone_by` is the last of the chain.
        """
        answer = self.undone_by(identity)
        chain = {one.id: one for one in self._against.get(identity, ())}
        while answer is not None and target_of(answer) != identity:
            answer = chain[target_of(answer)]
        return answer

    def _count(self, identity: str) -> None:
        self._number[identity] = len(self._number)
        self._counts[identity] = True

    def _look_again(self, identities: Iterable[str]) -> set[str]:
        """From the newest to the oldest: what is against something is always newer than that."""
        waiting = [(-self._number[identity], identity) for identity in identities]
        heapq.heapify(waiting)
        changed: set[str] = set()
        while waiting:
            _, identity = heapq.heappop(waiting)
            counts = self.undone_by(identity) is None
            if counts != self._counts[identity]:
                self._counts[identity] = counts
                changed.add(identity)
                for target in self._chain.targets(identity):
                    heapq.heappush(waiting, (-self._number[target], target))
        return changed


class _Chain:
    """What each statement is against, of what was said before it."""

    def __init__(self) -> None:
        self._heard: set[str] = set()
        self._corrects: dict[str, str] = {}
        self._withdraws: dict[str, str] = {}

    def take(self, statement: Statement) -> bool:
        """Whether it is new; a repeat is the same statement."""
        target = target_of(statement)
        is_known = target in self._heard
        if not self.stand(statement.id):
            return False
        if is_known:
            (self._corrects if statement.corrects else self._withdraws)[statement.id] = target
        return True

    def stand(self, identity: str) -> bool:
        """The same of one that is against nothing."""
        if identity in self._heard:
            return False
        self._heard.add(identity)
        return True

    def targets(self, identity: str) -> Iterator[str]:
        """Ids of all that it is against: its target, and, of a correction, what that one corrected."""
        if identity in self._withdraws:
            yield self._withdraws[identity]
        while identity in self._corrects:
            identity = self._corrects[identity]
            yield identity
