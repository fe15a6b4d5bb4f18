"""A notifier as a follower of what happens to alarms: each change once, in order, until it is delivered.

Each in a thread of its own: one that hangs, or fails in a way nobody foresaw, delays nobody else. A notifier
that is new hears what happens from now on, not everything that ever did.
"""

from __future__ import annotations

import threading

from gateway.errors import LinkDown, Rejected
from gateway.followers.feeds import Changes, Feed, Page
from gateway.followers.follower import Follower, Outcome, follow
from gateway.followers.parking import Parking
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.notifiers import Notifier

MOST_CHANGES = 50  # in one page: as many a crash may repeat


class NotifierFollower:
    """One notifier. What has no underscore may be read from other threads."""

    def __init__(
        self,
        name: str,
        notifier: Notifier,
        journal: Journal,
        records: Records,
        committed: threading.Condition,
        changes: Feed[Changes],
    ) -> None:
        self.name = f"notifier:{name}"
        self.parking = Parking(self.name, records)
        self._journal = journal
        self._committed = committed
        with records.transaction():
            records.begin_at_last_change(self.name)
        use = _Notifications(notifier, self.parking)
        self.changes = Follower(self.name, changes, use, records, MOST_CHANGES)

    @property
    def problem(self) -> str:
        return self.changes.problem

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set; what is not delivered by then is delivered after the next start."""
        follow([self.changes], self._journal, self._committed, stop)

    def failed(self, reason: str) -> None:
        self.changes.problem = reason


class _Notifications:
    """Tells one change after the other."""

    def __init__(self, notifier: Notifier, parking: Parking) -> None:
        self._notifier = notifier
        self._parking = parking

    def ready(self) -> None:
        """Whether people can be told shows when there is something to tell."""

    def deliver(self, page: Page[Changes]) -> Outcome:
        """As far as it goes: what was delivered before the link went down is settled."""
        rejected: dict[int, str] = {}
        for position, change in enumerate(page.items):
            try:
                self._notifier.notify(change)
            except Rejected as reason:
                rejected[position] = str(reason)
            except LinkDown:
                if position == 0:
                    raise
                return Outcome(page.items[position - 1].number, rejected)
        return Outcome(page.last, rejected)

    def keep(self, page: Page[Changes], outcome: Outcome) -> None:
        self._parking.park_changes({page.items[i].number: why for i, why in outcome.rejected.items()})
