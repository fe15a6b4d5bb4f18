"""Whether the index of the readings is as it was written: a bit of it can hide hours of them.

The index stands in the journal's database, which has no checksums of its own. Each segment has one here, over
its row and its pieces. What the trees of the tables and their indexes lost, SQLite itself finds.
"""

from __future__ import annotations

import zlib
from typing import Final

from gateway.journal.database import Connection, all_rows
from gateway.journal.entries import HOUR_NS
from gateway.journal.transaction import snapshot

SCHEMA: Final = """CREATE TABLE segment_seal (
    segment INTEGER PRIMARY KEY,            -- its number
    crc INTEGER NOT NULL                    -- CRC-32 of its row, but `emptied`, and of its pieces in order
)"""
TABLES: Final = ("segment", "piece", "segment_seal")
CHANGED: Final = "its index in the journal is not what was written; stop the gateway and restore a backup"
MEND: Final = "stop the gateway and restore a backup; `cryogate journal verify` tells more"
_ROW: Final = """SELECT number, first_seq, last_seq, file, bytes, sha256, footer_crc, readings, first_ns,
    last_ns, entries FROM segment WHERE number = ?"""
_STRAY: Final = """SELECT seq FROM entry WHERE hour IS NOT NULL
    AND ((first_ns >= 0 AND hour != first_ns / ?1) OR (last_ns >= 0 AND hour != last_ns / ?1)
        OR (first_ns < 0) != (hour < 0)) LIMIT 1"""
_PIECES: Final = """SELECT row_group, start, readings, hour, first_ns, last_ns, channels FROM piece
    WHERE segment = ? ORDER BY row_group, start"""


def fill(connection: Connection) -> None:
    """For what a version without it wrote. Inside the caller's transaction."""
    for (number,) in all_rows(connection, "SELECT number FROM segment"):
        put(connection, number)


def put(connection: Connection, number: int) -> None:
    """Once a segment and its pieces are written. Inside the caller's transaction."""
    crc = _crc(connection, number)
    connection.execute("INSERT OR REPLACE INTO segment_seal VALUES (?, ?)", (number, crc))


def problems(connection: Connection) -> dict[int, str]:
    """By the number of each segment whose index is not what was written, or not there: what is wrong."""
    with snapshot(connection):
        sealed = dict(all_rows(connection, "SELECT segment, crc FROM segment_seal"))
        there = {number for (number,) in all_rows(connection, "SELECT number FROM segment")}
        if lost := _lost_rows(connection):
            return dict.fromkeys(sorted(sealed.keys() | there), lost)
        changed = [n for n in sorted(sealed.keys() | there) if sealed.get(n) != _crc(connection, n)]
    return dict.fromkeys(changed, CHANGED)


def hidden_entries(connection: Connection) -> str:
    """What is wrong with finding readings that are not archived yet by their time; empty: nothing.

    Each entry has a checksum of its own, which is looked at when it is read: this is about those that are not
    found at all.
    """
    with snapshot(connection):
        said = _tree(connection, "entry") or _wrong_hours(connection)
    return f"the index of what is not archived yet is damaged ({said}); {MEND}" if said else ""


def _wrong_hours(connection: Connection) -> str:
    found = all_rows(connection, _STRAY, (HOUR_NS,))
    return f"entry {found[0][0]} stands under another hour" if found else ""


def _lost_rows(connection: Connection) -> str:
    """What SQLite says of the tables as a whole; empty where they are sound."""
    for table in TABLES:
        if said := _tree(connection, table):
            return f"the index of the archive in the journal is damaged ({said}); {MEND}"
    return ""


def _tree(connection: Connection, table: str) -> str:
    """Of a table and its indexes; empty where they are sound."""
    (said,) = all_rows(connection, f"PRAGMA integrity_check({table})")[0]
    return "" if said == "ok" else str(said)


def _crc(connection: Connection, number: int) -> int:
    row, pieces = (all_rows(connection, select, (number,)) for select in (_ROW, _PIECES))
    return zlib.crc32(repr((row, pieces)).encode())
