"""Readings of the journal, archived or not, as one file for somebody else: Parquet, CSV, JSON or Arrow.

Columns: time, channel, value, unit, quality, received, and device_time where the device's clock was ahead, so
that the reading was shifted. The file appears under its name once it is whole.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

import numpy as np

from gateway.config.timeline import names_of
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.journal import rights
from gateway.journal.entries import HOUR_NS
from gateway.journal.hours import LAST_SEQ, in_portions
from gateway.journal.journal import Journal
from gateway.journal.rollover import SUFFIX
from gateway.model import Arrivals, Mask, Quality, Samples, Times
from gateway.questions.csv_rows import MOMENTS, Cells, joined, moments, numbers, rows, words
from gateway.text import csv_cell

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

COLUMNS: Final = ("time", "channel", "value", "unit", "quality", "received", "device_time")
NULL: Final = b"null"
Progress = Callable[[int, int], None]
"""Hears how many hours of how many are done."""


def export(
    journal: Journal,
    path: Path,
    channels: Sequence[str] | None,
    interval: tuple[int | None, int | None],
    progress: Progress = lambda *_: None,
) -> int:
    """Write readings of `channels` (None: all) in [start, end) to `path`; how many.

    Each channel in its own unit, as far as it is known. Raises InputError for an unknown channel, another
    suffix than those of WRITERS, a file that is there already or cannot be written.
    """
    if path.suffix not in WRITERS:
        raise InputError(f"{path}: expected a name that ends in .parquet, .csv, .json or .arrow")
    if path.exists():
        raise InputError(f"{path} is there already; give another name or remove it")
    numbers = None if channels is None else _numbers(channels, journal)
    hours = _hours(journal, numbers, interval, progress)
    try:
        with _whole(path) as file:
            return sum(WRITERS[path.suffix](file, in_portions(hours), Channels.of(journal)))
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; check its folder and the room on the disk") from error


@dataclass(frozen=True, slots=True)
class Channels:
    """What channels are called, by number, and the units of their names."""

    names: Mapping[int, str]
    units: Mapping[str, str]

    @staticmethod
    def of(journal: Journal) -> Channels:
        known = journal.channels()
        names = {number: row.name for number, row in known.items()}
        return Channels(names, {row.name: row.unit or "" for row in known.values()})


def pieces(
    journal: Journal, suffix: str, channels: Sequence[str], interval: tuple[int, int]
) -> Iterator[bytes]:
    """What `export` would write, as it is made: .csv, .json, .parquet, or .arrow (a stream of batches).

    Raises InputError for an unknown channel.
    """
    every = journal.channels()
    names = {number: every[number].name for number in _numbers(channels, journal)}
    yield from pieces_of(journal, suffix, names, interval)


def pieces_of(
    journal: Journal,
    suffix: str,
    channels: Mapping[int, str],
    interval: tuple[int, int],
    until_seq: int = LAST_SEQ,
    hear: Callable[[Samples], None] = lambda _: None,
) -> Iterator[bytes]:
    """The same as the journal was after an entry.

    `channels`: by number, what they are called in the file. `hear` is told the readings as they go by.
    """
    rows = journal.channels()
    known = Channels(channels, {name: rows[number].unit or "" for number, name in channels.items()})
    hours = _heard(_hours(journal, list(channels), interval, lambda *_: None, until_seq), hear)
    file = _Pieces()
    for _ in WRITERS[suffix](file, in_portions(hours), known):
        yield file.taken()
    yield file.taken()


def _heard(hours: Iterator[Arrivals], hear: Callable[[Samples], None]) -> Iterator[Arrivals]:
    for arrivals in hours:
        hear(arrivals.samples)
        yield arrivals


class _Pieces(io.BytesIO):
    """A file that somebody reads while it is written; places in it are those of the whole."""

    _before = 0

    def taken(self) -> bytes:
        """What was written since, which is forgotten here."""
        written = self.getvalue()
        self._before += len(written)
        self.seek(0)
        self.truncate()
        return written

    def tell(self) -> int:
        return self._before + super().tell()


def _numbers(channels: Sequence[str], journal: Journal) -> list[int]:
    """Of channels by any name that they have or had. Raises InputError for an unknown one."""
    named = {row.name: number for number, row in journal.channels().items()}
    if not named.keys() >= set(channels):
        names = names_of(journal)
        channels = [name if name in named else names.today("channels", name) for name in channels]
    if unknown := [name for name in channels if name not in named]:
        raise InputError(
            f"no channel {', '.join(unknown)} in the journal; it has {', '.join(named) or 'none'}"
        )
    return [named[name] for name in channels]


def _hours(
    journal: Journal,
    numbers: Sequence[int] | None,
    interval: tuple[int | None, int | None],
    progress: Progress,
    until_seq: int = LAST_SEQ,
) -> Iterator[Arrivals]:
    first_ns, last_ns = journal.span()
    start_ns = first_ns if interval[0] is None else max(interval[0], first_ns)
    end_ns = last_ns + 1 if interval[1] is None else min(interval[1], last_ns + 1)
    begin, total = start_ns // HOUR_NS, max(0, (end_ns - 1) // HOUR_NS - start_ns // HOUR_NS + 1)
    for arrivals in journal.scan(numbers, start_ns, end_ns, until_seq):
        progress(int(arrivals.samples.time[0]) // HOUR_NS - begin, total)
        yield arrivals
    progress(total, total)


@contextmanager
def _whole(path: Path) -> Iterator[BinaryIO]:
    """A file that gets its name when it is complete and on disk."""
    partial = path.with_name(path.name + SUFFIX)
    try:
        with open(partial, "wb", opener=rights.opener) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
    finally:
        partial.unlink(missing_ok=True)


def _csv(file: BinaryIO, batches: Iterator[Arrivals], known: Channels) -> Iterator[int]:
    """How many readings it wrote, again and again."""
    file.write(f"{','.join(COLUMNS)}\n".encode())
    qualities = words(q.name.lower() for q in Quality)
    for arrivals in batches:
        s, own = arrivals.samples, arrivals.device_time
        present, index = _numbered(s.channel)
        names = [known.names[int(number)] for number in present]
        shifted = np.zeros(len(own), MOMENTS)
        shifted[own != s.time] = moments(own[own != s.time])
        columns = (
            moments(s.time),
            words(csv_cell(name) for name in names)[index],
            numbers(s.value),
            words(csv_cell(known.units.get(name, "")) for name in names)[index],
            qualities[s.quality],
            moments(arrivals.received),
            shifted,
        )
        file.write(rows(columns))
        yield len(arrivals)


def _json(file: BinaryIO, batches: Iterator[Arrivals], known: Channels) -> Iterator[int]:
    """One list, each reading an object on a line of its own; null where there is nothing."""
    begun = False
    qualities = _quoted(q.name.lower() for q in Quality)
    for arrivals in batches:
        s, own = arrivals.samples, arrivals.device_time
        present, index = _numbered(s.channel)
        names = [known.names[int(number)] for number in present]
        values = numbers(s.value)
        columns = (
            *(b',\n{"time":"', moments(s.time), b'","channel":', _quoted(names)[index]),
            *(b',"value":', np.where(values == b"", NULL, values)),
            *(b',"unit":', _quoted(known.units.get(name, "") for name in names)[index]),
            *(b',"quality":', qualities[s.quality], b',"received":"', moments(arrivals.received)),
            *(b'","device_time":', _own_times(own, own != s.time), b"}"),
        )
        lines = joined(columns)
        file.write(lines if begun else b"[" + lines[1:])
        begun = True
        yield len(arrivals)
    file.write(b"\n]\n" if begun else b"[]\n")


def _own_times(own: Times, is_own: Mask) -> Cells:
    """In quotation marks; null where a device's clock was not ahead."""
    shown = np.full(len(own), NULL, np.dtype(f"S{MOMENTS.itemsize + 2}"))
    shown[is_own] = np.char.add(np.char.add(b'"', moments(own[is_own])), b'"')
    return shown


def _quoted(texts: Iterable[str]) -> Cells:
    return np.array([json.dumps(text) for text in texts] or [""], np.bytes_)


def _numbered(channel: NDArray[np.int32]) -> tuple[NDArray[np.intp], NDArray[np.int32]]:
    """Channels that are there, and of each reading the place of its own; their numbers are small."""
    present = np.flatnonzero(np.bincount(channel))
    places = np.zeros(int(present[-1]) + 1 if len(present) else 0, np.int32)
    places[present] = np.arange(len(present), dtype=np.int32)
    return present, places[channel]


def _parquet(file: BinaryIO, batches: Iterator[Arrivals], known: Channels) -> Iterator[int]:
    import pyarrow.parquet as pq

    schema = _schema()
    with pq.ParquetWriter(
        file,
        schema,
        compression="zstd",
        use_dictionary=["channel", "value", "unit", "quality"],
        column_encoding=dict.fromkeys(("time", "received", "device_time"), "DELTA_BINARY_PACKED"),
    ) as writer:
        for arrivals in batches:
            writer.write_table(_table(arrivals, known, schema))
            yield len(arrivals)


def _arrow(file: BinaryIO, batches: Iterator[Arrivals], known: Channels) -> Iterator[int]:
    """Record batches with dictionaries of their own, as the IPC stream allows."""
    import pyarrow as pa

    schema = _schema()
    with pa.ipc.new_stream(file, schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        for arrivals in batches:
            writer.write_table(_table(arrivals, known, schema))
            yield len(arrivals)


WRITERS: Final[Mapping[str, Callable[[BinaryIO, Iterator[Arrivals], Channels], Iterator[int]]]] = {
    ".csv": _csv,
    ".json": _json,
    ".parquet": _parquet,
    ".arrow": _arrow,
}


def _schema() -> pa.Schema:
    import pyarrow as pa

    moment = pa.timestamp("ns", tz="UTC")
    word = pa.dictionary(pa.int32(), pa.string())
    kinds = dict(zip(COLUMNS, (moment, word, pa.float64(), word, word, moment, moment), strict=True))
    return pa.schema(kinds)


def _table(arrivals: Arrivals, known: Channels, schema: pa.Schema) -> pa.Table:
    import pyarrow as pa

    s, own = arrivals.samples, arrivals.device_time
    numbers, index = _numbered(s.channel)
    channels = [known.names[int(number)] for number in numbers]
    qualities = [q.name.lower() for q in Quality]

    def coded(index: np.ndarray, texts: list[str]) -> pa.Array:
        return pa.DictionaryArray.from_arrays(pa.array(index.astype(np.int32)), pa.array(texts, pa.string()))

    columns = (
        pa.array(s.time).cast(schema.field("time").type),
        coded(index, channels),
        pa.array(s.value, mask=np.isnan(s.value)),
        coded(index, [known.units.get(name, "") for name in channels]),
        coded(s.quality, qualities),
        pa.array(arrivals.received).cast(schema.field("received").type),
        pa.array(own, mask=own == s.time).cast(schema.field("device_time").type),
    )
    return pa.table(dict(zip(COLUMNS, columns, strict=True)), schema=schema)
