"""Retention: readings whose time is over leave the archive, file by file, and a statement says which ones.

A file is written anew without them, in the way of roll-over, and one transaction puts it into the index and
states what was deleted, with the hash of the old file. Entries keep their numbers, those without readings
too, so that nothing looks missing. Readings that are not archived yet always stay, and so does a file as
long as any follower has not taken all of it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from gateway import locks
from gateway.dataclass import dataclass
from gateway.errors import JournalError
from gateway.journal import archive, channels, database, entries, exhibits, index_seal, mentions, schema
from gateway.journal.appending import append
from gateway.journal.archive import FOLDER, Archive, Contents, Segment
from gateway.journal.chain import Chain
from gateway.journal.database import Connection
from gateway.journal.entries import Statement, take
from gateway.journal.failures import explained, files_explained
from gateway.journal.parquet import Rows
from gateway.journal.rollover import Made, cuts_of, insert_pieces, sync_folder, write_file
from gateway.journal.transaction import in_a_gap
from gateway.model import Arrivals, Mask
from gateway.statements import PERSON, retention
from gateway.statements.retention import KIND as RETENTION
from gateway.statements.retention import Removed

__all__ = ["RETENTION", "Policy", "Removed", "Retained", "retain"]

SUFFIX: Final = ".retained"  # of a file that is still being written; roll-over removes only its own
Progress = Callable[[str, int, int], None]


class Policy(Protocol):
    """Which readings may go."""

    @property
    def latest_ns(self) -> int:
        """No reading from this time on may go."""

    @property
    def heard_seq(self) -> int:
        """The last statement that was heeded."""

    def may_go(self, arrivals: Arrivals) -> Mask:
        """bool[N]"""

    def waits_for(self, seq: int) -> str:
        """Who has not taken the entries up to `seq` yet, in words; empty: everybody has."""


@dataclass(frozen=True, slots=True)
class Retained:
    """What went (or would go), and what may go but waits for followers, with whom it waits for.

    `damaged`: files that cannot be read, each in words; they stay as they are.
    """

    removed: list[Removed]
    waiting: list[tuple[Removed, str]]
    damaged: list[str]


def retain(
    path: Path,
    policy: Policy,
    by: str,
    now_ns: int,
    *,
    dry_run: bool,
    progress: Progress = lambda *_: None,
    user: str = "",
    trusted: bool = True,
    chain: Chain | None = None,
) -> Retained:
    """Delete what may go from the archive of the journal at `path`; with `dry_run` only say what.

    `user`: of the operating system, who is `by`. `trusted`: whether the clock that says `now_ns` is. `chain`
    links what is stated.
    Raises JournalError, also where a statement that `policy` has not heard was made meanwhile; what was
    deleted until then is stated.
    """
    folder, retained = path.parent / FOLDER, Retained([], [], [])
    draft = Statement(RETENTION, by, now_ns, {}, trusted=trusted, actor=PERSON, user=user, origin="cli")
    if not folder.is_dir():
        return retained
    with _alone(folder), explained(path), closing(_opened(path, dry_run)) as connection:
        found = Archive(folder, connection)
        if not dry_run:
            with files_explained(folder):
                _remove_leftovers(found, connection)
        segments = [s for s in found.segments() if s.readings and s.first_ns < policy.latest_ns]
        for done, segment in enumerate(segments):
            progress("retention", done, len(segments))
            waits = policy.waits_for(segment.last_seq)
            try:
                rows = _all(found, segment)
            except JournalError as error:  # what could still be rescued of it is not ours to delete
                retained.damaged.append(str(error))
                continue
            gone = list(_thin(found, connection, segment, rows, policy, draft, dry_run or bool(waits), chain))
            retained.removed.extend([] if waits else gone)
            retained.waiting.extend([(one, waits) for one in gone if waits])
        progress("retention", len(segments), len(segments))
        found.close()
    return retained


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One retention at a time; the lock ends with the process, however it ends."""
    descriptor = locks.opened(folder)
    try:
        if not locks.taken(descriptor):
            raise JournalError("another process applies retention already; wait for it")
        yield
    finally:
        os.close(descriptor)


def _opened(path: Path, dry_run: bool) -> Connection:
    if dry_run:
        return schema.open_reading(path)
    connection = schema.open_writing(path)
    connection.execute("PRAGMA busy_timeout = 0")
    return connection


def _thin(
    found: Archive,
    connection: Connection,
    segment: Segment,
    rows: Rows,
    policy: Policy,
    draft: Statement,
    dry_run: bool,
    chain: Chain | None,
) -> Iterator[Removed]:
    goes = policy.may_go(rows.arrivals)
    if not goes.any():
        return
    names = channels.names(connection)
    removed = _removed(segment, rows, goes, names)
    if not dry_run:
        kept = _where(rows, ~goes)
        made = _written(found, segment, kept, names)
        statement = replace(draft, body=retention.to_body(removed))
        with in_a_gap(connection, database.BUSY_TIMEOUT_S):
            entries.check_nothing_said_since(connection, policy.heard_seq, besides=(RETENTION,))
            _replace(connection, found, segment, kept, made)
            append(connection, Arrivals.concatenate([]), {}, [mentions.ready(statement)], draft.at_ns, chain)
        with files_explained(found.folder):
            (found.folder / segment.file).unlink(missing_ok=True)
            sync_folder(found.folder)
    yield removed


def _all(found: Archive, segment: Segment) -> Rows:
    file = found.file(segment.file, segment.footer_crc)
    groups = [file.group(number) for number in range(file.groups)]
    arrivals = Arrivals.concatenate([group.arrivals for group in groups])
    if len(arrivals) != segment.readings:
        raise JournalError(
            f"archive file {found.folder / segment.file} is damaged; run `cryogate journal verify`"
        )
    return Rows(arrivals, np.concatenate([group.seq for group in groups]))


def _where(rows: Rows, which: Mask) -> Rows:
    return Rows(take(rows.arrivals, which), rows.seq[which])


def _removed(segment: Segment, rows: Rows, goes: Mask, names: dict[int, str]) -> Removed:
    samples = rows.arrivals.samples.take(goes)
    numbers, counts = np.unique(samples.channel, return_counts=True)
    channels = {names.get(n, f"#{n}"): c for n, c in zip(numbers.tolist(), counts.tolist(), strict=True)}
    first, last = int(samples.time.min()), int(samples.time.max())
    kept = len(rows) - len(samples)
    return Removed(segment.file, segment.sha256, len(samples), kept, first, last, channels)


def _written(found: Archive, segment: Segment, kept: Rows, names: dict[int, str]) -> Made | None:
    """The file without what goes; None where nothing is left."""
    if len(kept) == 0:
        return None
    stem, _, generation = segment.file.removesuffix(".parquet").partition("-")
    name = f"{stem}-{int(generation or 1) + 1}.parquet"
    return write_file(found.folder, name, kept, list(cuts_of(kept)), names, SUFFIX)


def _replace(connection: Connection, found: Archive, segment: Segment, kept: Rows, made: Made | None) -> None:
    seq, committed, _ = found.contents(segment)
    left = np.bincount(np.searchsorted(seq, kept.seq), minlength=len(seq)).astype(np.int64)
    packed = archive.pack(Contents(seq, committed, left))
    connection.execute("DELETE FROM piece WHERE segment = ?", (segment.number,))
    if made is None:
        update = "UPDATE segment SET readings = 0, bytes = 0, entries = ? WHERE number = ?"
        connection.execute(update, (packed, segment.number))
        index_seal.put(connection, segment.number)
        return
    time = kept.arrivals.samples.time
    connection.execute(
        """UPDATE segment SET file = ?, bytes = ?, sha256 = ?, footer_crc = ?, readings = ?, first_ns = ?,
        last_ns = ?, entries = ? WHERE number = ?""",
        (
            made.name,
            made.bytes,
            made.sha256,
            made.footer_crc,
            len(kept),
            int(time.min()),
            int(time.max()),
            packed,
            segment.number,
        ),
    )
    insert_pieces(connection, segment.number, kept, list(cuts_of(kept)))
    exhibits.put_file(connection, made.name, made.sha256, made.bytes, len(kept))


def _remove_leftovers(found: Archive, connection: Connection) -> None:
    """Files that were stated as replaced, or never finished, when a crash came."""
    for partial in found.folder.glob(f"*{SUFFIX}"):
        partial.unlink()
    present = {segment.file for segment in found.segments() if segment.readings}
    seq = 0
    while page := entries.of_kind(connection, RETENTION, seq, 500):
        seq = page[-1].seq
        stated = [retention.of(entry.statement.body) for entry in page if entry.statement is not None]
        for removed in stated:
            if removed.file not in present:
                (found.folder / removed.file).unlink(missing_ok=True)
