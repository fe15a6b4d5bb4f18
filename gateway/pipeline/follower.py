"""A sink behind the journal: read, write, advance. Down for a week, it catches up."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping

import numpy as np

from gateway.config.types import Configuration
from gateway.journal.journal import Journal
from gateway.journal.parked import Parked
from gateway.journal.records import Records
from gateway.model import Arrivals
from gateway.sinks import Place, Sink, Written

MOST_READINGS = 100_000  # in one write: bounds the memory of a catch-up
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
    """One sink with its cursor; runs in a thread of its own, with its own connections."""

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
        self._journal = journal
        self._records = records
        self._committed = committed
        self._known = known
        self._places: dict[int, Place] = {}
        self._parking = ""  # what to say about readings that were rejected in this run of the gateway
        self.cursor = records.cursor(self.name)

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set. Raises LinkDown; the supervisor calls again."""
        try:
            self._resume()
            while not stop.is_set():
                if not self._step():
                    self._wait()
        finally:
            self._sink.close()

    def failed(self, reason: str) -> None:
        self.problem = reason

    def _resume(self) -> None:
        saved = self._records.saved(self.name)
        state = self._sink.resume(saved[1] if saved else None)
        with self._records.transaction():
            self._records.save(self.name, self.cursor, state)

    def _wait(self) -> None:
        with self._committed:
            if self._journal.last_seq() == self.cursor:  # or the commit went by before we listened
                self._committed.wait(WAIT_S)

    def _step(self) -> bool:
        entries = self._journal.entries(self.cursor, MOST_READINGS)
        if not entries:
            return False
        arrivals = Arrivals.concatenate([e.arrivals for e in entries if e.arrivals is not None])
        written = self._sink.write(arrivals, self._placed(arrivals)) if len(arrivals) else None
        with self._records.transaction():
            if written is not None:
                self._records.save(self.name, entries[-1].seq, written.state)
                self._park(arrivals, written)
            self._records.move_cursor(self.name, entries[-1].seq)
        self.cursor = entries[-1].seq
        self.problem = self._parking
        return True

    def _placed(self, arrivals: Arrivals) -> Mapping[int, Place]:
        """Looks into the journal when there is a new number: later numbers are higher ones."""
        if int(arrivals.samples.channel.max()) > max(self._places, default=-1):
            names = self._journal.channel_names()
            self._places = {number: self._known.get(name, Place(name)) for number, name in names.items()}
        return self._places

    def _park(self, arrivals: Arrivals, written: Written) -> None:
        if not written.rejected:
            return
        self._records.park(self.name, list(_parked(arrivals, written.rejected)))
        count, reason = self._records.parked_count(self.name), list(written.rejected.values())[-1]
        self._parking = f"{count} readings were rejected and are parked, the last for: {reason}"


def _parked(arrivals: Arrivals, rejected: Mapping[int, str]) -> Iterator[Parked]:
    samples = arrivals.samples
    for row, reason in rejected.items():
        value = float(samples.value[row])
        yield Parked(
            int(samples.channel[row]),
            int(samples.time[row]),
            None if np.isnan(value) else value,
            int(samples.quality[row]),
            reason,
        )
