"""How much room the disk has left, and for how many days it lasts at the pace of the past."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.journal.journal import Journal
from gateway.model import SECOND

DAY_NS: Final = 86_400 * SECOND
LEAST_AGE_NS: Final = DAY_NS // 24  # a journal younger than an hour says nothing about its pace


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes of the disk that holds the data folder, and what the folder takes of it."""

    free_bytes: int
    total_bytes: int
    used_bytes: int
    days_left: float | None  # None: too young to tell
    is_low: bool  # fewer are free than the configuration wants


def room(folder: Path, since_ns: int | None, now_ns: int, low_bytes: int) -> Room:
    """`since_ns`: when the folder began to fill. Raises OSError."""
    disk = os.statvfs(folder)
    free_bytes = disk.f_bavail * disk.f_frsize
    used_bytes = sum(_size(path) for path in folder.rglob("*"))
    days_left = None
    if since_ns is not None and now_ns - since_ns > LEAST_AGE_NS and used_bytes > 0:
        days_left = free_bytes / used_bytes * (now_ns - since_ns) / DAY_NS
    return Room(free_bytes, disk.f_blocks * disk.f_frsize, used_bytes, days_left, free_bytes < low_bytes)


def began_ns(journal: Journal) -> int | None:
    """When the first entry of the journal was committed; None before that."""
    first = journal.entries(0, 1)
    return first[0].committed_ns if first else None


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:  # gone meanwhile
        return 0
