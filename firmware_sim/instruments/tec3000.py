"""MVE / Chart TEC 3000 freezer controller (also Thermo CryoExtra CE8100): ASCII commands, 9600 8N1.

    request := [ id3 SP ] mnemonic [ "?" | SP value ] ( CR LF | LF )
    reply   := value CR LF          to queries only; commands that set something are obeyed in silence

Several controllers share an RS-485 line; each answers to its own three-digit bus id. A single controller on
RS-232 has none and takes no prefix. What a controller does not understand it does not answer.
Sources: Chart MVE manual p. 155, Thermo CryoExtra manual p. 71. Not in them, and assumed here: an open probe
shows +850.00; LEVEL? answers like CALVL?.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from firmware_sim.instruments import Fill, Lines, Measure

LONGEST_LINE: Final = 64  # bytes; the longest command is 16
OPEN_PROBE_DEGC: Final = 850.0  # platinum of infinite resistance: end of the scale
VERSION: Final = "Controller, Software ver. 2.05"
PASSWORD: Final = "3456"  # the real ones answer it too, in clear text

_REQUEST = re.compile(r"(?:(\d{3}) )?(\*?[A-Z]+)(\?|(?: ([+-]?[0-9.]{1,7}))?)")


class Unit(BaseModel):
    """One controller: its bus id and where its inputs are connected."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bus_id: int | None = Field(default=None, ge=1, le=247)  # left out: single controller on RS-232
    TEMPA: str  # probe at the top, degC
    TEMPB: str  # probe at the bottom, degC
    LEVEL: str | None = None  # level sensor, mm
    FILL: str | None = None  # fill valve, 1 while open


class Options(BaseModel):
    """The controllers on one line."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    units: tuple[Unit, ...] = Field(min_length=1, max_length=247)
    blank_padded: bool = False  # "-  5.20" instead of "-005.20": both are met in the field


def probes(options: Options) -> list[str]:
    wired = [name for unit in options.units for name in (unit.TEMPA, unit.TEMPB, unit.LEVEL, unit.FILL)]
    return [name for name in wired if name is not None]


def build(options: Options, measure: Measure, fill: Fill) -> Tec3000:
    return Tec3000(options, measure, fill)


@dataclass(slots=True)
class _Settings:
    """What a person can set on a controller."""

    audible: int = 1
    level_offset: float = 0.0
    fill_time_min: int = 60
    high_level: float = 0.0


class Tec3000:
    """Controllers on one line; bytes in, bytes out."""

    def __init__(self, options: Options, measure: Measure, fill: Fill) -> None:
        self.writes = 0
        self._units = {unit.bus_id: unit for unit in options.units}
        self._settings = {unit.bus_id: _Settings() for unit in options.units}
        self._blank_padded = options.blank_padded
        self._measure = measure
        self._fill = fill
        self._lines = Lines(LONGEST_LINE)

    def receive(self, data: bytes, time_s: float) -> bytes:  # noqa: ARG002  # it answers at any pace
        return b"".join(self._obey(line) for line in self._lines.feed(data))

    def _obey(self, line: bytes) -> bytes:
        match = _REQUEST.fullmatch(line.removesuffix(b"\r").decode("ascii", "replace"))
        if match is None:
            return b""
        bus_id = None if match[1] is None else int(match[1])
        if bus_id not in self._units:
            return b""
        if match[3] != "?":
            self._set(bus_id, match[2], match[4])
            return b""
        answer = self._answer(self._units[bus_id], self._settings[bus_id], match[2])
        return b"" if answer is None else answer.encode("ascii") + b"\r\n"

    def _answer(self, unit: Unit, settings: _Settings, mnemonic: str) -> str | None:
        """The reply to a query; None: this controller does not know it."""
        match mnemonic:
            case "*IDN":
                return VERSION
            case "TEMPA":
                return self._temperature(unit.TEMPA)
            case "TEMPB":
                return self._temperature(unit.TEMPB)
            case "LEVEL" if unit.LEVEL is not None:
                return self._signed(self._measure(unit.LEVEL) + settings.level_offset, 1)
            case "FILL":
                return str(int(unit.FILL is not None and self._measure(unit.FILL) > 0.5))
            case "FILLM":
                return "1"
            case "FILAS" | "BPFIL":
                return "0"
            case "FILT":
                return f"{settings.fill_time_min:03d}"
            case "FILTIM":
                return "000"
            case "ALMS":
                return str(settings.audible)
            case "CALVL":
                return self._signed(settings.level_offset, 1)
            case "CODE":
                return PASSWORD
        return None

    def _set(self, bus_id: int | None, mnemonic: str, text: str | None) -> None:
        """Obey a command; arguments outside the manual's range are ignored."""
        unit, settings = self._units[bus_id], self._settings[bus_id]
        try:
            value = math.nan if text is None else float(text)
        except ValueError:
            return
        match mnemonic:
            case "ALMS" if value in (0, 1):
                settings.audible = int(value)
            case "CALVL" if abs(value) < 1000:
                settings.level_offset = value
            case "FILL" if value in (0, 1):
                self._fill(unit.TEMPA, value == 1)
            case "FILT" if 30 <= value <= 240:
                settings.fill_time_min = int(value)
            case "HFIL" if value >= 0.5:
                settings.high_level = value
            case "CALTA" | "CALTB" | "HITSTA" | "HITSTB" if text is None:
                pass
            case _:
                return
        self.writes += 1

    def _temperature(self, probe: str) -> str:
        value_degC = self._measure(probe)
        return self._signed(OPEN_PROBE_DEGC if math.isnan(value_degC) else value_degC, 2)

    def _signed(self, value: float, decimals: int) -> str:
        """The manual's field +-XXX.XX or +-XXX.X."""
        width = 4 + decimals
        shown = round(abs(value), decimals)
        digits = f"{shown:{width}.{decimals}f}" if self._blank_padded else f"{shown:0{width}.{decimals}f}"
        return ("-" if value < 0.0 and shown > 0.0 else "+") + digits
