"""Whether a commit is possible now, asked by who would not notice otherwise: an idle gateway writes nothing.

Two pages are written and synced beside the journal, in a file without a name, and the lock of the journal is
taken for a moment. Nothing of it is left, however the process ends.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

from gateway.errors import JournalError
from gateway.journal import schema
from gateway.journal.failures import explained, files_explained
from gateway.journal.in_place import InPlace
from gateway.journal.transaction import transaction

PAGES: Final = bytes(8192)  # as much room as a small commit takes


class Probe:
    """Has a connection of its own; used by one thread."""

    def __init__(self, path: Path) -> None:
        """Raises JournalError."""
        self._path = path
        self._connection = schema.open_writing(path)
        self._in_place = InPlace(path)

    def problem(self) -> str:
        """Why nothing could be stored now; empty where it could. Waits as long as a disk that hangs does."""
        try:
            self._in_place.check()
            _write(self._path.parent)
            with explained(self._path), transaction(self._connection):
                pass
        except JournalError as error:
            return str(error)
        return ""

    def close(self) -> None:
        with explained(self._path):
            self._connection.close()


def _write(folder: Path) -> None:
    with files_explained(folder), tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        file.write(PAGES)
        os.fsync(file.fileno())
