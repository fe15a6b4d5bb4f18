"""The chain: every commit is linked to all that came before it by a keyed hash.

Checksums find what broke by itself. Whoever can write the database can compute them anew; the links need a
key that is not in it, so that an entry that was changed, left out, put in or moved is found by `verify`.
A digest runs over the entries in their order, and a link vouches for it at the end of a commit:

    digest   SHA-256 of the digest before and of the next entry, entry by entry
    mac      HMAC-SHA-256 (RFC 2104) under the key, of the link's number, its last entry and the digest there

What was committed before the first link is not vouched for. Entries are hashed by what they say, not by how
they are stored, so that links hold for readings that have moved to the archive, too; of the links within an
archived file one stays. Cut off at its end, a chain is sound: compare the head with one noted elsewhere.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Sequence
from typing import Final

import numpy as np

from gateway.dataclass import dataclass
from gateway.journal.database import Connection, all_rows, first_row
from gateway.model import Arrivals

SCHEMA: Final = """CREATE TABLE link (
    number INTEGER PRIMARY KEY,  -- 0: where the chain begins, without an entry of its own
    last_seq INTEGER NOT NULL,   -- the last entry that it vouches for
    digest BLOB NOT NULL,        -- of all entries from the beginning of the chain up to that one
    key BLOB NOT NULL,           -- which key it is made with: its fingerprint
    mac BLOB NOT NULL
)"""
START: Final = bytes(32)  # the digest of nothing
_FIELDS: Final = "number, last_seq, digest, key, mac"
# Whatever damage made of a row, it is read: commits go on, and `verify` says what is wrong.
_STORED: Final = (
    "number, coalesce(CAST(last_seq AS INTEGER), 0), coalesce(CAST(digest AS BLOB), x''), "
    "coalesce(CAST(key AS BLOB), x''), coalesce(CAST(mac AS BLOB), x'')"
)


@dataclass(frozen=True, slots=True)
class Link:
    """One row."""

    number: int
    last_seq: int
    digest: bytes
    key: bytes
    mac: bytes

    @property
    def head(self) -> str:
        """To be noted elsewhere: the entry, and what was there."""
        return f"{self.last_seq}:{self.digest.hex()[:32]}"


class Chain:
    """Makes links under one key, and knows those that were made with it."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.fingerprint = hashlib.sha256(b"cryogate chain key" + key).digest()[:8]

    def add(self, connection: Connection, added: Sequence[tuple[int, bytes]]) -> None:
        """Link the entries of a commit, number and hash of each in order. Inside its transaction."""
        if not added:
            return
        last = newest(connection)
        if last is None:
            last = self._put(connection, 0, added[0][0] - 1, START)
        self._put(connection, last.number + 1, added[-1][0], ran_over(last.digest, [one for _, one in added]))

    def made(self, link: Link) -> bool:
        """Whether a link is as it was made with this key."""
        return hmac.compare_digest(link.mac, self._mac(link.number, link.last_seq, link.digest))

    def _put(self, connection: Connection, number: int, last_seq: int, digest: bytes) -> Link:
        link = Link(number, last_seq, digest, self.fingerprint, self._mac(number, last_seq, digest))
        row = (link.number, link.last_seq, link.digest, link.key, link.mac)
        connection.execute(f"INSERT INTO link ({_FIELDS}) VALUES (?, ?, ?, ?, ?)", row)
        return link

    def _mac(self, number: int, last_seq: int, digest: bytes) -> bytes:
        said = b"cryogate link 1" + struct.pack("<2q", number, last_seq) + digest
        return hmac.digest(self._key, said, "sha256")


def ran_over(digest: bytes, hashes: Sequence[bytes]) -> bytes:
    """The running digest, once it ran over these entries."""
    for one in hashes:
        digest = hashlib.sha256(digest + one).digest()
    return digest


def of_readings(seq: int, committed_ns: int, arrivals: Arrivals) -> bytes:
    """The hash of an entry of readings, as they stand in it: sorted by (channel, time)."""
    samples = arrivals.samples
    value = np.where(np.isnan(samples.value), np.nan, samples.value)  # no value is one bit pattern
    columns = (
        samples.time.astype("<i8"),
        samples.channel.astype("<i4"),
        value.astype("<f8"),
        samples.quality.astype("u1"),
        arrivals.received.astype("<i8"),
        (arrivals.device_time - samples.time).astype("<i8"),
    )
    said = hashlib.sha256(b"readings" + struct.pack("<3q", seq, committed_ns, len(arrivals)))
    for column in columns:
        said.update(np.ascontiguousarray(column).data)
    return said.digest()


def of_statement(seq: int, committed_ns: int, at_ns: int, kind: str, body: bytes) -> bytes:
    """The hash of a statement, as it is stored."""
    name = kind.encode()
    head = b"statement" + struct.pack("<4q", seq, committed_ns, at_ns, len(name))
    return hashlib.sha256(head + name + body).digest()


def newest(connection: Connection, until_seq: int | None = None) -> Link | None:
    """The head of the chain, or of what vouches for entries up to one; None where nothing is linked."""
    newest_first = f"SELECT {_STORED} FROM link ORDER BY number DESC LIMIT 1"
    if until_seq is not None:
        newest_first = newest_first.replace("ORDER", "WHERE last_seq <= ? ORDER")
    row = first_row(connection, newest_first, () if until_seq is None else (until_seq,))
    return None if row is None else Link(*row)


def links(connection: Connection) -> list[Link]:
    """All that are left, in order."""
    return [Link(*row) for row in all_rows(connection, f"SELECT {_STORED} FROM link ORDER BY number")]


def thin(connection: Connection, first_seq: int, last_seq: int) -> None:
    """Of the links that end within an archived file only the last stays: it vouches for all of them."""
    inside = "number > 0 AND last_seq BETWEEN ? AND ?"
    connection.execute(
        f"DELETE FROM link WHERE {inside} AND number < (SELECT max(number) FROM link WHERE {inside})",
        (first_seq, last_seq, first_seq, last_seq),
    )
