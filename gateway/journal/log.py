"""The log in the order of commits: entries of readings, archived or not, and all statements."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from gateway.journal import entries
from gateway.journal.archive import Archive
from gateway.journal.damaged import Damaged
from gateway.journal.database import Connection
from gateway.journal.entries import Entry


def after(
    connection: Connection, archive: Archive, seq: int, most_readings: int, damaged: Damaged | None = None
) -> Iterator[Entry]:
    """Entries behind `seq` in order, inside the caller's snapshot.

    Archived ones are decoded so many at once that they have `most_readings`. Statements that are damaged go
    to `damaged` (None: the archive's list, if it has one). Raises JournalError at any other damage.
    """
    damaged = archive.damaged if damaged is None else damaged
    while (segment := archive.segment_behind(seq)) is not None:
        yield from heapq.merge(
            archive.after(segment, seq, most_readings),
            entries.statements_between(connection, seq, segment.last_seq, damaged),
            key=lambda entry: entry.seq,
        )
        seq = segment.last_seq
    yield from entries.after(connection, seq, damaged)
