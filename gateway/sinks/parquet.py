"""An archive of Parquet files in a folder, a part a day or hour: readable by anything that reads Parquet.

    readings/day=2026-01-05/part-000001.parquet     by the readings' own time, sorted by channel and time
    alarms/day=2026-01-05/part-000001.parquet       by when a change was recorded
    .open/000002.readings, .open/000002.alarms      what is written and not yet in a part

A part is written under a temporary name, synced and renamed. Late data is another part in its day's folder.
Exactly once: the number of the open part and the sizes of its files are the resume state; whatever a crash
left behind them is removed. What was open of a part that is closed is removed with the next write.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from gateway.alarms.change import AlarmChange
from gateway.dataclass import dataclass
from gateway.errors import LinkDown
from gateway.journal import rights
from gateway.model import SECOND, Arrivals
from gateway.sinks import Places, Written
from gateway.times import format_rfc3339

if TYPE_CHECKING:
    import pyarrow as pa

DAY_NS: Final = 86_400 * SECOND
PERIODS: Final = {"day": DAY_NS, "hour": 3600 * SECOND}
PARTS: Final = "*/day=*/*part-*.parquet"  # finished or not
ROW_GROUP: Final = 200_000  # readings: what a reader that wants one channel has to decode at most
PATH: Final = {"path": True, "writes": "folder"}


@dataclass(frozen=True, slots=True)
class Options:
    """`folder`: of this sink alone, created when missing."""

    folder: str = field(metadata=PATH)
    every: Literal["day", "hour"] = "day"  # UTC, of receipt: when a part is closed
    most_readings: int = 1_000_000  # in one part; a part that is closed is in memory

    def __post_init__(self) -> None:
        if not 1 <= self.most_readings <= 100_000_000:
            raise ValueError("most_readings must lie between 1 and 100 000 000")


@dataclass(frozen=True, slots=True)
class _Open:
    """The part that is not closed yet: its number, the sizes of its files, and when its readings came."""

    part: int = 1
    readings: int = 0  # bytes
    alarms: int = 0  # bytes
    period: int | None = None


class Sink:
    """See the contract in gateway.sinks."""

    def __init__(self, options: Options) -> None:
        from gateway.sinks import archive_tables  # noqa: F401 - with the gateway, not with the first use

        self._options = options
        self._folder = Path(options.folder)
        self._open = _Open()

    def resume(self, state: bytes | None) -> bytes:
        """Go on behind the last batch that counted; at first, behind the parts that the folder holds.

        Raises LinkDown, also where the folder does not hold what it did.
        """
        with self._explained():
            self._open = _Open(**json.loads(state)) if state else _Open(_last_part(self._folder) + 1)
            self._remove_closed()
            for path in self._folder.glob(PARTS):
                if _part_of(path) >= self._open.part:
                    path.unlink()
            for name, size in (("readings", self._open.readings), ("alarms", self._open.alarms)):
                self._check(self._path(name), size)
        return self._state()

    def write(self, arrivals: Arrivals, places: Places) -> Written:
        """Raises LinkDown when the folder cannot be written."""
        from gateway.sinks.archive_tables import ROW, to_rows  # with pyarrow; commands ask for Options alone

        period, before = int(arrivals.received.max()) // PERIODS[self._options.every], self._open.part
        with self._explained():
            self._remove_closed()
            if self._open.period is not None and period > self._open.period:
                self._close_part(places)
            size = self._append("readings", self._open.readings, to_rows(arrivals).tobytes())
            self._open = replace(self._open, readings=size, period=max(period, self._open.period or period))
            if size >= self._options.most_readings * ROW.itemsize:
                self._close_part(places)
        return Written(self._state(), is_binding=self._open.part != before)

    def write_alarms(self, changes: Sequence[AlarmChange]) -> Written:
        """Raises LinkDown when the folder cannot be written. They get into a part with the next readings."""
        lines = "".join(json.dumps(asdict(change)) + "\n" for change in changes)
        with self._explained():
            self._remove_closed()
            size = self._append("alarms", self._open.alarms, lines.encode())
        self._open = replace(self._open, alarms=size)
        return Written(self._state())

    def close(self) -> None:
        """No file stays open between writes."""

    def _state(self) -> bytes:
        return json.dumps(asdict(self._open)).encode()

    def _path(self, name: str) -> Path:
        return self._folder / ".open" / f"{self._open.part:06}.{name}"

    def _append(self, name: str, size: int, more: bytes) -> int:
        """Behind the first `size` bytes; the size afterwards."""
        path = self._path(name)
        rights.make_folder(path.parent)
        with open(path, "ab", opener=rights.opener) as file:
            file.truncate(size)
            file.write(more)
            file.flush()
            os.fsync(file.fileno())
        if size == 0:
            _sync_folder(path.parent)
        return size + len(more)

    def _close_part(self, places: Places) -> None:
        """Everything that is open, as one part in each day it is about."""
        from gateway.sinks.archive_tables import ROW, alarms_table, readings_table

        rows = np.fromfile(self._path("readings"), ROW, self._open.readings // ROW.itemsize)
        day = rows["time"] // DAY_NS
        for number in np.unique(day).tolist():
            self._put("readings", number, readings_table(rows[day == number], places))
        if self._open.alarms:
            text = self._path("alarms").read_bytes()[: self._open.alarms].decode()
            told = [AlarmChange(**json.loads(line)) for line in text.splitlines()]
            for number in sorted({change.recorded_ns // DAY_NS for change in told}):
                some = [change for change in told if change.recorded_ns // DAY_NS == number]
                self._put("alarms", number, alarms_table(some))
        self._open = _Open(self._open.part + 1)

    def _put(self, what: str, day: int, table: pa.Table) -> None:
        import pyarrow.parquet as pq

        from gateway.sinks.archive_tables import encoding

        folder = self._folder / what / f"day={format_rfc3339(day * DAY_NS)[:10]}"
        path = folder / f"part-{self._open.part:06}.parquet"
        rights.make_folder(folder)
        unfinished = path.with_name(f".{path.name}")
        with open(unfinished, "wb", opener=rights.opener) as file:
            pq.write_table(table, file, row_group_size=ROW_GROUP, **encoding(table))
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
        for changed in (folder, folder.parent, self._folder):
            _sync_folder(changed)

    def _remove_closed(self) -> None:
        """Files that are open and not of this part: that one is closed and counts, or never counted."""
        for path in self._folder.glob(".open/*"):
            if path.stem != f"{self._open.part:06}":
                path.unlink()

    def _check(self, path: Path, size: int) -> None:
        if size > (path.stat().st_size if path.exists() else 0):
            raise LinkDown(
                f"{path}: lacks readings that are in no part yet; put the folder back as it was, or give the "
                "sink another name and an empty folder: then it writes everything again"
            )

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise LinkDown(f"{self._folder}: {error.strerror}; check the path and the disk") from error


def _last_part(folder: Path) -> int:
    return max((_part_of(path) for path in folder.glob(PARTS)), default=0)


def _part_of(path: Path) -> int:
    number = path.stem.rpartition("-")[2]
    return int(number) if number.isdigit() else 0


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
