"""Readings that are kept for later: committed and acknowledged, but not yet entries of the log.

An entry holds readings of one hour, so that a message with readings of thousands of hours is thousands of
entries. It is kept here as it came, in one row; its hours become entries some at a time, the latest first.
"""

from __future__ import annotations

import struct
import zlib
from typing import Any, Final, NamedTuple

import numpy as np

from gateway.errors import JournalError
from gateway.journal import columns
from gateway.journal.database import Connection, all_rows
from gateway.journal.entries import HOUR_NS, runs
from gateway.journal.seal import seal
from gateway.model import Arrivals

SCHEMA: Final = """CREATE TABLE deferred (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    first_hour INTEGER NOT NULL,    -- time // 3600 s of the earliest reading
    until_hour INTEGER NOT NULL,    -- readings of this hour and of later ones are entries by now
    body BLOB NOT NULL,             -- readings: columns.py
    crc INTEGER NOT NULL            -- CRC-32 of the body
)"""


ACCOUNT: Final = (  # what is lost with a row is known although its body cannot be read
    "ALTER TABLE deferred ADD COLUMN readings INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE deferred ADD COLUMN channels BLOB NOT NULL DEFAULT x''",  # which: entries.py
    "ALTER TABLE deferred ADD COLUMN state INTEGER NOT NULL DEFAULT 0",  # WAITING, LOST or SEEN
    "ALTER TABLE deferred ADD COLUMN sealed INTEGER",  # CRC-32 of all of the above; null: of before
    f"UPDATE deferred SET state = 1 WHERE first_hour = {-(2**62)}",  # as an earlier version marked it
)
WAITING, LOST, SEEN = range(3)
_ROWS: Final = "SELECT id, first_hour, until_hour, readings, channels, crc, sealed, body FROM deferred"


class Lost(NamedTuple):
    """Readings that were acknowledged and cannot be read any more; hours are time // 3600 s.

    `readings` is 0 where nobody knows what they were.
    """

    number: int
    readings: int
    first_hour: int
    until_hour: int
    channels: tuple[tuple[int, int], ...]  # runs of numbers: first and last


def add(connection: Connection, arrivals: Arrivals) -> None:
    """Keep readings, at least one, in any order."""
    body = columns.encode(arrivals)
    insert = """INSERT INTO deferred (first_hour, until_hour, readings, channels, crc, sealed, body)
        VALUES (?, ?, ?, ?, ?, ?, ?)"""
    connection.execute(insert, (*_account(arrivals, zlib.crc32(body)), body))


def settle(connection: Connection, from_hour: int) -> None:
    """Whatever is kept of `from_hour` and of later hours is an entry by now."""
    connection.execute("DELETE FROM deferred WHERE first_hour >= ? AND state = 0", (from_hour,))
    select = "SELECT id, first_hour, readings, channels, crc FROM deferred WHERE until_hour > ? AND state = 0"
    for number, first, readings, channels, crc in all_rows(connection, select, (from_hour,)):
        sealed = _seal(first, from_hour, readings, channels, crc)
        update = "UPDATE deferred SET until_hour = ?, sealed = ? WHERE id = ?"
        connection.execute(update, (from_hour, sealed, number))


def kept(connection: Connection) -> tuple[list[Arrivals], list[str]]:
    """All of it, and what is wrong with rows that are damaged; those stay where they are.

    Where only the account of a row is damaged all of its readings are given; some are entries by now, and so
    are repeats.
    """
    sound, problems = list[Arrivals](), list[str]()
    for number, first, until, readings, channels, crc, sealed, body in _waiting(connection):
        try:
            is_intact = sealed in (None, _seal(first, until, readings, channels, crc))
            sound.append(_opened(body, crc, until if is_intact else None))
        except JournalError as error:
            problems.append(f"deferred readings {number} are damaged: {error}")
    return sound, problems


def mend(connection: Connection) -> None:
    """Rows that are damaged are settled by nothing from now on; a damaged account is made anew."""
    for number, first, until, readings, channels, crc, sealed, body in _waiting(connection):
        if zlib.crc32(body) != crc:
            connection.execute("UPDATE deferred SET state = ? WHERE id = ?", (LOST, number))
        elif sealed not in (None, _seal(first, until, readings, channels, crc)):
            update = """UPDATE deferred SET first_hour = ?, until_hour = ?, readings = ?, channels = ?,
                crc = ?, sealed = ? WHERE id = ?"""
            connection.execute(update, (*_account(columns.decode(body), crc), number))


def lost(connection: Connection, state: int = LOST) -> list[Lost]:
    """What nobody has seen yet; with SEEN, what somebody has."""
    found = []
    select = f"{_ROWS.replace(', body', '')} WHERE state = ? ORDER BY id"
    for number, first, until, readings, channels, crc, sealed in all_rows(connection, select, (state,)):
        if sealed is not None and sealed == _seal(first, until, readings, channels, crc):
            present = tuple(struct.iter_unpack("<2i", channels))
            found.append(Lost(number, readings, first, until, present))
        else:
            found.append(Lost(number, 0, 0, 0, ()))
    return found


def has_been_seen(connection: Connection, number: int) -> None:
    """Somebody knows that these are lost."""
    connection.execute("UPDATE deferred SET state = ? WHERE id = ? AND state = ?", (SEEN, number, LOST))


def _waiting(connection: Connection) -> list[tuple[Any, ...]]:
    return all_rows(connection, f"{_ROWS} WHERE state = 0 ORDER BY id")


def _account(arrivals: Arrivals, crc: int) -> tuple[int, int, int, bytes, int, int]:
    """What a row says of its body."""
    hour, channels = arrivals.samples.time // HOUR_NS, runs(np.sort(arrivals.samples.channel))
    told = (int(hour.min()), int(hour.max()) + 1, len(arrivals), channels, crc)
    return *told, _seal(*told)


def _seal(first_hour: int, until_hour: int, readings: int, channels: bytes, crc: int) -> int:
    return seal(channels, first_hour, until_hour, readings, crc)


def _opened(body: bytes, crc: int, until_hour: int | None) -> Arrivals:
    """Readings before `until_hour`; None: all."""
    if zlib.crc32(body) != crc:
        raise JournalError("the checksum does not match")
    arrivals = columns.decode(body)
    if until_hour is None:
        return arrivals
    return arrivals.take(arrivals.samples.time // HOUR_NS < until_hour)
