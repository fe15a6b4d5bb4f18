"""Other processes of this machine, as far as this user may see: who they are, and what they hold."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
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


def holders_beside(path: Path) -> Iterator[tuple[Process, Path]]:
    """Who has a file of this name open in another folder beside its own, and which one: what was `data/lock`
    is `data.old/lock` for whoever had it open before the folder was renamed."""
    for pid in _all():
        for held in set(_held(pid)) if pid != os.getpid() else ():
            if held.name == path.name and held.parent.parent == path.parent.parent.resolve():
                yield _process(pid), held


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
    return target in _held(pid)


def _held(pid: int) -> Iterator[Path]:
    """What a process has open; nothing of another user's."""
    with suppress(OSError):  # not ours to see, or gone meanwhile
        for entry in (PROCESSES / str(pid) / "fd").iterdir():
            yield entry.readlink()
