"""Readings that are kept for later: committed and acknowledged, but not yet entries of the log.

An entry holds readings of one hour, so that a message with readings of thousands of hours is thousands of
entries. It is kept here as it came, in one row; its hours become entries some at a time, the latest first.
"""

from __future__ import annotations

import zlib
from typing import Final

from gateway.errors import JournalError
from gateway.journal import columns
from gateway.journal.database import Connection, all_rows
from gateway.journal.entries import HOUR_NS
from gateway.model import Arrivals

SCHEMA: Final = """CREATE TABLE deferred (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    first_hour INTEGER NOT NULL,    -- time // 3600 s of the earliest reading
    until_hour INTEGER NOT NULL,    -- readings of this hour and of later ones are entries by now
    body BLOB NOT NULL,             -- readings: columns.py
    crc INTEGER NOT NULL            -- CRC-32 of the body
)"""


def add(connection: Connection, arrivals: Arrivals) -> None:
    """Keep readings, at least one, in any order."""
    hour, body = arrivals.samples.time // HOUR_NS, columns.encode(arrivals)
    insert = "INSERT INTO deferred (first_hour, until_hour, body, crc) VALUES (?, ?, ?, ?)"
    connection.execute(insert, (int(hour.min()), int(hour.max()) + 1, body, zlib.crc32(body)))


def settle(connection: Connection, from_hour: int) -> None:
    """Whatever is kept of `from_hour` and of later hours is an entry by now."""
    connection.execute("DELETE FROM deferred WHERE first_hour >= ?", (from_hour,))
    connection.execute("UPDATE deferred SET until_hour = ?1 WHERE until_hour > ?1", (from_hour,))


def kept(connection: Connection) -> tuple[list[Arrivals], list[str]]:
    """All of it, and what is wrong with rows that are damaged; those stay where they are."""
    sound, problems = list[Arrivals](), list[str]()
    select = "SELECT id, until_hour, body, crc FROM deferred ORDER BY id"
    for number, until_hour, body, crc in all_rows(connection, select):
        try:
            sound.append(_opened(body, crc, until_hour))
        except JournalError as error:
            problems.append(f"deferred readings {number} are damaged: {error}")
    return sound, problems


def set_aside(connection: Connection) -> None:
    """Rows that are damaged are settled by nothing from now on."""
    for number, body, crc in all_rows(connection, "SELECT id, body, crc FROM deferred"):
        if zlib.crc32(body) != crc:
            update = "UPDATE deferred SET first_hour = ?1, until_hour = ?1 WHERE id = ?2"
            connection.execute(update, (-(2**62), number))


def _opened(body: bytes, crc: int, until_hour: int) -> Arrivals:
    if zlib.crc32(body) != crc:
        raise JournalError("the checksum does not match")
    arrivals = columns.decode(body)
    return arrivals.take(arrivals.samples.time // HOUR_NS < until_hour)
