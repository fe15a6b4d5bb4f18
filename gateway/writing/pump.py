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
from typing import Any

import numpy as np

from gateway.clocks.device_clocks import DeviceClocks
from gateway.errors import JournalError
from gateway.ingestion.intake import Intake
from gateway.ingestion.sources import Source
from gateway.journal.journal import Journal, Statement
from gateway.model import Arrivals, Decoded, Refusal, Refused
from gateway.statements import outage
from gateway.statements.fields import shortened
from gateway.writing.backlog import Backlog, Part
from gateway.writing.conversion import Conversions, to_canonical

log = logging.getLogger(__name__)
TAKE_S = 0.5  # how long an idle pump waits before it looks whether to stop
RECEIPT_NS = 1_000_000  # finer it is the noise of networks and threads, and most of the room of a reading
MOST_STRANGERS = 200  # refusals of addresses that are no channel's, for whoever looks for retired ones
LARGE = 8192  # bytes of an item that may hold more than the readings of a moment
RETRY_S = 2.0  # between attempts while the journal cannot be written


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
        self._backlog = Backlog()
        self.clocks = DeviceClocks(len(by.scale))
        self.committed = threading.Condition()  # notified after each commit
        self.problem = ""  # why the journal cannot be written; empty while it can
        self._problem_since_ns = 0
        self.last_seq = journal.last_seq()
        self.moved_s = time.monotonic()  # when it last went round; a pump that hangs is not alive
        self.counts: Counter[str] = Counter()
        self.strangers: deque[tuple[str, Refused]] = deque(maxlen=MOST_STRANGERS)  # with their source
        self.refused: Counter[tuple[str, str]] = Counter(  # since the journal began
            {(source, r.value): n for source, by in journal.refusal_counts().items() for r, n in by.items()}
        )

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set and nothing waits any more."""
        while not (stop.is_set() and len(self._intake) == 0 and len(self._backlog) == 0):
            self.moved_s = time.monotonic()
            batch = self._take()
            if (batch or self._backlog) and not self._commit(batch, stop):
                return  # stopped while the disk failed: nothing was acknowledged, everything comes again
            if self._interval_s and batch:
                stop.wait(self._interval_s)

    def _take(self) -> dict[str, list[Any]]:
        if self._backlog.is_full():
            return {}
        return self._intake.take(0.0 if self._backlog else TAKE_S)

    def now_ns(self) -> int:
        """The gateway's time, of which receipts are."""
        return self._intake.clock.now_ns()

    def _commit(self, batch: Mapping[str, list[Any]], stop: threading.Event) -> bool:
        decoded = [
            (name, items, self._sources[name].decode(items))
            for name, all_items in batch.items()
            for items in _together(all_items)
        ]
        judged = self._judged(Arrivals.concatenate([d.arrivals for _, _, d in decoded]))
        slice_ = self._backlog.next()
        now, whole = self._backlog.take(_parts(decoded), judged)
        arrivals, refused = Arrivals.concatenate([now, slice_]) if len(slice_) else now, _refused(decoded)
        while not self._written(arrivals, refused):
            self.moved_s = time.monotonic()
            if stop.wait(RETRY_S):
                return False
        if len(slice_):
            done = self._backlog.written()
            whole += [] if done is None else [done]
        for part in whole:
            self._sources[part.source].acknowledge(part.items)
        return True

    def _judged(self, came: Arrivals) -> Arrivals:
        """As the journal takes them."""
        trusted = self._intake.clock.trusted_at(came.received)
        return _shortened(to_canonical(self.clocks.judge(came, trusted), self._conversions))

    def _written(self, arrivals: Arrivals, refused: Mapping[str, list[Refused]]) -> bool:
        began_s = time.monotonic()
        try:
            done = self._journal.commit(arrivals, refused, self._outage())
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
        self._count(done.fresh, done.repeated, refused)
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
            self.strangers.extend((name, r) for r in several if r.reason is Refusal.UNKNOWN_CHANNEL)


def _together(items: list[Any]) -> list[list[Any]]:
    """Those that are decoded and acknowledged together: a large one by itself, it may have to be sliced."""
    large = [item for item in items if getattr(item, "size", 0) > LARGE]
    if not large:
        return [items]
    small = [item for item in items if getattr(item, "size", 0) <= LARGE]
    return [*([small] if small else []), *([item] for item in large)]


def _parts(decoded: list[tuple[str, list[Any], Decoded]]) -> list[Part]:
    ends = np.cumsum([len(d.arrivals) for _, _, d in decoded]).tolist()
    starts = [0, *ends]
    return [
        Part(name, items, slice(start, end))
        for (name, items, _), start, end in zip(decoded, starts, ends, strict=False)
    ]


def _refused(decoded: list[tuple[str, list[Any], Decoded]]) -> dict[str, list[Refused]]:
    """By source, of those that refuse anything."""
    refused: dict[str, list[Refused]] = {}
    for name, _, one in decoded:
        if one.refused:
            refused.setdefault(name, []).extend(one.refused)
    return refused


def _shortened(arrivals: Arrivals) -> Arrivals:
    """Receipt in whole ms where the device said its own time; otherwise it is the time of the reading.

    Of a message that was shifted it stays what its readings were shifted to.
    """
    received, time_ns = arrivals.received, arrivals.samples.time
    exact = received == time_ns
    if arrivals.shift is not None:
        exact |= arrivals.shift != 0
    return replace(arrivals, received=np.where(exact, received, received // RECEIPT_NS * RECEIPT_NS))
