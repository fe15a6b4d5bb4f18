"""Other processes of this machine, as far as this user may see: who they are, and what they hold."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gateway.dataclass import dataclass

PROCESSES: Final = Path("/proc")
LOCKS: Final = PROCESSES / "locks"
LONGEST_COMMAND: Final = 80  # characters


@dataclass(frozen=True, slots=True)
class Process:
    """One process; `command` is what it was started with, or its name where that cannot be seen."""

    pid: int
    command: str

    def __str__(self) -> str:
        return f"process {self.pid} ({self.command})"


def users_of(device: Path) -> list[Process]:
    """Those that have a device open, this one left out."""
    target = device.resolve()
    return [_process(pid) for pid in _all() if pid != os.getpid() and _holds(pid, target)]


def holder_of_lock(path: Path) -> Process | None:
    """Who has locked a file with flock(2), where the kernel tells (proc(5), /proc/locks)."""
    try:
        inode, locks = path.stat().st_ino, LOCKS.read_text().splitlines()
    except OSError:
        return None
    for line in locks:
        fields = line.split()
        if "FLOCK" in fields and fields[-3].rpartition(":")[2] == str(inode) and fields[-4].isdecimal():
            return _process(int(fields[-4]))
    return None


def _all() -> Iterator[int]:
    return (int(entry.name) for entry in PROCESSES.iterdir() if entry.name.isdecimal())


def _process(pid: int) -> Process:
    folder = PROCESSES / str(pid)
    try:
        words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
        command = " ".join(words).strip() or (folder / "comm").read_text().strip()
    except OSError:  # gone meanwhile
        command = "gone meanwhile"
    return Process(pid, command[:LONGEST_COMMAND])


def _holds(pid: int, target: Path) -> bool:
    try:
        return any(entry.readlink() == target for entry in (PROCESSES / str(pid) / "fd").iterdir())
    except OSError:  # another user's, or gone meanwhile
        return False
