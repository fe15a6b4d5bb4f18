"""What was said of people, rosters and stand-ins and counts, each as of the time that it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import TypeVar

from gateway.statements import Statement, person, roster, stand_in
from gateway.statements.person import Person
from gateway.statements.roster import Roster
from gateway.statements.stand_in import StandIn

T = TypeVar("T")


class Spoken:
    """Those of the statements that `keep` was told to keep."""

    def __init__(self) -> None:
        self._heard: dict[str, tuple[int, Person | Roster | StandIn]] = {}  # by id of the statement
        # by id, (from when, what), oldest first; of the same moment the later word stands behind
        self._people: dict[str, list[tuple[int, Person]]] = {}
        self._rosters: dict[str, list[tuple[int, Roster]]] = {}
        self._stand_ins: list[StandIn] = []
        self._is_old = False
        self._counts: Callable[[str], bool] = bool

    def take(self, statement: Statement) -> None:
        """Raises StatementError for one that cannot be read."""
        body = statement.body
        if statement.kind == person.KIND:
            self._heard.setdefault(statement.id, (statement.at_ns, person.of(body)))
        elif statement.kind == roster.KIND:
            said = roster.of(body)
            self._heard.setdefault(statement.id, (said.from_ns, said))
        elif statement.kind == stand_in.KIND:
            self._heard.setdefault(statement.id, (statement.at_ns, stand_in.of(body)))

    def keep(self, counts: Callable[[str], bool]) -> None:
        """Look again which statements, by their ids, count."""
        self._counts, self._is_old = counts, True

    def people(self) -> list[str]:
        """Every id."""
        self._look()
        return sorted(self._people)

    def newest_person(self, identity: str) -> Person | None:
        self._look()
        told = self._people.get(identity)
        return told[-1][1] if told else None

    def last_here(self, identity: str) -> Person | None:
        """What was said last of somebody who was here then."""
        self._look()
        told = (said for _, said in reversed(self._people.get(identity, [])))
        return next((said for said in told if said.state == person.HERE), None)

    def is_here(self, identity: str, at_ns: int) -> bool:
        """Whether somebody spoke of the person, and not of having left by then.

        Before the first word the first one holds: an untrusted clock may have dated it late.
        """
        self._look()
        told = self._people.get(identity)
        if not told:
            return False
        said = _at(told, at_ns) or told[0][1]
        return said.state == person.HERE

    def roster(self, identity: str, at_ns: int) -> Roster | None:
        self._look()
        said = _at(self._rosters.get(identity, []), at_ns)
        return None if said is None or said.state == roster.ENDED else said

    def rosters(self, at_ns: int) -> tuple[Roster, ...]:
        """In force at that time, by id."""
        self._look()
        every = (told for _, told in sorted(self._rosters.items()))
        found = (_at(told, at_ns) for told in every)
        return tuple(one for one in found if one is not None and one.state == roster.IN_FORCE)

    def rosters_from(self, at_ns: int) -> tuple[Roster, ...]:
        """Those, and what holds from later on, by id and time."""
        now = set(self.rosters(at_ns))
        every = (said for _, told in sorted(self._rosters.items()) for _, said in told)
        later = (one for one in every if one in now or one.from_ns > at_ns)
        return tuple(one for one in later if one.state == roster.IN_FORCE)

    def words_about(self, roster_id: str) -> tuple[int, ...]:
        self._look()
        return tuple(from_ns for from_ns, _ in self._rosters.get(roster_id, []))

    def rosters_within(self, from_ns: int, to_ns: int) -> tuple[Roster, ...]:
        """In force at any time in [from, to), and of an id that has ended by then, what it said last."""
        self._look()
        found: list[Roster] = []
        for told in self._rosters.values():
            before = [said for at_ns, said in told if at_ns <= from_ns and said.state == roster.IN_FORCE]
            later = (said for at_ns, said in told if from_ns < at_ns < to_ns)
            found += [*before[-1:], *later]
        return tuple(one for one in found if one.state == roster.IN_FORCE)

    def every_roster(self) -> tuple[Roster, ...]:
        """All that was said and counts, ended or not."""
        self._look()
        return tuple(said for told in self._rosters.values() for _, said in told)

    def stand_ins(self) -> tuple[StandIn, ...]:
        """As they were stated."""
        self._look()
        return tuple(self._stand_ins)

    def moments(self) -> Iterator[int]:
        """From when on any of the words holds."""
        self._look()
        for words in (self._people, self._rosters):
            yield from (at_ns for told in words.values() for at_ns, _ in told)
        for one in self._stand_ins:
            yield from (one.from_ns, one.to_ns)

    def _look(self) -> None:
        if self._is_old:
            self._is_old = False
            self._sort()

    def _sort(self) -> None:
        self._people, self._rosters, self._stand_ins = {}, {}, []
        for identity, (from_ns, said) in self._heard.items():
            if not self._counts(identity):
                continue
            if isinstance(said, Person):
                self._people.setdefault(said.id, []).append((from_ns, said))
            elif isinstance(said, Roster):
                self._rosters.setdefault(said.id, []).append((from_ns, said))
            else:
                self._stand_ins.append(said)
        for people in self._people.values():
            people.sort(key=itemgetter(0))
        for rosters in self._rosters.values():
            rosters.sort(key=itemgetter(0))


def _at(told: list[tuple[int, T]], at_ns: int) -> T | None:
    """The word that holds at a moment."""
    return next((said for from_ns, said in reversed(told) if from_ns <= at_ns), None)
