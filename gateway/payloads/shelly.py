"""Shelly: notifications and status of Gen2+ devices, bare numbers of Gen1.

    shape "rpc"     {device}/events/rpc   {"params": {"ts": 1700000000.12, "temperature:100": {"tC": -18.2}}}
    shape "status"  {device}/status/{component}                 {"id": 100, "tC": -18.2}
    shape "gen1"    shellies/{device}/ext_temperature/{index}   -18.25

A component with `"errors": ["out_of_range"]` has no measurement: its reading is BAD, also without a value.
Only rpc carries the device's time. On its topic, and on those of status, other components speak, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from gateway.dataclass import dataclass
from gateway.model import Decoded
from gateway.payloads import Message, json
from gateway.payloads.pointer import pointer_to

FAULTS_degC = (85.0, -127.0, 999.0)  # power-on and lost DS18B20; Gen1 without a sensor


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of a device."""

    address: str
    component: str | None = None  # rpc: "temperature:100"
    key: str | None = None  # rpc, status: tC when left out
    fault_values: tuple[float, ...] = FAULTS_degC


@dataclass(frozen=True, slots=True)
class Options:
    """What the devices send, and which values of it are read."""

    readings: tuple[Reading, ...]
    shape: Literal["rpc", "status", "gen1"] = "rpc"
    numbers_as_text: bool = False  # take "21.5" for 21.5

    def __post_init__(self) -> None:
        for reading in self.readings:
            if (reading.component is None) == (self.shape == "rpc"):
                raise ValueError(
                    "component, as in 'temperature:100', is needed for shape 'rpc' and only there"
                )
            if self.shape == "gen1" and reading.key is not None:
                raise ValueError("shape 'gen1' is a bare number: it has no key")
        _as_json(self)


def needs(options: Options) -> frozenset[str]:
    """The named topic parts that the addresses are made of."""
    return json.needs(_as_json(options))


class Decoder:
    """See the contract in gateway.payloads."""

    def __init__(self, options: Options) -> None:
        self._json = json.Decoder(_as_json(options))

    def decode(self, messages: Sequence[Message], channels: Mapping[str, int]) -> Decoded:
        return self._json.decode(messages, channels)


def _as_json(options: Options) -> json.Options:
    timed = options.shape == "rpc"
    return json.Options(
        readings=tuple(
            json.Reading(r.address, _pointer(r, options.shape), r.fault_values, _errors(r, options.shape))
            for r in options.readings
        ),
        time_pointer="/params/ts" if timed else None,
        time_format="unix_s" if timed else "rfc3339",
        numbers_as_text=options.numbers_as_text,
        others_expected=options.shape != "gen1",
    )


def _errors(reading: Reading, shape: str) -> str | None:
    """Where the device says what is wrong with a measurement: out_of_range, read."""
    if shape == "gen1":
        return None
    component = () if reading.component is None else ("params", reading.component)
    return pointer_to(*component, "errors")


def _pointer(reading: Reading, shape: str) -> str:
    if shape == "gen1":
        return ""
    key = reading.key or "tC"
    return pointer_to(key) if reading.component is None else pointer_to("params", reading.component, key)
