"""Readings that a sink's outside world will never take: every one counted, the newest kept with the reason.

The journal still has them; here stands which ones are missing out there.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

KEPT_PER_FOLLOWER: Final = 10_000  # enough to see a pattern; a wrong bucket must not fill the disk
LONGEST_REASON: Final = 1024  # characters
SCHEMA: Final = """
CREATE TABLE parked (
    id INTEGER PRIMARY KEY AUTOINCREMENT, follower TEXT NOT NULL, channel INTEGER NOT NULL,
    time INTEGER NOT NULL, value REAL, quality INTEGER NOT NULL, reason TEXT NOT NULL);
CREATE INDEX parked_by_follower ON parked (follower, id);
CREATE TABLE parking (follower TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Parked:
    """One reading and why it was rejected; `value` is None where it is BAD."""

    channel: int
    time_ns: int
    value: float | None
    quality: int
    reason: str


def add(database: sqlite3.Connection, follower: str, rows: Sequence[Parked]) -> None:
    """Count all of them and keep the newest. Inside the caller's transaction."""
    database.execute(
        """INSERT INTO parking VALUES (?, ?)
        ON CONFLICT (follower) DO UPDATE SET count = count + excluded.count""",
        (follower, len(rows)),
    )
    database.executemany(
        "INSERT INTO parked (follower, channel, time, value, quality, reason) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (follower, r.channel, r.time_ns, r.value, r.quality, r.reason[:LONGEST_REASON])
            for r in rows[-KEPT_PER_FOLLOWER:]
        ],
    )
    oldest_kept = "SELECT id FROM parked WHERE follower = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2"
    database.execute(
        f"DELETE FROM parked WHERE follower = ?1 AND id <= ({oldest_kept})", (follower, KEPT_PER_FOLLOWER)
    )
