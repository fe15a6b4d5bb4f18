"""One gateway per data folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gateway import locks
from gateway.errors import CryogateError
from gateway.journal import rights

LOCK: Final = "lock"
NEEDS_FOLDER: Final = "data_dir must be a folder in which this user may write"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """The folder is made; the lock ends with the process, however it ends. Raises CryogateError."""
    for what in rights.unusable(folder):
        raise CryogateError(f"gateway.data_dir: {what}; {NEEDS_FOLDER}")
    try:
        rights.make_folder(folder)
        descriptor = rights.opener(str(folder / LOCK), os.O_RDWR | os.O_CREAT)
    except OSError as error:
        raise CryogateError(f"{error.filename}: {error.strerror}; {NEEDS_FOLDER}") from error
    try:
        if not locks.taken(descriptor, locks.LOOKED_AT_S):
            raise CryogateError(f"another gateway already runs on {folder}; stop it first")
        yield
    finally:
        os.close(descriptor)
