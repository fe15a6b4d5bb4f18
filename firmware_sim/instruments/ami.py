"""American Magnetics liquid level meters: 185, 186 (plain commands), 187, 286, 1700 (SCPI); CR LF.

The unit of the interface is its own, not that of the front panel, and anybody may change it. A 185, 186 or
1700 answers every command: a value, an empty line to a setting, a negative code to what it does not know. A
187 or 286 answers queries only and keeps errors in a queue of ten for SYSTem:ERRor?. The channels CH1 to CH4
of a 286 show the sensors A to D, as they come. Sources: 185/186 manual p. 38-41, 187 manual p. 40-44, 286
manual p. 57-80, 1700 manual p. 63-65; MEASure:N2:LEVel? and N2:UNIT? of a 1700 from programs of laboratories
that use them. Not in them, and assumed here: the text of *IDN?, a disconnected sensor shows 9999.9, the
error code of a 1700 is that of a 186.
"""

from __future__ import annotations

import math
import re
from collections import deque
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from firmware_sim.instruments import Fill, Lines, Measure

LONGEST_LINE: Final = 81  # bytes; 80 characters and CR
OPEN: Final = 9999.9
_NAMES: Final = {"percent": '0,"PERCENT"', "inch": '1,"INCHES"', "cm": '2,"CM"'}
_SIGNS: Final = {"percent": "%", "inch": "I", "cm": "C"}
_SETTING: Final = re.compile(r"(HI|LO|A|B|INTERVAL|LENGTH)=[0-9.]{1,8}")
_LEVEL: Final = re.compile(r"(?:CH([1-4]):)?LEV(?:EL)?\?")
_N2_LEVEL: Final = re.compile(r":?MEAS(?:URE)?:N2:LEV(?:EL)?\?")
_N2_SETTING: Final = re.compile(r":?CONF(?:IGURE)?:N2:UNIT ([012])")

Unit = Literal["percent", "inch", "cm"]
_UNITS: Final[dict[str, Unit]] = {"CM": "cm", "INCH": "inch", "PERCENT": "percent"}


class Options(BaseModel):
    """Which level (mm) is on which sensor; only a 286 has more than A."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: Literal["185", "186", "187", "286", "1700"] = "186"
    sensors: dict[Literal["A", "B", "C", "D"], str] = Field(min_length=1)
    length_mm: float = Field(default=1000.0, gt=0.0, le=6000.0)  # active length of every sensor
    unit: Unit = "cm"  # "the default communications interface units are centimeters"


def probes(options: Options) -> list[str]:
    return list(options.sensors.values())


def build(options: Options, measure: Measure, _fill: Fill) -> Ami:
    return Ami(options, measure)


class Ami:
    """One meter; bytes in, bytes out."""

    def __init__(self, options: Options, measure: Measure) -> None:
        self.writes = 0
        self.unit: Unit = options.unit
        self._options = options
        self._measure = measure
        self._lines = Lines(LONGEST_LINE)
        self._errors: deque[str] = deque(maxlen=10)

    def receive(self, data: bytes, time_s: float) -> bytes:  # noqa: ARG002  # it answers at any pace
        return b"".join(self._obey(line) for line in self._lines.feed(data))

    def _obey(self, line: bytes) -> bytes:
        command = line.removesuffix(b"\r").decode("ascii", "replace").strip().upper()
        answer = self._answer(command)
        return b"" if answer is None else answer.encode("ascii") + b"\r\n"

    def _answer(self, command: str) -> str | None:
        if self._options.model in ("185", "186"):
            return self._plain(command)
        return self._n2(command) if self._options.model == "1700" else self._scpi(command)

    def _plain(self, command: str) -> str:
        """The reply of a 185 or 186; empty to a setting."""
        if command in ("CM", "INCH", "PERCENT"):
            self._turn(_UNITS[command])
            return ""
        if command == "SAVE" or _SETTING.fullmatch(command):
            self.writes += 1
            return ""
        match command:
            case "UNIT":
                return _SIGNS[self.unit]
            case "LEVEL":
                return self._level("A")
            case "LENGTH":
                return f"{self._in_unit(self._options.length_mm):.1f}"
            case "HI" | "A":
                return f"{self._in_unit(0.9 * self._options.length_mm):.1f}"
            case "LO" | "B":
                return f"{self._in_unit(0.3 * self._options.length_mm):.1f}"
            case "INTERVAL":
                return "10.0"
        return "-8"

    def _n2(self, command: str) -> str:
        """The reply of a 1700 that is set up for nitrogen; empty to a setting."""
        if _N2_LEVEL.fullmatch(command):
            return self._level("A")
        setting = _N2_SETTING.fullmatch(command)
        if setting is not None:
            self._turn(("percent", "cm", "inch")[int(setting[1])])
            return ""
        match command.removeprefix(":"):
            case "*IDN?":
                return self._identity()
            case "N2?":
                return "1"
            case "HE?":
                return "0"
            case "N2:UNIT?":
                return _SIGNS[self.unit]
        return "-8"

    def _scpi(self, command: str) -> str | None:
        """The reply of a 187 or 286; None: it is no query."""
        level = _LEVEL.fullmatch(command)
        if level is not None and (level[1] is None or self._options.model == "286"):
            return self._level("ABCD"[int(level[1] or 1) - 1])
        match command:
            case "*IDN?":
                return self._identity()
            case "UNIT?" | "UNITS?":
                return _NAMES[self.unit]
            case "CH1:FILL:STATE?" | "CH2:FILL:STATE?" | "FILL:STATE?":
                return '2,"AUTO_OFF"'
            case "SYST:ERR?" | "SYSTEM:ERROR?":
                return self._errors.popleft() if self._errors else '0,"No errors"'
            case "PERC" | "PERCENT" | "UNITS 0":
                self._turn("percent")
            case "INCH" | "UNITS 1":
                self._turn("inch")
            case "CM" | "UNITS 2":
                self._turn("cm")
            case _ if command:
                self._errors.append('-101,"Unrecognized command"')
        return None

    def _identity(self) -> str:
        return f"AMERICAN MAGNETICS INC.,MODEL {self._options.model},2.10"

    def _turn(self, unit: Unit) -> None:
        self.writes += 1
        self.unit = unit

    def _level(self, sensor: str) -> str:
        probe = self._options.sensors.get(sensor)  # type: ignore[call-overload]
        level_mm = math.nan if probe is None else self._measure(probe)
        return f"{OPEN if math.isnan(level_mm) else self._in_unit(level_mm):.1f}"

    def _in_unit(self, length_mm: float) -> float:
        match self.unit:
            case "cm":
                return length_mm / 10.0
            case "inch":
                return length_mm / 25.4
        return 100.0 * length_mm / self._options.length_mm
