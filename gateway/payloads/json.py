"""Plain JSON: values and their time found by JSON pointer.

A payload is one object, or an array of such objects, each with its own time. A value that is null is the
device's statement that it has none: NO_DATA. A pointer that leads nowhere only means that this message
is about something else; a message without any of the readings is refused.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from gateway.model import LARGEST_VALUE, Arrivals, Decoded, Quality, Refusal, Refused, Samples
from gateway.payloads import Message
from gateway.payloads.address import AddressTemplate
from gateway.payloads.device_time import NS_PER, TimeFormat, check_believable, from_count, from_text
from gateway.payloads.pointer import ABSENT, find, parse_pointer
from gateway.payloads.unusable import Unusable, shown

CACHED_TOPICS = 10_000  # a fleet has fewer; a device that invents topics must not grow our memory
_TEXT_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?")

Row = tuple[int, int, int, float, int]  # time ns, received ns, channel, value, quality


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of a message: where it stands, and the address of its channel."""

    address: str  # template over the topic's named parts: "{device}/temperature"
    value_pointer: str

    def __post_init__(self) -> None:
        AddressTemplate.parse(self.address)
        parse_pointer(self.value_pointer)


@dataclass(frozen=True, slots=True)
class Options:
    """What a device's JSON looks like."""

    readings: tuple[Reading, ...]
    time_pointer: str | None = None  # None: time of receipt
    time_format: TimeFormat = "rfc3339"
    numbers_as_text: bool = False  # take "21.5" for 21.5

    def __post_init__(self) -> None:
        if not self.readings:
            raise ValueError("readings: expected at least one { address, value_pointer }")
        if self.time_pointer is not None:
            parse_pointer(self.time_pointer)


def needs(options: Options) -> frozenset[str]:
    """The named topic parts that the addresses are made of."""
    return frozenset().union(*(AddressTemplate.parse(r.address).names for r in options.readings))


class Decoder:
    """See the contract in gateway.payloads."""

    def __init__(self, options: Options) -> None:
        # Numbers with a fraction or exponent stay text, as bytes, which no JSON value is: times stay exact.
        self._parse = msgspec.json.Decoder(float_hook=str.encode).decode
        self._options = options
        self._templates = [AddressTemplate.parse(r.address) for r in options.readings]
        self._pointers = [parse_pointer(r.value_pointer) for r in options.readings]
        self._time_pointer = None if options.time_pointer is None else parse_pointer(options.time_pointer)
        self._cache: dict[str, tuple[str, ...]] = {}

    def decode(self, messages: Sequence[Message], channels: Mapping[str, int]) -> Decoded:
        rows: list[Row] = []
        refused: list[Refused] = []
        for message in messages:
            try:
                found, alone = self._readings(message, channels)
            except Unusable as why:
                refused.append(why.of(message))
            else:
                rows += found
                refused += alone
        return Decoded(_columns(rows), tuple(refused))

    def _readings(self, message: Message, channels: Mapping[str, int]) -> tuple[list[Row], list[Refused]]:
        document = self._document(message.payload)
        rows: list[Row] = []
        alone: list[Refused] = []
        for item in document if type(document) is list else (document,):
            self._read(item, message, channels, rows, alone)
        if not rows and not alone:
            raise self._nothing_in(document)
        return rows, alone

    def _document(self, payload: bytes) -> Any:
        try:
            return self._parse(payload)
        except msgspec.ValidationError as error:
            raise Unusable(Refusal.NOT_FINITE, str(error)) from None  # an integer of thousands of digits
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            hint = "; NaN and Infinity are not JSON" if b"NaN" in payload or b"Infinity" in payload else ""
            raise Unusable(Refusal.MALFORMED, f"{error}{hint}") from None

    def _read(
        self,
        item: object,
        message: Message,
        channels: Mapping[str, int],
        rows: list[Row],
        alone: list[Refused],
    ) -> None:
        """Append the readings of one object to `rows`, values that are refused alone to `alone`."""
        time_ns = None
        for address, pointer in zip(self._addresses(message), self._pointers, strict=True):
            given = find(item, pointer)
            if given is ABSENT:
                continue
            if time_ns is None:
                time_ns = self._time(item, message.received_ns)
            try:
                channel, value, quality = self._reading(address, given, channels)
            except Unusable as why:
                alone.append(why.of(message))
            else:
                rows.append((time_ns, message.received_ns, channel, value, quality))

    def _reading(self, address: str, given: object, channels: Mapping[str, int]) -> tuple[int, float, int]:
        channel = channels.get(address)
        if channel is None:
            raise Unusable(Refusal.UNKNOWN_CHANNEL, f"no channel has the address {shown(address)}")
        if given is None:
            return channel, math.nan, Quality.NO_DATA
        return channel, self._number(given, address), Quality.GOOD

    def _number(self, given: object, address: str) -> float:
        if type(given) is bytes:
            value: float = float(given)
        elif type(given) is int:
            value = given
        elif type(given) is str and self._options.numbers_as_text and _TEXT_NUMBER.fullmatch(given.strip()):
            value = float(given)
        else:
            hint = "; set numbers_as_text if it is meant as one" if type(given) is str else ""
            raise Unusable(Refusal.WRONG_TYPE, f"{address}: {shown(given)} is no number{hint}")
        if not -LARGEST_VALUE <= value <= LARGEST_VALUE:
            raise Unusable(Refusal.NOT_FINITE, f"{address}: {shown(given)} is no value an instrument has")
        return float(value)

    def _time(self, item: object, received_ns: int) -> int:
        if self._time_pointer is None:
            return received_ns
        given = find(item, self._time_pointer)
        if given is ABSENT or given is None:
            raise Unusable(Refusal.MALFORMED, f"no time at {self._options.time_pointer}")
        time_ns = self._to_ns(given)
        check_believable(time_ns, received_ns)
        return time_ns

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
        expected = "RFC 3339 text" if per_unit is None else "a number"
        raise Unusable(Refusal.WRONG_TYPE, f"time {shown(given)} is not {expected}; check time_format")

    def _addresses(self, message: Message) -> tuple[str, ...]:
        known = self._cache.get(message.topic)
        if known is None:
            if len(self._cache) >= CACHED_TOPICS:
                self._cache.clear()
            known = tuple(template.fill(message.names) for template in self._templates)
            self._cache[message.topic] = known
        return known

    def _nothing_in(self, document: object) -> Unusable:
        wanted = ", ".join(shown(r.value_pointer) for r in self._options.readings[:5])
        item = document[0] if isinstance(document, list) and document else document
        held = f"an object with the keys {shown(list(item)[:8])}" if isinstance(item, dict) else shown(item)
        return Unusable(Refusal.WRONG_TYPE, f"nothing at {wanted}; the payload is {held}")


def _columns(rows: list[Row]) -> Arrivals:
    time, received, channel, value, quality = zip(*rows, strict=True) if rows else ((), (), (), (), ())
    samples = Samples(
        np.array(time, np.int64),
        np.array(channel, np.int32),
        np.array(value, np.float64),
        np.array(quality, np.uint8),
    )
    return Arrivals(samples, np.array(received, np.int64))
