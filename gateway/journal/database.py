"""The one place that opens a database: which SQLite, for what, and how long it waits for others."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Final

import apsw

from gateway.errors import JournalError
from gateway.journal import rights

Values = tuple[int | float | str | bytes | None, ...]
_KINDS: Final = frozenset((int, float, str, bytes, type(None)))
Connection = apsw.Connection  # of one thread at a time; it may be handed on to another
Error = apsw.Error
BusyError = apsw.BusyError

SQLITE: Final = apsw.sqlite_lib_version()
TOO_OLD: Final = (  # what is wrong and what to do, where `loses_commits`
    f"SQLite {SQLITE} can lose what was committed (its WAL-reset bug, fixed in 3.51.3); nothing is written",
    "pip install --force-reinstall --only-binary apsw 'apsw>=3.54.1'",
)
BUSY_TIMEOUT_S: Final = 30.0  # longest wait for another one's transaction
_BUSY_PAUSE_S: Final = 0.005  # SQLite by itself waits up to 0.1 s, and misses gaps between a writer's commits
_READING: Final = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
_WRITING: Final = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_URI

# The WAL-reset bug (sqlite.org/wal.html): a checkpoint, a commit that begins the log anew and a second
# checkpoint at one instant, from two connections, and committed pages are lost without a word.
_AFFECTED_FROM: Final = (3, 7, 0)
_FIXED_IN: Final = (3, 51, 3)
_ALSO_FIXED: Final = {(3, 50): 7, (3, 44): 6}  # in these series from this patch on


def connect(path: Path, *, writing: bool) -> Connection:
    """Every statement is a transaction of its own, where none was begun. `writing` creates the file.

    Raises Error where the file cannot be opened, JournalError where SQLite itself would lose what is written.
    """
    if writing and loses_commits(SQLITE):
        raise JournalError("; ".join(TOO_OLD))
    check_regular(path)
    if writing:
        rights.make_file(path)  # SQLite gives its log beside it the same rights
    # As an address: a path may have bytes that are no UTF-8, and a name that SQLite gives another meaning.
    connection = Connection(path.absolute().as_uri(), flags=_WRITING if writing else _READING)
    connection.set_busy_handler(_wait)
    return connection


def check_regular(path: Path) -> None:
    """Raises JournalError where the database, or a file that SQLite has beside it, is a pipe or a device."""
    for one in (path, *(path.with_name(f"{path.name}-{part}") for part in ("wal", "shm"))):
        if other := rights.no_database(one):
            raise JournalError(other)


def _wait(times: int) -> bool:
    """Whether to look again."""
    time.sleep(_BUSY_PAUSE_S)
    return times * _BUSY_PAUSE_S < BUSY_TIMEOUT_S


def loses_commits(version: str) -> bool:
    """Whether this version of SQLite has the WAL-reset bug."""
    major, minor, patch = (int(part) for part in version.split(".")[:3])
    fixed_from = _ALSO_FIXED.get((major, minor))
    if fixed_from is not None and patch >= fixed_from:
        return False
    return _AFFECTED_FROM <= (major, minor, patch) < _FIXED_IN


def use_wal(connection: Connection) -> None:
    """Only on a new file it changes anything, and then SQLite does not wait for other openers by itself."""
    deadline_s = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except BusyError:
            if time.monotonic() > deadline_s:
                raise
            time.sleep(_BUSY_PAUSE_S)


def all_rows(connection: Connection, select: str, values: Values = ()) -> list[tuple[Any, ...]]:
    """Every row; the query has ended, and holds no snapshot."""
    if not _KINDS.issuperset(map(type, values)):
        values = tuple(map(_plain, values))
    return connection.execute(select, values).fetchall()


def _plain(value: Any) -> Any:
    """A number of numpy as Python's own: SQLite's binding takes it for bytes, which no number is equal to."""
    return value.item() if hasattr(value, "item") else value


def first_row(connection: Connection, select: str, values: Values = ()) -> tuple[Any, ...] | None:
    """None where there is none."""
    return next(iter(all_rows(connection, select, values)), None)


def only_row(connection: Connection, select: str, values: Values = ()) -> tuple[Any, ...]:
    """Of a query that always has one."""
    (row,) = all_rows(connection, select, values)
    return row


def copy(source: Path, target: Path) -> None:
    """As of one moment, while others write; `target` becomes one file, with no write-ahead log beside it."""
    one, other = connect(source, writing=False), connect(target, writing=True)
    try:
        with other.backup("main", one, "main") as steps:
            steps.step(-1)  # all pages: in several steps it would begin again after each commit
        other.execute("PRAGMA journal_mode = DELETE")
    finally:
        other.close()
        one.close()
