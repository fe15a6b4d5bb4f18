"""Analog input modules with the ADAM-4000 / DCON protocol on one RS-485 line: ASCII, CR, optional checksum.

    command := ( "$" | "#" | "%" | "@" | "~" ) AA body [ checksum ] CR
    reply   := "!" AA data [ checksum ] CR | ">" data [ checksum ] CR | "?" AA [ checksum ] CR

A module answers "?AA" to what it understands but cannot do, and nothing to a wrong address, a wrong
checksum or a syntax error. Readings ("#AA") carry no address. Sources: ADAM-4000 manual 5-13 to 5-23,
ADAM-4015 ($AAB bits); an open RTD is over range, as its resistance is.
"""

from __future__ import annotations

import math
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from firmware_sim.instruments import Fill, Measure
from firmware_sim.sensors import platinum_ohm

LONGEST_COMMAND: Final = 32  # bytes; %AANNTTCCFF and a checksum are 13
OVER, UNDER = "+9999", "-0000"
ENGINEERING, PERCENT, HEXADECIMAL, OHM = range(4)  # bits 1 and 0 of the format byte


class Module(BaseModel):
    """One module: its address, its channels and how it is set."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: int = Field(ge=0, le=255)
    name: str = Field(default="4015", pattern=r"^[0-9A-Z+]{4,6}$")
    inputs: dict[int, str]  # channel -> probe
    channels: int = Field(default=6, ge=1, le=8)
    lowest_degC: float = -200.0  # of the type code; many modules know no wider one
    highest_degC: float = 200.0
    type_code: str = Field(default="2B", pattern=r"^[0-9A-F]{2}$")
    channel_types: dict[int, str] = {}  # of modules whose channels have types of their own
    format: int = Field(default=ENGINEERING, ge=0, le=3)
    checksum: bool = False


class Options(BaseModel):
    """The modules on one line."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    modules: tuple[Module, ...] = Field(min_length=1, max_length=256)


def probes(options: Options) -> list[str]:
    return [probe for module in options.modules for probe in module.inputs.values()]


def build(options: Options, measure: Measure, _fill: Fill) -> Dcon:
    return Dcon(options, measure)


class Dcon:
    """Modules on one line; bytes in, bytes out."""

    def __init__(self, options: Options, measure: Measure) -> None:
        self.writes = 0
        self._modules = options.modules
        self._measure = measure
        self._held = b""

    def receive(self, data: bytes, time_s: float) -> bytes:  # noqa: ARG002  # it answers at any pace
        *commands, self._held = (self._held + data).split(b"\r")
        self._held = self._held[-LONGEST_COMMAND:]
        return b"".join(self._obey(module, command) for command in commands for module in self._modules)

    def _obey(self, module: Module, command: bytes) -> bytes:
        if module.checksum:
            command, given = command[:-2], command[-2:]
            if given != _sum(command):
                return b""
        text = command.decode("ascii", "replace")
        if text[1:3] != f"{module.address:02X}":
            return b""
        answer = self._answer(module, text[:1], text[3:])
        if answer is None:
            return b""
        reply = answer.encode("ascii")
        return reply + (_sum(reply) if module.checksum else b"") + b"\r"

    def _answer(self, module: Module, lead: str, body: str) -> str | None:
        """The reply without checksum; None: silence."""
        own = f"{module.address:02X}"
        match lead, body:
            case "#", "":
                return ">" + "".join(self._field(module, n) for n in range(module.channels))
            case "#", digit if digit.isdigit():
                n = int(digit)
                return f">{self._field(module, n)}" if n < module.channels else f"?{own}"
            case "$", "M":
                return f"!{own}{module.name}"
            case "$", "F":
                return f"!{own}A1.06"
            case "$", "2":
                return f"!{own}{module.type_code}06{module.format | module.checksum << 6:02X}"
            case "$", "5":
                return f"!{own}0"
            case "$", asked if asked[:2] == "8C" and asked[2:].isdigit():
                code = module.channel_types.get(int(asked[2:]))
                return f"?{own}" if code is None else f"!{own}{asked[1:]}R{code}"
            case "$", "B":
                return f"!{own}{self._diagnosis(module):02X}"
            case "%", settings if len(settings) == 8:
                self.writes += 1
                return f"!{settings[:2]}"
            case "$", _:
                return f"?{own}"
        return None

    def _celsius(self, module: Module, channel: int) -> float:
        """What the probe shows; infinite when it is open or nothing is connected."""
        probe = module.inputs.get(channel)
        shown = math.nan if probe is None else self._measure(probe)
        return math.inf if math.isnan(shown) else shown

    def _diagnosis(self, module: Module) -> int:
        shown = [self._celsius(module, n) for n in range(module.channels)]
        inside = [module.lowest_degC <= value <= module.highest_degC for value in shown]
        return sum(1 << n for n, is_fine in enumerate(inside) if not is_fine)

    def _field(self, module: Module, channel: int) -> str:
        celsius = self._celsius(module, channel)
        span = module.highest_degC - module.lowest_degC
        if not module.lowest_degC <= celsius <= module.highest_degC:
            over = celsius > module.highest_degC
            return ("FFFF" if over else "0000") if module.format == HEXADECIMAL else (OVER if over else UNDER)
        match module.format:
            case 1:
                return _seven(100.0 * celsius / max(abs(module.lowest_degC), abs(module.highest_degC)))
            case 2:
                return f"{round((celsius - module.lowest_degC) / span * 0xFFFF):04X}"
            case 3:
                return _seven(platinum_ohm(celsius))
        return _seven(celsius)


def _seven(value: float) -> str:
    """A sign and six characters: +025.12, -196.01."""
    return ("-" if round(value, 2) < 0.0 else "+") + f"{abs(value):06.2f}"


def _sum(text: bytes) -> bytes:
    total = 0
    for byte in text:
        total += byte
    return format(total & 0xFF, "02X").encode("ascii")
