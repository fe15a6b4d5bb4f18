"""What SQLite or the file system could not do, as an error that says what the operator does next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from gateway.errors import JournalError, JournalFull
from gateway.journal.database import Error

_HELD = "another process holds it; see which one (fuser) and end it if it hangs"
_DAMAGED = "the file is damaged; stop the gateway, copy the file and restore a backup"
_NEXT = {
    apsw.SQLITE_BUSY: _HELD,
    apsw.SQLITE_LOCKED: _HELD,
    apsw.SQLITE_NOTADB: "it is not a journal; check the path, or put the file aside and restore a backup",
    apsw.SQLITE_CORRUPT: _DAMAGED,
    apsw.SQLITE_CANTOPEN: "check that its folder exists, this user may write there, and it is not read-only",
    apsw.SQLITE_READONLY: "check that this user may write the file and the disk is not read-only",
    apsw.SQLITE_PERM: "check that this user may write the file and its folder",
    apsw.SQLITE_IOERR: "the disk failed to read or write; check its health and its cable (dmesg)",
}
_PRIMARY = 0xFF  # the low byte of SQLite's extended result codes


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turns any Error of SQLite into JournalFull or JournalError about the journal at `path`."""
    try:
        yield
    except Error as error:
        code = getattr(error, "extendedresult", 0)  # 0: an error of the module, not the library
        if code & _PRIMARY == apsw.SQLITE_FULL:
            raise JournalFull(f"no room for the journal {path}; free some on its disk") from error
        advice = _NEXT.get(code & _PRIMARY)
        what = f"journal {path}: {_words(error, code)}"
        raise JournalError(f"{what}; {advice}" if advice else what) from error
    except UnicodeDecodeError as error:  # where a checksum can name the entry, bytes are read instead
        raise JournalError(f"journal {path}: {error}; {_DAMAGED}") from error


def is_damage(error: JournalError) -> bool:
    """Whether SQLite said that the file is damaged, or none of its own: not that it cannot be reached now."""
    code = getattr(error.__cause__, "extendedresult", 0) & _PRIMARY
    return code in (apsw.SQLITE_CORRUPT, apsw.SQLITE_NOTADB)


def _words(error: Error, code: int) -> str:
    """With SQLite's name for what exactly failed, where it has one."""
    exactly = apsw.mapping_extended_result_codes.get(code)
    if code > _PRIMARY and isinstance(exactly, str):
        return f"{error} ({exactly})"
    plain = apsw.mapping_result_codes.get(code & _PRIMARY)
    return str(plain) if str(error) == "not an error" and plain is not None else str(error)


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
