"""One transaction: all of it, or none of it; and one look at the database as it was at one moment."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from gateway.journal.database import BusyError, Connection

_POLL_S: Final = 0.001  # SQLite itself waits up to 0.1 s between looks, and then may never find a gap


@contextmanager
def transaction(connection: Connection) -> Iterator[None]:
    """Commit what is written inside; whatever goes wrong, nothing of it stays. Waits for other writers."""
    connection.execute("BEGIN IMMEDIATE")
    with _until_committed(connection):
        yield


@contextmanager
def in_a_gap(connection: Connection, timeout_s: float) -> Iterator[None]:
    """A transaction between those of a writer that hardly pauses; `connection` has a busy timeout of 0."""
    deadline_s = time.monotonic() + timeout_s
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
            break
        except BusyError:
            if time.monotonic() > deadline_s:
                raise
            time.sleep(_POLL_S)
    with _until_committed(connection):
        yield


@contextmanager
def snapshot(connection: Connection) -> Iterator[None]:
    """Whatever is read inside is as of one moment, however others write. Inside a transaction: as of that."""
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN")
    try:
        yield
    finally:
        if connection.in_transaction:
            connection.execute("COMMIT")


@contextmanager
def _until_committed(connection: Connection) -> Iterator[None]:
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:  # after a full disk SQLite has ended it by itself
            connection.execute("ROLLBACK")
