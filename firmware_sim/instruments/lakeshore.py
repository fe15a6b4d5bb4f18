"""Lake Shore 211, 224, 240, 335, 336, 340 and 350: one family of commands, a status of its own in each model.

Takes LF or CR LF, always answers CR LF. Queries joined by ";" are answered in one line joined by ";". What
it does not understand it does not answer; *ESR? tells. An input without a valid measurement goes on showing
a number (zero). "KRDG? 0" gives all inputs of a 224, and A to D of a 336 or 350. The manuals want 50 ms of
silence after a reply; the maker's own package keeps none, so what comes too soon is lost only where
`guard_s` says so.

Sources: Model 350 manual (message flow, KRDG?, RDGST?); 211 p. 60; 340 p. 9-34 (+nnn.nnnE+n), 9-40; for the
others Lake Shore's Python package. Not in them, and assumed here: an open input is "units over range".
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from firmware_sim.instruments import Fill, Lines, Measure
from firmware_sim.instruments.lakeshore218 import field
from firmware_sim.sensors import dt670_V, platinum_ohm

LONGEST_LINE: Final = 256  # bytes; 255 characters and CR
ZERO_DEGC_K: Final = 273.15

_QUERY: Final = re.compile(r"(\*?[A-Z]+)\? ?([A-D][1-5]?|[0-8])?")
_RANGE_K: Final = {"pt100": (30.0, 800.0), "dt670": (1.4, 500.0)}
_ABCD: Final = ("A", "B", "C", "D")
_D: Final = ("D1", "D2", "D3", "D4", "D5")
_OF_224: Final = ("A", "B", "C1", "C2", "C3", "C4", "C5", *_D)


@dataclass(frozen=True)
class _Model:
    inputs: tuple[str, ...]
    units_over: int = 128  # the bit of an open input
    at_once: tuple[str, ...] = ()  # what "KRDG? 0" gives
    exponent: bool = False


_MODELS: Final = {
    "211": _Model(("",)),
    "224": _Model(_OF_224, at_once=_OF_224),
    "240": _Model(tuple("12345678"), units_over=64),
    "335": _Model(("A", "B")),
    "336": _Model((*_ABCD, *_D), at_once=_ABCD),
    "340": _Model((*_ABCD, *_D), exponent=True),
    "350": _Model((*_ABCD, *_D), at_once=_ABCD),
}


class Options(BaseModel):
    """Which probe is on which input; the only input of a 211 has the name ""."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: Literal["211", "224", "240", "335", "336", "340", "350"] = "336"
    inputs: dict[str, str] = Field(min_length=1)
    sensor: Literal["pt100", "dt670"] = "dt670"
    serial: str = Field(default="LSA21EA", pattern=r"^[0-9A-Z/]{4,16}$")
    guard_s: float = Field(default=0.0, ge=0.0, le=1.0)  # silence wanted after a reply


def probes(options: Options) -> list[str]:
    return list(options.inputs.values())


def build(options: Options, measure: Measure, _fill: Fill) -> LakeShore:
    return LakeShore(options, measure)


class LakeShore:
    """One instrument; bytes in, bytes out."""

    def __init__(self, options: Options, measure: Measure) -> None:
        self.writes = 0
        self.alarm_bits = 0  # set by whoever plays with a 211: 4 low, 8 high
        self._options = options
        self._model = _MODELS[options.model]
        self._measure = measure
        self._lines = Lines(LONGEST_LINE)
        self._events = 0  # standard event register: 32 is a command it does not know
        self._quiet_until_s = -math.inf

    def receive(self, data: bytes, time_s: float) -> bytes:
        if time_s < self._quiet_until_s:
            return b""
        plain = bytes(byte & 0x7F for byte in data)
        reply = b"".join(self._obey(line) for line in self._lines.feed(plain))
        if reply:
            self._quiet_until_s = time_s + self._options.guard_s
        return reply

    def _obey(self, line: bytes) -> bytes:
        commands = [part.strip() for part in line.removesuffix(b"\r").decode("ascii").split(";")]
        self.writes += sum(1 for command in commands if command and "?" not in command)
        answers = [answer for command in commands if (answer := self._reply(command)) is not None]
        return ";".join(answers).encode("ascii") + b"\r\n" if answers else b""

    def _reply(self, command: str) -> str | None:
        """The answer to one command; what it does not know is told by *ESR?, once."""
        if command == "*ESR?" and self._options.model not in ("211", "240"):
            events, self._events = self._events, 0
            return f"{events:03d}"
        answer = self._answer(command)
        if answer is None and "?" in command:
            self._events |= 32
        return answer

    def _answer(self, command: str) -> str | None:
        match = _QUERY.fullmatch(command)
        if match is None:
            return None
        mnemonic, name = match[1], match[2] or ""
        if mnemonic == "*IDN" and not name:
            return f"LSCI,MODEL{self._options.model},{self._options.serial},1.0"
        if name in self._model.inputs and mnemonic == "RDGST":
            return f"{self._status(name):03d}"
        if mnemonic not in ("KRDG", "CRDG", "SRDG"):
            return None
        if name in self._model.inputs:
            return self._shown(mnemonic, name)
        if self._model.at_once and name in ("", "0"):
            return ",".join(self._shown(mnemonic, each) for each in self._model.at_once)
        return None

    def _shown(self, mnemonic: str, name: str) -> str:
        value = self._reading(mnemonic, name)
        if not self._model.exponent:
            return field(value)
        return f"{'-' if value < 0.0 else '+'}{abs(value):07.3f}E+0"

    def _reading(self, mnemonic: str, name: str) -> float:
        if self._status(name) & ~self.alarm_bits:
            return 0.0
        celsius = self._celsius(name)
        if mnemonic == "KRDG":
            return celsius + ZERO_DEGC_K
        if mnemonic == "CRDG":
            return celsius
        return platinum_ohm(celsius) if self._options.sensor == "pt100" else dt670_V(celsius)

    def _celsius(self, name: str) -> float:
        """What the probe shows, NaN when it is open or nothing is connected."""
        probe = self._options.inputs.get(name)
        return math.nan if probe is None else self._measure(probe)

    def _status(self, name: str) -> int:
        kelvin = self._celsius(name) + ZERO_DEGC_K
        low_K, high_K = _RANGE_K[self._options.sensor]
        if math.isnan(kelvin):
            return self._model.units_over | self.alarm_bits
        return (16 if kelvin < low_K else 32 if kelvin > high_K else 0) | self.alarm_bits
