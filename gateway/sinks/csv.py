"""Readings as CSV files, one per UTC day of receipt: the plainest copy there is.

Exactly once: the size of each file after a batch is part of the resume state, and whatever a crash left
behind it is cut off before the batch is written again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from gateway.errors import LinkDown
from gateway.model import SECOND, Arrivals, Quality
from gateway.sinks import Places, Written
from gateway.times import format_rfc3339

HEADER = "time,channel,value,quality,received\n"
DAY_NS = 86_400 * SECOND


@dataclass(frozen=True, slots=True)
class Options:
    """`folder`: where the files go, created when missing."""

    folder: str = field(metadata={"path": True})


class Sink:
    """Appends to readings-YYYY-MM-DD.csv."""

    def __init__(self, options: Options) -> None:
        self._folder = Path(options.folder)
        self._sizes: dict[str, int] = {}

    def resume(self, state: bytes | None) -> bytes:
        """Go on behind the last batch that counted; at first, behind whatever the folder already holds."""
        self._sizes = json.loads(state) if state else _sizes(self._folder)
        return json.dumps(self._sizes).encode()

    def write(self, arrivals: Arrivals, places: Places) -> Written:
        """Raises LinkDown when the folder can not be written."""
        touched = {}
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for day in np.unique(arrivals.received // DAY_NS):
                which = np.flatnonzero(arrivals.received // DAY_NS == day)
                name = f"readings-{format_rfc3339(int(day) * DAY_NS)[:10]}.csv"
                touched[name] = self._append(name, _lines(arrivals, which, places))
        except OSError as error:
            raise LinkDown(f"{self._folder}: {error.strerror}; check the path and the disk") from error
        self._sizes |= touched
        return Written(json.dumps(self._sizes).encode())

    def close(self) -> None:
        """No file stays open between writes."""

    def _append(self, name: str, lines: Iterator[str]) -> int:
        with (self._folder / name).open("ab") as file:
            file.truncate(self._sizes.get(name, 0))
            file.seek(0, os.SEEK_END)
            if file.tell() == 0:
                file.write(HEADER.encode())
            file.write("".join(lines).encode())
            file.flush()
            os.fsync(file.fileno())
            return file.tell()


def _sizes(folder: Path) -> dict[str, int]:
    return {p.name: p.stat().st_size for p in folder.glob("readings-*.csv")} if folder.is_dir() else {}


def _lines(arrivals: Arrivals, which: np.ndarray, places: Places) -> Iterator[str]:
    samples = arrivals.samples
    for i in which.tolist():
        value = samples.value[i]
        text = "" if np.isnan(value) else repr(float(value))
        yield (
            f"{format_rfc3339(samples.time[i])},{places[int(samples.channel[i])].channel},{text},"
            f"{Quality(samples.quality[i]).name.lower()},{format_rfc3339(arrivals.received[i])}\n"
        )
