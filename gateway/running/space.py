"""The disk: how much room it has, for how long that lasts, and a fault before it is full.

Two thresholds, because disks and rates differ: bytes left, and hours left at the present growth. What people
ask for is told by the pace since the folder began to fill.
"""

from __future__ import annotations

import shutil
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from gateway.alarming.faults import Fault, Undecided
from gateway.config.types import JournalOptions
from gateway.dataclass import dataclass
from gateway.journal.journal import Journal
from gateway.model import SECOND, Severity

SPACE: Final = "space"  # key of the fault
LOOK_EVERY_S: Final = 10.0
LOOKED_BACK: Final = 360  # looks: the growth of the last hour
SHORTEST_LOOK_BACK_S: Final = 600.0  # a log that grows to its usual size is no growth
RELIEF: Final = 1.1  # it is over when there is a tenth more than the threshold, or it would come and go
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
    disk = shutil.disk_usage(folder)
    used_bytes = sum(_size(path) for path in folder.rglob("*"))
    days_left = None
    if since_ns is not None and now_ns - since_ns > LEAST_AGE_NS and used_bytes > 0:
        days_left = disk.free / used_bytes * (now_ns - since_ns) / DAY_NS
    return Room(disk.free, disk.total, used_bytes, days_left, disk.free < low_bytes)


def began_ns(journal: Journal) -> int | None:
    """When the first entry of the journal was committed; None before that."""
    first = journal.entries(0, 1)
    return first[0].committed_ns if first else None


class SpaceWatch:
    """A check for the fault watch: asked once a second by one thread."""

    def __init__(
        self,
        folder: Path,
        options: JournalOptions,
        free_bytes: Callable[[], int] | None = None,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._options = options
        self._free_bytes = free_bytes or (lambda: shutil.disk_usage(folder).free)
        self._now_s = now_s
        self._free = 0  # bytes, at the last call
        self._looks: deque[tuple[float, int]] = deque(maxlen=LOOKED_BACK)  # when, bytes free
        self._is_low = False

    def __call__(self) -> Iterator[Fault | Undecided]:
        """The fault, while there is one."""
        try:
            now_s, self._free = self._now_s(), self._free_bytes()
        except OSError:  # the folder is gone: the pump says so, and nothing is known of the disk
            yield Undecided(SPACE)
            return
        if not self._looks or now_s - self._looks[-1][0] >= LOOK_EVERY_S:
            self._looks.append((now_s, self._free))
        self._is_low = self._is_short(RELIEF if self._is_low else 1.0)
        if self._is_low:
            yield Fault(SPACE, Severity.MAJOR, self._message())

    def hours_left(self) -> float:
        """At the growth of the last hour; infinite where nothing grows or too little is known."""
        (first_s, first), (last_s, last) = self._looks[0], self._looks[-1]
        if last_s - first_s < SHORTEST_LOOK_BACK_S or last >= first:
            return float("inf")
        return last / (first - last) * (last_s - first_s) / 3600

    def _is_short(self, by: float) -> bool:
        options = self._options
        return self._free < options.low_space_bytes * by or self.hours_left() < options.low_space_h * by

    def _message(self) -> str:
        hours = self.hours_left()
        lasts = f", enough for {hours:.0f} h at the present growth" if hours != float("inf") else ""
        return (
            f"{self._free / 1e6:,.1f} MB are left on the disk of {self._folder}{lasts}; make room: once it "
            "is full nothing more is acknowledged, and brokers and instruments have to keep their readings"
        )


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:  # gone meanwhile
        return 0
