"""Who may read what is stored: the user of the gateway and its group, nobody else; umask takes away more."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

FILE: Final = 0o640  # names of people and products are in it
FOLDER: Final = 0o750


def opener(path: str, flags: int) -> int:
    """For open(): what it creates has these rights."""
    return os.open(path, flags, FILE)


def make_file(path: Path) -> None:
    """An empty file, where there is none. Where that fails, whoever opens it next says why.

    Never by opening it: closing a file ends the locks that this process has on it (POSIX), SQLite's too.
    """
    with suppress(OSError):
        os.mknod(path, stat.S_IFREG | FILE)
