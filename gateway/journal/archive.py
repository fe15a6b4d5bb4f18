"""The archive: older entries of readings, in Parquet files beside the journal, found by an index in it.

A segment is one immutable file with every reading of the entries [first_seq, last_seq]; each row keeps the
number of its entry, so that entries are given again exactly as they were committed. Inside it stands sorted
by (hour, channel, time); a piece is a run of rows of one hour, and the index of pieces answers what the
index of entries answers for what is not archived yet.
"""

from __future__ import annotations

import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal, NamedTuple, TypeVar

import numpy as np

from gateway.dataclass import dataclass
from gateway.errors import ArchiveFileMissing, JournalError
from gateway.journal import entries, index_seal, parquet
from gateway.journal.counting import ALL_COUNT, Ranges, counting
from gateway.journal.damaged import Damaged, DamagedFile
from gateway.journal.database import Connection, all_rows, first_row, only_row
from gateway.journal.entries import READINGS, Entry
from gateway.journal.parquet import File, Rows
from gateway.model import Arrivals, Channels, Times

T = TypeVar("T")
FOLDER: Final = "archive"  # beside journal.sqlite
CACHE_ROWS: Final = 500_000  # of row groups kept decoded for the next hour or batch, 37 bytes each
OPEN_FILES: Final = 8
NO_ROW: Final = "of segment {}"  # in place of the name of a file that the index has lost

ARCHIVED_UNTIL: Final = "SELECT coalesce(max(last_seq), 0) FROM segment"


@dataclass(frozen=True, slots=True)
class Segment:
    """One file and which entries of readings are in it."""

    number: int
    first_seq: int
    last_seq: int
    file: str
    bytes: int
    sha256: str
    footer_crc: int
    readings: int
    first_ns: int
    last_ns: int


class Piece(NamedTuple):
    """Rows of one hour in one row group of a segment, and the file they are in."""

    row_group: int
    start: int
    readings: int
    hour: int
    file: str
    footer_crc: int


def side_by_side(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Pieces that follow each other in one row group, together; their order stays."""
    run: list[Piece] = []
    for piece in pieces:
        if run and (run[-1].file, run[-1].row_group, run[-1].start + run[-1].readings) != (
            piece.file,
            piece.row_group,
            piece.start,
        ):
            yield run
            run = []
        run.append(piece)
    if run:
        yield run


class Contents(NamedTuple):
    """The entries of a segment: number, commit time and how many readings each has."""

    seq: Times
    committed: Times
    readings: Times


_SEGMENT: Final = ", ".join(Segment.__slots__)


def next_hours(connection: Connection, table: Literal["entry", "piece"], hour: int, most: int) -> list[int]:
    """The first `most` hours in a table that are not before `hour`; one step in its index for each."""
    select = f"""WITH RECURSIVE ahead(hour) AS (
            SELECT min(hour) FROM {table} WHERE hour >= ?1
            UNION ALL
            SELECT (SELECT min(hour) FROM {table} WHERE hour > ahead.hour) FROM ahead
            WHERE ahead.hour IS NOT NULL LIMIT ?2)
        SELECT hour FROM ahead WHERE hour IS NOT NULL"""
    return [found for (found,) in all_rows(connection, select, (hour, most))]


def archived_until(connection: Connection) -> int:
    """Entries of readings up to this number count as archived, whether they are deleted already or not."""
    (seq,) = only_row(connection, ARCHIVED_UNTIL)
    return int(seq)


def pack(contents: Contents) -> bytes:
    """As bytes: steps of each column, split into byte planes, then zlib."""
    steps = np.diff(np.stack(contents).astype("<i8"), axis=1, prepend=0)
    planes = steps.view(np.uint8).reshape(len(contents), -1, 8).transpose(0, 2, 1)
    return zlib.compress(planes.tobytes())


def unpack(blob: bytes) -> Contents:
    """What `pack` was given. Raises ValueError or zlib.error on other bytes."""
    planes = np.frombuffer(zlib.decompress(blob), np.uint8).reshape(len(Contents._fields), 8, -1)
    steps = np.ascontiguousarray(planes.transpose(0, 2, 1)).view("<i8")[:, :, 0]
    return Contents(*np.cumsum(steps, axis=1, dtype=np.int64))


class Archive:
    """The files of one journal as one connection to it sees them.

    Raises JournalError that names the file where one cannot be read; with a list `damaged` it is put there
    and passed over instead.
    """

    def __init__(self, folder: Path, connection: Connection, damaged: Damaged | None = None) -> None:
        self.folder = folder
        self.damaged = damaged
        self.passed_over: set[str] = set()  # files without which answers were given
        self._connection = connection
        self._unsound: dict[int, str] | None = None  # segments, and why; None: not looked yet
        self._files: OrderedDict[str, File] = OrderedDict()
        self._groups: OrderedDict[tuple[str, int], Rows] = OrderedDict()
        self._cached_rows = 0

    def close(self) -> None:
        while self._files:
            self._files.popitem()[1].close()

    def go_through_all(self) -> None:
        """For whoever looks for what is damaged, and tells of the index apart."""
        self._unsound = {}

    # By channel and time

    def next_hours(self, hour: int, most: int) -> list[int]:
        """The first hours with readings that are not before `hour`."""
        self._check_index()
        return next_hours(self._connection, "piece", hour, most)

    def span(self) -> tuple[int, int] | None:
        """Time of the earliest and of the latest reading."""
        self._check_index()
        select = "SELECT min(first_ns), max(last_ns) FROM segment WHERE readings > 0"
        first, last = only_row(self._connection, select)
        return None if first is None else (first, last)

    def overlapping(
        self, hours: tuple[int, int], first_ns: int, last_ns: int, channels: Channels | None, until_seq: int
    ) -> list[Piece]:
        """Pieces of these hours, first and last, that may have readings in [first_ns, last_ns] of sorted
        `channels`, hour by hour."""
        self._check_index()
        select = """SELECT row_group, start, p.readings, hour, file, footer_crc, channels
            FROM piece p JOIN segment ON number = segment
            WHERE hour BETWEEN ? AND ? AND p.last_ns >= ? AND p.first_ns <= ? AND first_seq <= ?
            ORDER BY hour, segment, row_group, start"""
        found = all_rows(self._connection, select, (*hours, first_ns, last_ns, until_seq))
        return [
            Piece(*row) for *row, present in found if channels is None or entries.shares(present, channels)
        ]

    def readings(self, piece: Piece, until_seq: int, without: Ranges = ALL_COUNT) -> Arrivals:
        """Those of a piece that entries up to `until_seq` brought, sorted by (channel, time)."""
        return self.readings_of([piece], until_seq, without)

    def readings_of(self, pieces: Sequence[Piece], until_seq: int, without: Ranges) -> Arrivals:
        """The same of pieces that stand side by side in one row group, one behind the other."""
        file = pieces[0].file
        if self._is_passed_over(file):
            return Arrivals.concatenate([])
        try:
            return self._readings(pieces, until_seq, without)
        except JournalError as error:
            self._pass_over(file, error)
            return Arrivals.concatenate([])

    def _readings(self, pieces: Sequence[Piece], until_seq: int, without: Ranges) -> Arrivals:
        first, last = pieces[0], pieces[-1]
        group = self._group(first.file, first.footer_crc, first.row_group)
        rows = group.cut(slice(first.start, last.start + last.readings))
        readings, hour = [piece.readings for piece in pieces], rows.arrivals.samples.time // entries.HOUR_NS
        fits = min(readings) >= 0 and sum(readings) == len(rows)
        if not fits or (hour != np.repeat([piece.hour for piece in pieces], readings)).any():
            raise JournalError(parquet.damaged(self.folder / first.file, "its index does not fit to it"))
        wanted = (rows.seq <= until_seq) & counting(rows.seq, without)
        return rows.arrivals if wanted.all() else entries.take(rows.arrivals, wanted)

    # As a log

    def segment_behind(self, seq: int) -> Segment | None:
        """The segment with the first archived entry behind `seq`."""
        self._check_index()
        select = f"SELECT {_SEGMENT} FROM segment WHERE last_seq > ? ORDER BY last_seq LIMIT 1"
        row = first_row(self._connection, select, (seq,))
        return None if row is None else Segment(*row)

    def contents(self, segment: Segment) -> Contents:
        """Which entries are in it."""
        select = "SELECT entries FROM segment WHERE number = ?"
        (blob,) = only_row(self._connection, select, (segment.number,))
        try:
            contents = unpack(blob)
            if (int(contents.seq[0]), int(contents.seq[-1])) != (segment.first_seq, segment.last_seq):
                raise ValueError("it has other entries than the index says")
            return contents
        except (ValueError, IndexError, zlib.error) as error:
            raise JournalError(
                f"the list of entries in archive file {self.folder / segment.file} is damaged ({error}); "
                "stop the gateway and restore a backup"
            ) from error

    def contents_of(self, file: str) -> Contents:
        """The same of the segment in a file."""
        row = first_row(self._connection, f"SELECT {_SEGMENT} FROM segment WHERE file = ?", (file,))
        return self.contents(Segment(*row)) if row else Contents(*np.zeros((3, 0), np.int64))

    def after(self, segment: Segment, seq: int, most_readings: int) -> Iterator[Entry]:
        """Its entries behind `seq` in order; decodes so many that they have `most_readings` at a time."""
        if self._is_passed_over(segment.file):
            return
        try:
            yield from self._after(segment, seq, most_readings)
        except JournalError as error:
            self._pass_over(segment.file, error)

    def _after(self, segment: Segment, seq: int, most_readings: int) -> Iterator[Entry]:
        contents = np.stack(self.contents(segment))
        number, committed, readings = contents[:, contents[2] > 0]  # without what retention took
        start = int(np.searchsorted(number, seq, side="right"))
        while start < len(number):
            total = np.cumsum(readings[start:])
            end = start + 1 + int(np.searchsorted(total, most_readings))
            page = slice(start, end)
            yield from self._entries(segment, Contents(number[page], committed[page], readings[page]))
            start = end

    def _entries(self, segment: Segment, wanted: Contents) -> Iterator[Entry]:
        rows = self._between(segment, int(wanted.seq[0]), int(wanted.seq[-1]))
        ends = np.cumsum(wanted.readings)
        if not np.array_equal(rows.seq, np.repeat(wanted.seq, wanted.readings)):
            raise JournalError(parquet.damaged(self.folder / segment.file, "entries in it are not complete"))
        starts = ends - wanted.readings
        for seq, committed, start, end in zip(
            wanted.seq.tolist(), wanted.committed.tolist(), starts.tolist(), ends.tolist(), strict=True
        ):
            yield Entry(seq, READINGS, committed, rows.cut(slice(start, end)).arrivals, None)

    def _between(self, segment: Segment, first_seq: int, last_seq: int) -> Rows:
        """Rows of entries [first_seq, last_seq], sorted by entry; inside one as they were committed.

        Groups are hours: of most files a page is in few of them, and the others are not decoded.
        """
        file, parts = self.file(segment.file, segment.footer_crc), list[Rows]()
        for number in range(file.groups):
            first, last = file.entries(number)
            if last < first_seq or last_seq < first:
                continue
            rows = file.group(number)
            inside = (rows.seq >= first_seq) & (rows.seq <= last_seq)
            parts.append(Rows(entries.take(rows.arrivals, inside), rows.seq[inside]))
        seq = np.concatenate([np.empty(0, np.int64), *(part.seq for part in parts)])
        order = np.argsort(seq, kind="stable")
        arrivals = Arrivals.concatenate([part.arrivals for part in parts])
        return Rows(entries.take(arrivals, order), seq[order])

    # What cannot be read

    @contextmanager
    def strictly(self) -> Iterator[None]:
        """Inside, nothing is passed over: whoever asks has to know all of it."""
        damaged, self.damaged = self.damaged, None
        try:
            yield
        finally:
            self.damaged = damaged

    def persist(self, look: Callable[[], T]) -> T:
        """What `look` finds; it is called again where a file is missing: retention may have put another in
        its place since the index was read."""
        missed: set[str] = set()
        while True:
            try:
                return look()
            except ArchiveFileMissing as missing:
                if missing.file in missed:
                    self._pass_over(missing.file, missing, is_gone=True)
                missed.add(missing.file)

    def _check_index(self) -> None:
        """Before the first look at it: a part of it that is hidden would be missed by nobody."""
        if self._unsound is None:
            self._unsound = index_seal.problems(self._connection)
            if self._unsound and self.damaged is not None:
                self._name_unsound(self._unsound, self.damaged)
        if self.damaged is not None:
            return
        if self._unsound:
            number, why = next(iter(self._unsound.items()))
            raise JournalError(f"archive file of segment {number}: {why}")

    def _name_unsound(self, unsound: Mapping[int, str], damaged: Damaged) -> None:
        files = {segment.number: segment for segment in self.segments()}
        for number, why in unsound.items():
            one = files.get(number)
            told = (NO_ROW.format(number), 0, 0) if one is None else (one.file, one.first_ns, one.last_ns)
            damaged.add(DamagedFile(told[0], why, *told[1:]))

    def _is_passed_over(self, file: str) -> bool:
        known = self.damaged is not None and file in self.damaged
        if known:
            self._set_aside(file)
        return known

    def _set_aside(self, file: str) -> None:
        """Once it is sound again it is another one on the disk, which is to be opened then."""
        self.passed_over.add(file)
        if file in self._files:
            self._files.pop(file).close()

    def _pass_over(self, file: str, error: JournalError, *, is_gone: bool = False) -> None:
        """From now on, or raise what is wrong; a file that is missing may only have been replaced."""
        if self.damaged is None or (isinstance(error, ArchiveFileMissing) and not is_gone):
            raise error
        select = "SELECT min(first_ns), max(last_ns) FROM segment WHERE file = ?"
        first_ns, last_ns = only_row(self._connection, select, (file,))
        self.damaged.add(DamagedFile(file, str(error), first_ns or 0, last_ns or 0))
        self._set_aside(file)

    # Files

    def segments(self) -> list[Segment]:
        """All of them, oldest entries first."""
        found = all_rows(self._connection, f"SELECT {_SEGMENT} FROM segment ORDER BY first_seq")
        return [Segment(*row) for row in found]

    def index_of(self, segment: Segment) -> dict[int, list[tuple[int, int, int, int, int, bytes]]]:
        """By row group: start, readings, hour, first_ns, last_ns and channels of each piece, in order."""
        select = """SELECT row_group, start, readings, hour, first_ns, last_ns, channels FROM piece
            WHERE segment = ? ORDER BY row_group, start"""
        pieces: dict[int, list[tuple[int, int, int, int, int, bytes]]] = {}
        for row_group, *piece in all_rows(self._connection, select, (segment.number,)):
            pieces.setdefault(row_group, []).append(tuple(piece))
        return pieces

    def file(self, name: str, footer_crc: int) -> File:
        """Open, kept open for a while."""
        if name not in self._files:
            if len(self._files) >= OPEN_FILES:
                self._files.popitem(last=False)[1].close()
            self._files[name] = File(self.folder / name, footer_crc)
        self._files.move_to_end(name)
        return self._files[name]

    def _group(self, name: str, footer_crc: int, number: int) -> Rows:
        key = name, number
        if key not in self._groups:
            rows = self.file(name, footer_crc).group(number)
            self._groups[key] = rows
            self._cached_rows += len(rows)
            while self._cached_rows > CACHE_ROWS and len(self._groups) > 1:
                self._cached_rows -= len(self._groups.popitem(last=False)[1])
        self._groups.move_to_end(key)
        return self._groups[key]
