"""The piece of configuration for a channel that somebody points at in a refused message.

Where the mapping of the source reads the value already, the channel gets the address that it has there. Else
the topic of the message gets a block of its own above the other ones: the same options, and one more reading.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from gateway.config import pieces
from gateway.config.toml import read_toml
from gateway.config.types import Channel, Configuration
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.mqtt.broker import Topic
from gateway.mqtt.topics import FORBIDDEN, TopicPattern
from gateway.payloads.address import AddressTemplate
from gateway.payloads.pointer import ABSENT, find, parse_pointer
from gateway.questions.pointed import JSON, Message, document_of, is_number, number_at, topic_of, values_in

BY_HAND: Final = "add it to the configuration by hand; docs/payloads.md says how"


@dataclass(frozen=True, slots=True)
class Wanted:
    """`pointer`, or `address` where the format knows the place. `site`, `kind`: of an asset that is new."""

    message: Message
    name: str
    asset: str
    pointer: str | None = None
    address: str = ""
    zone: str | None = None
    quantity: str = "temperature"
    unit: str = "degC"
    profile: str | None = None
    site: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """What the file gets: `channel` (with its asset) at its end, `reading` within the topics of the source.

    `document`: all of what the file means then.
    """

    channel: str
    reading: str
    document: Mapping[str, Any]
    is_new_topic: bool = False
    topic: int = 0  # which of the source gets the reading

    @property
    def text(self) -> str:
        return "\n".join(filter(None, (self.reading, self.channel)))


def piece_for(configuration: Configuration, wanted: Wanted) -> Piece:
    """Raises InputError."""
    document = read_toml(configuration.path)
    if not wanted.name.strip():
        raise InputError("give the channel a name, like shipper-7-payload")
    if wanted.name in document.get("channels", {}):
        raise InputError(f"there is a channel {wanted.name!r} already: give another name")
    address = wanted.address or _address_at(configuration, wanted)
    channel = _channel(wanted, address or _own_address(wanted), document)
    if address:
        return Piece(channel, "", document)
    reading, is_new, number = _reading(configuration, wanted, document)
    return Piece(channel, reading, document, is_new, number)


def _address_at(configuration: Configuration, wanted: Wanted) -> str:
    """What the mapping of today calls the value; empty: it takes nothing from there."""
    if wanted.pointer is None:
        raise InputError("point at a value of the message")
    number_at(document_of(wanted.message), wanted.pointer)
    there = values_in(configuration, wanted.message)
    return next((one.address for one in there if one.pointer == wanted.pointer), "")


def _own_address(wanted: Wanted) -> str:
    return f"{wanted.message.topic}{wanted.pointer}"


def _channel(wanted: Wanted, address: str, document: dict[str, Any]) -> str:
    """And its asset where that is new; both are added to `document`, too."""
    given = {
        "asset": wanted.asset,
        "zone": wanted.zone,
        "source": wanted.message.source,
        "address": address,
        "quantity": None if wanted.quantity == "temperature" else wanted.quantity,
        "unit": None if wanted.unit == "degC" else wanted.unit,
        "profile": wanted.profile,
    }
    parts = []
    if wanted.site is not None and wanted.asset not in document.get("assets", {}):
        asset = {"site": wanted.site, "kind": wanted.kind}
        parts.append(_table(document, "assets", wanted.asset, asset))
    return "\n".join([*parts, _table(document, "channels", wanted.name, given)])


def _table(document: dict[str, Any], section: str, name: str, given: Mapping[str, Any]) -> str:
    document.setdefault(section, {})[name] = {k: v for k, v in given.items() if v is not None}
    return pieces.table(f"[{pieces.path(section, name)}]", given)


def _reading(configuration: Configuration, wanted: Wanted, document: dict[str, Any]) -> tuple[str, bool, int]:
    """The text, whether it is a topic of its own, and of which topic it is; `document` has it then."""
    topic = topic_of(configuration, wanted.message)
    _check_possible(topic, wanted.message.topic)
    topics = document["sources"][wanted.message.source]["topics"]
    number = next((k for k, one in enumerate(topics) if topic and one["pattern"] == topic.pattern), -1)
    before = topics[number].get("options", {}) if number >= 0 else {}
    is_text = isinstance(number_at(document_of(wanted.message), wanted.pointer or ""), str)
    options = {**before, "numbers_as_text": True} if is_text else before
    if topic is None or topic.pattern != wanted.message.topic:
        measured = {c.table.address for c in configuration.channels.values() if _is_of(wanted, c)}
        pattern = "" if topic is None else topic.pattern
        return _own_topic(wanted, topics, pattern, options, measured), True, 0
    if options != before:
        raise InputError(f"the value is text, and its topic reads numbers alone; {BY_HAND}")
    before["readings"].append(_new(wanted))
    return _row(wanted, _new(wanted)), False, number


def _check_possible(topic: Topic | None, name: str) -> None:
    if topic is not None and topic.payload != JSON:
        raise InputError(f"a message of format {topic.payload!r} says itself what it holds; {BY_HAND}")
    if any(character in name for character in FORBIDDEN):
        raise InputError(f"topic {name!r} has signs that no pattern may have; {BY_HAND}")


def _is_of(wanted: Wanted, channel: Channel) -> bool:
    return channel.table.source == wanted.message.source


def _own_topic(
    wanted: Wanted, topics: list[Any], pattern: str, options: Mapping[str, Any], measured: Collection[str]
) -> str:
    """Above the other ones, with what `pattern` reads of this topic; what is `measured` stays so, whatever
    this message has there."""
    name, where = wanted.message.topic, _topics(wanted)
    document = document_of(wanted.message)
    there = [_filled(one, pattern, name) for one in options.get("readings", ())]
    kept = [o for o in there if o["address"] in measured or _is_read(document, o["value_pointer"])]
    rows = [*kept, _new(wanted)]
    others = {key: one for key, one in options.items() if key != "readings"}
    topics.insert(0, {"pattern": name, "payload": JSON, "options": {**others, "readings": rows}})
    parts = [pieces.table(f"[[{where}]]", {"pattern": name, "payload": JSON})]
    parts += [pieces.table(f"[{where}.options]", others)] if others else []
    return "\n".join([*parts, *(_row(wanted, one) for one in rows)])


def _is_read(document: object, pointer: str) -> bool:
    """Not where another thing than a number stands: each message of the topic would be refused for it."""
    given = find(document, parse_pointer(pointer))
    return given is ABSENT or given is None or is_number(given)


def _new(wanted: Wanted) -> dict[str, Any]:
    return {"address": _own_address(wanted), "value_pointer": wanted.pointer}


def _row(wanted: Wanted, reading: Mapping[str, Any]) -> str:
    return pieces.table(f"[[{_topics(wanted)}.options.readings]]", reading)


def _topics(wanted: Wanted) -> str:
    return pieces.path("sources", wanted.message.source, "topics")


def _filled(reading: Mapping[str, Any], pattern: str, topic: str) -> dict[str, Any]:
    """A reading of a pattern for one of its topics: names in its address are filled in."""
    names = TopicPattern.parse(pattern).match(topic) or {}
    return {**reading, "address": AddressTemplate.parse(reading["address"]).fill(names)}
