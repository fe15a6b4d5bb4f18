"""Whether the file system still writes, asked after each commit and before anybody hears of it.

Where ext4 turns read-only at an error of the disk, fdatasync(2) sometimes answers 0 for what it did not
write: it looks for the error, waits for the blocks, and is not told when their new extents cannot be noted
any more. From then on the file system refuses every change that needs its own log, such as another size of a
file. `python -m benchmarks.read_only_disk` counts how often, with and without this question.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from gateway.errors import JournalError
from gateway.journal.failures import files_explained


class StillWritten:
    """A file without a name, beside the journal."""

    def __init__(self, folder: Path) -> None:
        """Raises JournalError where nothing can be created there."""
        with files_explained(folder):
            self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115
        self._size = 0
        self._folder = folder

    def check(self) -> None:
        """Raises JournalError where the file system does not write any more."""
        self._size ^= 1
        try:
            os.ftruncate(self._file.fileno(), self._size)
        except OSError as error:
            raise JournalError(
                f"{self._folder}: {error.strerror}; the file system went read-only while the journal was "
                "written, so nothing of it counts; check the disk (dmesg), mount it again and start"
            ) from error

    def close(self) -> None:
        self._file.close()
