"""Whether the file that is written is the one that has the name: a folder can be renamed, a disk unmounted.

SQLite goes on writing into a file that was moved away, where nobody finds what was acknowledged.
"""

from __future__ import annotations

from pathlib import Path

from gateway.errors import JournalError


class InPlace:
    """To be made as soon as the file is open."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._was = _identity(path)

    def check(self) -> None:
        """Raises JournalError where another file, or none, has the name by now."""
        now = _identity(self._path)
        if now != self._was:
            how = "is gone" if now is None else "is another file"
            raise JournalError(
                f"{self._path} {how}: its folder was moved, or its disk is not mounted any more, and nothing "
                "is acknowledged; put it back, or stop the gateway first and then move it"
            )


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
