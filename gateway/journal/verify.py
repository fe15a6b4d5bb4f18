"""Is everything still what was written: the database, each entry, each file, and the index between them?

Beside a running gateway or without one. Reads everything there is, so that it takes its time.
"""

from __future__ import annotations

import hashlib
import io
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from gateway.dataclass import dataclass
from gateway.errors import JournalError, StatementError
from gateway.journal import (
    chain_check,
    channels,
    deferred,
    entries,
    identity,
    index_check,
    index_seal,
    mentions,
    parquet,
    schema,
)
from gateway.journal.archive import FOLDER, Archive, Segment, archived_until
from gateway.journal.chain import Chain
from gateway.journal.damaged import DamagedFile
from gateway.journal.database import SQLITE, Connection, Error, all_rows
from gateway.journal.failures import explained
from gateway.journal.shifts import uncovered
from gateway.journal.transaction import snapshot
from gateway.model import Arrivals, Times
from gateway.regular import open_regular
from gateway.statements.kinds import check_known

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_PROBLEMS: Final = 1000  # listed; a disk that is gone would fill pages
_AT_ONCE: Final = 1000  # entries between two signs of progress
Progress = Callable[[str, int, int], None]
"""Hears what is checked, and how much of how much is done."""


@dataclass(slots=True)
class Verified:
    """What was checked, and every problem that was found, one line each."""

    entries: int = 0
    segments: int = 0
    readings: int = 0
    bytes: int = 0  # of archive files
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # odd, but nothing is lost by it
    head: str = ""  # of the chain

    def add(self, problem: str) -> None:
        if len(self.problems) < MOST_PROBLEMS and problem not in self.problems:
            self.problems.append(problem)

    def public(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {
            "intact": not self.problems,
            "entries": self.entries,
            "segments": self.segments,
            "readings": self.readings,
            "archive_bytes": self.bytes,
            "problems": self.problems,
            "notes": self.notes,
            "chain_head": self.head or None,
            "sqlite": SQLITE,
        }


def verify(
    path: Path, progress: Progress = lambda *_: None, keys: Sequence[Chain] = (), noted: str = ""
) -> Verified:
    """Check the journal at `path` and its archive. Raises JournalError only where it cannot be opened.

    `keys`: with which its links were made, as far as they are known. `noted`: a head of its chain that
    somebody wrote down.
    """
    found = Verified()
    with explained(path):
        connection = schema.open_reading(path)
    try:
        _check_database(connection, path, found, progress)
        archive = Archive(path.parent / FOLDER, connection)
        archive.go_through_all()
        with snapshot(connection):
            segments, numbers = archive.segments(), _hot(connection)
            last_seq = entries.last_seq(connection)
        _check_identity(connection, last_seq, found)
        _check_kinds(connection, found)
        _check_deferred(connection, path, found)
        _check_entries(connection, numbers, found, progress)
        archived = _check_segments(connection, archive, segments, found, progress)
        _check_numbers(numbers, archived, last_seq, found)
        _check_folder(archive, found)
        links = chain_check.check(connection, archive, keys, found.add, found.notes.append, progress)
        found.head = links[-1].head if links else ""
        if noted and not any(link.head == noted for link in links):
            found.add(f"the chain does not have {noted}: what was committed by then is not what is here now")
        archive.close()
    except (Error, UnicodeDecodeError) as error:
        found.add(f"{path}: {error}; stop the gateway, copy the file and restore a backup")
    finally:
        connection.close()
    return found


def _check_database(connection: Connection, path: Path, found: Verified, progress: Progress) -> None:
    progress("database", 0, 1)
    for (line,) in all_rows(connection, "PRAGMA integrity_check(100)"):
        if line != "ok":
            found.add(f"{path}: {line}; stop the gateway, copy the file and restore a backup")
    for number, why in index_seal.problems(connection).items():
        found.add(f"{path}: segment {number} of the archive: {why}")
    if hidden := index_seal.hidden_entries(connection):
        found.add(f"{path}: {hidden}")
    for problem in channels.damaged(connection):
        found.add(f"{path}: {problem}; the gateway mends it at its next start")
    progress("database", 1, 1)


def _check_identity(connection: Connection, last_seq: int, found: Verified) -> None:
    try:
        for problem in identity.problems(identity.identities(connection), last_seq):
            found.add(problem)
    except JournalError as error:
        found.add(str(error))


def _check_kinds(connection: Connection, found: Verified) -> None:
    try:
        check_known(entries.kinds(connection))
    except StatementError as error:
        found.notes.append(str(error))


def _check_deferred(connection: Connection, path: Path, found: Verified) -> None:
    lost = [f"deferred readings {one.number} are damaged" for one in deferred.lost(connection)]
    for problem in (*deferred.kept(connection)[1], *lost):
        found.add(f"{path}: {problem}; restore a backup")
    for one in deferred.lost(connection, deferred.SEEN):
        found.notes.append(f"{path}: deferred readings {one.number} are lost, and somebody has seen that")


def _hot(connection: Connection) -> NDArray[np.int64]:
    """Numbers of all entries in the table, archived or not, in order."""
    return np.array(all_rows(connection, "SELECT seq FROM entry ORDER BY seq"), np.int64).reshape(-1)


def _check_entries(
    connection: Connection, numbers: NDArray[np.int64], found: Verified, progress: Progress
) -> None:
    """Entries that are archived while this goes on are checked as files the next time."""
    name = _names(connection)
    for done, seq in enumerate(numbers.tolist()):
        if done % _AT_ONCE == 0:
            progress("entries", done, len(numbers))
        try:
            entry = _entry(connection, seq)
            if entry is not None and entry.arrivals is not None:
                _check_shifts(connection, entry.arrivals, f"journal entry {seq}")
            if entry is not None and mentions.unnamed(connection, entry, name(seq)):
                found.add(f"journal entry {seq} is missing in table mention; restore a backup")
        except JournalError as error:
            found.add(str(error))
            continue
        if entry is not None:
            found.entries += 1
            found.readings += 0 if entry.arrivals is None else len(entry.arrivals)
        elif seq > archived_until(connection):
            found.add(f"journal entry {seq} vanished while it was checked")
    progress("entries", len(numbers), len(numbers))


def _names(connection: Connection) -> Callable[[int], str]:
    """The name of each entry; any where the journal has lost its id, as that is told by then."""
    try:
        return identity.name_of(identity.identities(connection))
    except JournalError:
        return str


def _entry(connection: Connection, seq: int) -> entries.Entry | None:
    return next(entries.between(connection, seq - 1, seq), None)


def _check_segments(
    connection: Connection, archive: Archive, segments: list[Segment], found: Verified, progress: Progress
) -> list[Times]:
    """The numbers of the entries that each segment has."""
    total, done = sum(s.bytes for s in segments), 0
    numbers = []
    for segment in segments:
        progress("archive", done, total)
        try:
            numbers.append(archive.contents(segment).seq)
            if segment.readings:
                found.readings += check_file(connection, archive, segment)
                found.bytes += segment.bytes
        except JournalError as error:
            if segment in archive.segments():  # and not replaced by retention while we looked
                found.add(str(error))
        found.segments += 1
        done += segment.bytes
    progress("archive", total, total)
    return numbers


def check_outline(archive: Archive, segment: Segment) -> None:
    """That the file is there with the size and the footer that were written. Raises JournalError."""
    path = archive.folder / segment.file
    try:
        with open_regular(path) as file:
            footer = parquet.read_footer(file)
            size = file.seek(0, io.SEEK_END)
    except FileNotFoundError:
        raise parquet.missing(path) from None
    except (OSError, ValueError) as error:
        raise JournalError(parquet.damaged(path, str(error))) from error
    if size != segment.bytes or zlib.crc32(footer) != segment.footer_crc:
        raise JournalError(parquet.damaged(path, "its footer is not the one that was written"))


def unreadable(path: Path, start_ns: int, end_ns: int) -> list[DamagedFile]:
    """Files of the archive with readings of [start, end) that cannot be read, as far as their size, their
    footer and their index tell: for who answers from elsewhere, and says what may be missing."""
    with explained(path), closing(schema.open_reading(path)) as connection:
        archive, why = Archive(path.parent / FOLDER, connection), index_seal.problems(connection)
        archive.go_through_all()
        there = [
            DamagedFile(s.file, why.get(s.number) or _outline_problem(archive, s), s.first_ns, s.last_ns)
            for s in archive.segments()
            if s.readings and s.first_ns < end_ns and start_ns <= s.last_ns
        ]
        archive.close()
    return [one for one in there if one.why]


def _outline_problem(archive: Archive, segment: Segment) -> str:
    try:
        check_outline(archive, segment)
    except JournalError as error:
        return str(error)
    return ""


def check_file(connection: Connection, archive: Archive, segment: Segment) -> int:
    """How many readings are in it, once every byte is as it was written. Raises JournalError."""
    path = archive.folder / segment.file
    try:
        with open_regular(path) as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != segment.sha256:
                raise JournalError(parquet.damaged(path, "its SHA-256 is not the one that was written"))
    except OSError as error:
        raise JournalError(
            f"archive file {path}: {error.strerror}; copy it from the folder archive of a backup"
        ) from None
    return _check_rows(connection, archive, segment, path)


def _check_shifts(connection: Connection, arrivals: Arrivals, where: str) -> None:
    """Raises JournalError where what was shifted would count twice when it came again."""
    if uncovered(connection, arrivals):
        raise JournalError(f"{where} has shifted readings that are not in table shift; restore a backup")


def _check_rows(connection: Connection, archive: Archive, segment: Segment, path: Path) -> int:
    """How many readings are in it, once the index fits to them."""
    file = archive.file(segment.file, segment.footer_crc)
    pieces = archive.index_of(segment)
    seqs, rows_seen = [], 0
    first, last = list[int](), list[int]()
    for number in range(file.groups):
        rows, there = file.group(number), pieces.pop(number, [])
        seqs.append(rows.seq)
        rows_seen += len(rows)
        _check_shifts(connection, rows.arrivals, f"archive file {path}")
        at = index_check.covered(rows.arrivals.samples, there)
        if at is None:
            raise JournalError(parquet.damaged(path, f"its index does not fit to row group {number}"))
        first += [piece[3] for piece in there]
        last += [piece[4] for piece in there]
        if at != len(rows):
            raise JournalError(parquet.damaged(path, f"row group {number} is not in its index"))
    contents = archive.contents(segment)
    wanted = np.repeat(contents.seq, contents.readings)
    ends = (segment.first_ns, segment.last_ns)
    if (min(first, default=0), max(last, default=0)) != ends:
        raise JournalError(parquet.damaged(path, "its times in the index do not fit"))
    if pieces or rows_seen != segment.readings or not np.array_equal(np.sort(np.concatenate(seqs)), wanted):
        raise JournalError(parquet.damaged(path, "entries in it are not complete"))
    return rows_seen


def _check_numbers(numbers: NDArray[np.int64], archived: list[Times], last_seq: int, found: Verified) -> None:
    """Every number up to the last is an entry: nothing was taken out."""
    present = np.unique(np.concatenate([numbers, *archived]))
    missing = np.setdiff1d(np.arange(1, last_seq + 1), present, assume_unique=True)
    for first, last in _stretches(missing):
        which = f"entry {first} is" if first == last else f"entries {first} to {last} are"
        found.add(f"journal {which} missing; restore a backup and compare")


def _stretches(numbers: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    for run in np.split(numbers, np.flatnonzero(np.diff(numbers) > 1) + 1):
        if len(run):
            yield int(run[0]), int(run[-1])


def _check_folder(archive: Archive, found: Verified) -> None:
    if not archive.folder.is_dir():
        return
    there = {p.name for p in archive.folder.iterdir()}
    for name in sorted(there - {s.file for s in archive.segments()}):
        found.notes.append(
            f"{archive.folder / name} belongs to no segment: an interrupted roll-over, or not ours"
        )
