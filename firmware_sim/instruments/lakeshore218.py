"""Lake Shore 218 temperature monitor: eight inputs, 9600 7O1, CR LF both ways.

No error reply exists: what it does not know, it does not answer. One query per communication, at the end of a
chain of commands joined by ";". It wants 50 ms of silence after each reply; what comes sooner is lost here,
so that a host that hurries is found out. A faulty input goes on showing a number (zero); only RDGST? tells.
Source: Model 218 User's Manual, chapter 6. Bit 7 is stripped: a pseudo-terminal carries no parity.
"""

from __future__ import annotations

import math
import re
from enum import IntFlag
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from firmware_sim.instruments import Fill, Lines, Measure
from firmware_sim.sensors import dt670_V, platinum_ohm

LONGEST_LINE: Final = 65  # bytes; 64 characters and CR
INPUTS: Final = 8
ZERO_DEGC_K: Final = 273.15

_QUERY = re.compile(r"(\*?[A-Z]+)\?(?: ?(\d))?")
_RANGE_K: Final = {"pt100": (30.0, 800.0), "dt670": (1.4, 475.0)}


class Status(IntFlag):
    """RDGST? of the 218."""

    OK = 0
    TEMPERATURE_UNDER = 16
    TEMPERATURE_OVER = 32
    UNITS_UNDER = 64
    UNITS_OVER = 128


class Options(BaseModel):
    """Which probe is on which input."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    inputs: dict[Literal["1", "2", "3", "4", "5", "6", "7", "8"], str] = Field(min_length=1)
    sensor: Literal["pt100", "dt670"] = "dt670"
    serial: str = Field(default="21EA4F", pattern=r"^[0-9A-Z]{6}$")
    guard_s: float = Field(default=0.05, ge=0.0, le=1.0)  # silence wanted after a reply


def probes(options: Options) -> list[str]:
    return list(options.inputs.values())


def build(options: Options, measure: Measure, _fill: Fill) -> LakeShore218:
    return LakeShore218(options, measure)


class LakeShore218:
    """One monitor; bytes in, bytes out."""

    def __init__(self, options: Options, measure: Measure) -> None:
        self.writes = 0  # commands that set something are taken, and change nothing here
        self._options = options
        self._measure = measure
        self._lines = Lines(LONGEST_LINE)
        self._quiet_until_s = -math.inf

    def receive(self, data: bytes, time_s: float) -> bytes:
        if time_s < self._quiet_until_s:
            return b""
        plain = bytes(byte & 0x7F for byte in data)
        replies = [self._obey(line) for line in self._lines.feed(plain)]
        reply = next((r for r in reversed(replies) if r), b"")
        if reply:
            self._quiet_until_s = time_s + self._options.guard_s
        return reply

    def _obey(self, line: bytes) -> bytes:
        if not line.endswith(b"\r"):
            return b""
        *before, last = line[:-1].decode("ascii").split(";")
        if any("?" in command for command in before):
            return b""  # a query that is not the last one: not allowed, and not answered
        self.writes += sum(1 for command in (*before, last) if command.strip() and "?" not in command)
        match = _QUERY.fullmatch(last.strip())
        answer = None if match is None else self._answer(match[1], match[2])
        return b"" if answer is None else answer.encode("ascii") + b"\r\n"

    def _answer(self, mnemonic: str, number: str | None) -> str | None:
        wanted = 0 if number is None else int(number)
        if mnemonic == "*IDN" and number is None:
            return f"LSCI,MODEL218E,{self._options.serial},042109"
        if wanted > INPUTS:
            return None
        if mnemonic in ("KRDG", "CRDG", "SRDG"):
            inputs = range(1, INPUTS + 1) if wanted == 0 else (wanted,)
            return ",".join(field(self._reading(mnemonic, n)) for n in inputs)
        if mnemonic == "RDGST" and wanted != 0:
            return f"{self._status(wanted):03d}"
        return None

    def _celsius(self, number: int) -> float:
        """What the probe shows, NaN when it is open or nothing is connected."""
        probe = self._options.inputs.get(str(number))  # type: ignore[call-overload]
        return math.nan if probe is None else self._measure(probe)

    def _status(self, number: int) -> Status:
        kelvin = self._celsius(number) + ZERO_DEGC_K
        low_K, high_K = _RANGE_K[self._options.sensor]
        if math.isnan(kelvin):
            return Status.UNITS_OVER
        if kelvin < low_K:
            return Status.TEMPERATURE_UNDER
        return Status.TEMPERATURE_OVER if kelvin > high_K else Status.OK

    def _reading(self, mnemonic: str, number: int) -> float:
        if self._status(number) is not Status.OK:
            return 0.0
        celsius = self._celsius(number)
        if mnemonic == "KRDG":
            return celsius + ZERO_DEGC_K
        if mnemonic == "CRDG":
            return celsius
        return platinum_ohm(celsius) if self._options.sensor == "pt100" else dt670_V(celsius)


def field(value: float) -> str:
    """A sign and six characters, as many decimals as fit: +77.350, +480.00, -195.80."""
    size = abs(value)
    decimals = 3 if round(size, 3) < 100.0 else 2
    return ("-" if value < 0.0 and round(size, decimals) > 0.0 else "+") + f"{size:06.{decimals}f}"
