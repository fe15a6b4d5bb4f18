"""MQTT 5 clients at a broker that speaks 3.1.1: their packets are translated, both ways.

What both versions have in common works: QoS, sessions, retained messages, wills. A session lasts as long as
the broker keeps it, whatever expiry the client asks for. Subscription identifiers and shared subscriptions
are announced as not available. Properties of messages are lost.

Source: MQTT 5.0, section 2 and 3; MQTT 3.1.1, section 3.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class Kind(IntEnum):
    """The packets that differ."""

    CONNECT = 1
    CONNACK = 2
    PUBLISH = 3
    PUBACK = 4
    PUBREC = 5
    PUBREL = 6
    PUBCOMP = 7
    SUBSCRIBE = 8
    SUBACK = 9
    UNSUBSCRIBE = 10
    UNSUBACK = 11
    DISCONNECT = 14


CONNECT_HEAD: Final = b"\x00\x04MQTT"
LEVEL_5, LEVEL_4 = 5, 4
WILL_FLAG: Final = 0x04
REASONS: Final = {0: 0x00, 1: 0x84, 2: 0x85, 3: 0x88, 4: 0x86, 5: 0x87}  # return code of 3.1.1 -> reason of 5
NOT_AVAILABLE: Final = bytes((4, 0x29, 0, 0x2A, 0))  # subscription identifiers, shared subscriptions
NO_PROPERTIES: Final = b"\x00"
LARGEST_PACKET: Final = 1_048_576  # bytes; devices of a demonstration send less than 1 kB

Packet = tuple[int, bytes]  # type and flags, body


class NotMqtt(ValueError):
    """Bytes that are no packet of MQTT 5, or one that a demonstration has no use for."""


def packets(buffer: bytes) -> tuple[list[Packet], bytes]:
    """All whole packets, and the rest. Raises NotMqtt."""
    found: list[Packet] = []
    while len(buffer) >= 2:
        try:
            size, begin = _varint(buffer, 1)
        except IndexError:
            break
        if size > LARGEST_PACKET:
            raise NotMqtt(f"a packet of {size} bytes")
        if len(buffer) < begin + size:
            break
        found.append((buffer[0], buffer[begin : begin + size]))
        buffer = buffer[begin + size :]
    return found, buffer


def framed(packet: Packet) -> bytes:
    """The bytes of a packet."""
    first, body = packet
    size, length = bytearray(), len(body)
    while length > 127:
        size.append(length & 127 | 128)
        length >>= 7
    size.append(length)
    return bytes((first,)) + bytes(size) + body


def speaks_5(packet: Packet) -> bool:
    """Whether this CONNECT asks for MQTT 5."""
    first, body = packet
    return first >> 4 == Kind.CONNECT and body[:7] == CONNECT_HEAD + bytes((LEVEL_5,))


class Translator:
    """One client's connection. Both methods raise NotMqtt."""

    def __init__(self) -> None:
        self._filters: dict[bytes, int] = {}  # packet identifier of an UNSUBSCRIBE -> how many

    def to_broker(self, packet: Packet) -> Packet:
        """A packet of the client as 3.1.1 has it."""
        first, body = packet
        try:
            match first >> 4:
                case Kind.CONNECT:
                    return first, _connect(body)
                case Kind.PUBLISH:
                    at = _topic_end(first, body)
                    return first, body[:at] + body[_properties_end(body, at) :]
                case Kind.SUBSCRIBE:
                    return first, body[:2] + b"".join(f + bytes((o & 3,)) for f, o in _asked(body))
                case Kind.UNSUBSCRIBE:
                    return first, body[:2] + self._given_up(body)
                case Kind.PUBACK | Kind.PUBREC | Kind.PUBREL | Kind.PUBCOMP:
                    return first, body[:2]
                case Kind.DISCONNECT:
                    return first, b""
        except IndexError:
            raise NotMqtt(f"a packet of type {first >> 4} that ends early") from None
        return packet

    def to_client(self, packet: Packet) -> Packet:
        """A packet of the broker as MQTT 5 has it."""
        first, body = packet
        match first >> 4:
            case Kind.CONNACK:
                return first, bytes((body[0], REASONS.get(body[1], 0x80))) + NOT_AVAILABLE
            case Kind.PUBLISH:
                at = _topic_end(first, body)
                return first, body[:at] + NO_PROPERTIES + body[at:]
            case Kind.SUBACK:
                return first, body[:2] + NO_PROPERTIES + body[2:]
            case Kind.UNSUBACK:
                return first, body[:2] + NO_PROPERTIES + bytes(self._filters.pop(body[:2], 1))
        return packet

    def _given_up(self, body: bytes) -> bytes:
        filters = _texts(body, _properties_end(body, 2))
        self._filters[body[:2]] = len(filters)
        return b"".join(filters)


def _connect(body: bytes) -> bytes:
    flags, at = body[7], _properties_end(body, 10)
    identifier, at = _text(body, at)
    if flags & WILL_FLAG:
        at = _properties_end(body, at)
    return CONNECT_HEAD + bytes((LEVEL_4,)) + body[7:10] + identifier + body[at:]


def _asked(body: bytes) -> list[tuple[bytes, int]]:
    """Filters as they stand on the wire, and their options."""
    asked, at = [], _properties_end(body, 2)
    while at < len(body):
        topic_filter, at = _text(body, at)
        asked.append((topic_filter, body[at]))
        at += 1
    return asked


def _texts(body: bytes, at: int) -> list[bytes]:
    texts = []
    while at < len(body):
        text, at = _text(body, at)
        texts.append(text)
    return texts


def _text(body: bytes, at: int) -> tuple[bytes, int]:
    """A text with its length before it, and where it ends."""
    end = at + 2 + (body[at] << 8 | body[at + 1])
    if end > len(body):
        raise IndexError
    return body[at:end], end


def _topic_end(first: int, body: bytes) -> int:
    """Where topic and packet identifier of a PUBLISH end."""
    return _text(body, 0)[1] + (2 if first >> 1 & 3 else 0)


def _properties_end(body: bytes, at: int) -> int:
    size, begin = _varint(body, at)
    return begin + size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A variable byte integer, and where it ends. Raises IndexError where it is cut off, NotMqtt."""
    value = 0
    for n in range(4):
        value |= (data[at + n] & 127) << 7 * n
        if data[at + n] < 128:
            return value, at + n + 1
    raise NotMqtt("a length of more than four bytes")
