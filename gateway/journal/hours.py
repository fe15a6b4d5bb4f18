"""Readings by channel and time: archived ones and those in the log, one UTC hour after the other."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain
from typing import Final

import numpy as np

from gateway.journal import entries
from gateway.journal.archive import ARCHIVED_UNTIL, Archive, archived_until
from gateway.journal.counting import ALL_COUNT, Ranges, counts
from gateway.journal.database import Connection, all_rows, only_row
from gateway.journal.entries import HOUR_NS, take
from gateway.journal.transaction import snapshot
from gateway.model import Arrivals, Channels

LATEST_NS: Final = int(np.iinfo(np.int64).max)
LAST_SEQ: Final = LATEST_NS  # SQLite counts in int64 as well


def cut(arrivals: Arrivals) -> Iterator[Arrivals]:
    """Arrivals by the UTC hour of their time, the earliest hour first; the order inside stays."""
    hour = arrivals.samples.time // HOUR_NS
    if len(hour) and hour.min() == hour.max():
        yield arrivals
        return
    order = np.argsort(hour, kind="stable")
    arrivals, hour = take(arrivals, order), hour[order]
    edges = (np.flatnonzero(np.diff(hour)) + 1).tolist()
    for start, end in zip([0, *edges], [*edges, len(hour)], strict=True):
        if start < end:
            yield take(arrivals, slice(start, end))


def by_key(arrivals: Arrivals) -> Arrivals:
    """Sorted by (channel, time); equal keys keep their order."""
    return take(arrivals, np.lexsort((arrivals.samples.time, arrivals.samples.channel)))


def scan(
    connection: Connection,
    archive: Archive,
    channels: Channels | None,
    first_ns: int,
    last_ns: int,
    until_seq: int = LAST_SEQ,
    without: Ranges = ALL_COUNT,
) -> Iterator[Arrivals]:
    """Readings with first_ns <= time <= last_ns of sorted `channels` (None: all), hour by hour.

    Of entries up to number `until_seq`, but none of those in `without`. Each hour is sorted by
    (channel, time) and has at least one reading.
    """
    hour = _next(connection, archive, first_ns // HOUR_NS)
    while hour is not None and hour <= last_ns // HOUR_NS:
        asked = (connection, archive, hour, channels, first_ns, last_ns, until_seq, without)
        found = archive.persist(partial(_hour, *asked))
        if len(found):
            yield found
        hour = _next(connection, archive, hour + 1)


def span(connection: Connection) -> tuple[int, int] | None:
    """Time of the earliest and of the latest reading that is not archived."""
    select = "SELECT min(first_ns), max(last_ns) FROM entry WHERE hour IS NOT NULL AND seq > ?"
    first, last = only_row(connection, select, (archived_until(connection),))
    return None if first is None else (first, last)


def overlapping(
    connection: Connection,
    hour: int,
    first_ns: int,
    last_ns: int,
    channels: Channels | None,
    until_seq: int = LAST_SEQ,
) -> list[int]:
    """Numbers of an hour's entries that may have readings in [first_ns, last_ns] of sorted `channels`.

    Only of those that are not archived.
    """
    select = (
        "SELECT seq, channels FROM entry"
        " WHERE hour = ? AND last_ns >= ? AND first_ns <= ?"
        f" AND seq > ({ARCHIVED_UNTIL}) AND seq <= ? ORDER BY seq"
    )
    rows = all_rows(connection, select, (hour, first_ns, last_ns, until_seq))
    return [seq for seq, present in rows if channels is None or entries.shares(present, channels)]


def _next(connection: Connection, archive: Archive, hour: int) -> int | None:
    """The first hour with readings that is not before `hour`."""
    select = "SELECT min(hour) FROM entry WHERE hour >= ?"
    (hot,) = only_row(connection, select, (hour,))
    hours = [h for h in (hot, archive.next_hour(hour)) if h is not None]
    return min(hours, default=None)


def _hour(
    connection: Connection,
    archive: Archive,
    hour: int,
    channels: Channels | None,
    first_ns: int,
    last_ns: int,
    until_seq: int,
    without: Ranges,
) -> Arrivals:
    with snapshot(connection):
        pieces = archive.overlapping(hour, first_ns, last_ns, channels, until_seq)
        numbers = overlapping(connection, hour, first_ns, last_ns, channels, until_seq)
        found = chain(  # in the order of commits, as far as readings of one channel and time go
            (archive.readings(piece, until_seq, without) for piece in pieces),
            (entries.readings(connection, seq) for seq in numbers if counts(seq, without)),
        )
        parts = [_wanted(arrivals, channels, first_ns, last_ns) for arrivals in found]
    return by_key(Arrivals.concatenate(parts))


def _wanted(arrivals: Arrivals, channels: Channels | None, first_ns: int, last_ns: int) -> Arrivals:
    inside = (arrivals.samples.time >= first_ns) & (arrivals.samples.time <= last_ns)
    if channels is not None:
        inside &= np.isin(arrivals.samples.channel, channels)
    return take(arrivals, inside)
