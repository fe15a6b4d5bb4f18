"""Every alarm in its published form, kept in memory and brought up to date: making 10 000 takes a second."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Any, Final
from weakref import WeakKeyDictionary

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
    """Asked from any thread. Each transition is seen at once; what only goes on, once a second."""

    def __init__(self, priorities: Priorities) -> None:
        self._priorities = priorities
        self._judging = Judging(priorities)
        self._turn = threading.Lock()
        self._now: Snapshot | None = None
        self._versions = WeakKeyDictionary[Records, int]()  # as each connection last read it
        self._looked_s = 0.0

    def now(self, records: Records) -> Snapshot:
        is_behind = self._is_behind(records)
        if (is_behind or self._is_due()) and self._turn.acquire(blocking=is_behind):
            try:
                if self._is_due() or self._is_behind(records):
                    self._now = self._looked(records)
                    self._looked_s = time.monotonic()
            finally:
                self._turn.release()
        assert self._now is not None
        return self._now

    def _is_behind(self, records: Records) -> bool:
        """Whether something happened since: whoever hears of it asks at once, and then not again."""
        return self._now is None or self._now.seq != records.book.folded()[0]

    def _is_due(self) -> bool:
        return time.monotonic() - self._looked_s >= LOOK_S

    def _looked(self, records: Records) -> Snapshot:
        version = records.version()
        if self._now is None or self._versions.get(records) != version:
            self._now = self._read(records)
            self._versions[records] = version  # from before it was read: what came meanwhile is another one
        return self._now

    def _read(self, records: Records) -> Snapshot:
        before = {} if self._now is None else self._now.by_id
        seq = records.book.folded()[0]  # before the rows: who goes on from here may hear something twice
        seals = records.book.seals()
        other = [name for name, seal in seals.items() if name not in before or before[name].seal != seal]
        if self._now is not None and not other and seals.keys() == before.keys():
            return Snapshot(seq, before, self._now.by_urgency, self._now.by_newest)
        made = {row.id: self._kept(row, seals[row.id]) for row in records.book.some(other)}
        known = {name: kept for name, kept in before.items() if name in seals} | made
        if self._now is None:
            return Snapshot(seq, known, _by_urgency(known.values()), _by_newest(known.values()))
        orders = [
            [*(one for one in order if known.get(one.alarm["id"]) is one), *made.values()]
            for order in (self._now.by_urgency, self._now.by_newest)
        ]
        return Snapshot(seq, known, _by_urgency(orders[0]), _by_newest(orders[1]))

    def _kept(self, row: AlarmRow, seal: int) -> Kept:
        rank = stored_rank(row, self._judging)
        told = with_few_units(with_priority(of_known(row.body, row.number), self._priorities))
        return Kept(seal, row.closed, rank, rank[-2:], told)


def _by_urgency(kept: Iterable[Kept]) -> tuple[Kept, ...]:
    """What is in order already takes little time."""
    return tuple(sorted(kept, key=attrgetter("urgency")))


def _by_newest(kept: Iterable[Kept]) -> tuple[Kept, ...]:
    return tuple(sorted(kept, key=attrgetter("newest")))
