"""Cryogate's packed blocks: many samples of one channel in one binary message, for high rates.

All numbers little-endian. The layout, with L = length of the identifier and N = number of samples:

    offset  size  type      content
    0       4     bytes     "CGPB"
    4       1     uint8     version, 1
    5       1     uint8     values: 1 float32, 2 float64, 3 int16 (value = raw * scale + offset)
    6       1     uint8     flags: 1 every sample has its time, 2 every sample has its quality; others 0
    7       1     uint8     L, 1 to 255
    8       4     uint32    N, at least 1
    12      4     uint32    0
    16      8     int64     time of the first sample, ns since 1970 UTC
    24      8     int64     ns from sample to sample, > 0; with flag 1: 0
    32      8     float64   scale; 1 unless int16
    40      8     float64   offset; 0 unless int16
    48      L     UTF-8     identifier of the channel
    48+L    0-7   zeros     up to a multiple of 8
            8N    int64     with flag 1: times, ns since 1970 UTC, ascending; the first as at offset 16
            kN    values    k = 4, 8 or 2
            N     uint8     with flag 2: qualities, 0 good, 1 uncertain, 2 bad, 3 no data
    end-4   4     uint32    CRC-32 (ISO 3309, as in zip and PNG) of all bytes before it

A float32 is the shortest decimal that is it. The raw int16 -32768 is the statement that there is no reading.
The value of a sample whose quality is 2 or 3 is not looked at. A number that no instrument has is BAD.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gateway.dataclass import dataclass
from gateway.model import (
    LARGEST_VALUE,
    Arrivals,
    Decoded,
    Floats,
    Mask,
    Qualities,
    Quality,
    Refusal,
    Refused,
    Samples,
    Times,
    believable,
)
from gateway.payloads import Message
from gateway.payloads.address import AddressTemplate
from gateway.payloads.compressed import uncompressed
from gateway.payloads.device_time import check_believable
from gateway.payloads.faults import as_sent
from gateway.payloads.unusable import Unusable, shown
from gateway.units import shortest

MAGIC, VERSION = b"CGPB", 1
HEADER = struct.Struct("<4sBBBBIIqqdd")
CRC = struct.Struct("<I")
ALIGNMENT = 8  # of what follows the identifier
VALUE_TYPES: dict[int, np.dtype[Any]] = {1: np.dtype("<f4"), 2: np.dtype("<f8"), 3: np.dtype("<i2")}
FLOAT64, INT16 = 2, 3
HAS_TIMES, HAS_QUALITIES = 1, 2
NO_READING_RAW = -32768  # int16
A_STEP = 1e-6  # of `scale`: far more than rounding, far less than one step of int16


@dataclass(frozen=True, slots=True)
class Options:
    """How the address of a block is made, and which of its values are none."""

    address: str = "{id}"  # template over the topic's named parts and the block's identifier
    fault_values: tuple[float, ...] = ()  # what the device sends when it has no value

    def __post_init__(self) -> None:
        AddressTemplate.parse(self.address)


def needs(options: Options) -> frozenset[str]:
    """The named topic parts that the address is made of."""
    return AddressTemplate.parse(options.address).names - {"id"}


class Header(NamedTuple):
    """The first 48 bytes, in their order."""

    magic: bytes
    version: int
    values: int
    flags: int
    id_length: int
    samples: int
    zero: int
    start_ns: int
    interval_ns: int
    scale: float
    offset: float


class Decoder:
    """See the contract in gateway.payloads."""

    def __init__(self, options: Options) -> None:
        self._template = AddressTemplate.parse(options.address)
        self._faults = np.array(sorted(as_sent(options.fault_values)), np.float64)

    def decode(self, messages: Sequence[Message], channels: Mapping[str, int]) -> Decoded:
        parts: list[Arrivals] = []
        refused: list[Refused] = []
        for message in messages:
            try:
                parts.append(self._block(message, channels))
            except Unusable as why:
                refused.append(why.of(message))
        return Decoded(Arrivals.concatenate(parts), tuple(refused))

    def _block(self, message: Message, channels: Mapping[str, int]) -> Arrivals:
        payload = uncompressed(message.payload)
        header = _header(payload)
        names = {**message.names, "id": _identifier(payload, header)}
        address = self._template.fill(names)
        channel = channels.get(address)
        if channel is None:
            raise Unusable(Refusal.UNKNOWN_CHANNEL, f"no channel has the address {shown(address)}")
        at = _body(header)
        time, at = _times(payload, header, at)
        raw = np.frombuffer(payload, VALUE_TYPES[header.values], header.samples, at)
        value = _scaled(raw, header)
        quality = _qualities(payload, header, at + raw.nbytes)
        if len(self._faults):
            quality = _worsen(quality, _are_among(self._faults, value, header), Quality.BAD)
        if header.values == INT16:
            quality = _worsen(quality, raw == NO_READING_RAW, Quality.NO_DATA)
        return _arrivals(message, channel, time, value, quality)


def _header(payload: bytes) -> Header:
    if len(payload) < HEADER.size + CRC.size:
        raise Unusable(Refusal.MALFORMED, f"{len(payload)} bytes; a packed block has more")
    header = Header(*HEADER.unpack_from(payload))
    if header.magic != MAGIC or header.version != VERSION:
        raise Unusable(
            Refusal.MALFORMED, f"starts with {payload[:5].hex()}, a packed block of version 1 with 4347504201"
        )
    if header.values not in VALUE_TYPES or header.flags > 3 or header.zero or not header.id_length:
        raise Unusable(Refusal.MALFORMED, f"a header that says nothing: {payload[5:16].hex()}")
    expected = _length(header)
    if len(payload) != expected:
        raise Unusable(
            Refusal.MALFORMED, f"{len(payload)} bytes; {header.samples} samples like these take {expected}"
        )
    [crc] = CRC.unpack_from(payload, expected - CRC.size)
    if zlib.crc32(memoryview(payload)[: -CRC.size]) != crc:
        raise Unusable(Refusal.MALFORMED, "the checksum does not fit: the block was damaged on its way")
    if any(payload[HEADER.size + header.id_length : _body(header)]):
        raise Unusable(Refusal.MALFORMED, "behind the identifier stands something else than zeros")
    return header


def _body(header: Header) -> int:
    """Where the columns start."""
    return -(-(HEADER.size + header.id_length) // ALIGNMENT) * ALIGNMENT


def _length(header: Header) -> int:
    per_sample = VALUE_TYPES[header.values].itemsize
    per_sample += 8 * bool(header.flags & HAS_TIMES) + bool(header.flags & HAS_QUALITIES)
    return _body(header) + header.samples * per_sample + CRC.size


def _identifier(payload: bytes, header: Header) -> str:
    raw = payload[HEADER.size : HEADER.size + header.id_length]
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise Unusable(Refusal.MALFORMED, f"the identifier {raw.hex()} is no UTF-8") from None


def _times(payload: bytes, header: Header, at: int) -> tuple[Times, int]:
    """int64[N], and the position behind them."""
    if header.samples == 0:
        raise Unusable(Refusal.MALFORMED, "a block without samples")
    if not header.flags & HAS_TIMES:
        last_ns = header.start_ns + header.interval_ns * (header.samples - 1)  # exact: Python's integers
        if header.interval_ns <= 0:
            raise Unusable(Refusal.MALFORMED, f"{header.interval_ns} ns from sample to sample")
        check_believable(header.start_ns)
        check_believable(last_ns)
        return header.start_ns + header.interval_ns * np.arange(header.samples, dtype=np.int64), at
    time = np.frombuffer(payload, "<i8", header.samples, at).astype(np.int64, copy=False)
    if header.interval_ns != 0 or time[0] != header.start_ns or np.any(time[1:] <= time[:-1]):
        raise Unusable(
            Refusal.MALFORMED, "times that do not ascend from the start, or an interval beside them"
        )
    odd = np.flatnonzero(~believable(time))
    if len(odd):
        check_believable(int(time[odd[0]]))
    return time, at + time.nbytes


def _scaled(raw: NDArray[Any], header: Header) -> Floats:
    """float64[N]"""
    if header.values != INT16:
        if (header.scale, header.offset) != (1.0, 0.0):
            raise Unusable(Refusal.MALFORMED, "scale and offset are for int16; else 1 and 0")
        return raw.astype(np.float64, copy=False) if header.values == FLOAT64 else shortest(raw)
    if not abs(header.scale) <= LARGEST_VALUE or not abs(header.offset) <= LARGEST_VALUE or header.scale == 0:
        raise Unusable(Refusal.NOT_FINITE, f"scale {header.scale}, offset {header.offset}")
    scaled: Floats = raw * header.scale + header.offset
    return scaled


def _are_among(faults: Floats, value: Floats, header: Header) -> Mask:
    """bool[N]; steps of int16 that were scaled are only equal up to the rounding of that."""
    if header.values != INT16:
        return np.isin(value, faults)
    near = abs(header.scale) * A_STEP
    return np.asarray((np.abs(value[:, None] - faults) <= near).any(axis=1))


def _qualities(payload: bytes, header: Header, at: int) -> Qualities:
    """uint8[N]"""
    if not header.flags & HAS_QUALITIES:
        return np.zeros(header.samples, np.uint8)
    quality = np.frombuffer(payload, np.uint8, header.samples, at)
    if np.any(quality > Quality.NO_DATA):
        raise Unusable(Refusal.MALFORMED, f"quality {quality.max()}; 0 to 3 are known")
    return quality


def _worsen(quality: Qualities, where: Mask, to: Quality) -> Qualities:
    return np.where(where, np.maximum(quality, np.uint8(to)), quality)


def _arrivals(message: Message, channel: int, time: Times, value: Floats, quality: Qualities) -> Arrivals:
    """Columns; a usable value that no instrument can mean is BAD."""
    quality = _worsen(quality, ~(np.abs(value) <= LARGEST_VALUE), Quality.BAD)
    used = quality < Quality.BAD
    if not used.all():
        value = np.where(used, value, np.nan)
    samples = Samples(time, np.full(len(time), channel, np.int32), value, quality)
    return Arrivals(samples, np.full(len(time), message.received_ns, np.int64))
