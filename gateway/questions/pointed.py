"""What stands in a refused message, and what the mapping of its source makes of it: to point at a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gateway.config.types import Configuration
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.ingestion.sources.mqtt import Received, Source
from gateway.journal.refusals import LONGEST_PAYLOAD
from gateway.model import Quality
from gateway.mqtt.broker import Topic
from gateway.mqtt.topics import TopicPattern
from gateway.payloads.address import AddressTemplate
from gateway.payloads.json_values import number, parse
from gateway.payloads.pointer import ABSENT, find, parse_pointer, pointer_to
from gateway.payloads.unusable import Unusable, shown
from gateway.times import format_rfc3339

MQTT: Final = "mqtt"
JSON: Final = "json"
MOST_VALUES: Final = 200  # of a message that people point at
DEEPEST: Final = 12  # objects within objects


@dataclass(frozen=True, slots=True)
class Message:
    """As it was kept of a source, a broker."""

    source: str
    topic: str
    payload: bytes
    received_ns: int = 0


@dataclass(frozen=True, slots=True)
class Pointed:
    """A value that can be pointed at. `pointer`: where in a JSON message; None: the format knows where.

    `address`: what the mapping calls it, empty where it takes nothing from there; `channel`: which has that
    address, or empty. `value`, `at`: what the mapping gives.
    """

    pointer: str | None
    shown: str
    address: str = ""
    channel: str = ""
    value: float | None = None
    at: str | None = None

    def plain(self) -> dict[str, Any]:
        """For scripts."""
        return {name: getattr(self, name) for name in self.__slots__}


class Anything(Mapping[str, int]):
    """Every address is one of a channel; its number is the order in which a decoder asked for it."""

    def __init__(self) -> None:
        self.addresses: dict[str, int] = {}

    def __getitem__(self, address: str) -> int:
        return self.addresses.setdefault(address, len(self.addresses))

    def __contains__(self, address: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(self.addresses)

    def __len__(self) -> int:
        return len(self.addresses)


def values_in(configuration: Configuration, message: Message) -> tuple[Pointed, ...]:
    """Every number of a JSON message, or what the format of its topic finds. Raises InputError."""
    topic = topic_of(configuration, message)
    by_address = _given(configuration, message)
    document = document_of(message) if topic is None or topic.payload == JSON else ABSENT
    if document is ABSENT:
        return tuple(by_address.values())
    mapped = {} if topic is None else _mapped(topic, message.topic)
    found = _numbers(document, (), DEEPEST)
    return tuple(
        _with(Pointed(pointer, text), by_address.get(mapped.get(pointer, "")))
        for pointer, text in (next_ for next_, _ in zip(found, range(MOST_VALUES), strict=False))
    )


def topic_of(configuration: Configuration, message: Message) -> Topic | None:
    """The topic of the configuration that decides about this message. Raises InputError."""
    source = configuration.sources.get(message.source)
    if source is None or source.kind != MQTT:
        raise InputError(f"{message.source!r} is no broker of the configuration")
    topics: tuple[Topic, ...] = source.options.topics
    fits = (one for one in topics if TopicPattern.parse(one.pattern).match(message.topic) is not None)
    return next(fits, None)


def document_of(message: Message) -> object:
    """The JSON of it, of a list its first object; ABSENT where it is none."""
    if len(message.payload) >= LONGEST_PAYLOAD:
        raise InputError("only the beginning of this message was kept: let the device send shorter ones")
    try:
        document = parse(message.payload)
    except Unusable:
        return ABSENT
    return document[0] if isinstance(document, list) and document else document


def is_number(given: object) -> bool:
    """Or text that is one."""
    return _as_number(given) is not None


def number_at(document: object, pointer: str) -> object:
    """What is pointed at: a number, or text that is one. Raises InputError."""
    try:
        given = find(document, parse_pointer(pointer))
    except ValueError as error:
        raise InputError(str(error)) from None
    if given is ABSENT or not is_number(given):
        raise InputError(f"at {pointer!r} stands no number")
    return given


def _given(configuration: Configuration, message: Message) -> dict[str, Pointed]:
    """By address: what the mapping of today takes from the message."""
    every, options = Anything(), configuration.sources[message.source].options
    one = Received(
        0, 0, message.topic, message.payload, len(message.payload), message.received_ns, False, True, ()
    )
    samples = Source(message.source, options, every).decode([one]).arrivals.samples
    names, given = list(every.addresses), dict[str, Pointed]()
    rows = zip(samples.channel, samples.value, samples.time, samples.quality, strict=True)
    for channel, value, time_ns, quality in rows:
        address, is_value = names[channel], quality <= Quality.UNCERTAIN
        told = shown(float(value)) if is_value else "no value"
        at = format_rfc3339(int(time_ns))
        there = _channel_at(configuration, message.source, address)
        given[address] = Pointed(None, told, address, there, float(value) if is_value else None, at)
    return given


def _channel_at(configuration: Configuration, source: str, address: str) -> str:
    there = configuration.channels.values()
    mine = (one.name for one in there if (one.table.source, one.table.address) == (source, address))
    return next(mine, "")


def _mapped(topic: Topic, name: str) -> dict[str, str]:
    """Addresses by the pointers of the topic's readings."""
    names = TopicPattern.parse(topic.pattern).match(name) or {}
    return {
        one.value_pointer: AddressTemplate.parse(one.address).fill(names) for one in topic.options.readings
    }


def _with(pointed: Pointed, given: Pointed | None) -> Pointed:
    if given is None:
        return pointed
    return Pointed(pointed.pointer, pointed.shown, given.address, given.channel, given.value, given.at)


def _numbers(document: object, names: tuple[str, ...], left: int) -> Iterator[tuple[str, str]]:
    """Pointer and text of each, in the order of the message."""
    text = _as_number(document)
    if text is not None:
        yield pointer_to(*names), text
    elif isinstance(document, dict) and left:
        for name, inner in document.items():
            yield from _numbers(inner, (*names, name), left - 1)
    elif isinstance(document, list) and left:
        for k, inner in enumerate(document):
            yield from _numbers(inner, (*names, str(k)), left - 1)


def _as_number(given: object) -> str | None:
    """As the message has it; None: it is no number."""
    try:
        number(given, "", as_text=True)
    except Unusable:
        return None
    return given.strip() if isinstance(given, str) else shown(given)
