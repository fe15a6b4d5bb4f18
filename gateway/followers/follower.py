"""A sink behind the journal and the alarms: read, write, advance. Down for a week, it catches up."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from gateway.config.types import Configuration
from gateway.followers.parking import Decision, decided, to_arrivals, to_rows
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.model import Arrivals
from gateway.sinks import AlarmChange, Place, Sink

MOST_READINGS = 100_000  # in one write: bounds the memory of a catch-up
MOST_CHANGES = 500  # of alarms, in one write
WAIT_S = 1.0


def places(configuration: Configuration) -> dict[str, Place]:
    """What sinks are told about each channel, by name."""
    return {
        name: Place(
            name,
            channel.site,
            channel.table.asset,
            channel.table.zone or "",
            channel.table.quantity,
            channel.unit,
        )
        for name, channel in configuration.channels.items()
    }


class SinkFollower:
    """One sink with its two cursors, in the journal and in the changes of alarms.

    Runs in a thread of its own, with its own connections; what has no underscore may be read from others.
    """

    def __init__(
        self,
        name: str,
        sink: Sink,
        journal: Journal,
        records: Records,
        committed: threading.Condition,
        known: Mapping[str, Place],
    ) -> None:
        self.name = f"sink:{name}"
        self.problem = ""
        self._sink = sink
        self._sink_name = name
        self._journal = journal
        self._records = records
        self._committed = committed
        self._known = known
        self._places: dict[int, Place] = {}
        self._alarms = f"alarms:{name}"  # the name of the second cursor
        self._alarm_cursor = records.cursor(self._alarms)
        self.cursor = records.cursor(self.name)
        self.oldest_ns: int | None = None  # when the oldest entry that is not written was committed
        self.alarm_changes_behind = 0
        self.parked_readings = self.parked_changes = 0  # that the outside world will never take
        self.parked = ""  # the same in words; empty: nothing
        self._count_parked()

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set. Raises LinkDown; the supervisor calls again."""
        try:
            self._resume()
            while not stop.is_set():
                if self._write_readings() + self._write_alarms():
                    self.problem = ""
                else:
                    self._wait()
        finally:
            self._sink.close()

    def failed(self, reason: str) -> None:
        self.problem = reason

    def _resume(self) -> None:
        self._look_behind()
        saved = self._records.saved(self.name)
        state = self._sink.resume(saved[1] if saved else None)
        with self._records.transaction():
            self._records.save(self.name, self.cursor, state)

    def _look_behind(self) -> None:
        """How late we are; again before every write, because the next one may hang."""
        waiting = self._journal.entries(self.cursor, 1)
        self.oldest_ns = waiting[0].committed_ns if waiting else None
        self.alarm_changes_behind = self._records.changes_behind(self._alarm_cursor)

    def _wait(self) -> None:
        with self._committed:
            if self._journal.last_seq() == self.cursor:  # or the commit went by before we listened
                self._committed.wait(WAIT_S)

    def _write_readings(self) -> bool:
        """The next page of the journal; False at its end."""
        entries = self._journal.entries(self.cursor, MOST_READINGS)
        self.oldest_ns = entries[0].committed_ns if entries else None
        if not entries:
            return False
        decision = decided(entries, self._sink_name)
        again = self._records.parked(self.name)[::-1] if decision is Decision.RETRY else []
        parts = [e.arrivals for e in entries if e.arrivals is not None]
        arrivals = Arrivals.concatenate([to_arrivals(again), *parts])
        written = self._sink.write(arrivals, self._placed(arrivals)) if len(arrivals) else None
        with self._records.transaction():
            if decision is not None:
                self._settle(decision)
            if written is not None:
                self._records.save(self.name, entries[-1].seq, written.state)
                if written.rejected:
                    self._records.park(self.name, list(to_rows(arrivals, written.rejected)))
            self._records.move_cursor(self.name, entries[-1].seq)
        self.cursor = entries[-1].seq
        if decision is not None or (written is not None and written.rejected):
            self._count_parked()
        return True

    def _write_alarms(self) -> bool:
        """The next changes of alarms; False when there are none."""
        self.alarm_changes_behind = self._records.changes_behind(self._alarm_cursor)
        revisions = self._records.revisions_after(self._alarm_cursor, MOST_CHANGES)
        if not revisions:
            return False
        written = self._sink.write_alarms(
            [AlarmChange(r.number, r.change, r.recorded_ns, r.first_start_ns, r.body) for r in revisions]
        )
        rejected = {revisions[row].number: reason for row, reason in written.rejected.items()}
        with self._records.transaction():
            self._records.save(self.name, self.cursor, written.state)
            self._records.park_changes(self.name, rejected)
            self._records.move_cursor(self._alarms, revisions[-1].number)
        self._alarm_cursor = revisions[-1].number
        self.alarm_changes_behind = max(0, self.alarm_changes_behind - len(revisions))
        if rejected:
            self._count_parked()
        return True

    def _placed(self, arrivals: Arrivals) -> Mapping[int, Place]:
        """Looks into the journal when there is a new number: later numbers are higher ones."""
        if int(arrivals.samples.channel.max()) > max(self._places, default=-1):
            names = self._journal.channel_names()
            self._places = {number: self._known.get(name, Place(name)) for number, name in names.items()}
        return self._places

    def _settle(self, decision: Decision) -> None:
        """Inside the transaction. Alarm changes are few: to send one again, go back to it."""
        retry = decision is Decision.RETRY
        changes = self._records.parked_changes(self.name)
        self._records.unpark(self.name, kept_only=retry)
        if retry and changes:
            self._alarm_cursor = min(self._alarm_cursor, min(changes) - 1)
            self._records.move_cursor(self._alarms, self._alarm_cursor)

    def _count_parked(self) -> None:
        changes = self._records.parked_changes(self.name)
        newest = self._records.parked(self.name, 1)
        self.parked_readings = self._records.parked_count(self.name)
        self.parked_changes = len(changes)
        told = ((self.parked_readings, "readings"), (self.parked_changes, "alarm changes"))
        counts = " and ".join(f"{n} {what}" for n, what in told if n)
        reasons = [*list(changes.values())[-1:], *(row.reason for row in newest)]
        last = f", the last for: {reasons[-1]}" if reasons else ""
        self.parked = f"{counts} are parked{last}" if counts else ""
