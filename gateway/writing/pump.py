"""The pump: whatever waits in the intake is decoded, committed in one synced transaction, then acknowledged.

Commit before acknowledge is the whole promise. A failing disk stops the pump, the full intake stops the
sources, and what is not committed stays with the broker or the instrument.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from gateway.clocks.device_clocks import DeviceClocks
from gateway.dataclass import dataclass
from gateway.errors import JournalError
from gateway.ingestion.intake import Intake
from gateway.ingestion.sources import Source
from gateway.journal.journal import Journal, Statement
from gateway.model import Arrivals, Decoded, Refusal, Refused
from gateway.statements import outage
from gateway.statements.fields import shortened
from gateway.writing.backlog import Backlog, Slice, divided
from gateway.writing.conversion import Conversions, to_canonical

log = logging.getLogger(__name__)
TAKE_S = 0.5  # how long an idle pump waits before it looks whether to stop
RECEIPT_NS = 1_000_000  # finer it is the noise of networks and threads, and most of the room of a reading
MOST_STRANGERS = 200  # refusals of addresses that are no channel's, for whoever looks for retired ones
STRANGER_CHARACTERS = 1_000  # kept of each: 0.8 MB of all at most; addresses stand there shortened
RETRY_S = 2.0  # between attempts while the journal cannot be written


class Stranger(NamedTuple):
    """A refusal of an address that is no channel's; without the payload, which can be large."""

    source: str
    detail: str
    received_ns: int


@dataclass(frozen=True, slots=True)
class _Taken:
    """What was taken from the intake, as the journal takes it."""

    batch: Mapping[str, list[Any]]  # by source
    now: Arrivals
    later: Arrivals
    refused: Mapping[str, list[Refused]]


class Pump:
    """Owns the writing journal; runs in a thread of its own."""

    def __init__(
        self,
        journal: Journal,
        intake: Intake,
        sources: Mapping[str, Source],
        by: Conversions,
        interval_s: float,
        name: str = "gateway",
        commit_took: Callable[[float], None] | None = None,
    ) -> None:
        self._journal = journal
        self._intake = intake
        self._sources = sources
        self._conversions = by
        self._interval_s = interval_s
        self._commit_took = commit_took
        self._name = name
        self.backlog = _backlog(journal)
        self._held: _Taken | None = None  # not in the journal yet; a run that fails leaves it to the next one
        self.clocks = DeviceClocks(len(by.scale))
        self.committed = threading.Condition()  # notified after each commit
        self.problem = ""  # why the journal cannot be written; empty while it can
        self._problem_since_ns = 0
        self.last_seq = journal.last_seq()
        self.moved_s = time.monotonic()  # when it last went round; a pump that hangs is not alive
        self.counts: Counter[str] = Counter()
        self.strangers: deque[Stranger] = deque(maxlen=MOST_STRANGERS)
        self.refused: Counter[tuple[str, str]] = Counter(  # since the journal began
            {(source, r.value): n for source, by in journal.refusal_counts().items() for r, n in by.items()}
        )

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set and nothing waits in the intake; what the backlog has is in the journal."""
        while self._held is not None or not (stop.is_set() and len(self._intake) == 0):
            self.moved_s = time.monotonic()
            if self._held is None:  # decoding twice is not the same: sources remember what they have seen
                self._held = self._decoded(self._take(stop))
            batch, slice_ = self._held.batch, self.backlog.next()
            if (batch or slice_) and not self._commit(self._held, slice_, stop):
                return  # stopped while the disk failed: nothing was acknowledged, everything comes again
            self._held = None
            if self._interval_s and batch:
                stop.wait(self._interval_s)

    def _take(self, stop: threading.Event) -> dict[str, list[Any]]:
        if self.backlog.is_full() and not stop.is_set():
            stop.wait(self.backlog.due_in_s())
            return {}
        return self._intake.take(min(TAKE_S, self.backlog.due_in_s()))

    def now_ns(self) -> int:
        """The gateway's time, of which receipts are."""
        return self._intake.clock.now_ns()

    def _decoded(self, batch: Mapping[str, list[Any]]) -> _Taken:
        decoded = {name: self._sources[name].decode(items) for name, items in batch.items()}
        judged = self._judged(Arrivals.concatenate([d.arrivals for d in decoded.values()]))
        now, later = divided(judged)
        return _Taken(batch, now, later, _refused(decoded))

    def _commit(self, taken: _Taken, slice_: Slice | None, stop: threading.Event) -> bool:
        began_s = time.monotonic()
        while not self._written(taken, slice_):
            self.moved_s = time.monotonic()
            if stop.wait(RETRY_S):
                return False
        if slice_ is not None:
            self.backlog.written(slice_, time.monotonic() - began_s)
        self.backlog.add(taken.later)
        self._held = None
        for name, items in taken.batch.items():
            self._sources[name].acknowledge(items)
        return True

    def _judged(self, came: Arrivals) -> Arrivals:
        """As the journal takes them."""
        trusted = self._intake.clock.trusted_at(came.received)
        return _shortened(to_canonical(self.clocks.judge(came, trusted), self._conversions, trusted))

    def _written(self, taken: _Taken, slice_: Slice | None) -> bool:
        began_s = time.monotonic()
        arrivals = taken.now if slice_ is None else Arrivals.concatenate([taken.now, slice_.arrivals])
        from_hour = None if slice_ is None else slice_.from_hour
        try:
            done = self._journal.commit(
                arrivals, taken.refused, self._outage(), later=taken.later, settled_from_hour=from_hour
            )
        except JournalError as error:
            if not self.problem:
                self._problem_since_ns = self._intake.clock.now_ns()
                log.error("journal: %s; sources wait, nothing is acknowledged", error)
            self.problem = str(error)
            return False
        if self.problem:
            log.warning("journal: written again")
            self.problem = ""
        if self._commit_took is not None:
            self._commit_took(time.monotonic() - began_s)
        self.last_seq = done.last_seq
        self._count(done.fresh, done.repeated, taken.refused)
        with self.committed:
            self.committed.notify_all()
        return True

    def _outage(self) -> list[Statement]:
        """What there is to say once the journal can be written again."""
        if not self.problem:
            return []
        now_ns = self._intake.clock.now_ns()
        said = outage.Outage(self._problem_since_ns, now_ns, shortened(self.problem))
        return [Statement(outage.KIND, self._name, now_ns, outage.to_body(said))]

    def _count(self, fresh: int, repeated: int, refused: Mapping[str, list[Refused]]) -> None:
        self.counts.update(commits=1, readings=fresh, repeated=repeated)
        self.counts["last_commit_ns"] = self._intake.clock.now_ns()
        for name, several in refused.items():
            self.refused.update((name, r.reason.value) for r in several)
            self.strangers.extend(
                Stranger(name, r.detail[:STRANGER_CHARACTERS], r.received_ns)
                for r in several
                if r.reason is Refusal.UNKNOWN_CHANNEL
            )


def _backlog(journal: Journal) -> Backlog:
    """What was not written when the gateway ended."""
    kept, problems = journal.deferred()
    for problem in problems:
        log.error("journal %s: %s; a fault says what is lost", journal.path, problem)
    return Backlog(kept)


def _refused(decoded: Mapping[str, Decoded]) -> dict[str, list[Refused]]:
    """By source, of those that refuse anything."""
    return {name: list(one.refused) for name, one in decoded.items() if one.refused}


def _shortened(arrivals: Arrivals) -> Arrivals:
    """Receipt in whole ms where the device said its own time; otherwise it is the time of the reading.

    Of a message that was shifted it stays what its readings were shifted to.
    """
    received, time_ns = arrivals.received, arrivals.samples.time
    exact = received == time_ns
    if arrivals.shift is not None:
        exact |= arrivals.shift != 0
    return replace(arrivals, received=np.where(exact, received, received // RECEIPT_NS * RECEIPT_NS))
