"""Who may read what is stored: the user of the gateway and its group, nobody else; umask takes away more.

Whatever the gateway and its commands create, they create here (tests/test_house.py).
"""

from __future__ import annotations

import os
import pwd
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

FILE: Final = 0o640  # names of people and products are in it
SECRET: Final = 0o600  # a key: whoever has it can act as others
FOLDER: Final = 0o750
DATABASES: Final = ("journal.sqlite", "records.sqlite")
KEPT: Final = (*DATABASES, "lock")  # files of a data folder
NO_FOLDERS: Final = (
    *KEPT,
    *(f"{name}-{part}" for name in DATABASES for part in ("wal", "shm")),
    "control.sock",
)
"""Names in a data folder that cannot be those of folders: no gateway starts then."""


def opener(path: str, flags: int) -> int:
    """For open(): what it creates has these rights."""
    return os.open(path, flags, FILE)


def secret_opener(path: str, flags: int) -> int:
    """The same for what the user of the gateway alone may read."""
    return os.open(path, flags, SECRET)


def make_file(path: Path, mode: int = FILE) -> None:
    """An empty file, where there is none. Where that fails, whoever opens it next says why.

    Never by opening it: closing a file ends the locks that this process has on it (POSIX), SQLite's too.
    """
    with suppress(OSError):
        os.mknod(path, stat.S_IFREG | mode)


def keep_secret(path: Path) -> None:
    """Take away what others got since, e.g. by a copy. Raises OSError."""
    if stat.S_IMODE(path.stat().st_mode) & ~SECRET:
        path.chmod(SECRET)


def make_folder(folder: Path) -> None:
    """A folder, where there is none, and those above it that are missing. Raises OSError."""
    try:
        folder.mkdir(FOLDER, exist_ok=True)
    except FileNotFoundError:
        if folder.parent == folder:
            raise
        make_folder(folder.parent)
        folder.mkdir(FOLDER, exist_ok=True)


def unusable(folder: Path) -> Iterator[str]:
    """Why no gateway can keep its data in a folder, by the user who asks."""
    try:
        there = next(path for path in (folder, *folder.parents) if path.exists())
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        yield f"{str(folder)[:200]!r} cannot be a folder: {why}"
        return
    if not there.is_dir():
        yield f"{there} is no folder"
        return
    if not os.access(there, os.W_OK | os.X_OK):
        yield f"{there} cannot be written by {pwd.getpwuid(os.geteuid()).pw_name}"
        return
    try:
        with tempfile.TemporaryFile(dir=there):  # without a name, where the file system can
            pass
    except OSError as error:  # not every file system says so in its rights
        yield f"no file can be made in {there}: {error.strerror}"
        return
    for name in NO_FOLDERS:
        path = folder / name
        if path.is_dir():
            yield f"{path} is a folder; move it away"
        elif name in KEPT and path.exists() and not os.access(path, os.R_OK | os.W_OK):
            yield f"{path} cannot be written by {pwd.getpwuid(os.geteuid()).pw_name}"
