"""A sink behind the journal: read, write, advance. Down for a week, it catches up."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Protocol

from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.model import Arrivals

MOST_READINGS = 100_000  # in one write: bounds the memory of a catch-up
WAIT_S = 1.0


class Sink(Protocol):
    """What a file in gateway/sinks provides."""

    def resume(self, state: bytes | None) -> bytes: ...

    def write(self, arrivals: Arrivals, names: Mapping[int, str]) -> bytes: ...


class SinkFollower:
    """One sink with its cursor; runs in a thread of its own, with its own connections."""

    def __init__(
        self, name: str, sink: Sink, journal: Journal, records: Records, committed: threading.Condition
    ) -> None:
        self.name = f"sink:{name}"
        self.problem = ""
        self._sink = sink
        self._journal = journal
        self._records = records
        self._committed = committed
        self.cursor = records.cursor(self.name)

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set. Raises LinkDown; the supervisor calls again."""
        saved = self._records.saved(self.name)
        state = self._sink.resume(saved[1] if saved else None)
        with self._records.transaction():
            self._records.save(self.name, self.cursor, state)
        while not stop.is_set():
            if not self._step():
                self._wait()

    def failed(self, reason: str) -> None:
        self.problem = reason

    def _wait(self) -> None:
        with self._committed:
            if self._journal.last_seq() == self.cursor:  # or the commit went by before we listened
                self._committed.wait(WAIT_S)

    def _step(self) -> bool:
        entries = self._journal.entries(self.cursor, MOST_READINGS)
        if not entries:
            return False
        arrivals = Arrivals.concatenate([e.arrivals for e in entries if e.arrivals is not None])
        state = self._sink.write(arrivals, self._journal.channel_names()) if len(arrivals) else None
        with self._records.transaction():
            if state is not None:
                self._records.save(self.name, entries[-1].seq, state)
            self._records.move_cursor(self.name, entries[-1].seq)
        self.cursor = entries[-1].seq
        self.problem = ""
        return True
