"""Roll-over: entries of readings that are old enough become one Parquet file of the archive.

Written to a temporary name, synced, read back and compared bit for bit, renamed, the folder synced; then one
short transaction names the file in the index, and from that moment its entries count as archived. Deleting
them from the log comes after, in slices: it changes nothing for anybody. A crash at any point leaves the
entries, or the file and the index; and at most a temporary file, which the next roll-over removes.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from gateway.closes import Closes
from gateway.dataclass import dataclass
from gateway.errors import JournalError
from gateway.journal import (
    archive,
    chain,
    channels,
    database,
    entries,
    exhibits,
    index_seal,
    parquet,
    rights,
    schema,
)
from gateway.journal.archive import Contents, archived_until
from gateway.journal.database import Connection, all_rows
from gateway.journal.entries import HOUR_NS, runs
from gateway.journal.failures import explained
from gateway.journal.parquet import File, Rows
from gateway.journal.transaction import in_a_gap
from gateway.model import SECOND, Arrivals
from gateway.regular import open_regular

DAY_NS: Final = 86_400 * SECOND
GROUP_ROWS: Final = 32_768  # of a row group: what is decoded to read one channel's hour
DELETED_AT_ONCE: Final = 1000  # entries; a few milliseconds during which nobody else can commit
SUFFIX: Final = ".partial"  # of a file that is still being written


@dataclass(frozen=True, slots=True)
class SegmentEnd:
    """When a segment ends: with the UTC day of its commits, or with so many readings or entries."""

    hot_ns: int = 900 * SECOND  # entries stay in the log at least so long
    most_readings: int = 1_000_000  # about 110 MB while it is made
    most_entries: int = 100_000


class Made(NamedTuple):
    """A file that is complete and on disk."""

    name: str
    bytes: int
    sha256: str
    footer_crc: int


class Cut(NamedTuple):
    """A run of rows of one hour in a row group."""

    row_group: int
    start: int  # in the row group
    rows: slice  # of all


def _without_rest() -> None:
    """Nobody else needs the processor."""


class RollOver(Closes):
    """The one who rolls over, with a connection of its own."""

    def __init__(self, path: Path, rest: Callable[[], None] = _without_rest) -> None:
        self._path = path
        self._folder = path.parent / archive.FOLDER
        self._rest = rest  # called between small steps of work
        _prepare(self._folder)
        self._connection = schema.open_writing(path)
        self._connection.execute("PRAGMA busy_timeout = 0")

    def close(self) -> None:
        with explained(self._path):
            self._connection.close()

    def step(self, now_ns: int, segment: SegmentEnd) -> int:
        """Archive the next segment, if one is complete: how many readings it has. Raises JournalError."""
        with explained(self._path):
            self._empty()
            chosen = self._chosen(now_ns, segment)
            if chosen is None:
                return 0
            rows = self._rows(chosen)
            cuts = list(cuts_of(rows))
            made = self._write(f"{int(chosen.seq[0]):012d}.parquet", rows, cuts)
            self._publish(made, chosen, rows, cuts)
            self._empty()
            return len(rows)

    def _chosen(self, now_ns: int, segment: SegmentEnd) -> Contents | None:
        select = (
            "SELECT seq, committed_ns, readings FROM entry WHERE hour IS NOT NULL AND seq > ? ORDER BY seq"
        )
        with closing(self._connection.execute(select, (archived_until(self._connection),))) as hot:
            taken = _complete(hot, now_ns, segment)
        return Contents(*np.array(taken, np.int64).T) if taken else None

    def _rows(self, chosen: Contents) -> Rows:
        """Every reading of the chosen entries, sorted by (hour, channel, time)."""
        parts = []
        for seq in chosen.seq.tolist():
            parts.append(entries.readings(self._connection, seq))
            self._rest()
        readings = np.array([len(part) for part in parts], np.int64)
        if not np.array_equal(readings, chosen.readings):
            raise JournalError(f"journal {self._path}: entries changed while they were rolled over")
        arrivals = Arrivals.concatenate(parts)
        del parts
        samples = arrivals.samples
        order = np.lexsort((samples.time, samples.channel, samples.time // HOUR_NS))
        return Rows(entries.take(arrivals, order), np.repeat(chosen.seq, readings)[order])

    def _write(self, name: str, rows: Rows, cuts: list[Cut]) -> Made:
        names = channels.names(self._connection)
        return write_file(self._folder, name, rows, cuts, names)

    def _publish(self, made: Made, chosen: Contents, rows: Rows, cuts: list[Cut]) -> None:
        first_seq, last_seq = int(chosen.seq[0]), int(chosen.seq[-1])
        with in_a_gap(self._connection, database.BUSY_TIMEOUT_S):
            if archived_until(self._connection) >= first_seq:
                raise JournalError(f"journal {self._path}: another process rolls it over; end that one")
            insert_segment(self._connection, made, first_seq, last_seq, chosen, rows, cuts)
            exhibits.put_file(self._connection, made.name, made.sha256, made.bytes, len(rows))
            chain.thin(self._connection, first_seq, last_seq)

    def _empty(self) -> None:
        """Delete archived entries from the log; goes on where a crash ended it."""
        select = "SELECT number, first_seq, last_seq FROM segment WHERE emptied = 0 ORDER BY number"
        for number, first_seq, last_seq in all_rows(self._connection, select):
            for start in range(first_seq, last_seq + 1, DELETED_AT_ONCE):
                end = min(start + DELETED_AT_ONCE - 1, last_seq)
                delete = "DELETE FROM entry WHERE seq BETWEEN ? AND ? AND hour IS NOT NULL"
                self._execute(delete, (start, end))
                self._rest()
            self._execute("UPDATE segment SET emptied = 1 WHERE number = ?", (number,))

    def _execute(self, statement: str, values: tuple[int, ...]) -> None:
        with in_a_gap(self._connection, database.BUSY_TIMEOUT_S):
            self._connection.execute(statement, values)


def _prepare(folder: Path) -> None:
    """There, and without what a crash left."""
    for what in rights.no_archive(folder.parent):
        raise JournalError(what)
    try:
        rights.make_folder(folder)
        for left in folder.glob(f"*{SUFFIX}"):
            left.unlink()
    except OSError as error:
        raise JournalError(
            f"archive {folder}: {error}; it must be a folder that this user may write, on a disk with room"
        ) from error


def write_file(
    folder: Path, name: str, rows: Rows, cuts: list[Cut], names: dict[int, str], suffix: str = SUFFIX
) -> Made:
    """A whole file of the archive, on disk and read back, or none. Raises JournalError."""
    partial = folder / f"{name}{suffix}"
    ends = _group_ends(cuts)
    try:
        with open(partial, "w+b", opener=rights.opener) as file:
            parquet.write(file, rows, ends, names)
            file.flush()
            os.fsync(file.fileno())
            made = _measured(name, file)
        _compare(partial, made, rows, ends)
        _put_aside(folder / name, made)
        partial.rename(folder / name)
        sync_folder(folder)
    except OSError as error:
        raise JournalError(f"archive {folder}: {error}; check the room on its disk and its health") from error
    finally:
        partial.unlink(missing_ok=True)
    return made


def _put_aside(path: Path, made: Made) -> None:
    """What has the name of a new file is kept under another one: it may be all that is left of its readings.

    A journal that was lost and began anew has the numbers of the former one. After a crash before the index
    was written, the same file is made again.
    """
    if not path.exists():
        return
    with open_regular(path) as file:
        if hashlib.file_digest(file, "sha256").hexdigest() == made.sha256:
            return
    names = (path.with_name(f"{path.name}.before-{k}") for k in itertools.count(1))
    path.rename(next(name for name in names if not name.exists()))


def insert_segment(
    connection: Connection,
    made: Made,
    first_seq: int,
    last_seq: int,
    contents: Contents,
    rows: Rows,
    cuts: list[Cut],
) -> None:
    """Name a file in the index. Inside the caller's transaction."""
    time = rows.arrivals.samples.time
    connection.execute(
        """INSERT INTO segment (first_seq, last_seq, file, bytes, sha256, footer_crc, readings,
        first_ns, last_ns, entries) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            first_seq,
            last_seq,
            made.name,
            made.bytes,
            made.sha256,
            made.footer_crc,
            len(rows),
            int(time.min()),
            int(time.max()),
            archive.pack(contents),
        ),
    )
    insert_pieces(connection, connection.last_insert_rowid(), rows, cuts)


def insert_pieces(connection: Connection, segment: int, rows: Rows, cuts: list[Cut]) -> None:
    """The index of a file's rows. Inside the caller's transaction."""
    time, channel = rows.arrivals.samples.time, rows.arrivals.samples.channel
    connection.executemany(
        "INSERT INTO piece VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                segment,
                cut.row_group,
                cut.start,
                cut.rows.stop - cut.rows.start,
                int(time[cut.rows.start]) // HOUR_NS,
                int(time[cut.rows].min()),
                int(time[cut.rows].max()),
                runs(channel[cut.rows]),
            )
            for cut in cuts
        ],
    )
    index_seal.put(connection, segment)


def sync_folder(folder: Path) -> None:
    """Make renames in it durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _complete(
    hot: Iterator[tuple[int, int, int]], now_ns: int, segment: SegmentEnd
) -> list[tuple[int, int, int]]:
    """The oldest entries (seq, committed_ns, readings) that make a whole segment; none where it is not yet.

    An entry from the future was committed under a clock that was wrong: it does not wait for that time.
    """
    taken: list[tuple[int, int, int]] = []
    readings = 0
    for entry in hot:
        if taken and entry[1] // DAY_NS != taken[0][1] // DAY_NS:
            return taken
        if now_ns - segment.hot_ns < entry[1] <= now_ns:
            return []
        taken.append(entry)
        readings += entry[2]
        if readings >= segment.most_readings or len(taken) >= segment.most_entries:
            return taken
    return taken if taken and taken[0][1] // DAY_NS != now_ns // DAY_NS else []


def cuts_of(rows: Rows) -> Iterator[Cut]:
    """Rows, sorted by hour, into runs of one hour, packed into row groups of at most GROUP_ROWS."""
    hour = rows.arrivals.samples.time // HOUR_NS
    edges = [0, *(np.flatnonzero(np.diff(hour)) + 1).tolist(), len(hour)]
    group = filled = 0
    for first, last in itertools.pairwise(edges):
        parts = -(-(last - first) // GROUP_ROWS)
        ends = [first + (last - first) * part // parts for part in range(parts + 1)]
        for start, end in itertools.pairwise(ends):
            if filled + end - start > GROUP_ROWS:
                group, filled = group + 1, 0
            yield Cut(group, filled, slice(start, end))
            filled += end - start


def _group_ends(cuts: list[Cut]) -> list[int]:
    ends: dict[int, int] = {}
    for cut in cuts:
        ends[cut.row_group] = cut.rows.stop
    return list(ends.values())


def _measured(name: str, file: io.BufferedRandom) -> Made:
    size, footer = file.seek(0, os.SEEK_END), parquet.read_footer(file)
    file.seek(0)
    return Made(name, size, hashlib.file_digest(file, "sha256").hexdigest(), zlib.crc32(footer))


def _compare(path: Path, made: Made, rows: Rows, ends: list[int]) -> None:
    """Read it back. Raises JournalError where a bit is not what was written."""
    file = File(path, made.footer_crc)
    starts = [0, *ends[:-1]]
    equal = file.groups == len(ends) and all(
        parquet.same(file.group(number), rows.cut(slice(start, end)))
        for number, (start, end) in enumerate(zip(starts, ends, strict=True))
    )
    file.close()
    if not equal:
        raise JournalError(f"archive file {path} does not read back as it was written; nothing was deleted")
