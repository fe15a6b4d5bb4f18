"""Whoever follows the journal: reads what it wants behind its cursor, delivers it, moves the cursor.

Down for a week, it catches up. What came of a page is one of three things: delivered; to be tried again
(LinkDown, after the pause that the outside world asked for or a growing one); or rejected, in part or whole,
which is parked with its reason and holds up nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any, Generic, Protocol, TypeVar

from gateway.dataclass import dataclass
from gateway.errors import LinkDown
from gateway.followers.feeds import Feed, Page
from gateway.followers.pauses import Pauses
from gateway.journal.journal import Journal
from gateway.journal.records import Records

T = TypeVar("T")
T_contra = TypeVar("T_contra", contravariant=True)
HANGS_S = 120.0  # under way for longer than that is a problem of its own
WAIT_S = 1.0  # for a commit: another process may have stated something, look at least so often


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a page: all up to the cursor `seq` is settled.

    `rejected`: what of it the outside world will never take, with the reason: readings by their position in
    what was written, changes of alarms by their number. `told`: numbers of changes that came to an outcome.
    """

    seq: int
    rejected: Mapping[int, str] = field(default_factory=dict)
    told: frozenset[int] = frozenset()


class Use(Protocol[T_contra]):
    """What a follower is for."""

    def ready(self) -> None:
        """Asked before every page, and while nothing waits. Raises LinkDown, as `deliver` does."""

    def deliver(self, page: Page[T_contra], /) -> Outcome:
        """Returns when the outside world has it. Raises LinkDown when it has to be tried again."""

    def keep(self, page: Page[T_contra], outcome: Outcome, /) -> None:
        """What belongs to the outcome, in the transaction of the records that moves the cursor."""


class Follower(Generic[T]):
    """One name, one cursor, one use. What has no underscore may be read from other threads."""

    def __init__(self, name: str, feed: Feed[T], use: Use[T], records: Records, most: int) -> None:
        self.name = name
        self.cursor = records.cursor(name)
        self.behind = 0  # how many entries wait
        self.oldest_ns: int | None = None  # when the oldest of them was committed; None: nothing waits
        self._feed = feed
        self._use = use
        self._records = records
        self._most = most
        self._pauses = Pauses()
        self._again_s = 0.0  # monotonic: not tried before
        self._delivers_since_s: float | None = None  # monotonic; None: nothing is under way
        self._problem = ""

    @property
    def problem(self) -> str:
        """Why nothing is delivered, and what to do; empty while all is well."""
        since_s = self._delivers_since_s
        for_s = 0.0 if since_s is None else time.monotonic() - since_s
        if for_s > HANGS_S:
            return f"it has not answered for {for_s:.0f} s; check the network and the other side"
        return self._problem

    def failed(self, reason: str) -> None:
        """It stopped in a way nobody foresaw; shown until it goes on."""
        self._problem, self._delivers_since_s = reason, None

    def begin(self) -> None:
        """Where the records say."""
        self.cursor = self._records.cursor(self.name)

    def go_on_behind(self, cursor: int) -> None:
        """Inside a transaction of the records."""
        self._records.move_cursor(self.name, cursor)
        self.cursor = cursor

    def step(self) -> bool:
        """Deliver the next page; False where there is none, or where it is too early to try again."""
        self.behind = self._feed.behind(self.cursor)
        if time.monotonic() < self._again_s:
            return False
        page = self._feed.page(self.cursor, self._most)
        self.oldest_ns = page.oldest_ns if page else None
        try:
            self._delivers_since_s = time.monotonic()
            self._use.ready()
            outcome = self._use.deliver(page) if page else None
        except LinkDown as problem:
            self._problem = str(problem)
            self._again_s = time.monotonic() + self._pauses.next_s(problem.after_s)
            return False
        finally:
            self._delivers_since_s = None
        if page and outcome:
            self._advance(page, outcome)
        self._problem = ""
        self._pauses.reset()
        return page is not None

    def _advance(self, page: Page[T], outcome: Outcome) -> None:
        with self._records.transaction():
            self._use.keep(page, outcome)
            self._records.move_cursor(self.name, outcome.seq)
        self.cursor = outcome.seq
        self.behind = self._feed.behind(self.cursor)


def follow(
    followers: Sequence[Follower[Any]],
    journal: Journal,
    committed: threading.Condition,
    stop: threading.Event,
    between: Callable[[], None] = lambda: None,
) -> None:
    """Step through them until `stop` is set; wait for a commit while there is nothing to do.

    `between` is called after every round.
    """
    while not stop.is_set():
        seen = journal.last_seq()
        moved = [one.step() for one in followers]
        between()
        if any(moved):
            continue
        with committed:
            if journal.last_seq() == seen and not stop.is_set():  # or either went by before we listened
                committed.wait(WAIT_S)
