"""Protocol Buffers on the wire, as far as a reader of a few fields needs them.

Encoding: https://protobuf.dev/programming-guides/encoding/. A message is a sequence of fields, each a tag
(number << 3 | wire type) and a value. Fields that nobody asks for are passed over.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from gateway.model import Refusal
from gateway.payloads.unusable import Unusable
from gateway.units import shortest_of

LONGEST_VARINT = 10  # bytes: 64 bits in groups of 7
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5  # wire types; groups (3, 4) have long been given up

Value = int | bytes  # int of VARINT, else the bytes


def fields(message: bytes) -> Iterator[tuple[int, int, Value]]:
    """(number, wire type, value) of every field in its order. Raises Unusable."""
    at, end = 0, len(message)
    while at < end:
        tag = message[at]
        if tag < 0x80:  # a field below 16: nearly all
            at += 1
        else:
            tag, at = _varint(message, at)
        number, wire_type = tag >> 3, tag & 7
        if number == 0:
            raise Unusable(Refusal.MALFORMED, f"no Protocol Buffers: a field 0 at byte {at} of {end}")
        if wire_type == VARINT:
            value, at = _varint(message, at)
            yield number, wire_type, value
            continue
        length, at = _length(wire_type, message, at)
        if at + length > end:
            raise Unusable(Refusal.MALFORMED, f"no Protocol Buffers: field {number} at byte {at} of {end}")
        yield number, wire_type, message[at : at + length]
        at += length


def as_uint(wire_type: int, value: Value) -> int:
    """A uint32, uint64 or bool. Raises Unusable."""
    if wire_type != VARINT or isinstance(value, bytes):
        raise _mistyped("a number")
    return value


def as_bytes(wire_type: int, value: Value) -> bytes:
    """Bytes or a message. Raises Unusable."""
    if wire_type != BYTES or isinstance(value, int):
        raise _mistyped("bytes")
    return value


def as_text(wire_type: int, value: Value) -> str:
    """A string. Raises Unusable."""
    try:
        return as_bytes(wire_type, value).decode()
    except UnicodeDecodeError as error:
        raise Unusable(Refusal.MALFORMED, f"no UTF-8: {error}") from None


def as_float(wire_type: int, value: Value) -> float:
    """A double (FIXED64), or the shortest decimal that is a float (FIXED32). Raises Unusable."""
    if isinstance(value, int) or wire_type == BYTES:
        raise _mistyped("a float or double")
    if wire_type == FIXED32:
        return shortest_of(*struct.unpack("<f", value))
    number: float = struct.unpack("<d", value)[0]
    return number


def varint(number: int) -> bytes:
    """`number` (not negative) as a varint."""
    groups = []
    while number > 0x7F:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*groups, number])


def uint_field(number: int, value: int) -> bytes:
    """A field of type uint32, uint64 or bool."""
    return varint(number << 3 | VARINT) + varint(value)


def bytes_field(number: int, value: bytes) -> bytes:
    """A field that is a string, bytes or a message."""
    return varint(number << 3 | BYTES) + varint(len(value)) + value


def _varint(message: bytes, at: int) -> tuple[int, int]:
    """Its value modulo 2**64, and the position behind it."""
    try:
        first = message[at]
        if first < 0x80:
            return first, at + 1
        value = first & 0x7F
        for i in range(1, LONGEST_VARINT):
            group = message[at + i]
            value |= (group & 0x7F) << 7 * i
            if group < 0x80:
                return value & 0xFFFF_FFFF_FFFF_FFFF, at + i + 1
    except IndexError:
        raise Unusable(Refusal.MALFORMED, f"no Protocol Buffers: the end comes within byte {at}") from None
    raise Unusable(Refusal.MALFORMED, f"no Protocol Buffers: a number of more than 64 bits at byte {at}")


def _length(wire_type: int, message: bytes, at: int) -> tuple[int, int]:
    if wire_type == BYTES:
        return _varint(message, at)
    if wire_type in (FIXED32, FIXED64):
        return (4 if wire_type == FIXED32 else 8), at
    raise Unusable(Refusal.MALFORMED, f"no Protocol Buffers: wire type {wire_type} at byte {at}")


def _mistyped(expected: str) -> Unusable:
    return Unusable(Refusal.MALFORMED, f"no Sparkplug payload: a field that is {expected} has another type")
