"""Homie 3 and 4: one bare value per property, on homie/{device}/{node}/{property}.

Attributes ($state, $unit, $properties, ...) are not looked at. An empty payload takes a value back: NO_DATA.
The time is that of receipt.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from gateway.dataclass import dataclass
from gateway.model import Decoded, Quality, Refusal
from gateway.payloads import Message
from gateway.payloads.address import Addresses
from gateway.payloads.compressed import uncompressed
from gateway.payloads.device_time import receipt
from gateway.payloads.faults import as_sent
from gateway.payloads.json_values import number
from gateway.payloads.rows import Found, decode_each
from gateway.payloads.unusable import Unusable, shown

LONGEST_VALUE = 400  # characters: any number, and the largest double written out with its 309 digits
BOOLEANS = {"true": 1.0, "false": 0.0}


@dataclass(frozen=True, slots=True)
class Options:
    """How the address of a property is made."""

    address: str = "{device}/{node}/{property}"
    fault_values: tuple[float, ...] = ()  # what the devices send when they have no value

    def __post_init__(self) -> None:
        Addresses([self.address])


def needs(options: Options) -> frozenset[str]:
    """The named topic parts that the address is made of."""
    return Addresses([options.address]).names


class Decoder:
    """See the contract in gateway.payloads."""

    def __init__(self, options: Options) -> None:
        self._addresses = Addresses([options.address])
        self._faults = as_sent(options.fault_values)

    def decode(self, messages: Sequence[Message], channels: Mapping[str, int]) -> Decoded:
        def read(message: Message, found: Found) -> None:
            if "/$" in message.topic:
                return
            payload = uncompressed(message.payload)
            [address] = self._addresses.of((message.topic,), message.names)
            channel = channels.get(address)
            if channel is None:
                raise Unusable(Refusal.UNKNOWN_CHANNEL, f"no channel has the address {shown(address)}")
            value, quality = self._value(payload, address)
            time_ns, worth = receipt(message)
            found.rows.append((time_ns, message.received_ns, channel, value, max(quality, worth)))

        return decode_each(messages, read)

    def _value(self, payload: bytes, address: str) -> tuple[float, Quality]:
        if not payload:
            return math.nan, Quality.NO_DATA
        if not payload.isascii() or len(payload) > LONGEST_VALUE:
            raise Unusable(Refusal.WRONG_TYPE, f"{address}: {shown(payload)} is no number")
        text = payload.decode()
        value = BOOLEANS[text] if text in BOOLEANS else number(text, address, True, self._faults)
        is_bad = math.isnan(value) or value in self._faults
        return (math.nan, Quality.BAD) if is_bad else (value, Quality.GOOD)
