"""What LoRaWAN probes that reach LN2 temperature send in their frames, by the documents of their makers.

A frame holds live values, whose time the network server knows, or stored ones, whose time is that of the
probe's own clock. Values by which a probe says that it has none, and those outside its range, are BAD.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from typing import Literal, NamedTuple

from gateway.model import SECOND, Quality, Refusal
from gateway.payloads.unusable import Unusable, shown

Probe = Literal["dragino-ltc2", "milesight-em500-pt100"]


class Value(NamedTuple):
    """One value of a frame. `time_ns` is None for a live one."""

    quantity: str  # "temperature-1"
    time_ns: int | None
    value: float  # degC, ohm, V or %; NaN where quality is BAD
    quality: Quality


class NoReadings(Unusable):
    """A frame that is fine, but about something else than readings."""

    def __init__(self, detail: str) -> None:
        super().__init__(Refusal.WRONG_TYPE, detail)


def read_frame(probe: Probe, f_port: int, frame: bytes) -> list[Value]:
    """The values of one uplink. Raises Unusable, NoReadings where the frame is not meant to have any."""
    if probe == "dragino-ltc2":
        return _ltc2(f_port, frame)
    return list(_em500(frame))


# Dragino LTC2, user manual 2.4 and 2.5.4: entries of 11 bytes, big-endian; one, or in answer to a poll many.
LTC2_PORT = 2
LTC2_ENTRY = struct.Struct(">HBHHI")  # battery mV, status, channel 1, channel 2, Unix time
LTC2_POLLED = 0x40  # in status: an entry of the datalog
LTC2_FAULTS = frozenset((0x8001, 0x8000, 0x7FFF))  # -327.67: no Pt100 connected; beyond the scale
LTC2_SCALES = {1: ("temperature", 100), 2: ("temperature", 10), 3: ("resistance", 100)}  # by status & 15


def _ltc2(f_port: int, frame: bytes) -> list[Value]:
    if f_port != LTC2_PORT:
        raise NoReadings(f"an LTC2 sends its readings on port {LTC2_PORT}, this came on {f_port}")
    if not frame or len(frame) % LTC2_ENTRY.size:
        size = LTC2_ENTRY.size
        raise Unusable(Refusal.MALFORMED, f"{len(frame)} bytes; entries of an LTC2 have {size} each")
    if not any(frame):
        raise NoReadings("the LTC2 has nothing stored for the time it was asked for")
    entries = list(LTC2_ENTRY.iter_unpack(frame))
    if len(entries) > 1 and not all(status & LTC2_POLLED for _, status, _, _, _ in entries):
        raise Unusable(Refusal.MALFORMED, "several entries, but not all are marked as stored ones")
    return [value for entry in entries for value in _ltc2_entry(*entry)]


def _ltc2_entry(battery: int, status: int, first: int, second: int, unix_s: int) -> Iterator[Value]:
    scale = LTC2_SCALES.get(status & 0x0F)
    if scale is None:
        raise Unusable(
            Refusal.MALFORMED, f"Ext {status & 0x0F} of an LTC2 is neither temperature nor resistance"
        )
    time_ns = unix_s * SECOND if status & LTC2_POLLED else None
    name, per_unit = scale
    for channel, raw in ((1, first), (2, second)):
        if raw in LTC2_FAULTS:
            yield Value(f"{name}-{channel}", time_ns, math.nan, Quality.BAD)
        else:
            signed = raw - 0x10000 if name == "temperature" and raw & 0x8000 else raw
            yield Value(f"{name}-{channel}", time_ns, signed / per_unit, Quality.GOOD)
    yield Value("battery", time_ns, (battery & 0x3FFF) / 1000, Quality.GOOD)


# Milesight EM500-PT100: records of channel, type and a value, little-endian (README of its decoder).
EM500_RANGE_degC = (-200.0, 800.0)
EM500_LENGTHS = {  # of the values after channel and type, bytes
    b"\x01\x75": 1,  # battery, %
    b"\x03\x67": 2,  # temperature, 0.1 degC
    b"\x83\xd7": 5,  # alarm: temperature, its change, which alarm
    b"\x20\xce": 6,  # stored: Unix time, temperature
    b"\xff\x01": 1,  # what it is: versions, serial number, class, reset, on, measuring range
    b"\xff\x09": 2,
    b"\xff\x0a": 2,
    b"\xff\xff": 2,
    b"\xff\x16": 8,
    b"\xff\x0f": 1,
    b"\xff\xfe": 1,
    b"\xff\x0b": 1,
    b"\xff\x1b": 5,
}


def _em500(frame: bytes) -> Iterator[Value]:
    at, values = 0, 0
    while at < len(frame):
        kind = frame[at : at + 2]
        length = EM500_LENGTHS.get(kind)
        if length is None or at + 2 + length > len(frame):
            raise Unusable(
                Refusal.MALFORMED, f"byte {at} of {frame.hex()[:40]} starts no record of an EM500-PT100"
            )
        value = _em500_value(kind, frame[at + 2 : at + 2 + length])
        if value is not None:
            values += 1
            yield value
        at += 2 + length
    if not values:
        raise NoReadings(f"no readings in {shown(frame.hex())}")


def _em500_value(kind: bytes, data: bytes) -> Value | None:
    if kind == b"\x01\x75":
        return Value("battery", None, float(data[0]), Quality.GOOD)
    if kind in (b"\x03\x67", b"\x83\xd7"):
        return _em500_temperature(None, data[:2])
    if kind == b"\x20\xce":
        return _em500_temperature(int.from_bytes(data[:4], "little") * SECOND, data[4:])
    return None


def _em500_temperature(time_ns: int | None, data: bytes) -> Value:
    celsius = int.from_bytes(data, "little", signed=True) / 10
    if not EM500_RANGE_degC[0] <= celsius <= EM500_RANGE_degC[1]:
        return Value("temperature", time_ns, math.nan, Quality.BAD)
    return Value("temperature", time_ns, celsius, Quality.GOOD)
