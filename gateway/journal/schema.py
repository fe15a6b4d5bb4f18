"""The tables of the journal, how they came about step by step, and how a connection to them is opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from gateway.errors import JournalError
from gateway.journal import chain, channels, deferred, exhibits, index_seal, mentions, shifts
from gateway.journal.database import Connection, connect, only_row, use_wal
from gateway.journal.failures import explained
from gateway.journal.identity import RANDOM
from gateway.journal.transaction import transaction

APPLICATION_ID: Final = 0x43525947  # "CRYG", in the header of the file (SQLite file format, offset 68)
LARGEST_LEFTOVER_WAL: Final = 64 * 2**20  # bytes; a write-ahead log that a slow reader let grow is cut back

Step = str | Callable[[Connection], None]
MIGRATIONS: Final[tuple[tuple[Step, ...], ...]] = (
    (  # 1: entries, channel numbers, refusals
        """CREATE TABLE channel (
            number INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given out twice
            name TEXT NOT NULL UNIQUE
        )""",
        """CREATE TABLE entry (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            kind TEXT NOT NULL,                -- 'readings', or what kind of statement
            committed_ns INTEGER NOT NULL,
            hour INTEGER,                      -- readings: time // 3600 s of all of them; statements: null
            first_ns INTEGER NOT NULL,         -- earliest and latest time in it
            last_ns INTEGER NOT NULL,
            readings INTEGER NOT NULL,
            channels BLOB NOT NULL,            -- which channels: entries.py
            body BLOB NOT NULL,                -- readings: columns.py; statements: JSON
            crc INTEGER NOT NULL,              -- CRC-32 of all of the above but seq
            CHECK ((kind = 'readings') = (hour IS NOT NULL))
        )""",
        "CREATE INDEX entry_by_time ON entry (hour, last_ns, first_ns) WHERE hour IS NOT NULL",
        "CREATE INDEX entry_by_kind ON entry (kind, seq) WHERE hour IS NULL",
        """CREATE TABLE refused (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            source TEXT NOT NULL,
            reason TEXT NOT NULL,
            detail TEXT NOT NULL,
            topic TEXT NOT NULL,
            payload BLOB NOT NULL,
            received_ns INTEGER NOT NULL
        )""",
        "CREATE INDEX refused_by_source ON refused (source, id)",
        """CREATE TABLE refusal (
            source TEXT NOT NULL,
            reason TEXT NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (source, reason)
        ) WITHOUT ROWID""",
    ),
    (  # 2: the archive: which readings are in which Parquet file
        """CREATE TABLE segment (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            first_seq INTEGER NOT NULL UNIQUE,  -- every entry of readings from here ...
            last_seq INTEGER NOT NULL UNIQUE,   -- ... to here is in this file and no longer in `entry`
            file TEXT NOT NULL UNIQUE,          -- its name in the folder `archive`
            bytes INTEGER NOT NULL,
            sha256 TEXT NOT NULL,
            footer_crc INTEGER NOT NULL,        -- CRC-32 of the file's footer
            readings INTEGER NOT NULL,
            first_ns INTEGER NOT NULL,          -- earliest and latest time in it
            last_ns INTEGER NOT NULL,
            entries BLOB NOT NULL,              -- number, commit time and readings of each: archive.py
            emptied INTEGER NOT NULL DEFAULT 0  -- whether its entries are deleted from `entry`
        )""",
        "CREATE INDEX segment_by_time ON segment (last_ns)",
        "CREATE INDEX segment_to_empty ON segment (emptied) WHERE emptied = 0",
        """CREATE TABLE piece (                   -- of one segment, rows of one hour in one row group
            segment INTEGER NOT NULL,
            row_group INTEGER NOT NULL,
            start INTEGER NOT NULL,             -- its first row in the row group
            readings INTEGER NOT NULL,
            hour INTEGER NOT NULL,
            first_ns INTEGER NOT NULL,
            last_ns INTEGER NOT NULL,
            channels BLOB NOT NULL,             -- which channels: entries.py
            PRIMARY KEY (segment, row_group, start)
        ) WITHOUT ROWID""",
        "CREATE INDEX piece_by_time ON piece (hour, last_ns, first_ns)",
    ),
    (  # 3: who the journal is; what its channels measure
        """CREATE TABLE identity (                -- of this journal, last; before it of its ancestors
            id TEXT NOT NULL UNIQUE,
            ancestor TEXT,                      -- of which it is a copy that goes on by itself
            made_ns INTEGER NOT NULL,
            after_seq INTEGER NOT NULL          -- entries up to here are the ancestor's
        )""",
        f"INSERT INTO identity VALUES ({RANDOM}, NULL, unixepoch() * 1000000000, 0)",
        "ALTER TABLE channel ADD COLUMN quantity TEXT",  # null until it is known
        "ALTER TABLE channel ADD COLUMN unit TEXT",  # canonical: of all its readings
    ),
    (shifts.SCHEMA,),  # 4: where readings of device clocks that were ahead stand
    (deferred.SCHEMA,),  # 5: readings of many hours that are not entries yet
    (mentions.SCHEMA, mentions.fill),  # 6: which statements speak of what
    deferred.ACCOUNT,  # 7: what would be lost with readings that are not entries yet
    (chain.SCHEMA,),  # 8: links between commits, under a key
    (index_seal.SCHEMA, index_seal.fill),  # 9: whether the index of the archive is as it was written
    (channels.COPIES, channels.fill),  # 10: channels twice
    (exhibits.SCHEMA, exhibits.fill),  # 11: what the evidence log keeps a hash of that is no entry
)
"""Migration n brings a journal from schema n - 1 to n; what has been released is never edited."""

CURRENT: Final = len(MIGRATIONS)
WITH_ARCHIVE: Final = 2


def open_writing(path: Path) -> Connection:
    """A connection that may write; creates the file and brings an older schema up to date.

    Raises JournalError when the file is something else, or newer than this program.
    """
    with explained(path), _opened(path, writing=True) as connection:
        _check(connection, path)  # before the first write, which would change a stranger's file
        use_wal(connection)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA journal_size_limit = {LARGEST_LEFTOVER_WAL}")
        _migrate(connection, path)
    return connection


def open_reading(path: Path, oldest: int | None = None) -> Connection:
    """A connection that can only read, beside a running gateway or after a crash.

    Raises JournalError, also for a schema before `oldest`; None: the current one.
    """
    if not path.exists():
        raise JournalError(f"there is no journal at {path}; check data_dir, or start the gateway once")
    if not path.stat().st_size:
        raise JournalError(f"journal {path} is empty; start the gateway once, or restore a backup")
    with explained(path), _opened(path, writing=False) as connection:
        version = _check(connection, path)
    if version < (CURRENT if oldest is None else oldest):
        connection.close()
        raise JournalError(
            f"journal {path} has schema {version}; start this gateway once to bring it to {CURRENT}"
        )
    return connection


def older(path: Path) -> int | None:
    """The schema of a journal that the next opening for writing brings up to date; None of any other."""
    with explained(path), _opened(path, writing=False) as connection:
        version = _check(connection, path)
    connection.close()
    return version if version < CURRENT else None


def _check(connection: Connection, path: Path) -> int:
    """The schema version, 0 of a new file; JournalError when the file is not ours or too new."""
    # One statement, so that another process that is just creating the file is seen before or after it did.
    select = """SELECT (SELECT count(*) FROM sqlite_master), application_id, user_version
        FROM pragma_application_id, pragma_user_version"""
    objects, application, version = only_row(connection, select)
    if application != APPLICATION_ID and (application != 0 or version != 0 or objects > 0):
        raise JournalError(f"{path} is a database of another program, not a journal; check the path")
    if version > CURRENT:
        raise JournalError(
            f"journal {path} has schema {version}, this program knows up to {CURRENT}; "
            "run the version of Cryogate that wrote it, or a newer one"
        )
    return int(version)


@contextmanager
def _opened(path: Path, *, writing: bool) -> Iterator[Connection]:
    """A connection that is closed again where something goes wrong, and only there."""
    with ExitStack() as stack:
        connection = connect(path, writing=writing)
        stack.callback(connection.close)
        yield connection
        stack.pop_all()


def _migrate(connection: Connection, path: Path) -> None:
    if _check(connection, path) == CURRENT:
        return
    with transaction(connection):
        for number in range(_check(connection, path), CURRENT):  # again: another process may have been first
            for step in MIGRATIONS[number]:
                connection.execute(step) if isinstance(step, str) else step(connection)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {CURRENT}")
