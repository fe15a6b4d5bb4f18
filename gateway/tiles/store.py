"""The tiles on the disk: sums of readings, as of a journal entry, and the hours whose sums are not right yet.

`tiles.sqlite` follows from the journal: delete it, and it is made again. The entry it is as of and what is
stale change in one transaction with what makes them so: whatever is killed when, what is not stale is right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gateway.closes import Closes
from gateway.errors import JournalError
from gateway.journal.database import all_rows, connect, only_row, use_wal
from gateway.journal.failures import explained
from gateway.journal.transaction import snapshot, transaction
from gateway.tiles.levels import LEVELS
from gateway.tiles.packed import DamagedTiles, pack, unpack
from gateway.tiles.rows import Rows, reduced

FILE: Final = "tiles.sqlite"
FORMAT: Final = 1  # of the file and of what is in the tiles: another one, and it is made again
_PRIMARY, _CORRUPT, _NOTADB = 0xFF, 11, 26  # result codes of SQLite
_TABLES: Final = (
    "CREATE TABLE source (journal TEXT NOT NULL, seq INTEGER NOT NULL, hours INTEGER NOT NULL)",
    "CREATE TABLE stale (hour INTEGER PRIMARY KEY)",
    """CREATE TABLE tile (
        level INTEGER NOT NULL, channel INTEGER NOT NULL, number INTEGER NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (level, channel, number)
    ) WITHOUT ROWID""",
)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Raises DamagedTiles where the file is none of SQLite any more."""
    try:
        with explained(path):
            yield
    except JournalError as error:
        if getattr(error.__cause__, "extendedresult", 0) & _PRIMARY in (_CORRUPT, _NOTADB):
            raise DamagedTiles(str(error)) from error
        raise


def remove(folder: Path) -> None:
    """Nothing of it is left."""
    for end in ("", "-wal", "-shm"):
        (folder / f"{FILE}{end}").unlink(missing_ok=True)


class Store(Closes):
    """One open file; belongs to one thread at a time. Every method raises JournalError, DamagedTiles too."""

    def __init__(self, folder: Path, *, writing: bool) -> None:
        self.path = folder / FILE
        with _explained(self.path):
            self._connection = connect(self.path, writing=writing)
            if writing:
                use_wal(self._connection)
                self._connection.execute("PRAGMA synchronous = NORMAL")  # what is lost is made again
                self._prepare()

    def close(self) -> None:
        with _explained(self.path):
            self._connection.close()

    @contextmanager
    def look(self) -> Iterator[None]:
        """Whatever is read inside is as of one moment."""
        with _explained(self.path), snapshot(self._connection):
            yield

    def as_of(self, journal: str) -> int:
        """The entry of this journal that the tiles are as of; 0 where they know nothing of it."""
        with _explained(self.path):
            rows = all_rows(self._connection, "SELECT seq FROM source WHERE journal = ?", (journal,))
        return int(rows[0][0]) if rows else 0

    def progress(self) -> tuple[int, int]:
        """How many hours are stale, and how many were when it last became as of another entry."""
        with _explained(self.path):
            (stale,) = only_row(self._connection, "SELECT count(*) FROM stale")
            rows = all_rows(self._connection, "SELECT hours FROM source")
        return stale, max(stale, int(rows[0][0]) if rows else 0)

    def stale(self, first_hour: int, last_hour: int) -> list[int]:
        """Hours in [first, last] whose sums are not right, the newest first."""
        select = "SELECT hour FROM stale WHERE hour BETWEEN ? AND ? ORDER BY hour DESC"
        with _explained(self.path):
            return [hour for (hour,) in all_rows(self._connection, select, (first_hour, last_hour))]

    def rows(self, level: int, channel: int, start_ns: int, end_ns: int) -> Rows:
        """Those of a channel that begin in [start, end), in order."""
        step = LEVELS[level].tile_ns
        select = (
            "SELECT body FROM tile WHERE level = ? AND channel = ? AND number BETWEEN ? AND ? ORDER BY number"
        )
        asked = (level, channel, start_ns // step, (end_ns - 1) // step)
        with _explained(self.path):
            bodies = all_rows(self._connection, select, asked)
        found = unpack([body for (body,) in bodies], LEVELS[level].width_ns)
        return found.take((found.start >= start_ns) & (found.start < end_ns))

    # Writing

    def move_on(self, journal: str, before_seq: int, seq: int, hours: Iterable[int]) -> bool:
        """From now on it is as of `seq`, and these hours are stale; False where another was faster."""
        with _explained(self.path), transaction(self._connection):
            if self.as_of(journal) != before_seq:
                return False
            if before_seq == 0:
                self._forget()
            insert = "INSERT OR IGNORE INTO stale VALUES (?)"
            self._connection.executemany(insert, [(hour,) for hour in hours])
            (stale,) = only_row(self._connection, "SELECT count(*) FROM stale")
            self._connection.execute("DELETE FROM source")
            self._connection.execute("INSERT INTO source VALUES (?, ?, ?)", (journal, seq, stale))
        return True

    def replace(
        self, journal: str, seq: int, hours: Iterable[int], tiles: Mapping[tuple[int, int], Rows]
    ) -> bool:
        """Put the sums by the minute of (channel, hour), and what follows from them: the hours are right.

        One without rows is removed. False where it is not as of `seq` any more.
        """
        with _explained(self.path), transaction(self._connection):
            if self.as_of(journal) != seq:
                return False
            self._put(0, tiles)
            above = set(tiles)
            for level in range(1, len(LEVELS)):
                per_tile = LEVELS[level].tile_ns // LEVELS[level - 1].tile_ns
                above = {(channel, number // per_tile) for channel, number in above}
                self._put(level, {key: self._from_below(level, *key) for key in above})
            self._connection.executemany("DELETE FROM stale WHERE hour = ?", [(hour,) for hour in hours])
        return True

    def _from_below(self, level: int, channel: int, number: int) -> Rows:
        step = LEVELS[level].tile_ns
        below = self.rows(level - 1, channel, number * step, (number + 1) * step)
        return reduced(below, LEVELS[level].width_ns)

    def having(self, number: int, channels: Iterable[int]) -> list[int]:
        """Those of the channels that have a tile of this hour."""
        one = "SELECT 1 FROM tile WHERE level = 0 AND channel = ? AND number = ?"
        with _explained(self.path):
            return [channel for channel in channels if all_rows(self._connection, one, (channel, number))]

    def forget(self) -> None:
        """Begin anew."""
        with _explained(self.path), transaction(self._connection):
            self._forget()
            self._connection.execute("DELETE FROM source")

    def _put(self, level: int, tiles: Mapping[tuple[int, int], Rows]) -> None:
        gone = [(level, *key) for key, rows in tiles.items() if not len(rows)]
        self._connection.executemany("DELETE FROM tile WHERE level = ? AND channel = ? AND number = ?", gone)
        width = LEVELS[level].width_ns
        put = [(level, *key, pack(rows, width)) for key, rows in tiles.items() if len(rows)]
        self._connection.executemany("INSERT OR REPLACE INTO tile VALUES (?, ?, ?, ?)", put)

    def _forget(self) -> None:
        self._connection.execute("DELETE FROM tile")
        self._connection.execute("DELETE FROM stale")

    def _prepare(self) -> None:
        with transaction(self._connection):
            (version,) = only_row(self._connection, "PRAGMA user_version")
            if version == FORMAT:
                return
            for name in ("tile", "stale", "source"):
                self._connection.execute(f"DROP TABLE IF EXISTS {name}")
            for table in _TABLES:
                self._connection.execute(table)
            self._connection.execute(f"PRAGMA user_version = {FORMAT}")
