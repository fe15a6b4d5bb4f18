"""What a follower reads: pages of what it wants, behind its cursor."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Generic, Protocol, TypeVar

from gateway.alarms.change import AlarmChange
from gateway.dataclass import dataclass
from gateway.followers.parking import Decision, decided
from gateway.journal.journal import Journal
from gateway.model import Arrivals

T_co = TypeVar("T_co", covariant=True)
Changes = Sequence[AlarmChange]


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
        wanted = [e for e in entries if e.arrivals is not None]
        arrivals = Arrivals.concatenate([e.arrivals for e in wanted if e.arrivals is not None])
        oldest_ns = wanted[0].committed_ns if wanted else None
        decision = decided(entries, self._follower)
        kinds = frozenset(e.kind for e in entries if e.statement is not None)
        return Page(arrivals, after, entries[-1].seq, oldest_ns, decision, kinds)

    def behind(self, after: int) -> int:
        return max(0, self._journal.last_seq() - after)
