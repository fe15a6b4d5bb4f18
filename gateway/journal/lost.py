"""A journal that is gone, or empty, while its archive is still there: nobody begins a new one in silence.

A new journal would know nothing of the readings, alarms and units of before.
"""

from __future__ import annotations

from pathlib import Path

from gateway.errors import JournalError
from gateway.journal import index_seal, schema
from gateway.journal.archive import FOLDER
from gateway.journal.damaged import Damaged
from gateway.journal.database import Connection
from gateway.journal.failures import explained
from gateway.text import counted


def refuse_lost(path: Path) -> None:
    """Raises JournalError."""
    if gone := lost(path):
        raise JournalError(gone)


def opened_reading(path: Path, damaged: Damaged | None) -> Connection:
    """Raises JournalError also where entries may not be found; with `damaged` that is told there."""
    refuse_lost(path)
    connection = schema.open_reading(path)
    with explained(path):
        found = index_seal.hidden_entries(connection)
    if found and damaged is None:
        connection.close()
        raise JournalError(found)
    if found and damaged is not None:
        damaged.hidden = found
    return connection


def lost(path: Path) -> str:
    """What is wrong, and what to do; empty where the journal is there, or there never was one."""
    try:
        if path.exists() and path.stat().st_size > 0:
            return ""
    except PermissionError:  # whoever may not look is told so by what opens it
        return ""
    files = sum(1 for _ in (path.parent / FOLDER).glob("*.parquet*"))
    if not files:
        return ""
    what = "is empty" if path.exists() else "is not there"
    return (
        f"journal {path} {what}, but the archive beside it has {counted(files, 'file')} of an earlier "
        "journal. Restore a backup (`cryogate journal restore`); or, to begin anew, move the folder "
        f"{path.parent / FOLDER} away"
    )
