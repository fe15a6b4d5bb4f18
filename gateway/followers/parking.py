"""What an outside world did not take: parked with the reason, and later sent again or accepted.

People decide, with a statement in the journal: the follower meets it in its place, and it stays on record who
decided. What is sent again goes with the next page, so a crash in between repeats all of it or nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from gateway.journal.entries import Entry, Statement
from gateway.journal.parked import Parked
from gateway.journal.records import Records
from gateway.model import Arrivals, Samples
from gateway.statements import parked
from gateway.statements.parked import Decision, ParkedDecision
from gateway.text import counted

__all__ = ["Decision", "Parking", "decided", "follower_of", "statement", "to_arrivals", "to_rows"]


class Parking:
    """What is parked for one follower. What has no underscore may be read from other threads."""

    def __init__(self, follower: str, records: Records) -> None:
        self._follower = follower
        self._records = records
        self.reading_count = self.change_count = 0  # that the outside world will never take
        self.words = ""  # the same for people; empty: nothing is parked
        self._count()

    def readings(self) -> list[Parked]:
        """Those that are kept, oldest first."""
        return self._records.parked(self._follower)[::-1]

    def changes(self) -> dict[int, str]:
        """Numbers of changes of alarms, with the reasons, oldest first."""
        return self._records.parked_changes(self._follower)

    def park(self, rows: Sequence[Parked]) -> None:
        """Inside a transaction of the records."""
        self._records.park(self._follower, rows)
        self._count()

    def park_changes(self, reasons: Mapping[int, str]) -> None:
        """Inside a transaction of the records."""
        if reasons:
            self._records.park_changes(self._follower, reasons)
            self._count()

    def unpark_changes(self, numbers: Iterable[int]) -> None:
        """Inside a transaction of the records."""
        gone = self.changes().keys() & set(numbers)
        if gone:
            self._records.unpark_changes(self._follower, gone)
            self._count()

    def replace_changes(self, reasons: Mapping[int, str]) -> None:
        """Inside a transaction of the records: these are parked, and no others."""
        self.unpark_changes(self.changes().keys() - reasons.keys())
        self.park_changes(reasons)

    def replace(self, count: int, rows: Sequence[Parked], changes: Mapping[int, str]) -> None:
        """Inside a transaction of the records: so many readings are parked, and these of them kept."""
        self._records.unpark(self._follower, kept_only=False)
        self._records.park(self._follower, rows, count)
        self._records.park_changes(self._follower, changes)
        self._count()

    def settle(self, decision: Decision) -> dict[int, str]:
        """Inside a transaction of the records: nothing is parked any more; the changes that were."""
        changes = self.changes()
        self._records.unpark(self._follower, kept_only=decision is Decision.RETRY)
        self._count()
        return changes

    def _count(self) -> None:
        changes, newest = self.changes(), self._records.parked(self._follower, 1)
        self.reading_count = self._records.parked_count(self._follower)
        self.change_count = len(changes)
        parts = ((self.reading_count, "reading"), (self.change_count, "alarm change"))
        counts = " and ".join(counted(n, what) for n, what in parts if n)
        reasons = [*list(changes.values())[-1:], *(row.reason for row in newest)]
        last = f", the last for: {reasons[-1]}" if reasons else ""
        verb = "is" if self.reading_count + self.change_count == 1 else "are"
        self.words = f"{counts} {verb} parked{last}" if counts else ""


def statement(sink: str, decision: Decision, by: str, at_ns: int) -> Statement:
    """To be committed to the journal."""
    said = ParkedDecision(follower_of(sink), decision)
    return Statement(parked.KIND, by, at_ns, parked.to_body(said))


def decided(entries: Sequence[Entry], follower: str) -> Decision | None:
    """The last decision about `follower` among journal entries; None: there is none."""
    stated = (e.statement for e in entries if e.kind == parked.KIND)
    every = [parked.of(statement.body) for statement in stated if statement is not None]
    mine = [said.decision for said in every if said.follower == follower]
    return mine[-1] if mine else None


def follower_of(name: str) -> str:
    """A sink may be named without saying that it is one, as statements did before notifiers parked."""
    return name if ":" in name else f"sink:{name}"


def to_rows(arrivals: Arrivals, rejected: Mapping[int, str]) -> Iterator[Parked]:
    """The rejected readings of a batch, with their reasons."""
    samples = arrivals.samples
    for row, reason in rejected.items():
        value = float(samples.value[row])
        yield Parked(
            int(samples.channel[row]),
            int(samples.time[row]),
            None if np.isnan(value) else value,
            int(samples.quality[row]),
            int(arrivals.received[row]),
            reason,
        )


def to_arrivals(rows: Sequence[Parked]) -> Arrivals:
    """Parked readings as a batch again, in the order of `rows`."""
    samples = Samples(
        np.array([r.time_ns for r in rows], np.int64),
        np.array([r.channel for r in rows], np.int32),
        np.array([np.nan if r.value is None else r.value for r in rows], np.float64),
        np.array([r.quality for r in rows], np.uint8),
    )
    return Arrivals(samples, np.array([r.received_ns for r in rows], np.int64))
