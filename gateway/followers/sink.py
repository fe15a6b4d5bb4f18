"""A sink as a follower: of readings and, with a second cursor, of what happens to alarms."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from gateway.errors import LinkDown
from gateway.followers.feeds import Changes, Feed, Page, Readings
from gateway.followers.follower import Follower, Outcome, follow
from gateway.followers.parking import Decision, Parking, to_arrivals, to_rows
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.model import Arrivals
from gateway.sinks import Place, Sink

MOST_READINGS = 100_000  # in one write: bounds the memory of a catch-up
MOST_CHANGES = 500  # of alarms, in one write


class SinkFollower:
    """One sink in a thread of its own, with its own connections: its two followers take turns.

    What has no underscore may be read from other threads.
    """

    def __init__(
        self,
        name: str,
        sink: Sink,
        journal: Journal,
        records: Records,
        committed: threading.Condition,
        known: Mapping[str, Place],
        changes: Feed[Changes],
    ) -> None:
        self.name = f"sink:{name}"
        self.parking = Parking(self.name, records)
        self._journal = journal
        self._records = records
        self._committed = committed
        self._outside = _Outside(self.name, sink, records)
        alarms = _Alarms(self._outside, self.parking)
        self.alarms = Follower(f"alarms:{name}", changes, alarms, records, MOST_CHANGES)
        to_write = _Readings(self._outside, self.parking, self.alarms, journal, known)
        feed = Readings(journal, self.name)
        self.readings = Follower(self.name, feed, to_write, records, MOST_READINGS)

    @property
    def problem(self) -> str:
        return self.readings.problem or self.alarms.problem

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set."""
        try:
            follow((self.readings, self.alarms), self._journal, self._committed, stop)
        finally:
            self._outside.let_go()

    def failed(self, reason: str) -> None:
        self.readings.problem = self.alarms.problem = reason  # each until it goes on


class _Outside:
    """The sink itself, and the state behind which it goes on: one, for both followers."""

    def __init__(self, name: str, sink: Sink, records: Records) -> None:
        self._name = name
        self._sink = sink
        self._records = records
        self._is_resumed = False

    def ready(self) -> Sink:
        """Raises LinkDown."""
        if not self._is_resumed:
            saved = self._records.saved(self._name)
            state = self._sink.resume(saved[1] if saved else None)
            with self._records.transaction():
                self.save(state)
            self._is_resumed = True
        return self._sink

    @contextmanager
    def used(self) -> Iterator[Sink]:
        """Whatever goes wrong inside: before the next use it is resumed."""
        try:
            yield self.ready()
        except LinkDown:
            self.let_go()
            raise

    def let_go(self) -> None:
        self._is_resumed = False
        self._sink.close()

    def save(self, state: bytes) -> None:
        """Inside a transaction of the records."""
        self._records.save(self._name, self._records.cursor(self._name), state)


class _Readings:
    """Readings, and those that were parked and are sent again, into the sink."""

    def __init__(
        self,
        outside: _Outside,
        parking: Parking,
        alarms: Follower[Changes],
        journal: Journal,
        known: Mapping[str, Place],
    ) -> None:
        self._outside = outside
        self._parking = parking
        self._alarms = alarms
        self._journal = journal
        self._known = known
        self._places: dict[int, Place] = {}
        self._batch = Arrivals.concatenate([])
        self._state: bytes | None = None

    def ready(self) -> None:
        self._outside.ready()

    def deliver(self, page: Page[Arrivals]) -> Outcome:
        """A crash repeats all of it or nothing: what is sent again goes with the page."""
        again = self._parking.readings() if page.decision is Decision.RETRY else []
        self._batch = Arrivals.concatenate([to_arrivals(again), page.items])
        self._state = None
        if not len(self._batch):
            return Outcome(page.last)
        with self._outside.used() as sink:
            written = sink.write(self._batch, self._placed())
        self._state = written.state
        return Outcome(page.last, written.rejected)

    def keep(self, page: Page[Arrivals], outcome: Outcome) -> None:
        """Alarm changes are few: to send one again, go back to it."""
        if page.decision is not None:
            changes = self._parking.settle(page.decision)
            if page.decision is Decision.RETRY and changes:
                self._alarms.go_on_behind(min(self._alarms.cursor, min(changes) - 1))
        if self._state is not None:
            self._outside.save(self._state)
        if outcome.rejected:
            self._parking.park(list(to_rows(self._batch, outcome.rejected)))

    def _placed(self) -> Mapping[int, Place]:
        """Looks into the journal when there is a new number: later numbers are higher ones."""
        if int(self._batch.samples.channel.max()) > max(self._places, default=-1):
            names = self._journal.channel_names()
            self._places = {number: self._known.get(name, Place(name)) for number, name in names.items()}
        return self._places


class _Alarms:
    """What happens to alarms into the sink."""

    def __init__(self, outside: _Outside, parking: Parking) -> None:
        self._outside = outside
        self._parking = parking
        self._state = b""

    def ready(self) -> None:
        self._outside.ready()

    def deliver(self, page: Page[Changes]) -> Outcome:
        with self._outside.used() as sink:
            written = sink.write_alarms(page.items)
        self._state = written.state
        return Outcome(page.last, written.rejected)

    def keep(self, page: Page[Changes], outcome: Outcome) -> None:
        self._outside.save(self._state)
        self._parking.park_changes({page.items[i].number: why for i, why in outcome.rejected.items()})
