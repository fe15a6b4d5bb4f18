"""What SQLite or the file system could not do, as an error that says what the operator does next."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.errors import JournalError, JournalFull

_NEXT = {
    sqlite3.SQLITE_BUSY: "another process holds it; see which one (fuser) and end it if it hangs",
    sqlite3.SQLITE_LOCKED: "another process holds it; see which one (fuser) and end it if it hangs",
    sqlite3.SQLITE_NOTADB: "it is not a journal; check the path, or put the file aside and restore a backup",
    sqlite3.SQLITE_CORRUPT: "the file is damaged; stop the gateway, copy the file and restore a backup",
    sqlite3.SQLITE_CANTOPEN: "check that its folder exists and that this user may write there",
    sqlite3.SQLITE_READONLY: "check that this user may write the file and the disk is not read-only",
    sqlite3.SQLITE_PERM: "check that this user may write the file and its folder",
    sqlite3.SQLITE_IOERR: "the disk failed to read or write; check its health and its cable (dmesg)",
}
_PRIMARY = 0xFF  # the low byte of SQLite's extended result codes


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turns any sqlite3.Error into JournalFull or JournalError about the journal at `path`."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY  # 0: an error of the module, not the library
        if code == sqlite3.SQLITE_FULL:
            raise JournalFull(f"no room for the journal {path}; free some on its disk") from error
        advice = _NEXT.get(code)
        raise JournalError(f"journal {path}: {error}" + (f"; {advice}" if advice else "")) from error


@contextmanager
def files_explained(folder: Path) -> Iterator[None]:
    """Turns an OSError into a JournalError that names the file and says what to look at."""
    try:
        yield
    except OSError as error:
        what = error.filename or folder
        raise JournalError(
            f"{what}: {error.strerror}; check the path, its rights and the room on the disk"
        ) from error
