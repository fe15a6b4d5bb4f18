"""What a sink's outside world does not take: every reading counted, the newest kept with the reason.

The journal still has them; here stands which ones are missing out there. Of alarm changes the number is
kept: the records have them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.journal.database import Connection

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
    database.execute(
        """INSERT INTO parking VALUES (?, ?)
        ON CONFLICT (follower) DO UPDATE SET count = count + excluded.count""",
        (follower, count),
    )
    database.executemany(
        """INSERT INTO parked (follower, channel, time, value, quality, received, reason)
        VALUES (?, ?, ?, ?, ?, ?, ?)""",
        [
            (follower, r.channel, r.time_ns, r.value, r.quality, r.received_ns, r.reason[:LONGEST_REASON])
            for r in rows[-KEPT_PER_FOLLOWER:]
        ],
    )
    oldest_kept = "SELECT id FROM parked WHERE follower = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2"
    database.execute(
        f"DELETE FROM parked WHERE follower = ?1 AND id <= ({oldest_kept})", (follower, KEPT_PER_FOLLOWER)
    )


def add_changes(database: Connection, follower: str, reasons: Mapping[int, str]) -> None:
    """Alarm changes by number; no more of them can be parked than the records hold."""
    database.executemany(
        "INSERT OR REPLACE INTO parked_change VALUES (?, ?, ?)",
        [(follower, number, reason[:LONGEST_REASON]) for number, reason in reasons.items()],
    )


def remove_changes(database: Connection, follower: str, numbers: Iterable[int]) -> None:
    """These alone."""
    database.executemany(
        "DELETE FROM parked_change WHERE follower = ? AND number = ?", [(follower, n) for n in numbers]
    )


def remove(database: Connection, follower: str, kept_only: bool) -> None:
    """Everything, or all but the count of readings that are no longer kept."""
    kept = "(SELECT count(*) FROM parked WHERE follower = ?1)" if kept_only else "count"
    database.execute(f"UPDATE parking SET count = count - {kept} WHERE follower = ?1", (follower,))
    for table in ("parked", "parked_change"):
        database.execute(f"DELETE FROM {table} WHERE follower = ?", (follower,))
