"""Rows of a tile as bytes: whole numbers of the last decimal, in byte planes, then zlib; with a checksum.

Lossless. Values that are no decimals are kept by their bits.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from gateway.errors import JournalError
from gateway.model import Floats, Mask, Times
from gateway.tiles.rows import Rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HEAD: Final = struct.Struct("<IHBBq")  # checksum of the rest; rows, scale, unit, time of the first start
_SCALES: Final = (1.0, 1e1, 1e2, 1e3, 1e4, 1e6)
_BITS: Final = 255  # scale
_UNITS: Final = (10**9, 10**6, 10**3, 1)  # ns
_LARGEST_WHOLE: Final = 2.0**53
_COLUMNS: Final = 13
_NUMBER, _FIRST = 0, 9  # columns that are kept as steps


class DamagedTiles(JournalError):
    """They are not what was written: make them again."""


def pack(rows: Rows, width_ns: int) -> bytes:
    """Rows of parts of one width, at least one, in order."""
    scale, values = _whole([rows.low, rows.high, rows.last, rows.sum, rows.first])
    if scale != _BITS:
        first = values[4]
        values = [
            first - values[0],
            values[1] - first,
            values[2] - first,
            values[3] - rows.usable * first,
            first,
        ]
    times = [rows.first_ns - rows.start, rows.last_ns - rows.first_ns, rows.gap_ns]
    unit = next(k for k, ns in enumerate(_UNITS) if not any((column % ns).any() for column in times))
    times = [column // _UNITS[unit] for column in times]
    numbers = (rows.start - rows.start[0]) // width_ns
    table = np.stack([numbers, rows.good, rows.uncertain, rows.bad, rows.no_data, *values, *times])
    stepped = [_NUMBER, _FIRST]
    table[stepped, 1:] = np.diff(table[stepped], axis=1)
    planes = ((table << 1) ^ (table >> 63)).view(np.uint8).reshape(_COLUMNS, -1, 8).transpose(0, 2, 1)
    rest = _HEAD.pack(0, len(rows), scale, unit, int(rows.start[0]))[4:] + zlib.compress(planes.tobytes())
    return struct.pack("<I", zlib.crc32(rest)) + rest


def unpack(blobs: Sequence[bytes], width_ns: int) -> Rows:
    """What `pack` was given, one after the other. Raises DamagedTiles where one is damaged."""
    heads = np.array([_head(blob) for blob in blobs], np.int64).reshape(-1, 4)
    counts = heads[:, 0]
    scales, units, starts = np.repeat(heads[:, 1:], counts, axis=0).T
    table = _table(blobs, counts)
    for column in (_NUMBER, _FIRST):
        _add_up(table[column], counts)
    number, good, uncertain, bad, no_data, low, high, last, total, first, *times = table
    start, usable, whole = starts + number * width_ns, good + uncertain, scales != _BITS
    steps = (first - low, first + high, total + usable * first, first, first + last)
    low, high, total, first, last = (
        _floats(np.where(whole, one, bits), scales, whole)
        for one, bits in zip(steps, (low, high, total, first, last), strict=True)
    )
    for value in (low, high, first, last):
        value[usable == 0] = np.nan
    since, took, gap = (column * np.array(_UNITS)[units] for column in times)
    first_ns, last_ns = start + since, start + since + took
    return Rows(start, good, uncertain, bad, no_data, low, high, total, first, last, first_ns, last_ns, gap)


def _head(blob: bytes) -> tuple[int, int, int, int]:
    """Rows, scale, unit, time of the first start."""
    if len(blob) < _HEAD.size or zlib.crc32(blob[4:]) != _HEAD.unpack_from(blob)[0]:
        raise DamagedTiles("a tile is damaged: its checksum does not match")
    _, count, scale, unit, start_ns = _HEAD.unpack_from(blob)
    return count, scale, unit, start_ns


def _table(blobs: Sequence[bytes], counts: Times) -> NDArray[np.int64]:
    """int64[13, N]"""
    steps, at = np.empty((_COLUMNS, int(counts.sum()), 8), np.uint8), 0
    for blob, count in zip(blobs, counts.tolist(), strict=True):
        planes = np.frombuffer(zlib.decompress(blob[_HEAD.size :]), np.uint8).reshape(_COLUMNS, 8, count)
        steps[:, at : at + count] = planes.transpose(0, 2, 1)
        at += count
    zigzag = steps.view("<i8")[:, :, 0].astype(np.int64, copy=False)
    table: NDArray[np.int64] = ((zigzag >> 1) & np.int64(2**63 - 1)) ^ -(zigzag & 1)
    return table


def _add_up(steps: Times, counts: Times) -> None:
    """In place, from the beginning of each tile."""
    np.cumsum(steps, out=steps)
    ends = np.cumsum(counts)[:-1]
    before = np.concatenate([[0], steps[ends - 1]])[: len(counts)]
    steps -= np.repeat(before, counts)


def _whole(columns: list[Floats]) -> tuple[int, list[Times]]:
    """The columns as whole numbers of the coarsest scale that loses nothing."""
    every: NDArray[np.float64] = np.stack(columns)
    every = np.where(np.isnan(every), 0.0, every)
    for number, scale in enumerate(_SCALES):
        whole = np.rint(every * scale)
        if (np.abs(whole) < _LARGEST_WHOLE).all() and np.array_equal(
            (whole / scale).view(np.int64), every.view(np.int64)
        ):
            return number, list(whole.astype(np.int64))
    return _BITS, list(every.view(np.int64).copy())


def _floats(column: Times, scale: Times, is_whole: Mask) -> Floats:
    if not is_whole.any():
        return column.view(np.float64)
    found: Floats = column / np.array(_SCALES)[np.where(is_whole, scale, 0)]
    if not is_whole.all():
        found[~is_whole] = column.view(np.float64)[~is_whole]
    return found
