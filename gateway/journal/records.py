"""Records derived from the journal: alarms with their revisions, cursors, saved states.

A file of its own (records.sqlite), because everything in it can be made again from the journal: it is
synced less strictly, and its writer never keeps the journal's waiting.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from gateway.errors import JournalError
from gateway.journal import parked
from gateway.journal.database import Error, Values, all_rows, connect, only_row, use_wal
from gateway.journal.failures import explained
from gateway.journal.parked import Parked
from gateway.journal.transaction import transaction
from gateway.times import format_rfc3339, parse_rfc3339

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
MIGRATIONS = (SCHEMA, parked.SCHEMA, parked.CHANGES, EXCURSIONS, FOLLOWERS)
"""Step n brings records from schema n to n + 1; what has been released is never edited."""
VERSION = len(MIGRATIONS)


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """One alarm as people read it; `body` is plain JSON data."""

    id: str
    closed: bool
    raised_ns: int
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Revision:
    """One change of an alarm, with what was known after it, and when its start was first said to be."""

    number: int
    change: str
    recorded_ns: int
    first_start_ns: int
    body: Mapping[str, Any]


class Records:
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
        except Error as error:
            raise JournalError(f"{path}: cannot be opened as records: {error}") from error

    def close(self) -> None:
        with self._turn:
            self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *why: object) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything written inside becomes visible at once, or not at all."""
        with self._turn, explained(self._path), transaction(self._db):
            yield

    def cursor(self, follower: str) -> int:
        """The last journal entry `follower` is done with; 0 before its first."""
        rows = self._rows("SELECT seq FROM cursor WHERE follower = ?", (follower,))
        return int(rows[0][0]) if rows else 0

    def move_cursor(self, follower: str, seq: int) -> None:
        self._db.execute("INSERT OR REPLACE INTO cursor VALUES (?, ?)", (follower, seq))

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
        """Whether it was here before."""
        return bool(self._rows("SELECT 1 FROM cursor WHERE follower = ?", (follower,)))

    def furthest_seen(self) -> int:
        """The last journal entry that any follower has read."""
        seen = "SELECT seq FROM cursor UNION ALL SELECT seq FROM saved"
        return int(self._rows(f"SELECT coalesce(max(seq), 0) FROM ({seen})")[0][0])

    def last_change(self) -> int:
        """Number of the last change of an alarm."""
        return int(self._rows("SELECT coalesce(max(number), 0) FROM revision")[0][0])

    def saved(self, follower: str) -> tuple[int, bytes] | None:
        """The last saved state of `follower` and the journal entry it was taken after."""
        rows = self._rows("SELECT seq, state FROM saved WHERE follower = ?", (follower,))
        return (int(rows[0][0]), bytes(rows[0][1])) if rows else None

    def save(self, follower: str, seq: int, state: bytes) -> None:
        self._db.execute("INSERT OR REPLACE INTO saved VALUES (?, ?, ?)", (follower, seq, state))

    def park(self, follower: str, rows: Sequence[Parked], count: int | None = None) -> None:
        """Count and keep readings that the outside world of `follower` rejects; `count`: there were more."""
        parked.add(self._db, follower, rows, len(rows) if count is None else count)

    def unpark(self, follower: str, *, kept_only: bool) -> None:
        """Forget what is parked; `kept_only`: those that are no longer kept stay counted."""
        parked.remove(self._db, follower, kept_only)

    def parked_count(self, follower: str) -> int:
        """How many of its readings are missing in the outside world of `follower`."""
        rows = self._rows("SELECT count FROM parking WHERE follower = ?", (follower,))
        return int(rows[0][0]) if rows else 0

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

    def put_alarms(self, rows: Iterable[AlarmRow]) -> None:
        """Insert or replace alarms by id."""
        self._db.executemany(
            "INSERT OR REPLACE INTO alarm (id, closed, raised_ns, body) VALUES (?, ?, ?, ?)",
            [(r.id, r.closed, r.raised_ns, json.dumps(r.body, ensure_ascii=False)) for r in rows],
        )

    def put_revision(
        self, identity: str, revision: int, change: str, recorded_ns: int, body: Mapping[str, Any]
    ) -> None:
        """Keep what was known after `change`; nothing of this is ever replaced."""
        self._db.execute(
            "INSERT INTO revision (id, revision, change, recorded_ns, body) VALUES (?, ?, ?, ?, ?)",
            (identity, revision, change, recorded_ns, json.dumps(body, ensure_ascii=False)),
        )

    def alarms(self, *, closed: bool = False, most: int = 10_000) -> list[AlarmRow]:
        """Newest first: those that still need somebody, and with `closed` the closed ones too."""
        where = "" if closed else "WHERE closed = 0"
        return self._alarms(f"{where} ORDER BY raised_ns DESC LIMIT ?", (most,))

    def ongoing(self) -> list[AlarmRow]:
        """Those whose excursion has not ended, oldest first."""
        return self._alarms("WHERE ongoing ORDER BY raised_ns")

    def cleared_since(self, channel: int, rule: str, moment_ns: int) -> list[AlarmRow]:
        """Those of a rule whose excursion was cleared after `moment_ns`, or not at all."""
        mine = "WHERE channel = ? AND rule = ? AND"
        found = self._alarms(f"{mine} cleared_ns > ?", (channel, rule, moment_ns))
        return found + self._alarms(f"{mine} cleared_ns IS NULL", (channel, rule))

    def needing(self) -> dict[tuple[str, str], int]:
        """How many alarms need somebody, by severity and state."""
        words = "json_extract(body, '$.public.severity'), json_extract(body, '$.public.state')"
        rows = self._rows(f"SELECT {words}, count(*) FROM alarm WHERE closed = 0 GROUP BY 1, 2")
        return {(severity, state): count for severity, state, count in rows}

    def alarms_of(self, asset: str) -> list[AlarmRow]:
        """Every alarm about an asset, alone or among others, oldest first."""
        among = "assets IS NOT NULL AND ? IN (SELECT value FROM json_each(assets))"
        found = self._alarms("WHERE asset = ?", (asset,)) + self._alarms(f"WHERE {among}", (asset,))
        return sorted({row.id: row for row in found}.values(), key=lambda row: row.raised_ns)

    def alarm(self, identity: str) -> AlarmRow | None:
        return next(iter(self._alarms("WHERE id = ?", (identity,))), None)

    def has_alarm(self, identity: str) -> bool:
        return bool(self._rows("SELECT 1 FROM alarm WHERE id = ?", (identity,)))

    def revisions(self, identity: str) -> list[dict[str, Any]]:
        """What was known after each change, and when, oldest first."""
        rows = self._rows(
            "SELECT revision, change, recorded_ns, body FROM revision WHERE id = ? ORDER BY number",
            (identity,),
        )
        return [
            {"revision": r[0], "change": r[1], "recorded": format_rfc3339(r[2]), "known": json.loads(r[3])}
            for r in rows
        ]

    def changes(self, after: int, most: int) -> list[tuple[int, str, Mapping[str, Any]]]:
        """The next changes of alarms behind number `after`: number, change, the alarm as it was then."""
        rows = self._rows(
            "SELECT number, change, body FROM revision WHERE number > ? ORDER BY number LIMIT ?",
            (after, most),
        )
        return [(r[0], r[1], json.loads(r[2])) for r in rows]

    def revisions_after(self, number: int, most: int) -> list[Revision]:
        """The same with the times that go with them."""
        start = "SELECT json_extract(f.body, '$.start') FROM revision f WHERE f.id = r.id"
        rows = self._rows(
            f"SELECT number, change, recorded_ns, ({start} ORDER BY f.number LIMIT 1), body"
            " FROM revision r WHERE number > ? ORDER BY number LIMIT ?",
            (number, most),
        )
        return [Revision(r[0], r[1], r[2], parse_rfc3339(r[3]), json.loads(r[4])) for r in rows]

    def changes_behind(self, number: int) -> int:
        """How many changes of alarms there are behind `number`."""
        return int(self._rows("SELECT count(*) FROM revision WHERE number > ?", (number,))[0][0])

    def _alarms(self, where: str, values: Values = ()) -> list[AlarmRow]:
        rows = self._rows(f"SELECT id, closed, raised_ns, body FROM alarm {where}", values)
        return [_row(r) for r in rows]

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


def _row(row: tuple[str, int, int, str]) -> AlarmRow:
    return AlarmRow(row[0], bool(row[1]), row[2], json.loads(row[3]))
