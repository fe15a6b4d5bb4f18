"""Locks on files and folders that end with the process, however it ends (flock(2)).

Whoever may read a folder may lock it, and keep it. So nobody waits for a lock without an end.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gateway.errors import InputError

PATIENCE_S: Final = 5.0  # what is done under a lock of a folder takes milliseconds
LOOKED_AT_S: Final = 0.5  # who only looks whether it is held lets it go at once
_AGAIN_S: Final = 0.02


def taken(descriptor: int, within_s: float = 0.0) -> bool:
    """Whether the open file is locked by this process alone from now on, until the descriptor is closed."""
    until = time.monotonic() + within_s
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(_AGAIN_S)
        else:
            return True


@contextmanager
def alone_in(folder: Path, within_s: float = PATIENCE_S) -> Iterator[None]:
    """Nobody else who asks for it makes, changes or removes anything in the folder meanwhile.

    Raises InputError where another process keeps the lock, OSError where the folder cannot be opened.
    """
    descriptor = opened(folder)
    try:
        if not taken(descriptor, within_s):
            raise InputError(
                f"another process keeps {folder} locked, nothing was done: try again; if it stays so,"
                f" see who it is (lsof {folder})"
            )
        yield
    finally:
        os.close(descriptor)


def opened(folder: Path) -> int:
    """To be locked. Raises OSError."""
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
