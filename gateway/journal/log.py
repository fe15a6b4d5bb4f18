"""The log in the order of commits: entries of readings, archived or not, and all statements."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from gateway.journal import entries
from gateway.journal.archive import Archive
from gateway.journal.database import Connection
from gateway.journal.entries import Entry


def after(connection: Connection, archive: Archive, seq: int, most_readings: int) -> Iterator[Entry]:
    """Entries behind `seq` in order, inside the caller's snapshot.

    Archived ones are decoded so many at once that they have `most_readings`. Raises JournalError at a
    damaged one, or at a file that is missing.
    """
    while (segment := archive.segment_behind(seq)) is not None:
        yield from heapq.merge(
            archive.after(segment, seq, most_readings),
            entries.statements_between(connection, seq, segment.last_seq, archive.damaged),
            key=lambda entry: entry.seq,
        )
        seq = segment.last_seq
    yield from entries.after(connection, seq, archive.damaged)
