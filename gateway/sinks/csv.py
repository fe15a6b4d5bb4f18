"""Readings and what happened to alarms as CSV files, one per UTC day: the plainest copy there is.

Exactly once: the sizes of the open files after a batch are the resume state (day_files.py), and whatever a
crash left behind them is cut off before the batch is written again.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import field
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gateway.alarms.change import AlarmChange
from gateway.dataclass import dataclass
from gateway.errors import LinkDown
from gateway.journal import rights
from gateway.model import SECOND, Arrivals, Quality, Times
from gateway.sinks import Places, Written
from gateway.sinks.day_files import DayFiles
from gateway.text import csv_cell
from gateway.times import format_rfc3339

if TYPE_CHECKING:
    from numpy.typing import NDArray

HEADER = "time,channel,value,quality,received\n"
ALARM_COLUMNS = (
    *(
        "recorded",
        "change",
        "id",
        "revision",
        "kind",
        "severity",
        "state",
        "site",
        "asset",
        "zone",
        "channel",
    ),
    *("rule", "start", "end", "extreme", "unit", "beyond_s", "withdrawn", "message", "units", "acknowledged"),
    "ended_by",
)
WORDS = [quality.name.lower() for quality in sorted(Quality)]
DAY_NS = 86_400 * SECOND


@dataclass(frozen=True, slots=True)
class Options:
    """`folder`: where the files go, created when missing."""

    folder: str = field(metadata={"path": True, "writes": "folder"})


class Sink:
    """Appends to readings-YYYY-MM-DD.csv by receipt, and to alarms-YYYY-MM-DD.csv by when it was recorded."""

    def __init__(self, options: Options) -> None:
        self._folder = Path(options.folder)
        self._files = DayFiles()

    def resume(self, state: bytes | None) -> bytes:
        """Go on behind the last batch that counted; at first, behind whatever the folder already holds."""
        self._files = DayFiles.of_state(state) if state else DayFiles.of_folder(self._folder)
        with self._explained():
            self._files.cut_back(self._folder)
        return self._files.state()

    def write(self, arrivals: Arrivals, places: Places) -> Written:
        """Raises LinkDown when the folder cannot be written."""
        day = arrivals.received // DAY_NS
        return self._append_all(
            "readings",
            (
                (d, HEADER + _readings(arrivals, np.flatnonzero(day == d), places))
                for d in np.unique(day).tolist()
            ),
        )

    def write_alarms(self, changes: Sequence[AlarmChange]) -> Written:
        """Raises LinkDown when the folder cannot be written."""
        by_day: dict[int, list[AlarmChange]] = {}
        for change in changes:
            by_day.setdefault(change.recorded_ns // DAY_NS, []).append(change)
        return self._append_all("alarms", ((d, _alarms(some)) for d, some in by_day.items()))

    def close(self) -> None:
        """No file stays open between writes."""

    def _append_all(self, kind: str, parts: Iterable[tuple[int, str]]) -> Written:
        """Day and text of each file, which begins with the header."""
        sizes: dict[str, int] = {}
        files = DayFiles.of_state(self._files.state())  # counts once everything is written
        with self._explained():
            rights.make_folder(self._folder)
            for day, text in parts:
                name = files.name(kind, day)
                sizes[name] = self._append(name, text)
        files.grown(sizes)
        self._files = files
        return Written(files.state())

    def _append(self, name: str, text: str) -> int:
        with open(self._folder / name, "ab", opener=rights.opener) as file:
            there = file.seek(0, os.SEEK_END)
            file.truncate(min(there, self._files.open.get(name, 0)))  # shorter: somebody took the file away
            file.seek(0, os.SEEK_END)
            file.write((text if file.tell() == 0 else _below(self._folder / name, text)).encode())
            file.flush()
            os.fsync(file.fileno())
            return file.tell()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise LinkDown(f"{self._folder}: {error.strerror}; check the path and the disk") from error


def _below(path: Path, text: str) -> str:
    """The rows of `text` in the columns that a file has, which may be those of an earlier version."""
    header, _, rows = text.partition("\n")
    with path.open(encoding="utf-8", newline="") as file:
        there = file.readline().rstrip("\n")
    columns = there.split(",")
    if there == header or not set(columns) <= set(header.split(",")):
        return rows
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
    writer.writerows(csv.DictReader(io.StringIO(text)))
    return out.getvalue()


def _readings(arrivals: Arrivals, which: NDArray[np.intp], places: Places) -> str:
    samples = arrivals.samples
    channel, found = places.of(samples.channel[which], samples.time[which])
    names = [_quoted(place.channel) for place in found]
    rows = zip(
        _moments(samples.time[which]),
        channel.tolist(),
        samples.value[which].tolist(),
        samples.quality[which].tolist(),
        _moments(arrivals.received[which]),
        strict=True,
    )
    return "".join(
        f"{time}Z,{names[c]},{'' if isnan(value) else repr(value)},{WORDS[quality]},{received}Z\n"
        for time, c, value, quality, received in rows
    )


def _moments(time: Times) -> list[str]:
    """RFC 3339 with nine digits, without the Z."""
    texts: list[str] = np.datetime_as_string(time.view("datetime64[ns]"), unit="ns").tolist()
    return texts


def _quoted(name: str) -> str:
    """RFC 4180 section 2, and no formula."""
    cell = csv_cell(name)
    return '"' + cell.replace('"', '""') + '"' if any(c in cell for c in ',"') else cell


def _alarms(changes: Sequence[AlarmChange]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, ALARM_COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for change in changes:
        alarm, inside = change.alarm, change.alarm["units"]
        told = {
            "recorded": format_rfc3339(change.recorded_ns),
            "change": change.change,
            "withdrawn": str(alarm["withdrawn"]).lower(),
            "units": inside
            if isinstance(inside, str)
            else "; ".join(f"{u['scheme']} {u['code']}" for u in inside),
            "acknowledged": "; ".join(f"{a['by']}: {a['comment']}" for a in alarm["acknowledgements"]),
        }
        writer.writerow({k: csv_cell(v) if isinstance(v, str) else v for k, v in {**alarm, **told}.items()})
    return text.getvalue()
