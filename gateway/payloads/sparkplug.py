"""Sparkplug B 3.0: births, data and deaths of edge nodes and their devices, under spBv1.0/{rest...}.

The address of a metric is group/node/device/metric, with an empty device for a metric of the node itself.
A death turns every metric of the node or device into NO_DATA, quality 500 (stale) and a null into NO_DATA,
quality 0 into BAD. A metric that only has an alias is taken if a birth, and no gap in the sequence since,
says what the alias means; otherwise it is refused, and `requests` asks the node for its births.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from gateway.dataclass import dataclass
from gateway.model import LARGEST_VALUE, Decoded, Quality, Refusal
from gateway.payloads import Message
from gateway.payloads.device_time import check_believable, receipt
from gateway.payloads.faults import as_sent
from gateway.payloads.rows import Found, decode_each
from gateway.payloads.sparkplug_nodes import LAST_SEQ, Birth, Nodes, bd_seq, read_birth
from gateway.payloads.sparkplug_payload import Metric, Payload, read_payload, value_of
from gateway.payloads.unknown import Unlisted, refuse_unknown
from gateway.payloads.unusable import Unusable, shown

NS_PER_MS = 1_000_000
COMMANDS = ("NCMD", "DCMD")  # from hosts to nodes: not ours to read
OWN = (
    "bdSeq",
    "Node Control/",
    "Device Control/",
    "Node Info/",
    "Properties/",
)  # Sparkplug's, in every birth


@dataclass(frozen=True, slots=True)
class Options:
    """What to do beside reading."""

    unlisted: Unlisted = "refuse"  # numeric metrics that no channel has the address of
    fault_values: tuple[float, ...] = ()  # what the devices send when they have no value


def needs(_: Options) -> frozenset[str]:
    """None: the address is made of the topic as Sparkplug defines it."""
    return frozenset()


@dataclass(frozen=True, slots=True)
class Topic:
    """spBv1.0/group/kind/node[/device]"""

    kind: str
    at: tuple[str, str]  # group, node
    device: str  # "": the node itself

    def address(self, metric: str, device: str | None = None) -> str:
        """Of one of its metrics; `device` stands for another one of the node."""
        return "/".join((*self.at, self.device if device is None else device, metric))


class Decoder:
    """See the contract in gateway.payloads. Remembers births, bounded: see sparkplug_nodes."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._faults = as_sent(options.fault_values)
        self._nodes = Nodes()

    def requests(self) -> list[tuple[str, bytes]]:
        """(topic, payload) of the rebirth commands to publish, QoS 0; each is handed out once."""
        return self._nodes.requests()

    def decode(self, messages: Sequence[Message], channels: Mapping[str, int]) -> Decoded:
        def read(message: Message, found: Found) -> None:
            topic = parse_topic(message.topic)
            if topic is None:
                return
            if message.retained:
                raise Unusable(
                    Refusal.MALFORMED, f"a retained {topic.kind}: Sparkplug forbids it, it may be out of date"
                )
            payload = read_payload(message.payload)
            if topic.kind == "NDEATH":
                for device, birth in self._nodes.node_died(topic.at, bd_seq(payload)).items():
                    addresses = (topic.address(name, device) for name in birth.datatypes)
                    _gone(addresses, message, channels, found)
                return
            self._note(topic, payload, message.received_ns)
            if topic.kind == "DDEATH":
                birth = self._nodes.device_died(topic.at, topic.device)
                _gone(map(topic.address, birth.datatypes), message, channels, found)
                return
            self._take(topic, payload, message, channels, found)

        return decode_each(messages, read)

    def _note(self, topic: Topic, payload: Payload, received_ns: int) -> None:
        """Sequence and births, before any value is looked at."""
        if payload.seq is None or payload.seq > LAST_SEQ or (topic.kind == "NBIRTH" and payload.seq != 0):
            raise Unusable(
                Refusal.MALFORMED,
                f"{topic.kind} with sequence number {payload.seq}; 0 in NBIRTH, else 0 to 255",
            )
        if topic.kind != "DDEATH" and not payload.metrics:
            raise Unusable(Refusal.WRONG_TYPE, f"{topic.kind} without any metric")
        # What is refused is not followed: to the next message it is a gap, and its aliases are not trusted.
        birth = read_birth(payload) if topic.kind in ("NBIRTH", "DBIRTH") else None
        if topic.kind != "NBIRTH":
            self._nodes.follow(topic.at, payload, received_ns)
        if birth is not None:
            self._nodes.born(topic.at, topic.device, payload, birth)

    def _take(
        self, topic: Topic, payload: Payload, message: Message, channels: Mapping[str, int], found: Found
    ) -> None:
        birth = self._nodes.birth_of(topic.at, topic.device)
        unknown: list[str] = []
        for metric in payload.metrics:
            try:
                name = self._name(metric, birth, topic, message.received_ns)
                address = topic.address(name)
                channel = channels.get(address)
                if channel is not None:
                    row = self._row(name, metric, birth, payload.timestamp_ms, message)
                    found.rows.append((row[0], message.received_ns, channel, *row[1:]))
                elif _is_numeric(metric) and not name.startswith(OWN):
                    unknown.append(address)
            except Unusable as why:
                found.alone.append(why.of(message))
        refuse_unknown(unknown, self._options.unlisted, message, found)

    def _name(self, metric: Metric, birth: Birth, topic: Topic, received_ns: int) -> str:
        if metric.name:
            return metric.name
        name = None if metric.alias is None else birth.aliases.get(metric.alias)
        if name is None:
            self._nodes.ask(topic.at, received_ns)
            raise Unusable(
                Refusal.UNKNOWN_CHANNEL,
                f"alias {metric.alias} means nothing: no birth of {shown(topic.address(''))} was seen, or "
                "messages were lost since; a rebirth is asked for",
            )
        return name

    def _row(
        self, name: str, metric: Metric, birth: Birth, sent_ms: int | None, message: Message
    ) -> tuple[int, float, Quality]:
        if metric.timestamp_ms is None and metric.is_historical:
            raise Unusable(Refusal.MALFORMED, f"{shown(name)} is historical, but has no timestamp")
        time_ns, worth = _time(sent_ms if metric.timestamp_ms is None else metric.timestamp_ms, message)
        if metric.is_null:
            return time_ns, math.nan, Quality.NO_DATA
        if metric.quality >= Quality.BAD:
            return time_ns, math.nan, metric.quality
        value = value_of(metric, birth.datatypes.get(name) if metric.datatype is None else metric.datatype)
        if value in self._faults or not -LARGEST_VALUE <= value <= LARGEST_VALUE:
            return time_ns, math.nan, Quality.BAD
        return time_ns, value, worth


def parse_topic(text: str) -> Topic | None:
    """None for STATE and for commands. Raises Unusable where it is no topic of Sparkplug."""
    levels = text.split("/")
    if levels[0] == "STATE" or levels[:2] == ["spBv1.0", "STATE"]:
        return None
    of_node = len(levels) == 4 and levels[2] in ("NBIRTH", "NDATA", "NDEATH", "NCMD")
    of_device = len(levels) == 5 and levels[2] in ("DBIRTH", "DDATA", "DDEATH", "DCMD")
    if levels[0] != "spBv1.0" or not (of_node or of_device):
        raise Unusable(
            Refusal.UNKNOWN_TOPIC, "no topic of Sparkplug B; the pattern should be spBv1.0/{rest...}"
        )
    if levels[2] in COMMANDS:
        return None
    return Topic(levels[2], (levels[1], levels[3]), levels[4] if of_device else "")


def _gone(addresses: Iterable[str], message: Message, channels: Mapping[str, int], found: Found) -> None:
    """A death: from its receipt on there is no reading of these (its own time can be that of its making)."""
    for address in addresses:
        channel = channels.get(address)
        if channel is not None:
            found.rows.append((message.received_ns, message.received_ns, channel, math.nan, Quality.NO_DATA))


def _time(given_ms: int | None, message: Message) -> tuple[int, Quality]:
    """When it was measured, and what a reading of that time is worth at best."""
    if given_ms is None:
        return receipt(message)
    check_believable(given_ms * NS_PER_MS)
    return given_ms * NS_PER_MS, Quality.GOOD


def _is_numeric(metric: Metric) -> bool:
    return metric.real is not None or metric.integer is not None or metric.boolean is not None
