"""MQTT payload formats, one file each; the file's name is the `payload` of a topic.

A decoder is pure and takes a whole batch of messages, so that it can build its columns once. A file in
this folder provides

    class Options                          frozen dataclass: the topic's `options` table
    def needs(options) -> frozenset[str]   the named topic parts that its addresses are made of
    class Decoder:
        def __init__(self, options: Options) -> None
        def decode(self, messages: Sequence[Message], channels: Mapping[str, int]) -> Decoded
        def requests(self) -> list[tuple[str, bytes]]
                                       only where a protocol has the host ask for something: (topic, payload)
                                       to publish now, QoS 0, not retained; bounded, each handed out once

`channels` maps an address to its channel number; an address that is missing there is refused as an
unknown channel. Values stay in the unit the device speaks; whoever calls converts them. A message is
taken or refused as a whole, except that each value inside it that is of another type is refused alone. A
number that no instrument has - NaN, an infinity, beyond LARGEST_VALUE - is a BAD reading, where its channel
and time are known: to leave it out would prove the time around it.
"""

from __future__ import annotations

from collections.abc import Mapping

from gateway.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """One MQTT message; `names` are the named parts of its topic, {device} -> 'dewar-3'.

    A `retained` one was published some time before we subscribed: its receipt says nothing of its age. A
    `late` one was kept by the broker while the gateway was away.
    """

    topic: str
    names: Mapping[str, str]
    payload: bytes
    received_ns: int
    retained: bool = False
    late: bool = False
