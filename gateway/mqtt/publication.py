"""A message that a broker sent us, and the short way to read a plain one out of what was received."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

SUBSCRIPTION_IDENTIFIER: Final = 0x0B  # of a property, MQTT 5.0 section 3.3.2.3.8
NOT_UTF8: Final = "(a topic that is not UTF-8)"


class Publication(NamedTuple):
    """A message that a broker sent us."""

    mid: int  # 0: needs no acknowledgement
    topic: str
    payload: bytes
    retained: bool
    marks: tuple[int, ...]  # identifiers of the subscriptions that it was sent for; none with MQTT 3.1.1


def topic_of(raw: bytes) -> str:
    """A topic as text; a broker should let none pass that is not UTF-8."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return NOT_UTF8


def plain_publish(received: bytes, begin: int) -> tuple[Publication, int] | None:
    """The MQTT 5 PUBLISH (section 3.3) that begins there, and where it ends.

    None where it is not all there, has a QoS other than 1, other properties than subscription identifiers, or
    is longer than 16 kB; paho takes those.
    """
    if received[begin] & 0b1111_0110 != 0b0011_0010 or len(received) < begin + 3:
        return None
    at, size = begin + 2, received[begin + 1]
    if size > 0x7F:
        at, size = begin + 3, (size & 0x7F) | received[begin + 2] << 7
    end = at + size
    if received[at - 1] > 0x7F or end > len(received) or size < 5:
        return None
    topic_end = at + 2 + (received[at] << 8 | received[at + 1])
    if topic_end + 3 > end or received[topic_end + 2] > 0x7F:
        return None
    payload_begin = topic_end + 3 + received[topic_end + 2]
    marks = _identifiers(received[topic_end + 3 : payload_begin])
    if marks is None or payload_begin > end:
        return None
    mid = received[topic_end] << 8 | received[topic_end + 1]
    topic = topic_of(received[at + 2 : topic_end])
    return Publication(mid, topic, received[payload_begin:end], bool(received[begin] & 1), marks), end


@lru_cache(maxsize=64)  # all messages of a connection carry the same few
def _identifiers(properties: bytes) -> tuple[int, ...] | None:
    """Each a variable byte integer (section 1.5.5); None where other properties stand among them."""
    found: list[int] = []
    at, end = 0, len(properties)
    while at < end:
        if properties[at] != SUBSCRIPTION_IDENTIFIER:
            return None
        number = 0
        for shift in (0, 7, 14, 21):
            at += 1
            if at == end:
                return None
            number |= (properties[at] & 0x7F) << shift
            if properties[at] < 0x80:
                break
        else:
            return None
        found.append(number)
        at += 1
    return tuple(found)
