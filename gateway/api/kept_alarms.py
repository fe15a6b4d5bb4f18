"""Every alarm in its published form, kept in memory and brought up to date: making 10 000 takes a second."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any, Final

from gateway.alarms.priority import Judging, Priorities, with_priority
from gateway.dataclass import dataclass
from gateway.journal.alarm_tables import AlarmRow
from gateway.journal.records import Records
from gateway.published.alarm import of_known, stored_rank
from gateway.published.few import with_few_units

LOOK_S: Final = 1.0  # alarms that go on are written once a second
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """One alarm with a few of its units; the less `urgency`, the more urgent, and so with `newest`."""

    seal: int
    closed: bool
    urgency: Key
    newest: Key
    alarm: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All of them at one moment: the entry `seq` of the journal has the last transition in it."""

    seq: int
    by_id: Mapping[str, Kept]
    by_urgency: tuple[Kept, ...]
    by_newest: tuple[Kept, ...]


class KeptAlarms:
    """Asked from any thread: one looks, the others have what was seen last."""

    def __init__(self, priorities: Priorities) -> None:
        self._priorities = priorities
        self._judging = Judging(priorities)
        self._turn = threading.Lock()
        self._now: Snapshot | None = None
        self._looked_s = 0.0

    def now(self, records: Records) -> Snapshot:
        now = self._now
        is_due = now is None or time.monotonic() - self._looked_s >= LOOK_S
        if is_due and self._turn.acquire(blocking=now is None):
            try:
                if self._now is None or time.monotonic() - self._looked_s >= LOOK_S:
                    self._now = self._looked(records)
                    self._looked_s = time.monotonic()
            finally:
                self._turn.release()
        assert self._now is not None
        return self._now

    def _looked(self, records: Records) -> Snapshot:
        before = {} if self._now is None else self._now.by_id
        seq = records.book.folded()[0]  # before the rows: who goes on from here may hear something twice
        seals = records.book.seals()
        other = [name for name, seal in seals.items() if name not in before or before[name].seal != seal]
        if self._now is not None and not other and seals.keys() == before.keys():
            return Snapshot(seq, before, self._now.by_urgency, self._now.by_newest)
        known = {name: kept for name, kept in before.items() if name in seals}
        known |= {row.id: self._kept(row, seals[row.id]) for row in records.book.some(other)}
        return Snapshot(seq, known, _sorted(known.values(), "urgency"), _sorted(known.values(), "newest"))

    def _kept(self, row: AlarmRow, seal: int) -> Kept:
        rank = stored_rank(row, self._judging)
        told = with_few_units(with_priority(of_known(row.body, row.number), self._priorities))
        return Kept(seal, row.closed, rank, rank[-2:], told)


def _sorted(kept: Iterable[Kept], by: str) -> tuple[Kept, ...]:
    return tuple(sorted(kept, key=lambda one: getattr(one, by)))
