"""Readings as bytes: five or six columns, each a base and its steps, split into byte planes, then zlib.

Lossless bit for bit for whatever int64, int32, float64 and uint8 can hold. What makes it small: sorted by
(channel, time) neighbours differ little; times are counted in the coarsest of s, ms, us, ns that holds
them all; values that are decimals (-150.12) are stored as whole numbers of their last digit. Little-endian:

    u8 version | u32 readings | columns x (u8 scale, u8 width, i64 base) | zlib of the columns' byte planes

in the order channel, time, value, quality, received; version 2, which is written only where some device
clock was wrong, adds the shift. A column is scale(base + running sum of steps); the
steps are zigzag numbers, `width` bytes each (0: all alike), lowest byte of all readings first.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from gateway.errors import JournalError
from gateway.model import Arrivals, Floats, Samples, Times

if TYPE_CHECKING:
    from numpy.typing import NDArray

VERSION: Final = 1
WITH_SHIFT: Final = 2  # version
_START: Final = struct.Struct("<BI")
_COLUMN: Final = struct.Struct("<BBq")
_COLUMNS: Final = {VERSION: 5, WITH_SHIFT: 6}

_UNITS: Final = (10**9, 10**6, 10**3, 1)  # ns; the scale of a time column is the position here
_SINCE_TIME: Final = 8  # added to the scale of `received`: it is counted from `time`, not from 1970
_DECIMALS: Final = (1.0, 1e1, 1e2, 1e3, 1e4)  # the scale of values is the position here, or
_BITS: Final = 255  # the steps are those of the float64 bit patterns
_LARGEST_WHOLE: Final = 2**53  # beyond it float64 skips whole numbers
_NAN: Final = _LARGEST_WHOLE  # stands for NaN among the whole numbers
_NS: Final = len(_UNITS) - 1  # scale
_ONE_BEGINS: Final = _START.pack(VERSION, 1)
_NO_PLANES: Final = zlib.compress(b"", 1)
_PROBED: Final = 32  # readings looked at before the whole column is tried as decimals


class _Packed(NamedTuple):
    scale: int
    width: int  # bytes per step
    base: int
    planes: bytes


def encode(arrivals: Arrivals) -> bytes:
    """Any readings as bytes; smallest when sorted by (channel, time)."""
    samples, readings = arrivals.samples, len(arrivals)
    if readings == 1 and not _is_shifted(arrivals):
        return _encode_one(arrivals)
    packed = [
        _pack(samples.channel.astype(np.int64), 0),
        _pack_times(samples.time),
        _pack_values(samples.value),
        _pack(samples.quality.astype(np.int64), 0),
        _pack_received(arrivals.received, samples.time),
    ]
    version = VERSION
    if arrivals.shift is not None and _is_shifted(arrivals):
        version = WITH_SHIFT
        packed.append(_pack_times(arrivals.shift))
    head = b"".join(_COLUMN.pack(p.scale, p.width, p.base) for p in packed)
    planes = b"".join(p.planes for p in packed)
    return _START.pack(version, readings) + head + zlib.compress(planes, 1)


def decode(blob: bytes) -> Arrivals:
    """The readings `encode` was given. Raises JournalError on bytes that it cannot have written."""
    if not blob or blob[0] not in _COLUMNS:
        known = " and ".join(f"{version:02x}" for version in _COLUMNS)
        raise JournalError(f"column format {blob[:1].hex() or 'missing'}, this program reads {known}")
    try:
        if blob.startswith(_ONE_BEGINS):
            return _decode_one(blob)
        channel, time, value, quality, received, *shift = _unpacked(blob)
    except (struct.error, zlib.error, ValueError, IndexError) as error:
        raise JournalError(f"the columns are damaged ({error})") from error
    samples = Samples(time, channel.astype(np.int32), value, quality.astype(np.uint8))
    return Arrivals(samples, received, *shift)


def _is_shifted(arrivals: Arrivals) -> bool:
    return arrivals.shift is not None and bool(arrivals.shift.any())


def _encode_one(arrivals: Arrivals) -> bytes:
    """A reading alone, as loggers bring it from many hours: all is base, and a tenth of the time."""
    samples = arrivals.samples
    columns = (
        (0, int(samples.channel[0])),
        (_NS, int(samples.time[0])),
        (_BITS, int(samples.value.view(np.int64)[0])),
        (0, int(samples.quality[0])),
        (_NS, int(arrivals.received[0])),
    )
    return _ONE_BEGINS + b"".join(_COLUMN.pack(scale, 0, base) for scale, base in columns) + _NO_PLANES


def _decode_one(blob: bytes) -> Arrivals:
    """Whoever wrote it: of one reading all is base, in any scale."""
    heads = [_COLUMN.unpack_from(blob, _START.size + k * _COLUMN.size) for k in range(_COLUMNS[VERSION])]
    if any(width for _, width, _ in heads) or blob[_START.size + len(heads) * _COLUMN.size :] != _NO_PLANES:
        raise ValueError("one reading has no steps")
    (_, _, channel), (unit, _, at), (scale, _, whole), (_, _, quality), (since, _, received) = heads
    time = np.array([at], np.int64) * _UNITS[unit]
    come = np.array([received], np.int64) * _UNITS[since % _SINCE_TIME]
    value = _values(np.array([whole], np.int64), scale)
    samples = Samples(time, np.array([channel], np.int32), value, np.array([quality], np.uint8))
    return Arrivals(samples, come + time if since >= _SINCE_TIME else come)


def _unpacked(blob: bytes) -> tuple[Times, Times, Floats, Times, Times, *tuple[Times, ...]]:
    version, readings = _START.unpack_from(blob)
    count = _COLUMNS[version]
    head = [_COLUMN.unpack_from(blob, _START.size + i * _COLUMN.size) for i in range(count)]
    planes = zlib.decompress(blob[_START.size + count * _COLUMN.size :])
    columns, at = [], 0
    for _, width, base in head:
        columns.append(_unpack(base, planes[at : at + width * readings], width, readings))
        at += width * readings
    if at != len(planes):
        raise ValueError(f"{len(planes)} bytes where {at} belong")
    channel, time, value, quality, received, *shifts = columns
    time *= _UNITS[head[1][0]]
    received *= _UNITS[head[4][0] % _SINCE_TIME]
    if head[4][0] >= _SINCE_TIME:
        received += time
    for shift in shifts:
        shift *= _UNITS[head[5][0]]
    return channel, time, _values(value, head[2][0]), quality, received, *shifts


def _pack(column: Times, scale: int) -> _Packed:
    """Base and zigzag steps; differences and sums wrap around, so every int64 survives."""
    if len(column) == 0:
        return _Packed(scale, 0, 0, b"")
    if (column == column[0]).all():
        return _Packed(scale, 0, int(column[0]), b"")
    step = np.diff(column)
    zigzag = ((step << 1) ^ (step >> 63)).view(np.uint64)
    width = (int(zigzag.max(initial=np.uint64(0))).bit_length() + 7) // 8
    planes = zigzag.astype("<u8", copy=False).view(np.uint8).reshape(-1, 8).T[:width]
    # One more step of 0 for the first reading, so that a plane has one byte per reading.
    return _Packed(scale, width, int(column[0]), _with_first(planes).tobytes())


def _with_first(planes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    width, steps = planes.shape
    padded = np.zeros((width, steps + 1), np.uint8)
    padded[:, 1:] = planes
    return padded


def _unpack(base: int, planes: bytes, width: int, readings: int) -> Times:
    """int64[readings]"""
    if width == 0:
        return np.full(readings, base, np.int64)
    zigzag = np.zeros((readings, 8), np.uint8)
    zigzag[:, :width] = np.frombuffer(planes, np.uint8).reshape(width, readings).T
    number = zigzag.view("<u8")[:, 0].astype(np.uint64, copy=False)
    step = ((number >> np.uint64(1)) ^ (~(number & np.uint64(1)) + np.uint64(1))).view(np.int64)
    step[:1] = base
    return np.cumsum(step, dtype=np.int64)


def _pack_times(time: Times) -> _Packed:
    for scale, unit in enumerate(_UNITS):
        if len(time) and int(time[0]) % unit == 0:
            whole = time // unit
            if unit == 1 or np.array_equal(whole * unit, time):
                return _pack(whole, scale)
    return _pack(time, len(_UNITS) - 1)


def _pack_received(received: Times, time: Times) -> _Packed:
    """Whichever is smaller: receipt times as they are, or counted from the readings' own times."""
    alone, delay = _pack_times(received), _pack_times(received - time)
    since_time = delay._replace(scale=delay.scale + _SINCE_TIME)
    return min(alone, since_time, key=lambda packed: _nonzero(packed.planes))


def _nonzero(planes: bytes) -> int:
    return len(planes) - planes.count(0)


def _pack_values(value: Floats) -> _Packed:
    bits = value.view(np.int64)
    for scale in _likely_decimals(value[:_PROBED]):
        whole = _wholes(value, scale)
        if np.array_equal(_values(whole, scale).view(np.int64), bits):
            return _pack(whole, scale)
    return _pack(bits, _BITS)


def _likely_decimals(some: Floats) -> list[int]:
    """Scales under which `some` values are whole numbers, the smallest first."""
    finite = some[np.isfinite(some), None]
    with np.errstate(over="ignore", invalid="ignore"):
        scales = np.array(_DECIMALS)
        fits = (np.rint(finite * scales) / scales == finite).all(axis=0)
    return [int(scale) for scale in np.flatnonzero(fits)]


def _wholes(value: Floats, scale: int) -> Times:
    with np.errstate(over="ignore"):
        scaled = np.rint(value * _DECIMALS[scale])
    whole = np.where(np.abs(scaled) < _LARGEST_WHOLE, scaled, 0.0).astype(np.int64)
    whole[np.isnan(value)] = _NAN
    return whole


def _values(whole: Times, scale: int) -> Floats:
    if scale == _BITS:
        return whole.view(np.float64)
    value: Floats = whole / _DECIMALS[scale]
    value[whole == _NAN] = np.nan
    return value
