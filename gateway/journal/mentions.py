"""Which statements speak of what: an index from names to entries, so that nobody has to read them all.

It follows from the statements alone, and is written with them. Names are kept as 64-bit hashes of their
capitals, so that an entry found by it is looked at again by whoever asked. Names are what a statement is
about, the id that its sender gave it, and the id of what it corrects or withdraws.
"""

from __future__ import annotations

import hashlib
import heapq
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from gateway.dataclass import dataclass
from gateway.journal import entries
from gateway.journal.damaged import Damaged
from gateway.journal.database import Connection, all_rows, first_row
from gateway.journal.entries import Entry
from gateway.journal.identity import identities, name_of
from gateway.statements import Statement
from gateway.statements.effect import target_of
from gateway.statements.kinds import about

SCHEMA: Final = """CREATE TABLE mention (
    name INTEGER NOT NULL,          -- hash of the name
    seq INTEGER NOT NULL,           -- the statement's entry
    PRIMARY KEY (name, seq)
) WITHOUT ROWID"""
PAGE: Final = 500
_OF_A_JOURNAL: Final = re.compile(r"[0-9A-Z]{8}-(\d{1,18})")
_THERE: Final = "SELECT 1 FROM mention WHERE name = ? AND seq = ?"
_AHEAD: Final = "SELECT seq FROM mention WHERE name = ? AND seq > ? ORDER BY seq LIMIT ?"


@dataclass(frozen=True, slots=True)
class Ready:
    """A statement as it is to be stored, and the hashes of the names that it speaks of."""

    statement: Statement
    body: bytes
    names: tuple[int, ...]


def ready(statement: Statement) -> Ready:
    """What takes time, while nobody has to wait. Raises ValueError or TypeError at what is no plain JSON."""
    return Ready(statement, entries.body_of(statement), _hashes(statement))


def add(connection: Connection, ready: Ready, committed_ns: int) -> int:
    """Append a statement; its number."""
    seq = entries.add_statement(connection, ready.statement, ready.body, committed_ns)
    _lead_to(connection, seq, ready.names)
    return seq


def fill(connection: Connection) -> None:
    """Of all statements that there are; one that is damaged speaks of nothing."""
    name, damaged = name_of(identities(connection)), Damaged()
    for kind in entries.kinds(connection):
        seq = 0
        while page := entries.of_kind(connection, kind, seq, PAGE, damaged):
            for entry in page:
                if entry.statement is not None:
                    names = _hashes(_as_given(entry.statement, name(entry.seq)))
                    _lead_to(connection, entry.seq, names)
            seq = page[-1].seq


def naming(
    connection: Connection, name: str, seq: int, damaged: Damaged | None = None
) -> Iterator[tuple[int, Statement]]:
    """Statements behind entry `seq` that speak of `name`, or have it for id, with their numbers, in order.

    Names that look alike to the index are among them. Raises JournalError at a damaged one.
    """
    numbers = heapq.merge(_own(name, seq), _indexed(connection, name, seq))
    for entry in entries.statements_numbered(connection, numbers, damaged):
        if entry.statement is not None:
            yield entry.seq, entry.statement


def unnamed(connection: Connection, entry: Entry, own_id: str) -> bool:
    """Whether the index does not lead to a statement by every name that it speaks of."""
    if entry.statement is None:
        return False
    names = _hashes(_as_given(entry.statement, own_id))
    return any(first_row(connection, _THERE, (name, entry.seq)) is None for name in names)


def _own(name: str, seq: int) -> list[int]:
    """The number in an id that a journal gave."""
    match = _OF_A_JOURNAL.fullmatch(name.upper())
    return [int(match[1])] if match and int(match[1]) > seq else []


def _indexed(connection: Connection, name: str, seq: int) -> Iterator[int]:
    while page := all_rows(connection, _AHEAD, (_hash(name), seq, PAGE)):
        yield from (number for (number,) in page)
        seq = page[-1][0]


def _lead_to(connection: Connection, seq: int, names: tuple[int, ...]) -> None:
    insert = "INSERT OR IGNORE INTO mention VALUES (?, ?)"
    connection.executemany(insert, [(name, seq) for name in names])


def _hashes(statement: Statement) -> tuple[int, ...]:
    """Of all names that it speaks of; its `id` is empty unless its sender gave one."""
    names = {*about(statement), statement.id, target_of(statement)} - {""}
    return tuple(sorted(map(_hash, names)))


def _as_given(statement: Statement, own_id: str) -> Statement:
    """As it was before the journal named it."""
    return replace(statement, id="") if statement.id == own_id else statement


def _hash(name: str) -> int:
    digest = hashlib.blake2b(name.upper().encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)
