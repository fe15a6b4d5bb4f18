"""Curve files in the format of the Lake Shore 340: breakpoints of a sensor, a straight line between each two.

Header lines `Name: value`, then `No. Units Temperature (K)` and one breakpoint a line. The units are those of
`Data Format`: 2 V/K, 3 ohm/K, 4 log10(ohm)/K. The straight lines are the definition, as in the instruments
that read such files; how far they are from the sensor is a matter of how close its maker set the breakpoints.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from typing import Final

import numpy as np

from gateway.dataclass import dataclass
from gateway.model import Floats
from gateway.probes import Converted, graded

FORMATS: Final = {"2": ("V", False), "3": ("ohm", False), "4": ("ohm", True)}  # unit, is logarithmic
WORDS: Final = (("4", "log"), ("3", "ohm"), ("1", "milli"), ("1", "mv"), ("2", "v"))  # in this order
LARGEST: Final = {
    "2": 10.0,
    "4": 10.0,
}  # V: a diode has 6 at most; log ohm: the instrument measures to 300 kohm
COEFFICIENTS: Final = {"1": False, "2": True}  # whether the temperature rises with the units
KELVIN: Final = ("k", "kelvin")
MOST_BREAKPOINTS: Final = 200  # the instrument's memory holds no more
ZERO_degC_K: Final = 273.15
ROUNDING: Final = 1e-9  # of a breakpoint: the arithmetic never moves a reading across an end of the curve
_BREAKPOINT = re.compile(
    r"\s*(\d+)\s+([-+]?[\d.]+(?:[eE][-+]?\d+)?)\s+([\d.]+(?:[eE][-+]?\d+)?)\s*", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Curve:
    """Breakpoints with rising `x` and strictly rising or falling `temperature_K`."""

    unit: str  # canonical unit of the raw signal
    is_logarithmic: bool  # x is the decimal logarithm of the signal
    x: tuple[float, ...]
    temperature_K: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.x) != len(self.temperature_K) or not 2 <= len(self.x) <= MOST_BREAKPOINTS:
            raise ValueError(f"a curve has 2 to {MOST_BREAKPOINTS} breakpoints, found {len(self.x)}")
        if not all(math.isfinite(v) for v in (*self.x, *self.temperature_K)):
            raise ValueError("a breakpoint is no finite number")
        if min(self.temperature_K) <= 0.0:
            raise ValueError("a breakpoint at 0 K or below: no sensor has one")
        if not _rises(self.x):
            raise ValueError("the units of the breakpoints must rise from line to line")
        if not _rises(self.temperature_K) and not _rises(self.temperature_K[::-1]):
            raise ValueError("the temperatures of the breakpoints must rise or fall all the way")


def parse(text: str) -> Curve:
    """A curve from the text of a file. Raises ValueError for everything that is not one."""
    header = _header(text)
    given, _, words = header.get("data format", "None").partition(" ")
    if given not in FORMATS:
        raise ValueError(f"Data Format: expected 2 (V/K), 3 (ohm/K) or 4 (log ohm/K), found {given}")
    points = [m for line in text.splitlines() if (m := _BREAKPOINT.fullmatch(line))]
    announced = header.get("number of breakpoints", "None").partition(" ")[0]
    if announced != str(len(points)):
        raise ValueError(f"Number of Breakpoints is {announced}, but {len(points)} are there; is it cut off?")
    unit, is_logarithmic = FORMATS[given]
    curve = Curve(
        unit, is_logarithmic, tuple(float(p[2]) for p in points), tuple(float(p[3]) for p in points)
    )
    _check_numbers([p[1] for p in points])
    _check_end(text, [p[3] for p in points])
    _check_format(given, words, curve.x)
    _check_coefficient(header.get("temperature coefficient", ""), curve)
    _check_kelvin(text)
    return curve


def _header(text: str) -> dict[str, str]:
    lines = (line.partition(":") for line in text.splitlines())
    return {name.strip().lower(): value.strip() for name, colon, value in lines if colon}


def _check_numbers(numbers: Sequence[str]) -> None:
    for expected, found in enumerate(numbers, start=1):
        if int(found) != expected:
            raise ValueError(f"breakpoint {expected} is missing: number {int(found)} stands in its place")


def _check_end(text: str, temperatures: Sequence[str]) -> None:
    """A last line without its end: its number is whole only where it has as many decimals as the others."""
    last = text.splitlines(keepends=True)[-1]
    if last != last.splitlines()[0] or _BREAKPOINT.fullmatch(last) is None:
        return
    decimals = [len(value.partition(".")[2]) for value in temperatures]
    is_plain = not any("e" in value.lower() for value in temperatures)
    if not (is_plain and decimals[-1] == max(decimals) > 0):
        raise ValueError(
            f"the last line has no end, and its temperature {temperatures[-1]} may have lost digits: is the "
            "file cut off? If it is whole, write a line end"
        )


def _check_format(given: str, words: str, x: Sequence[float]) -> None:
    said = next((name for name, word in WORDS if word in words.lower()), given)
    if said != given:
        raise ValueError(f"Data Format is {given}, but its words say {words.strip()}")
    unit = "log ohm" if given == "4" else FORMATS[given][0]
    if given in LARGEST and x[-1] > LARGEST[given]:
        raise ValueError(f"Data Format is {given}, but a breakpoint of {x[-1]:g} {unit} is no sensor's")


def _check_coefficient(given: str, curve: Curve) -> None:
    rises = curve.temperature_K[-1] > curve.temperature_K[0]
    if given[:1] in COEFFICIENTS and COEFFICIENTS[given[:1]] != rises:
        direction = "rises" if rises else "falls"
        raise ValueError(
            f"Temperature coefficient is {given}, but the temperature {direction} with the units"
        )


def _check_kelvin(text: str) -> None:
    titles = next((line for line in text.splitlines() if line.strip().lower().startswith("no.")), "")
    unit = titles.rpartition("(")[2].rstrip(") ").lower()
    if "(" in titles and unit not in KELVIN:
        raise ValueError(f"the temperatures must be kelvin, and the line of titles says ({unit})")


def temperature(raw: Floats, by: Curve) -> Converted:
    """float64[N] degC; BAD and NaN beyond either end of the curve: a short or an open circuit."""
    positive = np.where(raw > 0, raw, np.nan)
    x = np.log10(positive) if by.is_logarithmic else positive
    margin = ROUNDING * max(abs(by.x[0]), abs(by.x[-1]))
    possible = (x >= by.x[0] - margin) & (x <= by.x[-1] + margin)
    return graded(np.interp(x, by.x, by.temperature_K) - ZERO_degC_K, possible, possible)


def signal(degC: Floats, by: Curve) -> Floats:
    """float64[N] in the curve's unit; NaN beyond either end of the curve."""
    x, temperature_K = np.array(by.x), np.array(by.temperature_K)
    if temperature_K[0] > temperature_K[-1]:
        x, temperature_K = x[::-1], temperature_K[::-1]
    kelvin = degC + ZERO_degC_K
    inside = (kelvin >= temperature_K[0] - ROUNDING) & (kelvin <= temperature_K[-1] + ROUNDING)
    found = np.where(inside, np.interp(kelvin, temperature_K, x), np.nan)
    return np.power(10.0, found) if by.is_logarithmic else found


def _rises(values: Sequence[float]) -> bool:
    return all(a < b for a, b in itertools.pairwise(values))
