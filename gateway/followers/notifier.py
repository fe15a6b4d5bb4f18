"""A notifier as a follower of what happens to alarms: each change once, in order, until it is delivered.

Each in a thread of its own: one that hangs, or fails in a way nobody foresaw, delays nobody else. A notifier
that is new hears what happens from now on, not everything that ever did.
"""

from __future__ import annotations

import threading
from dataclasses import field

from gateway.alarms.change import AlarmChange
from gateway.dataclass import dataclass
from gateway.errors import LinkDown, Rejected
from gateway.followers import notifications
from gateway.followers.feeds import AlarmChanges, Changes, Page
from gateway.followers.follower import Follower, Outcome, follow
from gateway.followers.notifications import DELIVERED, REJECTED, Told
from gateway.followers.parking import Decision, Parking
from gateway.followers.voice import Voice
from gateway.journal.records import Records
from gateway.notifiers import Keeping, Notifier

MOST_CHANGES = 50  # in one page: as many a crash may repeat


class NotifierFollower:
    """One notifier. What has no underscore may be read from other threads."""

    def __init__(
        self,
        name: str,
        notifier: Notifier,
        voice: Voice,
        records: Records,
        committed: threading.Condition,
        changes: AlarmChanges,
    ) -> None:
        self.name = f"notifier:{name}"
        self.parking = Parking(self.name, records)
        self._voice = voice
        self._records = records
        self._committed = committed
        self._feed = changes
        use = _Notifications(self.name, notifier, voice, changes, self.parking)
        self.changes = Follower(self.name, changes, use, records, MOST_CHANGES)
        self._begin()

    @property
    def problem(self) -> str:
        return self.changes.problem

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set; what is not delivered by then is delivered after the next start."""
        self._begin()
        follow([self.changes], self._voice.journal, self._committed, stop)

    def failed(self, reason: str) -> None:
        self.changes.failed(reason)

    def _begin(self) -> None:
        """Behind what the journal says was told, whatever the records say."""
        is_known = self._records.has_cursor(self.name)
        known = Told(self._records.cursor(self.name), self.parking.changes(), is_known)
        told = notifications.recall(self._voice.journal, self.name, known)
        if not told.is_known:
            told.cursor = self._feed.end()
            notifications.begin(self._voice, self.name, told.cursor)
        with self._records.transaction():
            self.changes.go_on_behind(told.cursor)
            self.parking.replace_changes(told.parked)


@dataclass(slots=True)
class _Page:
    """What came of telling a page: by number, the outcome and the answer."""

    seq: int  # all up to this cursor is settled
    outcomes: dict[int, tuple[str, str]] = field(default_factory=dict)

    def rejected(self) -> dict[int, str]:
        return {number: answer for number, (what, answer) in self.outcomes.items() if what == REJECTED}


class _Notifications:
    """Tells one change after the other, then states in the journal what came of it."""

    def __init__(
        self, follower: str, notifier: Notifier, voice: Voice, changes: AlarmChanges, parking: Parking
    ) -> None:
        self._follower = follower
        self._notifier = notifier
        self._voice = voice
        self._changes = changes
        self._parking = parking
        self._told: _Page | None = None  # not stated yet: it is not told again, though the disk is full

    def ready(self) -> None:
        """Whether people can be told shows when there is something to tell, but a lamp is to stay on."""
        if isinstance(self._notifier, Keeping):
            self._notifier.keep()

    def deliver(self, page: Page[Changes]) -> Outcome:
        """As far as it goes: what was delivered before the link went down is settled."""
        if self._told is None:
            self._told = self._tell(page)
        told = self._told
        if told.outcomes:
            notifications.state(self._voice, self._follower, told.outcomes)
        self._told = None
        return Outcome(told.seq, told.rejected(), frozenset(told.outcomes))

    def keep(self, page: Page[Changes], outcome: Outcome) -> None:
        """What was told again is parked no more, unless it was rejected again."""
        self._parking.unpark_changes(outcome.told)
        self._parking.park_changes(outcome.rejected)
        if page.decision is Decision.ACCEPT and outcome.seq == page.last:
            self._parking.settle(page.decision)

    def _tell(self, page: Page[Changes]) -> _Page:
        """First what is new, then what people want to be told again."""
        again = self._changes.again(self._parking.changes()) if page.decision is Decision.RETRY else []
        told = _Page(page.after)
        try:
            for change in page.items:
                told.outcomes[change.number] = self._outcome(change)
                told.seq = change.number
            for change in again:
                told.outcomes[change.number] = self._outcome(change)
        except LinkDown:
            if not told.outcomes:
                raise
            return told
        told.seq = page.last
        return told

    def _outcome(self, change: AlarmChange) -> tuple[str, str]:
        try:
            return DELIVERED, self._notifier.notify(change)
        except Rejected as reason:
            return REJECTED, str(reason)
