"""Tasmota: sensors on tele/{device}/SENSOR, with the device's local time.

    {"Time":"2026-01-05T11:00:00","MAX31865":{"Temperature":-78.1,"Resistance":69.1},"TempUnit":"C"}

`Time` names no zone, so that the configuration must. A device whose TempUnit is not the one configured is
refused: -78 degF taken for degC would look like a broken freezer, the other way round like a good one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from gateway.dataclass import dataclass
from gateway.model import Decoded, Refusal
from gateway.payloads import Message, json
from gateway.payloads.json_values import parse
from gateway.payloads.pointer import pointer_to
from gateway.payloads.rows import Found, decode_each
from gateway.payloads.unusable import Unusable, shown

FAULTS = {"C": (85.0, -127.0), "F": (185.0, -196.6)}  # a DS18B20 after power-on, and one that is gone


@dataclass(frozen=True, slots=True)
class Reading:
    """One quantity of one sensor."""

    address: str
    sensor: str  # as in the message: "MAX31865", "DS18B20-1"
    quantity: str = "Temperature"
    fault_values: tuple[float, ...] | None = None  # None: those of a DS18x20, for others none


@dataclass(frozen=True, slots=True)
class Options:
    """Which sensors are read, and what their times and temperatures mean."""

    readings: tuple[Reading, ...]
    time_zone: str  # what the devices are set to; "UTC" for Tasmota's Timezone 0
    temperature_unit: Literal["C", "F"] = "C"
    numbers_as_text: bool = False  # take "21.5" for 21.5

    def __post_init__(self) -> None:
        _as_json(self)


def needs(options: Options) -> frozenset[str]:
    """The named topic parts that the addresses are made of."""
    return json.needs(_as_json(options))


class Decoder:
    """See the contract in gateway.payloads."""

    def __init__(self, options: Options) -> None:
        self._object = json.ObjectReader(_as_json(options))
        self._unit = options.temperature_unit
        self._wanted = ", ".join(r.sensor for r in options.readings[:5])

    def decode(self, messages: Sequence[Message], channels: Mapping[str, int]) -> Decoded:
        def read(message: Message, found: Found) -> None:
            document = parse(message.payload)
            if isinstance(document, dict):
                self._check_unit(document.get("TempUnit", self._unit))
                self._object.read(document, message, channels, found)
            if not found:
                raise json.nothing_in(document, self._wanted)

        return decode_each(messages, read)

    def _check_unit(self, unit: object) -> None:
        if unit != self._unit:
            hint = "change one of them (the device's is SetOption8)"
            raise Unusable(
                Refusal.WRONG_TYPE, f"TempUnit is {shown(unit)}, temperature_unit {self._unit!r}; {hint}"
            )


def _as_json(options: Options) -> json.Options:
    return json.Options(
        readings=tuple(_reading(r, options.temperature_unit) for r in options.readings),
        time_pointer="/Time",
        time_format="local",
        time_zone=options.time_zone,
        numbers_as_text=options.numbers_as_text,
    )


def _reading(reading: Reading, unit: str) -> json.Reading:
    faults = reading.fault_values
    if faults is None:
        faults = FAULTS[unit] if reading.sensor.startswith("DS18") else ()
    return json.Reading(reading.address, pointer_to(reading.sensor, reading.quantity), faults)
