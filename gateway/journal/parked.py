"""What a sink's outside world does not take: every reading counted, the newest kept with the reason.

The journal still has them; here stands which ones are missing out there. Of alarm changes the number is
kept: the records have them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from gateway.dataclass import dataclass
from gateway.journal.database import Connection, all_rows
from gateway.journal.seal import is_sealed, seal, text

KEPT_PER_FOLLOWER: Final = 10_000  # enough to see a pattern; a wrong bucket must not fill the disk
LONGEST_REASON: Final = 1024  # characters
SCHEMA: Final = """
CREATE TABLE parked (
    id INTEGER PRIMARY KEY AUTOINCREMENT, follower TEXT NOT NULL, channel INTEGER NOT NULL,
    time INTEGER NOT NULL, value REAL, quality INTEGER NOT NULL, reason TEXT NOT NULL);
CREATE INDEX parked_by_follower ON parked (follower, id);
CREATE TABLE parking (follower TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
"""
CHANGES: Final = """
ALTER TABLE parked ADD COLUMN received INTEGER NOT NULL DEFAULT 0;
CREATE TABLE parked_change (
    follower TEXT NOT NULL, number INTEGER NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (follower, number)) WITHOUT ROWID;
"""
SEALED: Final = """
ALTER TABLE parked ADD COLUMN crc INTEGER;
ALTER TABLE parked_change ADD COLUMN crc INTEGER;
ALTER TABLE parking ADD COLUMN crc INTEGER;
"""


@dataclass(frozen=True, slots=True)
class Parked:
    """One reading and why it was rejected; `value` is None where it is BAD."""

    channel: int
    time_ns: int
    value: float | None
    quality: int
    received_ns: int
    reason: str


def add(database: Connection, follower: str, rows: Sequence[Parked], count: int) -> None:
    """Count all of them and keep the newest. Inside the caller's transaction."""
    _put_count(database, follower, count_of(database, follower) + count)
    database.executemany(
        f"INSERT INTO parked ({_ROW}, crc) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(*row, seal(*row)) for row in (_row(follower, r) for r in rows[-KEPT_PER_FOLLOWER:])],
    )
    oldest_kept = "SELECT id FROM parked WHERE follower = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2"
    database.execute(
        f"DELETE FROM parked WHERE follower = ?1 AND id <= ({oldest_kept})", (follower, KEPT_PER_FOLLOWER)
    )


def add_changes(database: Connection, follower: str, reasons: Mapping[int, str]) -> None:
    """Alarm changes by number; no more of them can be parked than the records hold."""
    told = [(follower, number, reason[:LONGEST_REASON]) for number, reason in reasons.items()]
    database.executemany(
        "INSERT OR REPLACE INTO parked_change VALUES (?, ?, ?, ?)", [(*row, seal(*row)) for row in told]
    )


def remove_changes(database: Connection, follower: str, numbers: Iterable[int]) -> None:
    """These alone."""
    database.executemany(
        "DELETE FROM parked_change WHERE follower = ? AND number = ?", [(follower, n) for n in numbers]
    )


def remove(database: Connection, follower: str, kept_only: bool) -> None:
    """Everything, or all but the count of readings that are no longer kept."""
    count = count_of(database, follower)
    _put_count(database, follower, count - (_kept(database, follower) if kept_only else count))
    for table in ("parked", "parked_change"):
        database.execute(f"DELETE FROM {table} WHERE follower = ?", (follower,))


def count_of(database: Connection, follower: str) -> int:
    """How many readings were ever parked and not sent since; where that is damaged, those that are kept."""
    rows = all_rows(database, "SELECT count, crc FROM parking WHERE follower = ?", (follower,))
    if rows and rows[0][1] in (None, seal(follower, rows[0][0])):
        return int(rows[0][0])
    return _kept(database, follower)


class Damage(NamedTuple):
    """Rows that are not as they were written: numbers, keys of changes, and counted followers, as bytes."""

    readings: tuple[int, ...] = ()
    changes: tuple[tuple[bytes, object], ...] = ()
    counts: tuple[bytes, ...] = ()

    def __len__(self) -> int:
        return len(self.readings) + len(self.changes) + len(self.counts)


def damaged(database: Connection, after: int, most: int) -> tuple[Damage, int | None]:
    """Among the next `most` readings behind row `after`; with the last of them among the rest, too."""
    rows = all_rows(database, _SEALED, (after, most))
    readings = tuple(number for number, crc, *row in rows if not _is_intact(crc, row))
    if len(rows) == most:
        return Damage(readings), rows[-1][0]
    changes = tuple(
        (row[0], row[1]) for crc, *row in all_rows(database, _CHANGES) if not _is_intact(crc, row)
    )
    counts = tuple(row[0] for crc, *row in all_rows(database, _COUNTS) if not _is_intact(crc, row))
    return Damage(readings, changes, counts), None


def drop(database: Connection, damage: Damage) -> None:
    """Forget them. Readings among them stay counted: it is known that they are missing out there."""
    database.executemany("DELETE FROM parked WHERE id = ?", [(number,) for number in damage.readings])
    key = "CAST(follower AS BLOB) = ?"
    database.executemany(f"DELETE FROM parked_change WHERE {key} AND number IS ?", damage.changes)
    database.executemany(f"DELETE FROM parking WHERE {key}", [(follower,) for follower in damage.counts])


_ROW: Final = "follower, channel, time, value, quality, received, reason"
# Text as bytes: damage may have left what is no text.
_SEALED: Final = """SELECT id, crc, CAST(follower AS BLOB), channel, time, value, quality, received,
    CAST(reason AS BLOB) FROM parked WHERE id > ? AND crc IS NOT NULL ORDER BY id LIMIT ?"""
_CHANGES: Final = """SELECT crc, CAST(follower AS BLOB), number, CAST(reason AS BLOB) FROM parked_change
    WHERE crc IS NOT NULL"""
_COUNTS: Final = "SELECT crc, CAST(follower AS BLOB), count FROM parking WHERE crc IS NOT NULL"


def _row(follower: str, of: Parked) -> tuple[Any, ...]:
    """In the order of _ROW."""
    reason = of.reason[:LONGEST_REASON]
    return follower, of.channel, of.time_ns, of.value, of.quality, of.received_ns, reason


def _is_intact(crc: object, row: Sequence[object]) -> bool:
    follower, *rest = row
    return is_sealed(crc, follower, *(text(one) if isinstance(one, bytes) else one for one in rest))


def _kept(database: Connection, follower: str) -> int:
    ((kept,),) = all_rows(database, "SELECT count(*) FROM parked WHERE follower = ?", (follower,))
    return int(kept)


def _put_count(database: Connection, follower: str, count: int) -> None:
    values = (follower, count, seal(follower, count))
    database.execute("INSERT OR REPLACE INTO parking VALUES (?, ?, ?)", values)
