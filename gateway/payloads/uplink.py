"""LoRaWAN uplinks as network servers publish them: what ChirpStack and The Things Stack have in common.

Readings come from the frame itself (`probe`), or from what a codec on the server made of it (`readings`).
A live value has the time at which the network received it, a stored one that of the probe's own clock.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence

from gateway.dataclass import dataclass
from gateway.model import Decoded, Refusal
from gateway.payloads import Message, json
from gateway.payloads.address import AddressTemplate
from gateway.payloads.device_time import check_believable, from_text
from gateway.payloads.json_values import parse
from gateway.payloads.lorawan import NoReadings, Probe, Value, read_frame
from gateway.payloads.pointer import ABSENT, find, parse_pointer
from gateway.payloads.rows import Found, decode_each
from gateway.payloads.unusable import Unusable, shown


@dataclass(frozen=True, slots=True)
class UplinkOptions:
    """Which values of an uplink are read: give `probe` or `readings`."""

    probe: Probe | None = None
    address: str = "{device}/{quantity}"  # with probe: template over the topic's parts and the quantity
    readings: tuple[json.Reading, ...] = ()  # pointers into the decoded object
    numbers_as_text: bool = False  # with readings: take "21.5" for 21.5
    others_expected: bool = False  # uplinks without any of the readings are not refused

    def __post_init__(self) -> None:
        AddressTemplate.parse(self.address)
        if (self.probe is None) == (not self.readings):
            raise ValueError("expected either probe, to read the frame, or readings from the decoded object")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a server puts things: JSON pointers."""

    time: str
    f_port: str
    frame: str
    decoded: str


def uplink_needs(options: UplinkOptions) -> frozenset[str]:
    """The named topic parts that the addresses are made of."""
    if options.probe is not None:
        return AddressTemplate.parse(options.address).names - {"quantity"}
    return json.needs(json.Options(options.readings))


class UplinkDecoder:
    """See the contract in gateway.payloads."""

    def __init__(self, options: UplinkOptions, layout: Layout) -> None:
        self._options = options
        self._layout = layout
        self._template = AddressTemplate.parse(options.address)
        self._time, self._f_port, self._frame = (
            parse_pointer(text) for text in (layout.time, layout.f_port, layout.frame)
        )
        self._object = None if options.probe else json.ObjectReader(_below(layout, options))

    def decode(self, messages: Sequence[Message], channels: Mapping[str, int]) -> Decoded:
        def read(message: Message, found: Found) -> None:
            document = parse(message.payload)
            try:
                if self._object is None:
                    self._read_frame(document, message, channels, found)
                else:
                    self._object.read(document, message, channels, found)
                    if not found:
                        raise NoReadings(self._without(document))
            except NoReadings:
                if not self._options.others_expected:
                    raise

        return decode_each(messages, read)

    def _read_frame(
        self, document: object, message: Message, channels: Mapping[str, int], found: Found
    ) -> None:
        assert self._options.probe is not None
        f_port, frame = self._frame_of(document)
        values = read_frame(self._options.probe, f_port, frame)
        network_ns = self._network_time(document)
        addresses = [self._template.fill({**message.names, "quantity": v.quantity}) for v in values]
        if all(value.quantity == "battery" for value in values):
            raise NoReadings("the frame holds the state of the battery, but no reading")
        if channels.keys().isdisjoint(addresses):
            offered = ", ".join(shown(address) for address in dict.fromkeys(addresses))
            raise Unusable(Refusal.UNKNOWN_CHANNEL, f"no channel has one of the addresses {offered}")
        for address, value in zip(addresses, values, strict=True):
            if address in channels:
                self._take(value, channels[address], network_ns, message, found)

    def _take(self, value: Value, channel: int, network_ns: int, message: Message, found: Found) -> None:
        time_ns = network_ns if value.time_ns is None else value.time_ns
        try:
            check_believable(time_ns)
        except Unusable as why:  # a stored value of a time when the probe's clock was not set
            found.alone.append(why.of(message))
        else:
            found.rows.append((time_ns, message.received_ns, channel, value.value, value.quality))

    def _frame_of(self, document: object) -> tuple[int, bytes]:
        f_port, text = find(document, self._f_port), find(document, self._frame)
        if text in (ABSENT, None, "") or f_port in (ABSENT, None):
            raise NoReadings(f"no frame at {self._layout.frame} and {self._layout.f_port}")
        if type(f_port) is not int or type(text) is not str:
            raise Unusable(
                Refusal.WRONG_TYPE,
                f"frame {shown(text)} on port {shown(f_port)}; expected base64 and a number",
            )
        try:
            return f_port, base64.b64decode(text, validate=True)
        except ValueError as error:
            raise Unusable(Refusal.MALFORMED, f"{self._layout.frame}: {shown(text)}: {error}") from None

    def _network_time(self, document: object) -> int:
        given = find(document, self._time)
        if type(given) is not str:
            raise Unusable(Refusal.MALFORMED, f"no time at {self._layout.time}")
        time_ns = from_text(given)
        check_believable(time_ns)
        return time_ns

    def _without(self, document: object) -> str:
        decoded = find(document, parse_pointer(self._layout.decoded))
        if decoded is ABSENT:
            return f"nothing at {self._layout.decoded}; does the device's profile on the server have a codec?"
        wanted = ", ".join(shown(r.value_pointer) for r in self._options.readings[:5])
        return f"nothing at {wanted} of the decoded object {shown(decoded)}"


def _below(layout: Layout, options: UplinkOptions) -> json.Options:
    readings = (
        json.Reading(r.address, layout.decoded + r.value_pointer, r.fault_values) for r in options.readings
    )
    return json.Options(tuple(readings), layout.time, numbers_as_text=options.numbers_as_text)
