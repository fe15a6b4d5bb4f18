"""A sink as a follower: of readings and, with a second cursor, of what happens to alarms."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol

from gateway.alarms.change import AlarmChange
from gateway.errors import LinkDown
from gateway.followers.feeds import AlarmChanges, Changes, Page, Readings
from gateway.followers.follower import Follower, Outcome, follow
from gateway.followers.milestones import Milestones
from gateway.followers.parking import Decision, Parking, to_arrivals, to_rows
from gateway.followers.voice import Voice
from gateway.journal.records import Records
from gateway.model import Arrivals
from gateway.sinks import Places, Retaining, Sink, Written
from gateway.statements import configuration, placement, withdrawal

MOST_READINGS = 100_000  # in one write: bounds the memory of a catch-up
MOST_CHANGES = 500  # of alarms, in one write
ABOUT_PLACES: Final = frozenset({configuration.KIND, placement.KIND, withdrawal.KIND})


class KnownPlaces(Places, Protocol):
    """As far as the journal says; belongs to one thread."""

    def look_again(self) -> None:
        """There is something new about places in the journal, or a new channel."""


class SinkFollower:
    """One sink in a thread of its own, with its own connections: its two followers take turns.

    What has no underscore may be read from other threads.
    """

    def __init__(
        self,
        name: str,
        sink: Sink,
        voice: Voice,
        records: Records,
        committed: threading.Condition,
        places: KnownPlaces,
        changes: AlarmChanges,
    ) -> None:
        self.name = f"sink:{name}"
        self.parking = Parking(self.name, records)
        self._journal = voice.journal
        self._committed = committed
        self._milestones = Milestones(name, voice, records, self.parking)
        self._milestones.recall()
        self._outside = _Outside(self.name, sink, records, self._milestones)
        alarms = _Alarms(f"alarms:{name}", self._outside, self.parking, changes, records)
        self.alarms = Follower(f"alarms:{name}", changes, alarms, records, MOST_CHANGES)
        to_write = _Readings(self._outside, self.parking, self.alarms, places)
        feed = Readings(self._journal, self.name)
        self.readings = Follower(self.name, feed, to_write, records, MOST_READINGS)

    @property
    def problem(self) -> str:
        return self.readings.problem or self.alarms.problem

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set."""
        self._milestones.recall()
        both = (self.readings, self.alarms)
        for one in both:
            one.begin()
        try:
            follow(both, self._journal, self._committed, stop, self._milestones.state_if_due)
        finally:
            self._outside.let_go()
        self._milestones.state()

    def failed(self, reason: str) -> None:
        self.readings.failed(reason)
        self.alarms.failed(reason)


class _Outside:
    """The sink itself, and the state behind which it goes on: one, for both followers."""

    def __init__(self, name: str, sink: Sink, records: Records, milestones: Milestones) -> None:
        self._name = name
        self._sink = sink
        self._records = records
        self._milestones = milestones
        self._is_resumed = False
        self._is_binding = False  # whether the last state is stated before the next write

    def ready(self) -> Sink:
        """Raises LinkDown. Resuming takes away what an earlier state needs, so it is stated before."""
        if not self._is_resumed:
            self._milestones.state()
            saved = self._records.saved(self._name)
            state = self._sink.resume(saved[1] if saved else None)
            with self._records.transaction():
                self._save(state)
            if saved is None:
                self._milestones.moved()
                self._milestones.state()
            self._is_resumed = True
        return self._sink

    @contextmanager
    def used(self) -> Iterator[Sink]:
        """Whatever goes wrong inside: before the next use it is resumed."""
        if self._is_binding:
            self._milestones.state()
            self._is_binding = False
        try:
            yield self.ready()
        except LinkDown:
            self.let_go()
            raise

    def let_go(self) -> None:
        self._is_resumed = False
        self._sink.close()

    def keep(self, written: Written) -> None:
        """Inside a transaction of the records."""
        self._save(written.state)
        self._is_binding = self._is_binding or written.is_binding
        self._milestones.moved()

    def _save(self, state: bytes) -> None:
        self._records.save(self._name, self._records.cursor(self._name), state)


class _Readings:
    """Readings, and those that were parked and are sent again, into the sink."""

    def __init__(
        self,
        outside: _Outside,
        parking: Parking,
        alarms: Follower[Changes],
        places: KnownPlaces,
    ) -> None:
        self._outside = outside
        self._parking = parking
        self._alarms = alarms
        self._places = places
        self._highest = -1  # of the channel numbers that the places were looked up for
        self._batch = Arrivals.concatenate([])
        self._written: Written | None = None

    def ready(self) -> None:
        self._outside.ready()

    def deliver(self, page: Page[Arrivals]) -> Outcome:
        """A crash repeats all of it or nothing: what is sent again goes with the page."""
        again = self._parking.readings() if page.decision is Decision.RETRY else []
        self._batch = Arrivals.concatenate([to_arrivals(again), page.items])
        self._written = None
        if page.kinds & ABOUT_PLACES:
            self._places.look_again()
        if not len(self._batch):
            return Outcome(page.last)
        self._look_for_new_channels()
        with self._outside.used() as sink:
            self._written = sink.write(self._batch, self._places)
        return Outcome(page.last, self._written.rejected)

    def keep(self, page: Page[Arrivals], outcome: Outcome) -> None:
        """Alarm changes are few: to send one again, go back to it."""
        if page.decision is not None:
            changes = self._parking.settle(page.decision)
            if page.decision is Decision.RETRY and changes:
                self._alarms.go_on_behind(min(self._alarms.cursor, min(changes) - 1))
        if self._written is not None:
            self._outside.keep(self._written)
        if outcome.rejected:
            self._parking.park(list(to_rows(self._batch, outcome.rejected)))

    def _look_for_new_channels(self) -> None:
        """Later numbers are higher ones."""
        highest = int(self._batch.samples.channel.max())
        if highest > self._highest:
            self._places.look_again()
            self._highest = highest


class _Alarms:
    """What happens to alarms into the sink."""

    def __init__(
        self, name: str, outside: _Outside, parking: Parking, changes: AlarmChanges, records: Records
    ) -> None:
        self._name = name
        self._outside = outside
        self._parking = parking
        self._changes = changes
        self._records = records
        self._written: Written | None = None

    def ready(self) -> None:
        """An outside that keeps alarms has them in their place before it is told more."""
        sink = self._outside.ready()
        if isinstance(sink, Retaining) and sink.is_to_move:
            cursor = self._records.cursor(self._name)
            with self._outside.used():
                written = sink.move(_until(self._changes, cursor), _behind(self._changes, cursor))
            with self._records.transaction():
                self._outside.keep(written)

    def deliver(self, page: Page[Changes]) -> Outcome:
        self._written = None
        if not page.items:
            return Outcome(page.last)
        with self._outside.used() as sink:
            self._written = sink.write_alarms(page.items)
        rejected = {page.items[i].number: why for i, why in self._written.rejected.items()}
        return Outcome(page.last, rejected)

    def keep(self, _: Page[Changes], outcome: Outcome) -> None:
        if self._written is not None:
            self._outside.keep(self._written)
        self._parking.park_changes(outcome.rejected)


def _until(changes: AlarmChanges, cursor: int) -> Iterator[AlarmChange]:
    """Every change up to the cursor, from the first one on."""
    for change in _behind(changes, 0):
        if change.number > cursor:
            return
        yield change


def _behind(changes: AlarmChanges, cursor: int) -> Iterator[AlarmChange]:
    """Every change behind the cursor that there is now."""
    while page := changes.page(cursor, MOST_CHANGES):
        yield from page.items
        cursor = page.last
