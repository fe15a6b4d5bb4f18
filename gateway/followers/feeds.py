"""What a follower reads: pages of what it wants, behind its cursor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, Protocol, TypeVar

from gateway.alarms.change import AlarmChange
from gateway.followers.parking import Decision, decided
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.model import Arrivals
from gateway.statements import Statement, transition
from gateway.times import parse_rfc3339

T_co = TypeVar("T_co", covariant=True)
Changes = Sequence[AlarmChange]
Public = Callable[[Mapping[str, Any], int], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Page(Generic[T_co]):
    """The next of what it wants, possibly nothing of it, and the cursor behind all that was read."""

    items: T_co
    after: int  # the cursor before it
    last: int
    oldest_ns: int | None = None  # when the oldest of it was committed
    decision: Decision | None = None  # what people said in between about what is parked
    kinds: frozenset[str] = frozenset()  # of what was stated in between


class Feed(Protocol[T_co]):
    """One thing that can be followed."""

    def page(self, after: int, most: int) -> Page[T_co] | None:
        """At most about `most` items behind the cursor; None at the end."""

    def behind(self, after: int) -> int:
        """How many entries wait behind the cursor."""


class AlarmChanges(Feed[Changes], Protocol):
    """What happens to alarms, in the order in which it was noticed; a number is a cursor, too."""

    def end(self) -> int:
        """The cursor of who wants nothing of what was."""

    def again(self, numbers: Iterable[int]) -> list[AlarmChange]:
        """These once more, in their order."""


class Readings:
    """Readings in the order of the journal, with what was decided about `follower` in between."""

    def __init__(self, journal: Journal, follower: str) -> None:
        self._journal = journal
        self._follower = follower

    def page(self, after: int, most: int) -> Page[Arrivals] | None:
        entries = self._journal.entries(after, most)
        if not entries:
            return None
        arrivals = Arrivals.concatenate([e.arrivals for e in entries if e.arrivals is not None])
        decision = decided(entries, self._follower)
        kinds = frozenset(e.kind for e in entries if e.statement is not None)
        return Page(arrivals, after, entries[-1].seq, entries[0].committed_ns, decision, kinds)

    def behind(self, after: int) -> int:
        return max(0, self._journal.last_seq() - after)


class StatedChanges:
    """Changes of alarms: the transitions of the journal, each under the number of its entry."""

    def __init__(self, journal: Journal, records: Records, public: Public) -> None:
        """`public` makes of the stored form of an alarm what others read."""
        self._journal = journal
        self._records = records
        self._public = public

    def page(self, after: int, most: int) -> Page[Changes] | None:
        found = list(islice(self._journal.statements(transition.KIND, after), most))
        if not found:
            return None
        changes = [self._change(seq, statement) for seq, statement in found if not _is_old(statement)]
        oldest_ns = changes[0].recorded_ns if changes else None
        return Page(changes, after, found[-1][0], oldest_ns)

    def behind(self, after: int) -> int:
        return self._journal.count(transition.KIND, after)

    def end(self) -> int:
        return self._journal.last_seq()

    def again(self, numbers: Iterable[int]) -> list[AlarmChange]:
        return [self._change(seq, self._journal.statement(seq)) for seq in sorted(numbers)]

    def _change(self, seq: int, statement: Statement) -> AlarmChange:
        told = transition.of(statement.body)
        alarm = self._public(told.known, told.number)
        recorded_ns = statement.at_ns if statement.stated_ns is None else statement.stated_ns
        return AlarmChange(seq, told.change, recorded_ns, self._first_start_ns(told, alarm), alarm)

    def _first_start_ns(self, told: transition.Transition, alarm: Mapping[str, Any]) -> int:
        """When the start was first said to be."""
        if told.number > 1 and (first := self._records.book.first_transition(told.alarm)) is not None:
            known = transition.of(self._journal.statement(first).body).known
            alarm = self._public(known, 1)
        return parse_rfc3339(alarm["start"])


def _is_old(statement: Statement) -> bool:
    """Of the time of version 0.1.0, which told it itself."""
    return transition.of(statement.body).because == transition.UPGRADE
