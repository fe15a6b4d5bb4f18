"""Plain JSON: values and their time found by JSON pointer.

A payload is one object, or an array of such objects, each with its own time. A value that is null, or an
empty text where numbers are text, is the device's statement that it has none: NO_DATA. A value that the
device sends instead of one (`fault_values`), and a number that no instrument has, is BAD. A pointer that
leads nowhere only means that this message is about something else; a message without any of the readings is
refused unless such are expected.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import tzinfo

from gateway.dataclass import dataclass
from gateway.model import SECOND, Decoded, Quality, Refusal
from gateway.payloads import Message
from gateway.payloads.address import Addresses, AddressTemplate
from gateway.payloads.device_time import (
    NS_PER,
    TimeFormat,
    check_believable,
    from_count,
    from_local,
    from_text,
    receipt,
)
from gateway.payloads.faults import as_sent
from gateway.payloads.json_values import number, parse
from gateway.payloads.pointer import ABSENT, find, parse_pointer
from gateway.payloads.rows import Found, decode_each
from gateway.payloads.unusable import Unusable, shown
from gateway.zones import zone

GOOD = int(Quality.GOOD)  # looked up for every value
NO_MEASUREMENT = object()
LIVE_NS = 600 * SECOND  # a message that comes within ten minutes was sent when it says


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of a message: where it stands, and the address of its channel."""

    address: str  # template over the topic's named parts: "{device}/temperature"
    value_pointer: str
    fault_values: tuple[float, ...] = ()  # what the device sends when it has no value: 85 of a DS18B20
    errors_pointer: str | None = None  # what is there, unless empty, says that the value is no measurement

    def __post_init__(self) -> None:
        AddressTemplate.parse(self.address)
        parse_pointer(self.value_pointer)
        if self.errors_pointer is not None:
            parse_pointer(self.errors_pointer)


@dataclass(frozen=True, slots=True)
class Options:
    """What a device's JSON looks like."""

    readings: tuple[Reading, ...]
    time_pointer: str | None = None  # None: time of receipt
    time_format: TimeFormat = "rfc3339"
    time_zone: str | None = None  # what "local" means
    numbers_as_text: bool = False  # take "21.5" for 21.5
    others_expected: bool = False  # messages without any of the readings are not refused

    def __post_init__(self) -> None:
        if not self.readings:
            raise ValueError("readings: expected at least one { address, value_pointer }")
        if self.time_pointer is not None:
            parse_pointer(self.time_pointer)
        if (self.time_format == "local") != (self.time_zone is not None):
            raise ValueError("time_format 'local' and time_zone belong together: give both or none")
        if self.time_zone is not None:
            zone(self.time_zone)


def needs(options: Options) -> frozenset[str]:
    """The named topic parts that the addresses are made of."""
    return Addresses([r.address for r in options.readings]).names


class Decoder:
    """See the contract in gateway.payloads."""

    def __init__(self, options: Options) -> None:
        self._object = ObjectReader(options)
        self._others_expected = options.others_expected
        self._wanted = ", ".join(shown(r.value_pointer) for r in options.readings[:5])

    def decode(self, messages: Sequence[Message], channels: Mapping[str, int]) -> Decoded:
        def read(message: Message, found: Found) -> None:
            document = parse(message.payload)
            for item in document if type(document) is list else (document,):
                self._object.read(item, message, channels, found)
            if not found and not (self._others_expected and isinstance(document, dict | list)):
                raise nothing_in(document, self._wanted)

        return decode_each(messages, read)


class ObjectReader:
    """Reads the values and the time that `Options` describe out of one parsed JSON object."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._addresses = Addresses([r.address for r in options.readings])
        self._faults = [as_sent(r.fault_values) for r in options.readings]
        self._pointers = [parse_pointer(r.value_pointer) for r in options.readings]
        self._errors = [
            None if r.errors_pointer is None else parse_pointer(r.errors_pointer) for r in options.readings
        ]
        self._time_pointer = None if options.time_pointer is None else parse_pointer(options.time_pointer)
        self._zone = None if options.time_zone is None else zone(options.time_zone)

    def read(
        self,
        item: object,
        message: Message,
        channels: Mapping[str, int],
        found: Found,
        given_names: Mapping[str, str] | None = None,
    ) -> None:
        """Add what stands in `item` to `found`. Raises Unusable where its time is none.

        `given_names` are further names for the addresses, from the payload itself.
        """
        time_ns, worth = None, GOOD
        addresses = self._of(message, given_names)
        for address, pointer, faults, errors in zip(
            addresses, self._pointers, self._faults, self._errors, strict=True
        ):
            given = find(item, pointer)
            if errors is not None and given is not None and _says_something(find(item, errors)):
                given = NO_MEASUREMENT
            if given is ABSENT:
                continue
            if time_ns is None:
                time_ns, worth = self._time(item, message)
            try:
                channel, value, quality = self._reading(address, given, faults, channels)
            except Unusable as why:
                found.alone.append(why.of(message))
            else:
                quality = max(quality, worth) if worth else quality
                found.rows.append((time_ns, message.received_ns, channel, value, quality))

    def _of(self, message: Message, given_names: Mapping[str, str] | None) -> tuple[str, ...]:
        if given_names is None:
            return self._addresses.of((message.topic,), message.names)
        return self._addresses.of((message.topic, *given_names.values()), {**message.names, **given_names})

    def _reading(
        self, address: str, given: object, faults: frozenset[float], channels: Mapping[str, int]
    ) -> tuple[int, float, int]:
        channel = channels.get(address)
        if channel is None:
            raise Unusable(Refusal.UNKNOWN_CHANNEL, f"no channel has the address {shown(address)}")
        as_text = self._options.numbers_as_text
        if given is None or (as_text and type(given) is str and not given.strip()):
            return channel, math.nan, Quality.NO_DATA
        if given is NO_MEASUREMENT:
            return channel, math.nan, Quality.BAD
        value = number(given, address, as_text, faults)
        is_bad = value != value or value in faults
        return (channel, math.nan, Quality.BAD) if is_bad else (channel, value, GOOD)

    def _time(self, item: object, message: Message) -> tuple[int, int]:
        """When it was measured, and what readings of that time are worth at best."""
        if self._time_pointer is None:
            return receipt(message)
        given = find(item, self._time_pointer)
        if given is ABSENT or given is None:
            raise Unusable(Refusal.MALFORMED, f"no time at {self._options.time_pointer}")
        if self._zone is not None and type(given) is str:
            return _local_time(given, self._zone, message)
        time_ns = self._to_ns(given)
        check_believable(time_ns)
        return time_ns, GOOD

    def _to_ns(self, given: object) -> int:
        per_unit = NS_PER.get(self._options.time_format)
        if per_unit is None and type(given) is str:
            return from_text(given)
        if per_unit is not None and type(given) is int:
            return given * per_unit
        if per_unit is not None and type(given) is bytes:
            return from_count(given.decode(), per_unit)
        if per_unit is not None and type(given) is str and self._options.numbers_as_text:
            return from_count(given.strip(), per_unit)
        texts = {"rfc3339": "RFC 3339 text", "local": "local time as text"}
        expected = texts.get(self._options.time_format, "a number")
        raise Unusable(Refusal.WRONG_TYPE, f"time {shown(given)} is not {expected}; check time_format")


def _says_something(given: object) -> bool:
    """An absent, null or empty list of errors, text or false says that there are none."""
    return given is not ABSENT and given not in (None, [], {}, "", False, b"0")


def _local_time(given: str, where: tzinfo, message: Message) -> tuple[int, int]:
    """In the hour that clocks show twice, receipt is the witness if it lies near; never a guess."""
    times = from_local(given, where)
    check_believable(times[0])
    if len(times) == 1:
        return times[0], GOOD
    if not message.late and times[0] - LIVE_NS <= message.received_ns <= times[-1] + LIVE_NS:
        return receipt(message)[0], Quality.UNCERTAIN
    raise Unusable(
        Refusal.ABSURD_TIME,
        f"clocks in {where} show {given} twice, and it was received too long after to tell which is meant",
    )


def nothing_in(document: object, wanted: str) -> Unusable:
    """None of what is `wanted` stands in `document`; the refusal shows what does."""
    item = document[0] if isinstance(document, list) and document else document
    held = f"an object with the keys {shown(list(item)[:8])}" if isinstance(item, dict) else shown(item)
    return Unusable(Refusal.WRONG_TYPE, f"nothing at {wanted}; the payload is {held}")
