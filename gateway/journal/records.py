"""Records derived from the journal: alarms (alarm_tables.py), cursors, saved states, what is parked.

A file of its own (records.sqlite), because everything in it can be made again from the journal: it is
synced less strictly, and its writer never keeps the journal's waiting.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from gateway.closes import Closes
from gateway.errors import JournalError
from gateway.journal import alarm_schema, alarm_units, parked
from gateway.journal.alarm_tables import AlarmTables
from gateway.journal.database import Error, Values, all_rows, connect, only_row, use_wal
from gateway.journal.failures import explained
from gateway.journal.parked import Parked
from gateway.journal.seal import is_sealed, seal
from gateway.journal.transaction import transaction

APPLICATION_ID = 0x43525952  # "CRYR"
SCHEMA = """
CREATE TABLE cursor (follower TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE saved (follower TEXT PRIMARY KEY, seq INTEGER NOT NULL, state BLOB NOT NULL);
CREATE TABLE alarm (
    id TEXT PRIMARY KEY, closed INTEGER NOT NULL, raised_ns INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX alarm_open ON alarm (closed, raised_ns);
CREATE TABLE revision (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, revision INTEGER NOT NULL,
    change TEXT NOT NULL, recorded_ns INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX revision_id ON revision (id);
"""
EXCURSIONS = """
ALTER TABLE alarm ADD COLUMN channel AS (json_extract(body, '$.excursion.channel'));
ALTER TABLE alarm ADD COLUMN rule AS (json_extract(body, '$.excursion.rule'));
ALTER TABLE alarm ADD COLUMN cleared_ns AS (json_extract(body, '$.excursion.cleared_ns'));
ALTER TABLE alarm ADD COLUMN ongoing AS (
    json_extract(body, '$.excursion.end_ns') IS NULL AND NOT json_extract(body, '$.excursion.withdrawn'));
ALTER TABLE alarm ADD COLUMN asset AS (json_extract(body, '$.public.asset'));
ALTER TABLE alarm ADD COLUMN assets AS (nullif(json_extract(body, '$.place.assets'), '[]'));
CREATE INDEX alarm_asset ON alarm (asset);
CREATE INDEX alarm_assets ON alarm (raised_ns) WHERE assets IS NOT NULL;
CREATE INDEX alarm_rule ON alarm (channel, rule, cleared_ns);
CREATE INDEX alarm_ongoing ON alarm (raised_ns) WHERE ongoing;
"""
FOLLOWERS = """
CREATE TABLE follower (name TEXT PRIMARY KEY, reads_readings INTEGER NOT NULL) WITHOUT ROWID;
DELETE FROM cursor WHERE follower LIKE 'notifier:%' OR follower LIKE 'alarms:%';
DELETE FROM parked_change;
"""
MIGRATIONS = (
    SCHEMA,
    parked.SCHEMA,
    parked.CHANGES,
    EXCURSIONS,
    FOLLOWERS,
    alarm_schema.SCHEMA,
    alarm_schema.SEALED,
    alarm_units.SCHEMA,
    parked.SEALED,
)
"""Step n brings records from schema n to n + 1; what has been released is never edited."""
VERSION = len(MIGRATIONS)


class Records(Closes):
    """records.sqlite, for one writer and any number of readers; threads that share one take turns."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self._path = path
        self._turn = threading.RLock()  # the control socket and the metrics ask from threads of their own
        try:
            with ExitStack() as stack:
                self._db = connect(path, writing=not read_only)
                stack.callback(self._db.close)
                self._prepare(read_only)
                stack.pop_all()
                self.book = AlarmTables(self._rows, self._db.execute, self._db.executemany)
        except Error as error:
            raise JournalError(f"{path}: cannot be opened as records: {error}") from error

    def close(self) -> None:
        with self._turn:
            self._db.close()

    def version(self) -> int:
        """Another number once somebody else has changed the file; each connection has its own."""
        return int(self._rows("PRAGMA data_version")[0][0])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything written inside becomes visible at once, or not at all."""
        with self._turn, explained(self._path), transaction(self._db):
            yield

    def cursor(self, follower: str) -> int:
        """The last journal entry `follower` is done with; 0 before its first."""
        rows = self._rows("SELECT seq, crc FROM cursor WHERE follower = ?", (follower,))
        return int(rows[0][0]) if rows and is_sealed(rows[0][1], follower, rows[0][0]) else 0

    def move_cursor(self, follower: str, seq: int) -> None:
        values = (follower, seq, seal(follower, seq))
        self._db.execute("INSERT OR REPLACE INTO cursor VALUES (?, ?, ?)", values)

    def register(self, followers: Mapping[str, bool]) -> list[str]:
        """All followers that there are, and whether they read readings; those that are no more.

        Inside a transaction. The cursor of one that is no more is kept, in case it comes back.
        """
        gone = [name for name in self.registered() if name not in followers]
        self._db.execute("DELETE FROM follower")
        self._db.executemany("INSERT INTO follower VALUES (?, ?)", list(followers.items()))
        return gone

    def registered(self, *, of_readings: bool = False) -> dict[str, int]:
        """The cursor of every registered follower, or of those that read readings."""
        cursor = "(SELECT seq FROM cursor WHERE cursor.follower = follower.name)"
        where = "WHERE reads_readings" if of_readings else ""
        return dict(self._rows(f"SELECT name, coalesce({cursor}, 0) FROM follower {where} ORDER BY name"))

    def has_cursor(self, follower: str) -> bool:
        """Whether it was here before, and its cursor is sound."""
        rows = self._rows("SELECT seq, crc FROM cursor WHERE follower = ?", (follower,))
        return any(is_sealed(crc, follower, seq) for seq, crc in rows)

    def furthest_seen(self) -> int:
        """The last journal entry that any follower has read."""
        cursors = self._rows("SELECT seq, crc, CAST(follower AS BLOB) FROM cursor")
        saved = self._rows("SELECT seq, crc, CAST(state AS BLOB) FROM saved")
        return max((seq for seq, crc, body in (*cursors, *saved) if is_sealed(crc, body, seq)), default=0)

    def saved(self, follower: str) -> tuple[int, bytes] | None:
        """The last saved state of `follower` and the journal entry it was taken after; None where it is
        damaged, too: it is made again."""
        select = "SELECT seq, CAST(state AS BLOB), crc FROM saved WHERE follower = ?"
        rows = self._rows(select, (follower,))
        return (rows[0][0], rows[0][1]) if rows and is_sealed(rows[0][2], rows[0][1], rows[0][0]) else None

    def save(self, follower: str, seq: int, state: bytes) -> None:
        values = (follower, seq, state, seal(state, seq))
        self._db.execute("INSERT OR REPLACE INTO saved VALUES (?, ?, ?, ?)", values)

    def park(self, follower: str, rows: Sequence[Parked], count: int | None = None) -> None:
        """Count and keep readings that the outside world of `follower` rejects; `count`: there were more."""
        parked.add(self._db, follower, rows, len(rows) if count is None else count)

    def unpark(self, follower: str, *, kept_only: bool) -> None:
        """Forget what is parked; `kept_only`: those that are no longer kept stay counted."""
        parked.remove(self._db, follower, kept_only)

    def parked_count(self, follower: str) -> int:
        """How many of its readings are missing in the outside world of `follower`."""
        with self._turn, explained(self._path):
            return parked.count_of(self._db, follower)

    def forget_damaged_parked(self, after: int, most: int) -> tuple[int, int | None]:
        """How many of the next rows about what is parked were damaged; behind which row to go on."""
        with self._turn, explained(self._path):
            damage, last = parked.damaged(self._db, after, most)
        if len(damage):
            with self.transaction():
                parked.drop(self._db, damage)
        return len(damage), last

    def parking(self) -> list[str]:
        """Followers that have anything parked."""
        counted, changes = (
            "SELECT follower FROM parking WHERE count > 0",
            "SELECT follower FROM parked_change",
        )
        return [name for (name,) in self._rows(f"{counted} UNION {changes} ORDER BY 1")]

    def parked_kept(self, follower: str) -> int:
        """How many of its parked readings are kept."""
        return int(self._rows("SELECT count(*) FROM parked WHERE follower = ?", (follower,))[0][0])

    def parked(self, follower: str, most: int = parked.KEPT_PER_FOLLOWER) -> list[Parked]:
        """Parked readings that are kept, newest first."""
        select = "SELECT channel, time, value, quality, received, reason FROM parked WHERE follower = ?"
        return [Parked(*row) for row in self._rows(f"{select} ORDER BY id DESC LIMIT ?", (follower, most))]

    def park_changes(self, follower: str, reasons: Mapping[int, str]) -> None:
        """Keep the numbers of alarm changes that the outside world of `follower` rejects, and why."""
        parked.add_changes(self._db, follower, reasons)

    def unpark_changes(self, follower: str, numbers: Iterable[int]) -> None:
        """Forget that these alarm changes were rejected."""
        parked.remove_changes(self._db, follower, numbers)

    def parked_changes(self, follower: str) -> dict[int, str]:
        """Numbers of the alarm changes that are parked, with the reasons, oldest first."""
        select = "SELECT number, reason FROM parked_change WHERE follower = ? ORDER BY number"
        return dict(self._rows(select, (follower,)))

    def _rows(self, select: str, values: Values = ()) -> list[Any]:
        with self._turn, explained(self._path):
            return all_rows(self._db, select, values)

    def _prepare(self, read_only: bool) -> None:
        version = self._version()
        if version > VERSION:
            raise JournalError(
                f"records have schema {version}, this program knows {VERSION}: update Cryogate"
            )
        if read_only:
            if version == 0:
                raise JournalError(
                    f"{self._path.parent}: no records yet; the gateway that starts is making them"
                )
            return
        use_wal(self._db)
        self._db.execute("PRAGMA synchronous = NORMAL")
        if version < VERSION:
            self._migrate()

    def _migrate(self) -> None:
        with transaction(self._db):
            for step in range(self._version(), VERSION):  # again: another process may have been first
                self._db.execute(MIGRATIONS[step])
            self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            self._db.execute(f"PRAGMA user_version = {VERSION}")

    def _version(self) -> int:
        (version,) = only_row(self._db, "PRAGMA user_version")
        return int(version)
