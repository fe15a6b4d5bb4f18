"""Cryo-con temperature controllers (24C and its family): SCPI-like lines, LF both ways, over RS-232 or TCP
5000.

Commands are joined by ";", queries answered in one line joined by ";". Keywords may be shortened to their
capital letters. Temperatures come in the unit of the input's display: K, C, F, or S for volt or ohm.
"-------" is a sensor fault, "......." a sensor outside its calibration curve, "NACK" a command it does not
accept. Source: Model 24C User's Guide, remote programming guide p. 129-130.
"""

from __future__ import annotations

import math
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from firmware_sim.instruments import Fill, Lines, Measure
from firmware_sim.sensors import platinum_ohm

LONGEST_LINE: Final = 256  # bytes; 255 characters and CR
FAULT, OUTSIDE, NACK = "-------", ".......", "NACK"
CURVE_K: Final = (30.0, 800.0)  # platinum

Unit = Literal["K", "C", "F", "S"]


class Options(BaseModel):
    """Which probe is on which input."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: Literal["12C", "14C", "18i", "22C", "24C"] = "24C"
    inputs: dict[Literal["A", "B", "C", "D", "E", "F", "G", "H"], str] = Field(min_length=1)
    unit: Unit = "K"


def probes(options: Options) -> list[str]:
    return list(options.inputs.values())


def build(options: Options, measure: Measure, _fill: Fill) -> CryoCon:
    return CryoCon(options, measure)


class CryoCon:
    """One instrument; bytes in, bytes out."""

    def __init__(self, options: Options, measure: Measure) -> None:
        self.writes = 0
        self._options = options
        self._measure = measure
        self._lines = Lines(LONGEST_LINE)
        last = {"12C": "B", "22C": "B", "18i": "H"}.get(options.model, "D")
        self.units: dict[str, Unit] = {c: options.unit for c in "ABCDEFGH" if c <= last}

    def receive(self, data: bytes, time_s: float) -> bytes:  # noqa: ARG002  # it answers at any pace
        return b"".join(self._obey(line) for line in self._lines.feed(data))

    def _obey(self, line: bytes) -> bytes:
        text = line.decode("ascii", "replace").strip().upper()
        answers = [self._answer(part.strip().removeprefix(":")) for part in text.split(";") if part.strip()]
        said = [answer for answer in answers if answer is not None]
        return ";".join(said).encode("ascii") + b"\n" if said else b""

    def _answer(self, command: str) -> str | None:
        """The reply to one command; None to a setting that was taken."""
        keyword, _, rest = command.replace("?", "", 1).partition(" ")
        is_query = "?" in command
        if keyword == "*IDN" and is_query:
            return f"Cryo-con,{self._options.model},204683,1.01A"
        head, _, tail = keyword.partition(":")
        if _is(head, "SYSTEM") and is_query:
            return {"NAM": '"Simulator"', "HWR": "12A4FE", "FWR": "78C90A"}.get(tail[:3], NACK)
        if not _is(head, "INPUT") or tail:
            return NACK
        names, _, variable = rest.partition(":")
        return self._input(names.strip().split(","), variable.strip() or "TEMP", is_query)

    def _input(self, names: list[str], variable: str, is_query: bool) -> str | None:
        if not names or not set(names) <= set(self.units):
            return NACK
        if is_query:
            return ";".join(self._query(name, variable) for name in names)
        keyword, _, unit = variable.partition(" ")
        if not _is(keyword, "UNITS") or unit not in ("K", "C", "F", "S"):
            return NACK
        self.writes += 1
        self.units.update(dict.fromkeys(names, unit))  # type: ignore[arg-type]
        return None

    def _query(self, name: str, variable: str) -> str:
        if _is(variable, "TEMPERATURE"):
            return self._temperature(name)
        if _is(variable, "UNITS"):
            return self.units[name]
        if _is(variable, "NAME"):
            return f'"Input {name}"'
        if _is(variable, "ALARM"):
            return "SF" if math.isnan(self._celsius(name)) else "--"
        return f"{platinum_ohm(self._celsius(name)):.6f}" if _is(variable, "SENPR") else NACK

    def _celsius(self, name: str) -> float:
        """What the probe shows, NaN when it is open or nothing is connected."""
        probe = self._options.inputs.get(name)  # type: ignore[call-overload]
        return math.nan if probe is None else self._measure(probe)

    def _temperature(self, name: str) -> str:
        celsius = self._celsius(name)
        if math.isnan(celsius):
            return FAULT
        if not CURVE_K[0] <= celsius + 273.15 <= CURVE_K[1]:
            return OUTSIDE
        match self.units[name]:
            case "K":
                return f"{celsius + 273.15:.6f}"
            case "F":
                return f"{celsius * 1.8 + 32.0:.6f}"
            case "S":
                return f"{platinum_ohm(celsius):.6f}"
        return f"{celsius:.6f}"


_SHORT: Final = {"INPUT": 3, "SYSTEM": 4, "TEMPERATURE": 4, "UNITS": 4, "NAME": 3, "ALARM": 4, "SENPR": 4}


def _is(given: str, keyword: str) -> bool:
    """A keyword may be cut anywhere behind its capital letters."""
    return len(given) >= _SHORT[keyword] and keyword.startswith(given)
