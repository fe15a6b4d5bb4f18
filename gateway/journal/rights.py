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
OF_DATABASES: Final = (*DATABASES, *(f"{name}-{part}" for name in DATABASES for part in ("wal", "shm")))
NO_FOLDERS: Final = (*OF_DATABASES, "lock", "control.sock")
ARCHIVE: Final = "archive"  # the folder
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
        there = next(path for path in (folder, *folder.parents) if os.path.lexists(path))
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        yield f"{str(folder)[:200]!r} cannot be a folder: {why}"
        return
    if leads := leads_nowhere(there):
        yield leads
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
    yield from misplaced(folder)
    for path in (folder / name for name in KEPT):
        if path.exists() and not os.access(path, os.R_OK | os.W_OK):
            yield f"{path} cannot be written by {pwd.getpwuid(os.geteuid()).pw_name}"


def misplaced(folder: Path) -> Iterator[str]:
    """What stands in a data folder where a file has to be, and keeps a gateway from its start."""
    for name in NO_FOLDERS:
        path = folder / name
        if path.is_dir():
            yield f"{path} is a folder; move it away"
        elif name != "control.sock" and (leads := leads_nowhere(path)):
            yield leads
        elif name in OF_DATABASES and (other := no_database(path)):
            yield other


def no_database(path: Path) -> str:
    """What SQLite would wait for without an end, or call a disk that fails; empty of anything else."""
    is_other = path.exists() and not path.is_file() and not path.is_dir()
    return f"{path} is a pipe, a device or the like; move it away" if is_other else ""


def no_archive(folder: Path) -> Iterator[str]:
    """The same of the archive: a gateway starts, and its journal grows."""
    path = folder / ARCHIVE
    if leads := leads_nowhere(path):
        yield leads
    elif path.exists() and not path.is_dir():
        yield f"{path} is not a folder; move it away, or nothing is archived and the journal grows"


def leads_nowhere(path: Path) -> str:
    """What is wrong with a link whose target is not there; empty of anything else."""
    if not path.is_symlink() or path.exists():
        return ""
    return f"{path} is a link to {path.readlink()}, which is not there; mount its disk, or remove the link"
