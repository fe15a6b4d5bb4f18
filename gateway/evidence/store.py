"""evidence.sqlite: the leaves, their tree in tiles, and the checkpoints that were signed.

A file of its own beside the journal, with one writer. What one call of `append` adds is there as a whole or
not at all, with the place in the journal up to which it goes: so a kill leaves no leaf out and none twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from gateway.closes import Closes
from gateway.dataclass import dataclass
from gateway.errors import EvidenceError, JournalError
from gateway.evidence.leaves import Leaf
from gateway.evidence.tiles import LEVELS, Tree
from gateway.evidence.tree import leaf_hash
from gateway.journal.database import Connection, all_rows, connect, first_row, only_row, use_wal
from gateway.journal.failures import explained
from gateway.journal.items import Place
from gateway.journal.transaction import snapshot, transaction

FILE: Final = "evidence.sqlite"
APPLICATION_ID: Final = 0x43525945  # "CRYE"
VERSION: Final = 1
SCHEMA: Final = f"""
CREATE TABLE log (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    origin TEXT NOT NULL, key TEXT NOT NULL,    -- its name, and the verifier key it is signed for
    journal TEXT NOT NULL,                      -- id of the journal it follows
    size INTEGER NOT NULL, root BLOB NOT NULL,  -- of the tree
    seq INTEGER NOT NULL, number INTEGER NOT NULL   -- up to where the journal is in it
);
CREATE TABLE leaf (
    number INTEGER PRIMARY KEY,
    first_seq INTEGER NOT NULL,                 -- entries from here ...
    last_seq INTEGER NOT NULL,                  -- ... to here; first 0: an exhibit behind the last
    exhibit INTEGER NOT NULL,                   -- its number; 0: it is none
    entry BLOB NOT NULL
);
CREATE INDEX leaf_by_seq ON leaf (last_seq);
CREATE TABLE tile (id INTEGER PRIMARY KEY, hashes BLOB NOT NULL);  -- number * {LEVELS} + level
CREATE TABLE checkpoint (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    origin TEXT NOT NULL, size INTEGER NOT NULL, at_ns INTEGER NOT NULL, note TEXT NOT NULL
);
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {VERSION};
"""
DAY_NS: Final = 86_400 * 10**9
KEPT_DAYS: Final = 31  # all checkpoints of so long; of older days the last one
OTHER: Final = "it is no evidence log of this version of Cryogate; put it aside, and it is made again"


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint that was signed."""

    origin: str
    size: int
    at_ns: int
    note: str


class Store(Closes):
    """One open evidence.sqlite.

    Raises JournalError where it cannot be read or written, EvidenceError where it is not what was written.
    """

    def __init__(self, path: Path, *, writing: bool = False) -> None:
        self.path = path
        with explained(path), ExitStack() as stack:
            self._db = connect(path, writing=writing)
            stack.callback(self._db.close)
            if only_row(self._db, "PRAGMA application_id") != (APPLICATION_ID,):
                raise EvidenceError(f"{path}: {OTHER}")
            if only_row(self._db, "PRAGMA user_version") != (VERSION,):
                raise EvidenceError(f"{path}: {OTHER}")
            if writing:
                use_wal(self._db)
                self._db.execute("PRAGMA synchronous = FULL")
            self._load()
            stack.pop_all()

    @staticmethod
    def make(path: Path, origin: str, key: str, journal: str) -> Store:
        """A new one, without leaves. There is none at `path`."""
        with explained(path):
            connection = connect(path, writing=True)
            try:
                use_wal(connection)
                with transaction(connection):
                    connection.execute(SCHEMA)
                    values = (origin, key, journal, Tree(_Tiles(connection), 0).root())
                    connection.execute("INSERT INTO log VALUES (1, ?, ?, ?, 0, ?, 0, 0)", values)
            finally:
                connection.close()
        return Store(path, writing=True)

    def close(self) -> None:
        with explained(self.path):
            self._db.close()

    def refresh(self) -> None:
        """Another process may have gone on."""
        with explained(self.path):
            self._load()

    def _load(self) -> None:
        with snapshot(self._db):
            row = first_row(self._db, "SELECT origin, key, journal, size, root, seq, number FROM log")
            if row is None:
                raise EvidenceError(f"{self.path}: {OTHER}")
            self.origin, self.key, self.journal, size, root, seq, number = row
            self.place = Place(seq, number)
            self.tree = Tree(_Tiles(self._db), size)
            self._root = root
            if self.tree.root() != root:
                raise EvidenceError(f"{self.path} is damaged: its tree has another root than was written")

    @property
    def size(self) -> int:
        return self.tree.size

    # Writing

    def append(self, leaves: Sequence[Leaf]) -> None:
        """All of it in one synced transaction, or none of it."""
        if not leaves:
            return
        first, place = self.size, leaves[-1].place
        rows = [(first + n, one.first_seq, *one.place, one.entry) for n, one in enumerate(leaves)]
        with ExitStack() as undo:
            undo.callback(self._go_back_to, first)
            with explained(self.path), transaction(self._db):
                self.tree.append(leaf_hash(one.entry) for one in leaves)
                self._db.executemany("INSERT INTO leaf VALUES (?, ?, ?, ?, ?)", rows)
                told = (self.size, self.tree.root(), *place)
                self._db.execute("UPDATE log SET size = ?, root = ?, seq = ?, number = ?", told)
            undo.pop_all()
        self.place = place

    def _go_back_to(self, size: int) -> None:
        """The tree that was committed last."""
        self.tree = Tree(_Tiles(self._db), size)

    def keep(self, signed: Signed) -> None:
        """A checkpoint; of days long past one stays."""
        values = (signed.origin, signed.size, signed.at_ns, signed.note)
        thin = """DELETE FROM checkpoint WHERE at_ns < ?1 AND id NOT IN
            (SELECT max(id) FROM checkpoint WHERE at_ns < ?1 GROUP BY origin, at_ns / ?2)"""
        with explained(self.path), transaction(self._db):
            newest = self._newest()
            self._db.execute("INSERT INTO checkpoint (origin, size, at_ns, note) VALUES (?, ?, ?, ?)", values)
            if newest is None or newest.at_ns // DAY_NS != signed.at_ns // DAY_NS:
                self._db.execute(thin, (signed.at_ns - KEPT_DAYS * DAY_NS, DAY_NS))

    def rename(self, origin: str, key: str) -> None:
        """From now on the same tree is another log's, under another key."""
        with explained(self.path), transaction(self._db):
            self._db.execute("UPDATE log SET origin = ?, key = ?", (origin, key))
        self.origin, self.key = origin, key

    # Reading

    def newest(self) -> Signed | None:
        """The last checkpoint that was signed, of this log."""
        with explained(self.path):
            return self._newest()

    def _newest(self) -> Signed | None:
        select = "SELECT origin, size, at_ns, note FROM checkpoint WHERE origin = ? ORDER BY id DESC LIMIT 1"
        row = first_row(self._db, select, (self.origin,))
        return None if row is None else Signed(*row)

    def checkpoints(self) -> list[Signed]:
        """All that are kept, of this log and of those whose tree it went on with, the oldest first."""
        with explained(self.path):
            rows = all_rows(self._db, "SELECT origin, size, at_ns, note FROM checkpoint ORDER BY id")
        return [Signed(*row) for row in rows]

    def leaves(self, first: int, most: int) -> list[Leaf]:
        """The next `most` from leaf `first` on."""
        select = """SELECT entry, first_seq, last_seq, exhibit FROM leaf WHERE number >= ?
            ORDER BY number LIMIT ?"""
        with explained(self.path):
            rows = all_rows(self._db, select, (first, most))
        return [Leaf(entry, first_seq, Place(last, number)) for entry, first_seq, last, number in rows]

    def entries(self, first: int, most: int) -> dict[int, bytes]:
        """What leaves [first, first + most) say, by their number."""
        select = "SELECT number, entry FROM leaf WHERE number >= ? AND number < ?"
        with explained(self.path):
            return dict(all_rows(self._db, select, (first, first + most)))

    def index_of(self, seq: int) -> int | None:
        """Which leaf an entry is in; None: in none, not yet or never."""
        select = """SELECT number, first_seq FROM leaf WHERE last_seq >= ? AND first_seq > 0
            ORDER BY last_seq, number LIMIT 1"""
        with explained(self.path):
            row = first_row(self._db, select, (seq,))
        return int(row[0]) if row is not None and row[1] <= seq else None

    def last_entry(self, seq: int, size: int) -> int | None:
        """The newest entry up to `seq` that ends one of the first `size` leaves; None: none does."""
        select = """SELECT last_seq FROM leaf WHERE last_seq <= ? AND first_seq > 0 AND number < ?
            ORDER BY last_seq DESC LIMIT 1"""
        with explained(self.path):
            row = first_row(self._db, select, (seq, size))
        return None if row is None else int(row[0])

    def exhibits(self) -> Iterator[tuple[int, bytes]]:
        """Leaves that are no entries, with their number, in order."""
        with explained(self.path):
            rows = all_rows(self._db, "SELECT number, entry FROM leaf WHERE first_seq = 0 ORDER BY number")
        yield from rows


def seen_in(folder: Path) -> int:
    """The last entry that the log of a data folder has; 0 where there is none that can be read."""
    path = folder / FILE
    if not path.exists():
        return 0
    try:
        with Store(path) as store:
            return store.place.seq
    except (JournalError, EvidenceError):
        return 0


class _Tiles:
    """Of the tree, in its table."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def tile(self, level: int, number: int) -> bytes:
        row = first_row(self._db, "SELECT hashes FROM tile WHERE id = ?", (number * LEVELS + level,))
        return b"" if row is None else bytes(row[0])

    def put(self, level: int, number: int, hashes: bytes) -> None:
        self._db.execute("INSERT OR REPLACE INTO tile VALUES (?, ?)", (number * LEVELS + level, hashes))
