"""Readings by channel and time: archived ones and those in the log, one UTC hour after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final

import numpy as np

from gateway.journal import entries
from gateway.journal.archive import (
    ARCHIVED_UNTIL,
    Archive,
    Piece,
    archived_until,
    next_hours,
    side_by_side,
)
from gateway.journal.counting import ALL_COUNT, Ranges, counts
from gateway.journal.database import Connection, all_rows, only_row
from gateway.journal.decoded import Decoded
from gateway.journal.entries import HOUR_NS, take
from gateway.journal.transaction import snapshot
from gateway.model import Arrivals, Channels

LATEST_NS: Final = 2**63 - 1
LAST_SEQ: Final = LATEST_NS  # SQLite counts in int64 as well
MOST_HOURS: Final = 64  # read at once, where they have few readings
ENOUGH: Final = 20_000  # readings read at once; an hour may have more
PORTION: Final = 100_000  # readings, 3 MB
FEW: Final = 64  # readings, of which it costs more to look at their channels than to keep them for a while


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


def in_portions(hours: Iterable[Arrivals]) -> Iterator[Arrivals]:
    """Hours one behind the other, so many at once that it does not matter how few readings each has."""
    waiting: list[Arrivals] = []
    readings = 0
    for hour in hours:
        waiting.append(hour)
        readings += len(hour)
        if readings >= PORTION:
            yield Arrivals.concatenate(waiting)
            waiting, readings = [], 0
    if waiting:
        yield Arrivals.concatenate(waiting)


def by_key(arrivals: Arrivals) -> Arrivals:
    """Sorted by (channel, time); equal keys keep their order."""
    return take(arrivals, np.lexsort((arrivals.samples.time, arrivals.samples.channel)))


def scan(
    connection: Connection,
    decoded: Decoded,
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
    several, hour = 1, first_ns // HOUR_NS
    while hours := _next(connection, archive, hour, last_ns // HOUR_NS, several):
        asked = (connection, decoded, archive, hours, channels, first_ns, last_ns, until_seq, without)
        done, found = archive.persist(partial(_read, *asked))
        yield from cut(found)
        hour, several = list(hours)[done - 1] + 1, min(2 * done, MOST_HOURS)


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


def _next(connection: Connection, archive: Archive, hour: int, last_hour: int, most: int) -> dict[int, bool]:
    """The first hours with readings from `hour` to `last_hour`, in order; whether the log has any of them."""
    hot = set(next_hours(connection, "entry", hour, most))
    found = sorted({*hot, *archive.next_hours(hour, most)})[:most]
    return {one: one in hot for one in found if one <= last_hour}


def _read(
    connection: Connection,
    decoded: Decoded,
    archive: Archive,
    hours: dict[int, bool],
    channels: Channels | None,
    first_ns: int,
    last_ns: int,
    until_seq: int,
    without: Ranges,
) -> tuple[int, Arrivals]:
    """Of how many of these hours it is enough, and their readings, sorted by (channel, time)."""
    hot: list[Arrivals] = []
    pieces: list[Piece] = []
    done = looked_at = 0
    few = partial(_unless_few, channels, first_ns, last_ns)
    with snapshot(connection):
        archived: dict[int, list[Piece]] = {hour: [] for hour in hours}
        for piece in archive.overlapping((min(hours), max(hours)), first_ns, last_ns, channels, until_seq):
            archived.setdefault(piece.hour, []).append(piece)
        for hour, is_hot in hours.items():
            if looked_at >= ENOUGH:
                break
            numbers = overlapping(connection, hour, first_ns, last_ns, channels, until_seq) if is_hot else ()
            for found in (decoded.readings(seq) for seq in numbers if counts(seq, without)):
                looked_at += len(found)
                hot.append(few(found))
            looked_at += sum(piece.readings for piece in archived[hour])
            pieces += archived[hour]
            done += 1
        # In the order of commits, as far as readings of one channel and time go: these are of one hour.
        cold = [few(archive.readings_of(run, until_seq, without)) for run in side_by_side(pieces)]
    return done, by_key(_wanted(Arrivals.concatenate([*cold, *hot]), channels, first_ns, last_ns))


def _unless_few(channels: Channels | None, first_ns: int, last_ns: int, part: Arrivals) -> Arrivals:
    """What is wanted of it; of a few readings all."""
    return part if len(part) <= FEW else _wanted(part, channels, first_ns, last_ns)


def _wanted(arrivals: Arrivals, channels: Channels | None, first_ns: int, last_ns: int) -> Arrivals:
    inside = (arrivals.samples.time >= first_ns) & (arrivals.samples.time <= last_ns)
    if channels is not None:  # sorted: for an hour, this takes a quarter of the time of `isin`
        inside &= channels[channels[:-1].searchsorted(arrivals.samples.channel)] == arrivals.samples.channel
    return take(arrivals, inside)
