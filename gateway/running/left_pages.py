"""Pages that a killed gateway left behind: they go on answering, until the next gateway ends them.

Whoever answers for a gateway holds a lock in the data folder while it lives. The kernel names its holder,
so that no number of a process that is long gone stands in a file.
"""

from __future__ import annotations

import fcntl
import logging
import os
import select
import signal
import struct
from contextlib import suppress
from pathlib import Path
from typing import Final

from gateway.journal import rights

log = logging.getLogger(__name__)
LOCK: Final = "pages.lock"
OF_GATEWAY: Final = "--of-gateway"  # the option with which `run` starts them
GOODBYE_S: Final = 5.0  # answers that are under way get 3 s
FLOCK: Final = struct.Struct("hhqqi4x")  # struct flock of 64-bit Linux: type, whence, start, length, process


def hold(folder: Path) -> None:
    """Answer for the gateway of this folder until this process ends: called once somebody can ask. Raises
    OSError where another does."""
    descriptor = rights.secret_opener(str(folder / LOCK), os.O_RDWR | os.O_CREAT)
    fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def end_left_pages(folder: Path, goodbye_s: float = GOODBYE_S) -> None:
    """Whatever they do, they are gone afterwards; those of another user stay, and hold the port."""
    process = answering(folder)
    if process is None:
        return
    with suppress(ProcessLookupError, PermissionError):  # it ended meanwhile, or is not ours
        handle = os.pidfd_open(process)
        try:
            if answering(folder) == process:  # nobody else got its number
                log.info("process %d answers for a gateway that is gone; it makes room", process)
                _end(handle, goodbye_s)
        finally:
            os.close(handle)


def answering(folder: Path) -> int | None:
    """The process that answers for a gateway of this folder: it holds the lock."""
    try:
        descriptor = os.open(folder / LOCK, os.O_RDWR)
    except OSError:  # none was ever held, or it is not ours
        return None
    try:
        asked = FLOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        kind, _, _, _, process = FLOCK.unpack(fcntl.fcntl(descriptor, fcntl.F_GETLK, asked))
    except OSError:  # a file system without locks
        return None
    finally:
        os.close(descriptor)
    return process if kind != fcntl.F_UNLCK and _answers_for_a_gateway(process) else None


def _answers_for_a_gateway(process: int) -> bool:
    """On a network file system the number may be one of another machine."""
    try:
        return OF_GATEWAY.encode() in Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False


def _end(handle: int, goodbye_s: float) -> None:
    for number, patience_s in ((signal.SIGTERM, goodbye_s), (signal.SIGKILL, None)):
        signal.pidfd_send_signal(handle, number)
        if select.select([handle], [], [], patience_s)[0]:
            return
