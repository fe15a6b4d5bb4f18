"""How large the journal is, how fast it grows, and when the disk will be full."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.errors import JournalError
from gateway.journal import entries, schema
from gateway.journal.archive import FOLDER, Archive, archived_until
from gateway.journal.database import SQLITE, Connection, only_row
from gateway.journal.failures import explained
from gateway.journal.identity import Identity, identities
from gateway.journal.transaction import snapshot
from gateway.model import SECOND
from gateway.times import format_rfc3339

DAY_NS: Final = 86_400 * SECOND
RECENT_NS: Final = 7 * DAY_NS  # growth is that of the last week
SHORTEST_NS: Final = 3600 * SECOND  # less than an hour says nothing about a day


@dataclass(frozen=True, slots=True)
class Part:
    """Some readings and the room they take."""

    readings: int
    bytes: int

    def public(self) -> dict[str, Any]:
        each = self.bytes / self.readings if self.readings else None
        return {"readings": self.readings, "bytes": self.bytes, "bytes_per_reading": each}


@dataclass(frozen=True, slots=True)
class Stats:
    """Times are ns UTC, None where there is no reading."""

    path: Path
    identity: Identity
    hot: Part  # bytes in use, without what is free for the next commits
    archived: Part
    free_bytes: int  # inside journal.sqlite
    files: int
    statements: int
    channels: int
    last_seq: int
    first_ns: int | None
    last_ns: int | None
    growth_bytes_per_day: float | None
    disk_free_bytes: int

    @property
    def days_until_full(self) -> float | None:
        """None while growth is not known."""
        return self.disk_free_bytes / self.growth_bytes_per_day if self.growth_bytes_per_day else None

    def public(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {
            "journal": str(self.path),
            "id": self.identity.id,
            "ancestor": self.identity.ancestor or None,
            "hot": self.hot.public(),
            "archived": {**self.archived.public(), "files": self.files},
            "free_bytes": self.free_bytes,
            "statements": self.statements,
            "channels": self.channels,
            "last_entry": self.last_seq,
            "first": None if self.first_ns is None else _text(self.first_ns),
            "last": None if self.last_ns is None else _text(self.last_ns),
            "growth_bytes_per_day": self.growth_bytes_per_day,
            "disk_free_bytes": self.disk_free_bytes,
            "days_until_full": self.days_until_full,
            "sqlite": SQLITE,
        }


def stats(path: Path, now_ns: int) -> Stats:
    """Of the journal at `path`, beside a running gateway or without one. Raises JournalError."""
    with explained(path):
        connection = schema.open_reading(path)
        try:
            with snapshot(connection):
                return _stats(connection, path, now_ns)
        finally:
            connection.close()


def _stats(connection: Connection, path: Path, now_ns: int) -> Stats:
    one = partial(only_row, connection)
    page, pages, free = (one(f"PRAGMA {p}")[0] for p in ("page_size", "page_count", "freelist_count"))
    hot, hot_first, hot_last = one(
        """SELECT coalesce(sum(readings), 0), min(first_ns), max(last_ns) FROM entry
        WHERE hour IS NOT NULL AND seq > ?""",
        (archived_until(connection),),
    )
    archived, size, files, first, last = one(
        """SELECT coalesce(sum(readings), 0), coalesce(sum(bytes), 0), count(*), min(first_ns), max(last_ns)
        FROM segment WHERE readings > 0"""
    )
    used = Part(hot, (pages - free) * page)
    return Stats(
        path,
        identities(connection)[-1],
        used,
        Part(archived, size),
        free * page,
        files,
        one("SELECT count(*) FROM entry WHERE hour IS NULL")[0],
        one("SELECT count(*) FROM channel")[0],
        entries.last_seq(connection),
        min((t for t in (hot_first, first) if t is not None), default=None),
        max((t for t in (hot_last, last) if t is not None), default=None),
        _growth(connection, path, used.bytes, now_ns),
        shutil.disk_usage(path.parent).free,
    )


def _growth(connection: Connection, path: Path, hot_bytes: int, now_ns: int) -> float | None:
    """Bytes that a day of commits takes: of the last week, or since the first commit."""
    (since_ns,) = only_row(connection, "SELECT min(committed_ns) FROM entry WHERE hour IS NOT NULL")
    size, archive = hot_bytes, Archive(path.parent / FOLDER, connection)
    for segment in reversed(archive.segments()):
        try:
            committed = archive.contents(segment).committed
        except JournalError:
            continue  # `verify` tells
        if committed[0] < now_ns - RECENT_NS:
            break
        since_ns, size = int(committed[0]), size + segment.bytes
    if since_ns is None or now_ns - since_ns < SHORTEST_NS:
        return None
    return float(size * DAY_NS / (now_ns - since_ns))


def _text(time_ns: int) -> str:
    try:
        return format_rfc3339(time_ns)
    except (OverflowError, ValueError):
        return f"{time_ns} ns"  # a device clock that was far off
