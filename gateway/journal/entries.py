"""Entries of the journal: readings of one hour or one statement, to and from rows of its log."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from gateway.dataclass import dataclass
from gateway.errors import JournalError, Outdated, StatementError
from gateway.journal import columns
from gateway.journal.damaged import Damaged, DamagedStatement
from gateway.journal.database import Connection, all_rows, first_row
from gateway.journal.identity import identities, name_of
from gateway.journal.rows_json import of_json
from gateway.model import SECOND, Arrivals, Channels, Mask
from gateway.statements import Statement
from gateway.statements.envelope import from_row, to_row

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Entry", "Statement"]

HOUR_NS: Final = 3600 * SECOND
READINGS: Final = "readings"
PAGE_BYTES: Final = 4 * 2**20  # of statements that are read at once: one may name 100 000 units
_RUN: Final = 8  # bytes of a pair of int32
MOST_IN_A_RUN: Final = 1_000_000  # channels; more is damage
# Kinds that nobody decides on: they do not make outdated what a person looked at.
BY_ITSELF: Final = ("transition", "notification", "progress", "clock", "fault", "look")


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One row of the log: either readings of one UTC hour, sorted by (channel, time), or a statement.

    Neither of the two is a statement that is damaged, for whoever has a list of what is damaged.
    """

    seq: int
    kind: str
    committed_ns: int
    arrivals: Arrivals | None
    statement: Statement | None
    body_bytes: int = 0  # of a statement


class _Row(NamedTuple):
    """A row of table `entry` without its number and its checksum, in the order of _FIELDS."""

    kind: str
    committed_ns: int
    hour: int | None
    first_ns: int
    last_ns: int
    readings: int
    channels: bytes
    body: bytes


_FIELDS: Final = ", ".join(_Row._fields)
# Of the type each was written with, whatever damage made of it, so that the checksum can name the entry.
_STORED: Final = (
    "CAST(crc AS INTEGER), CAST(kind AS BLOB), CAST(committed_ns AS INTEGER), CAST(hour AS INTEGER), "
    "CAST(first_ns AS INTEGER), CAST(last_ns AS INTEGER), CAST(readings AS INTEGER), "
    "CAST(channels AS BLOB), CAST(body AS BLOB)"
)


def add_readings(connection: Connection, arrivals: Arrivals, committed_ns: int) -> int:
    """Append readings, at least one, sorted by (channel, time) and all of the same UTC hour; its number."""
    time = arrivals.samples.time
    first, last = int(time.min()), int(time.max())
    present, body = runs(arrivals.samples.channel), columns.encode(arrivals)
    row = _Row(READINGS, committed_ns, first // HOUR_NS, first, last, len(arrivals), present, body)
    return _add(connection, row)


def body_of(statement: Statement) -> bytes:
    """As it is stored. Raises ValueError or TypeError when it is not plain JSON."""
    if statement.kind == READINGS:
        raise ValueError(f"no statement can be of kind {READINGS!r}")
    return json.dumps(to_row(statement), allow_nan=False, separators=(",", ":")).encode()


def add_statement(connection: Connection, statement: Statement, body: bytes, committed_ns: int) -> int:
    """Append a statement with its body; its number."""
    at = statement.at_ns
    return _add(connection, _Row(statement.kind, committed_ns, None, at, at, 0, b"", body))


def after(connection: Connection, seq: int, damaged: Damaged | None = None) -> Iterator[Entry]:
    """Entries behind `seq` that are not archived, in order. Raises JournalError at a damaged one."""
    return _selected(connection, "seq > ?", (seq,), damaged)


def statements_between(
    connection: Connection, seq: int, until_seq: int, damaged: Damaged | None = None
) -> Iterator[Entry]:
    """Statements with a number in (seq, until_seq], in order. Raises JournalError at a damaged one."""
    return _selected(connection, "seq > ? AND seq <= ? AND hour IS NULL", (seq, until_seq), damaged)


def between(
    connection: Connection, seq: int, until_seq: int, damaged: Damaged | None = None
) -> Iterator[Entry]:
    """Entries with a number in (seq, until_seq] that are in the table, whether archived or not."""
    return _selected(connection, "seq > ? AND seq <= ?", (seq, until_seq), damaged)


def _selected(
    connection: Connection, where: str, values: tuple[int, ...], damaged: Damaged | None = None
) -> Iterator[Entry]:
    select = f"SELECT seq, {_STORED} FROM entry WHERE {where} ORDER BY seq"
    name = name_of(identities(connection))
    with closing(connection.execute(select, values)) as rows:
        for seq, *rest in rows:
            yield _or_nothing(damaged, name, seq, *rest)


def look_at_statements(connection: Connection, seq: int, most: int, damaged: Damaged) -> int | None:
    """Whether the next statements behind `seq` are as they were written; damaged ones are noted.

    The number of the last one; None where there are no more.
    """
    select = f"SELECT seq, {_STORED} FROM entry WHERE seq > ? AND hour IS NULL ORDER BY seq LIMIT ?"
    last = None
    for number, crc, kind, *rest in all_rows(connection, select, (seq, most)):
        last, row = number, _Row((kind or b"").decode("utf-8", "replace"), *rest)
        if not _is_intact(crc, row):
            damaged.add_statement(DamagedStatement(number, row.kind, row.committed_ns or 0))
    return last


def raw_statements(
    connection: Connection, seq: int
) -> Generator[tuple[int, int, int, str, bytes, bool], None, None]:
    """Statements behind `seq` as they stand there: number, when committed, when it was so, kind, body.

    And whether that is what was written.
    """
    select = f"SELECT seq, {_STORED} FROM entry WHERE seq > ? AND hour IS NULL ORDER BY seq"
    with closing(connection.execute(select, (seq,))) as rows:
        for number, crc, kind, *rest in rows:
            row = _Row((kind or b"").decode("utf-8", "replace"), *rest)
            told = row.committed_ns or 0, row.first_ns or 0, row.kind, row.body or b""
            yield number, *told, _is_intact(crc, row)


def statements_numbered(
    connection: Connection, numbers: Iterable[int], damaged: Damaged | None = None
) -> Iterator[Entry]:
    """Statements by their numbers, in that order; a number that is no statement's is passed over."""
    select = f"SELECT seq, {_STORED} FROM entry WHERE seq = ? AND hour IS NULL"
    name = name_of(identities(connection))
    for seq in numbers:
        for row in all_rows(connection, select, (seq,)):
            yield _or_nothing(damaged, name, *row)


def kinds(connection: Connection) -> list[str]:
    """Kinds of statements that there are; one look at the index for each."""
    select = """WITH RECURSIVE known(kind) AS (
            SELECT min(kind) FROM entry WHERE hour IS NULL
            UNION ALL
            SELECT (SELECT min(kind) FROM entry WHERE hour IS NULL AND entry.kind > known.kind) FROM known
            WHERE known.kind IS NOT NULL)
        SELECT kind FROM known WHERE kind IS NOT NULL"""
    return [kind for (kind,) in all_rows(connection, select)]


def of_kind(
    connection: Connection, kind: str, seq: int, most: int, damaged: Damaged | None = None
) -> list[Entry]:
    """The next statements of a kind behind `seq`: at most `most`, and about PAGE_BYTES.

    Raises JournalError at a damaged one.
    """
    select = f"""SELECT seq, {_STORED} FROM entry
        WHERE kind = ? AND hour IS NULL AND seq > ? ORDER BY seq LIMIT ?"""
    return _page(connection, select, (kind, seq, most), damaged)


def statement(connection: Connection, seq: int) -> Statement:
    """The statement that is entry `seq`. Raises JournalError where there is none, or it is damaged."""
    found = [e.statement for e in _selected(connection, "seq = ? AND hour IS NULL", (seq,))]
    if not found or found[0] is None:
        raise _damaged(seq, "it is no statement")
    return found[0]


def newest_of_kind(
    connection: Connection, kind: str, before_seq: int, most: int, damaged: Damaged | None = None
) -> list[Entry]:
    """The same before `before_seq`, newest first."""
    select = f"""SELECT seq, {_STORED} FROM entry
        WHERE kind = ? AND hour IS NULL AND seq < ? ORDER BY seq DESC LIMIT ?"""
    return _page(connection, select, (kind, before_seq, most), damaged)


def _page(
    connection: Connection, select: str, values: tuple[object, ...], damaged: Damaged | None
) -> list[Entry]:
    page, size = list[Entry](), 0
    name = name_of(identities(connection))
    with closing(connection.execute(select, values)) as rows:
        for row in rows:
            page.append(_or_nothing(damaged, name, *row))
            size += page[-1].body_bytes
            if size > PAGE_BYTES:
                break
    return page


def count_of_kind(connection: Connection, kind: str, seq: int) -> int:
    """How many statements of a kind there are behind `seq`."""
    select = "SELECT count(*) FROM entry WHERE kind = ? AND hour IS NULL AND seq > ?"
    row = first_row(connection, select, (kind, seq))
    return int(row[0]) if row else 0


def readings(connection: Connection, seq: int) -> Arrivals:
    """The readings of entry `seq`, sorted by (channel, time). Raises JournalError when it is damaged."""
    found = first_row(connection, f"SELECT seq, {_STORED} FROM entry WHERE seq = ?", (seq,))
    if found is None:
        raise _damaged(seq, "it is gone")
    arrivals = _entry(str, *found).arrivals
    if arrivals is None:
        raise _damaged(seq, "it holds no readings")
    return arrivals


def check_nothing_said_since(connection: Connection, seq: int, *, besides: tuple[str, ...] = ()) -> None:
    """Raises Outdated where behind `seq` anything was stated that is neither BY_ITSELF nor `besides`."""
    silent = (*BY_ITSELF, *besides)
    marks = ", ".join("?" * len(silent))
    select = f"SELECT seq, kind FROM entry WHERE seq > ? AND hour IS NULL AND kind NOT IN ({marks}) LIMIT 1"
    found = first_row(connection, select, (seq, *silent))
    if found is not None:
        number, kind = found
        raise Outdated(
            f"{kind} was stated meanwhile (entry {number}), so nothing was written; look at it and try again"
        )


def last_seq(connection: Connection) -> int:
    """Number of the newest entry; 0 before the first."""
    row = first_row(connection, "SELECT seq FROM sqlite_sequence WHERE name = 'entry'")
    return int(row[0]) if row else 0


def take(arrivals: Arrivals, which: Mask | NDArray[np.intp] | slice) -> Arrivals:
    """The arrivals `which` selects: a mask bool[N], positions, or a slice."""
    return arrivals.take(which)


def runs(channel: Channels) -> bytes:
    """Sorted channel numbers as runs of consecutive ones: pairs (first, last), int32 little-endian."""
    if len(channel) > 0 and channel[0] == channel[-1]:
        return struct.pack("<2i", channel[0], channel[0])
    steps = np.flatnonzero(np.diff(channel.astype(np.int64)) > 1)
    first = np.append(channel[:1], channel[steps + 1])
    last = np.append(channel[steps], channel[-1:])
    return np.stack([first, last], axis=1).astype("<i4").tobytes()


def shares(present: bytes, channels: Channels) -> bool:
    """Whether any of `channels` is among those `present` in an entry, as its row says.

    Yes where that is damaged: whoever looks finds out.
    """
    if len(present) % _RUN:
        return True
    if len(present) == _RUN:
        first, last = struct.unpack("<2i", present)
        at = int(channels.searchsorted(first))
        return at < len(channels) and bool(channels[at] <= last)
    pairs = np.frombuffer(present, "<i4").reshape(-1, 2)
    run = np.searchsorted(pairs[:, 0], channels, side="right") - 1
    return bool(((run >= 0) & (channels <= pairs[run, 1])).any())


def channels_named(connection: Connection) -> set[int]:
    """Numbers of all channels that have readings which are not archived, as the rows of entries say.

    What is damaged is left out: whoever looks finds out.
    """
    found = set[int]()
    for (present,) in all_rows(connection, "SELECT DISTINCT channels FROM entry WHERE hour IS NOT NULL"):
        if len(present) % _RUN == 0:
            for first, last in struct.iter_unpack("<2i", present):
                found.update(range(first, last + 1) if last - first < MOST_IN_A_RUN else ())
    return found


def _add(connection: Connection, row: _Row) -> int:
    connection.execute(
        f"INSERT INTO entry ({_FIELDS}, crc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, _crc(row))
    )
    return connection.last_insert_rowid()


def _crc(row: _Row) -> int:
    hour = 0 if row.hour is None else row.hour
    numbers = struct.pack("<5q", row.committed_ns, hour, row.first_ns, row.last_ns, row.readings)
    crc = zlib.crc32(numbers, zlib.crc32(row.kind.encode()))
    return zlib.crc32(row.body, zlib.crc32(row.channels, crc))


def _or_nothing(damaged: Damaged | None, name: Callable[[int], str], seq: int, *stored: Any) -> Entry:
    """With a list of what is damaged, a statement that is goes there, and says nothing."""
    try:
        return _entry(name, seq, *stored)
    except JournalError:
        crc, kind, *rest = stored
        row = _Row((kind or b"").decode("utf-8", "replace"), *rest)
        if damaged is None or row.hour is not None or _is_intact(crc, row):
            raise
        damaged.add_statement(DamagedStatement(seq, row.kind, row.committed_ns or 0))
        return Entry(seq, row.kind, row.committed_ns or 0, None, None)


def _entry(name: Callable[[int], str], seq: int, crc: int, kind: bytes | None, *rest: Any) -> Entry:
    row = _Row((kind or b"").decode("utf-8", "replace"), *rest)
    if not _is_intact(crc, row):
        raise _damaged(seq, "its checksum does not match")
    if row.kind != READINGS:
        return Entry(seq, row.kind, row.committed_ns, None, _statement(name(seq), seq, row), len(row.body))
    try:
        return Entry(seq, row.kind, row.committed_ns, columns.decode(row.body), None)
    except JournalError as error:
        raise _damaged(seq, str(error)) from error


def _statement(name: str, seq: int, row: _Row) -> Statement:
    try:
        return from_row(row.kind, of_json(row.body), name, row.committed_ns)
    except StatementError as error:
        raise JournalError(f"journal entry {seq}: {error}") from error


def _is_intact(crc: int, row: _Row) -> bool:
    try:
        return _crc(row) == crc
    except (struct.error, TypeError):  # a value is not there any more
        return False


def _damaged(seq: int, why: str) -> JournalError:
    return JournalError(
        f"journal entry {seq} is damaged: {why}; stop the gateway, copy the file and restore a backup"
    )
