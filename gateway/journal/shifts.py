"""Where readings that were shifted stand: from a channel and its device's own time to the times they have.

A table of few rows: for each channel and each minute of shift which own times were shifted by so much. A
clock that is steadily wrong takes one or two. So a repeat is found wherever it is, in the log or archived.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from gateway.journal.database import Connection, all_rows, first_row
from gateway.journal.entries import HOUR_NS
from gateway.journal.marks import Marks
from gateway.model import SECOND, Arrivals, Channels, Mask, Samples, Times

MINUTE_NS: Final = 60 * SECOND  # so wide a search costs little, and jitter of the network makes few rows
SCHEMA: Final = """CREATE TABLE shift (
    channel INTEGER NOT NULL,
    minute INTEGER NOT NULL,        -- shift // 60 s
    least_ns INTEGER NOT NULL,      -- smallest and largest shift
    most_ns INTEGER NOT NULL,
    first_ns INTEGER NOT NULL,      -- earliest and latest of the device's own times
    last_ns INTEGER NOT NULL,
    PRIMARY KEY (channel, minute)
) WITHOUT ROWID"""
_UPSERT: Final = """INSERT INTO shift VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET least_ns = min(least_ns, excluded.least_ns),
    most_ns = max(most_ns, excluded.most_ns), first_ns = min(first_ns, excluded.first_ns),
    last_ns = max(last_ns, excluded.last_ns)"""
_MARKS: Final = "SELECT channel, max(last_ns) FROM shift GROUP BY channel"
_FOUND: Final = """SELECT least_ns, most_ns, first_ns, last_ns FROM shift
    WHERE channel = ? AND first_ns <= ? AND last_ns >= ?"""
_COVERED: Final = """SELECT 1 FROM shift WHERE channel = ? AND minute = ?
    AND least_ns <= ? AND most_ns >= ? AND first_ns <= ? AND last_ns >= ?"""


class Search(NamedTuple):
    """Readings of some channels, in an interval of one hour."""

    hour: int
    first_ns: int
    last_ns: int
    channels: Channels


class Shifts:
    """The table as the writer knows it; costs nothing while no clock was ever wrong."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._has_any = False

    @cached_property
    def _marks(self) -> Marks:
        """Only who writes readings needs them."""
        return Marks()

    def load(self) -> None:
        """What is there at opening, or was written by somebody else."""
        rows = all_rows(self._connection, _MARKS)
        if rows:
            self._raise(*np.array(rows, np.int64).T)

    def learn(self, arrivals: Arrivals) -> None:
        """They were committed."""
        if arrivals.shift is not None:
            moved = arrivals.take(arrivals.shift != 0)
            self._raise(moved.samples.channel, moved.device_time)

    def may_hold(self, given: Samples) -> Mask:
        """bool[N]: where one with this own time may be among those that were shifted."""
        if not self._has_any:
            return np.zeros(len(given), np.bool_)
        return given.time <= self._marks.of(given.channel)

    def searches(self, given: Samples) -> list[Search]:
        """Where to look for those with such own times that were shifted."""
        wanted: dict[int, list[tuple[int, int, int]]] = {}
        for hour, *search in self._wanted(given):
            wanted.setdefault(hour, []).append((search[0], search[1], search[2]))
        return [
            Search(hour, min(first), max(last), np.unique(np.array(channel, np.int32)))
            for hour, found in wanted.items()
            for first, last, channel in [zip(*found, strict=True)]
        ]

    def _wanted(self, given: Samples) -> Iterator[tuple[int, int, int, int]]:
        """(hour, first_ns, last_ns, channel)"""
        for channel in np.unique(given.channel).tolist():
            own = given.time[given.channel == channel]
            first, last = int(own.min()), int(own.max())
            for least, most, since, until in all_rows(self._connection, _FOUND, (channel, last, first)):
                start, end = max(first, since) - most, min(last, until) - least
                for hour in range(start // HOUR_NS, end // HOUR_NS + 1):
                    yield hour, start, end, channel

    def _raise(self, channel: Times | Channels, own: Times) -> None:
        if len(own):
            order = np.lexsort((own, channel))
            nothing = np.zeros(len(own))
            ordered = Samples(own[order], channel[order].astype(np.int32), nothing, nothing.astype(np.uint8))
            self._marks.raise_to(ordered)
            self._has_any = True


def add(connection: Connection, arrivals: Arrivals) -> None:
    """Inside the caller's transaction."""
    if arrivals.shift is not None:
        connection.executemany(_UPSERT, list(_rows(arrivals)))


def uncovered(connection: Connection, arrivals: Arrivals) -> bool:
    """Whether a reading was shifted and the table does not say so: its repeat would not be recognised."""
    return any(first_row(connection, _COVERED, row) is None for row in _rows(arrivals))


def _rows(arrivals: Arrivals) -> Iterator[tuple[int, int, int, int, int, int]]:
    """Of the table, for those that were shifted."""
    if arrivals.shift is None:
        return
    moved = arrivals.take(arrivals.shift != 0)
    if moved.shift is None or len(moved) == 0:
        return
    keys = np.stack([moved.samples.channel.astype(np.int64), moved.shift // MINUTE_NS], axis=1)
    groups, which = np.unique(keys, axis=0, return_inverse=True)
    columns = [_reduced(ufunc, column, which.ravel(), len(groups)) for ufunc, column in _extremes(moved)]
    for (channel, minute), least, most, first, last in zip(groups.tolist(), *columns, strict=True):
        yield channel, minute, least, most, first, last


def _extremes(moved: Arrivals) -> list[tuple[np.ufunc, Times]]:
    shift, own = moved.device_time - moved.samples.time, moved.device_time
    return [(np.minimum, shift), (np.maximum, shift), (np.minimum, own), (np.maximum, own)]


def _reduced(ufunc: np.ufunc, column: Times, which: Times, groups: int) -> list[int]:
    worst = np.iinfo(np.int64)
    result = np.full(groups, worst.max if ufunc is np.minimum else worst.min, np.int64)
    ufunc.at(result, which, column)
    return [int(value) for value in result]
