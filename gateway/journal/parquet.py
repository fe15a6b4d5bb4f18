"""Readings as a Parquet file that anything reads, lossless bit for bit: one row per reading.

    time      timestamp UTC, in the coarsest of ms, us, ns that holds all of the file
    channel   its name
    number    its number in the journal
    value     double in the channel's canonical unit; null where the reading has none
    quality   0 good, 1 uncertain, 2 bad, 3 no data
    received  timestamp UTC, when the gateway received it
    seq       the journal entry it was committed in
    shift_ns  how far its device's clock was ahead, null where it was right; only in files that need it

Values are doubles in every file, so that a folder of files is one table; as decimals they would take less
room, but readers take the type of the first file for all (docs/journal.md has the measurement).
pyarrow is imported when the first file is touched: it takes 0.1 s that a start does not have to wait for.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, TypeVar

import numpy as np

from gateway.dataclass import dataclass
from gateway.errors import ArchiveFileMissing, JournalError
from gateway.model import Arrivals, Floats, Samples, Times
from gateway.regular import open_regular

if TYPE_CHECKING:
    import pyarrow as pa

_UNITS: Final = {"ms": 10**6, "us": 10**3, "ns": 1}  # ns, the coarsest first
_COLUMNS: Final = ("time", "number", "value", "quality", "received", "seq")  # what is read back
_SHIFT: Final = "shift_ns"
_DELTAS: Final = ("time", "number", "received", "seq", _SHIFT)
_LEVEL: Final = 15  # of zstd: a sixth smaller than 3, a twentieth than 9, and fast enough for the background
_TAIL: Final = struct.Struct("<I4s")  # length of the footer, "PAR1" (Parquet format, file layout)
_MAGIC: Final = b"PAR1"
_NAN_BITS: Final = int.from_bytes(struct.pack("<d", nan), "little")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Readings with the number of the journal entry each was committed in."""

    arrivals: Arrivals
    seq: Times  # int64[N]

    def __len__(self) -> int:
        return len(self.seq)

    def cut(self, rows: slice) -> Rows:
        """Some consecutive rows, without a copy."""
        return Rows(self.arrivals.take(rows), self.seq[rows])


def write(file: BinaryIO, rows: Rows, group_ends: Sequence[int], names: Mapping[int, str]) -> None:
    """Write `rows` as they stand, with row groups up to each of `group_ends`; `names` by channel number."""
    import pyarrow.parquet as pq

    table = _table(rows, names)
    dictionary = ["channel", "quality"]
    if _smaller_as_dictionary(table, group_ends):
        dictionary.append("value")
    with pq.ParquetWriter(
        file,
        table.schema,
        compression="zstd",
        compression_level=_LEVEL,
        use_dictionary=dictionary,
        column_encoding={name: "DELTA_BINARY_PACKED" for name in _DELTAS if name in table.column_names},
        write_page_checksum=True,
        write_statistics=["time", "channel", "number"],
        store_schema=False,
    ) as writer:
        for start, end in zip([0, *group_ends[:-1]], group_ends, strict=True):
            writer.write_table(table.slice(start, end - start), row_group_size=end - start)


class File:
    """One file open for reading. Every method raises JournalError that names the file."""

    def __init__(self, path: Path, footer_crc: int) -> None:
        self._path = path
        self._entries: dict[int, tuple[int, int]] = {}
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            with open_regular(path) as file:
                footer = read_footer(file)
            if zlib.crc32(footer) != footer_crc:
                raise JournalError(damaged(path, "its footer is not the one that was written"))
            self._file = pq.ParquetFile(path, page_checksum_verification=True)
        except FileNotFoundError:
            raise missing(path) from None
        except (OSError, ValueError, pa.ArrowException) as error:
            raise JournalError(damaged(path, _why(error))) from error

    @property
    def groups(self) -> int:
        """How many row groups there are."""
        return int(self._file.num_row_groups)

    def group(self, number: int) -> Rows:
        """One row group, in the order of the file; arrays of its own."""
        return self._of(number, [*_COLUMNS, _SHIFT], _rows)

    def entries(self, number: int) -> tuple[int, int]:
        """The first and the last entry that one row group has readings of; looked up once."""
        if number not in self._entries:
            self._entries[number] = self._of(number, ["seq"], _ends)
        return self._entries[number]

    def _of(self, number: int, columns: Sequence[str], made: Callable[[pa.Table], T]) -> T:
        import pyarrow as pa

        try:
            return made(self._file.read_row_group(number, columns=columns, use_threads=False))
        except (OSError, ValueError, KeyError, pa.ArrowException) as error:
            raise JournalError(damaged(self._path, _why(error))) from error

    def names(self, number: int) -> dict[int, str]:
        """Of the channels in one row group. Raises what pyarrow raises."""
        table = self._file.read_row_group(number, columns=["number", "channel"], use_threads=False)
        channel, first = np.unique(table.column("number").to_numpy(), return_index=True)
        called = table.column("channel").take(first).to_pylist()
        return dict(zip(channel.tolist(), called, strict=True))

    def close(self) -> None:
        self._file.close(force=True)


def names(path: Path, footer_crc: int) -> dict[int, str]:
    """What each channel in a file was called when that was written, by number. Raises JournalError."""
    import pyarrow as pa

    file, known = File(path, footer_crc), dict[int, str]()
    try:
        for group in range(file.groups):
            known |= file.names(group)
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        raise JournalError(damaged(path, _why(error))) from error
    finally:
        file.close()
    return known


def read_footer(file: BinaryIO) -> bytes:
    """The bytes that say where everything is. Raises ValueError where there are none."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _TAIL.size))
    tail = file.read(_TAIL.size)
    if len(tail) < _TAIL.size or not tail.endswith(_MAGIC):
        raise ValueError("it does not end as a Parquet file does")
    length, _ = _TAIL.unpack(tail)
    if length + _TAIL.size > size:
        raise ValueError("its footer is cut off")
    file.seek(size - _TAIL.size - length)
    return file.read(length)


def missing(path: Path) -> ArchiveFileMissing:
    """What to raise where a file is not there."""
    what = f"archive file {path} is missing; copy it from the folder archive of a backup"
    return ArchiveFileMissing(what, path.name)


def damaged(path: Path, why: str) -> str:
    """What to say about a file whose bytes are not those that were written."""
    return (
        f"archive file {path} is damaged: {why}; "
        "copy it from the folder archive of a backup, and check the disk (dmesg)"
    )


def _why(error: Exception) -> str:
    """What Arrow found, in words."""
    changed = "bytes in it are not those that were written (a checksum does not match)"
    return changed if "CRC" in str(error) else str(error)


def same(one: Rows, other: Rows) -> bool:
    """Whether both hold the same bits in the same order."""
    a, b = one.arrivals.samples, other.arrivals.samples
    return (
        np.array_equal(a.time, b.time)
        and np.array_equal(a.channel, b.channel)
        and np.array_equal(a.value.view(np.int64), b.value.view(np.int64))
        and np.array_equal(a.quality, b.quality)
        and np.array_equal(one.arrivals.received, other.arrivals.received)
        and np.array_equal(one.arrivals.device_time, other.arrivals.device_time)
        and np.array_equal(one.seq, other.seq)
    )


def _table(rows: Rows, names: Mapping[int, str]) -> pa.Table:
    import pyarrow as pa

    samples = rows.arrivals.samples
    numbers, index = np.unique(samples.channel, return_inverse=True)
    texts = pa.array([names.get(int(number), f"#{number}") for number in numbers], pa.string())
    columns = {
        "time": _timestamps(samples.time),
        "channel": pa.DictionaryArray.from_arrays(pa.array(index.astype(np.int32)), texts),
        "number": pa.array(samples.channel),
        "value": pa.array(samples.value, mask=samples.value.view(np.int64) == _NAN_BITS),
        "quality": pa.array(samples.quality),
        "received": _timestamps(rows.arrivals.received),
        "seq": pa.array(rows.seq),
    }
    shift = rows.arrivals.shift
    if shift is not None and shift.any():
        columns[_SHIFT] = pa.array(shift, mask=shift == 0)
    return pa.table(columns)


def _timestamps(time: Times) -> pa.Array:
    import pyarrow as pa

    unit = next(u for u, ns in _UNITS.items() if ns == 1 or not (time % ns).any())
    return pa.array(time // _UNITS[unit]).cast(pa.timestamp(unit, tz="UTC"))


def _rows(table: pa.Table) -> Rows:
    time, number, value, quality, received, seq = (table.column(name) for name in _COLUMNS)
    samples = Samples(
        _nanoseconds(time),
        number.to_numpy().astype(np.int32),
        value.to_numpy().astype(np.float64),
        quality.to_numpy().astype(np.uint8),
    )
    arrivals = Arrivals(samples, _nanoseconds(received), _shift(table))
    return Rows(arrivals, seq.to_numpy().astype(np.int64))


def _ends(table: pa.Table) -> tuple[int, int]:
    seq = table.column("seq").to_numpy()
    return int(seq.min()), int(seq.max())


def _shift(table: pa.Table) -> Times | None:
    """None where no device clock was wrong, or the file was written before this was kept."""
    if _SHIFT not in table.column_names or table.column(_SHIFT).null_count == len(table):
        return None
    shift: Times = table.column(_SHIFT).fill_null(0).to_numpy().astype(np.int64)
    return shift


def _nanoseconds(column: pa.ChunkedArray) -> Times:
    import pyarrow as pa

    counted: Times = column.cast(pa.int64()).to_numpy()
    return counted * np.int64(_UNITS[column.type.unit])


def _smaller_as_dictionary(table: pa.Table, group_ends: Sequence[int]) -> bool:
    """Whether values take less room as numbers of a dictionary; never where that would lose a bit."""
    if _has_odd_bits(table.column("value").to_numpy()):
        return False
    return _size(table, group_ends, True) < _size(table, group_ends, False)


def _has_odd_bits(value: Floats) -> bool:
    """Negative zeros and NaN with a payload: a dictionary may take them for their plain brothers."""
    zero, nan = value == 0, np.isnan(value)
    return bool((np.signbit(value) & zero).any() or (value.view(np.int64)[nan] != _NAN_BITS).any())


def _size(table: pa.Table, group_ends: Sequence[int], dictionary: bool) -> int:
    """Bytes of the values of the first row group, which stands for all."""
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    first = table.slice(0, group_ends[0]).select(["value"])
    pq.write_table(first, sink, compression="zstd", compression_level=_LEVEL, use_dictionary=dictionary)
    return sink.getbuffer().nbytes
