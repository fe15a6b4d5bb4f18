"""Cryo-con temperature monitors and controllers 12C, 14C, 18i, 22C, 24C: everything in one chained query.

LF ends a request of at most 255 characters, 100 ms go by between two. The reply holds the identification,
then value and unit of each input, joined by ";": one line that cannot be taken for another, but for that of
an earlier poll. So after a silence the identification is asked for alone. Values come in the unit of the
front panel, which anybody may turn; so the unit is asked each time, and readings are always degC. Seven
dashes stand for a faulty or missing sensor, seven dots for one outside its calibration curve.

Source: Model 24C User's Guide, remote programming guide p. 129-130; fault signs as the instruments send them.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from gateway.dataclass import dataclass
from gateway.drivers import Poll, PortSettings, Readings, Request, Row
from gateway.drivers.lines import measured, refuse
from gateway.drivers.steady import Said, serial_number
from gateway.model import Quality
from gateway.units import CONVERSIONS

PORT: Final = PortSettings(baud=9600, pause_s=0.1)
INPUTS: Final = "ABCDEFGH"  # the 18i has eight
LONGEST_REPLY: Final = 255  # bytes
IDENTITY: Final = b"Cryo-con,"
NO_VALUE: Final = (b"-------", b".......", b"N/A")
UNITS: Final = {b"K": "K", b"C": "degC", b"F": "degF"}
RAW: Final = b"S"  # volt or ohm: no temperature
COLDEST_DEGC, WARMEST_DEGC = -273.149, 1232.0  # 0 K is no reading; thermocouples reach 1500 K


@dataclass(frozen=True, slots=True)
class Options:
    """`inputs`: those that are connected. `serial`: the number that the instrument must have."""

    inputs: tuple[str, ...] = ("A", "B")
    serial: str = ""

    def __post_init__(self) -> None:
        if not self.inputs or len(set(self.inputs)) != len(self.inputs):
            raise ValueError("inputs must name at least one input, each once")
        if not set(self.inputs) <= set(INPUTS):
            raise ValueError(f"inputs must be of {', '.join(INPUTS)}, got {list(self.inputs)}")


def addresses(options: Options) -> tuple[str, ...]:
    """The inputs by their letters."""
    return options.inputs


def unit_of(options: Options, address: str) -> str | None:  # noqa: ARG001
    """Always degC."""
    return "degC"


def says(options: Options, frame: bytes) -> tuple[Said, ...]:
    """The serial number of the identification."""
    identity = frame.partition(b";")[0]
    return serial_number(identity, options.serial, options.inputs) if identity.startswith(IDENTITY) else ()


def poll(options: Options) -> Poll:
    """One request; readings in degC whatever the panel shows."""
    request = _request(options.inputs)
    reply = yield request
    rows = _rows(options.inputs, reply.frame.removesuffix(b"\r"), reply.time_ns)
    if rows is None:
        expected = f"not a Cryo-con with value and unit of {', '.join(options.inputs)}"
        return Readings.of([], refuse(request, reply, expected))
    return Readings.of(rows, [])


def _rows(inputs: tuple[str, ...], line: bytes, time_ns: int) -> list[Row] | None:
    """A reading for each input; None when one part of the line is not what it must be."""
    identity, *parts = (part.strip() for part in line.split(b";"))
    if not identity.startswith(IDENTITY) or len(parts) != 2 * len(inputs):
        return None
    rows: list[Row] = []
    for name, value, unit in zip(inputs, parts[::2], parts[1::2], strict=True):
        celsius = _celsius(value, unit)
        if celsius is None:
            return None
        rows.append((name, time_ns, celsius, Quality.BAD if math.isnan(celsius) else Quality.GOOD))
    return rows


def _celsius(value: bytes, unit: bytes) -> float | None:
    """degC; NaN when the instrument has no temperature; None when it is no value and unit at all."""
    shown = math.nan if value in NO_VALUE else measured(value)
    if shown is None or (unit not in UNITS and unit != RAW):
        return None
    if unit == RAW:
        return math.nan
    celsius = float(CONVERSIONS[UNITS[unit]].of(np.array([shown]))[0])
    return celsius if COLDEST_DEGC <= celsius <= WARMEST_DEGC else math.nan


def _request(inputs: tuple[str, ...]) -> Request:
    queries = ";".join(f":INP {name}:TEMP?;:INP {name}:UNIT?" for name in inputs)
    identity = Request(b"*IDN?\n", b"\n", LONGEST_REPLY, fits=lambda line: _parts(line) == 1)
    payload = f"*IDN?;{queries}\n".encode("ascii")
    return Request(payload, b"\n", LONGEST_REPLY, fits=lambda line: _parts(line) > 1, proofs=(identity,))


def _parts(line: bytes) -> int:
    """How many a Cryo-con says in a line; 0 for what is none of its lines."""
    return line.count(b";") + 1 if line.strip().startswith(IDENTITY) else 0
