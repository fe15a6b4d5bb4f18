"""Units, and what a number in them is: what a configuration may name, the one unit inside, and its decimals.

Canonical: temperature degC, pressure Pa, level mm or %, mass kg, voltage V, resistance ohm,
relative humidity %, a lid or door as 0/1. A conversion is value * scale + offset, rounded to its decimals:
what an instrument says as 123.15 K is -150 degC, not -149.99999999999997. `decimals` is the one place that
decides which number that is, for every path on which a value becomes canonical.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

import numpy as np

from gateway.dataclass import dataclass
from gateway.model import Floats

if TYPE_CHECKING:
    from numpy.typing import NDArray

DECIMALS: Final = 9  # of a canonical value behind its point: finer than any instrument
DIGITS: Final = 15  # significant ones that every float64 keeps: fewer decimals from a million on
HALF_A_STEP: Final = (
    0.5 * 10.0**-DECIMALS
)  # what two differences of decimals that are equal differ by at most
_STEPS: Final = 10.0**DECIMALS  # per unit
_FINEST: Final = 10.0 ** (DIGITS - DECIMALS)  # below it all DECIMALS are kept
_LARGER: Final = tuple(_FINEST * tens for tens in (1.0, 1e1, 1e2, 1e3))
_THEIR_STEPS: Final = tuple(_STEPS / tens for tens in (1.0, 1e1, 1e2, 1e3, 1e4))
_LARGEST: Final = _LARGER[-1]  # far enough beyond model.LARGEST_VALUE to be noise; stays as it is

_SAFE_DIGITS: Final = 6  # decimals of so many digits are different float32s (FLT_DIG)
_ALL_DIGITS: Final = 9  # of so many digits one is always that float32 (FLT_DECIMAL_DIG)
_USUAL: Final = 1e3  # thousandths, of numbers below 1000: nearly all that probes say
_TENS: Final = tuple(float(10**power) for power in range(23))  # exact
_PLAIN: Final = (1e-9, 1e7)  # magnitudes whose digits are found with exact powers of ten; whole ones are safe
_FLOAT32: Final = struct.Struct("<f")


@dataclass(frozen=True, slots=True)
class Conversion:
    """canonical = value * scale + offset"""

    canonical: str
    scale: float
    offset: float = 0.0

    def of(self, value: Floats) -> Floats:
        """float64[N] in the canonical unit, as decimals."""
        return converted(value, self.scale, self.offset)


def converted(value: Floats, scale: Floats | float, offset: Floats | float) -> Floats:
    """value * scale + offset as decimals; float64[N], of one conversion or one for each value."""
    with np.errstate(over="ignore", invalid="ignore"):
        return decimals(value * scale + offset)


def decimals(value: Floats) -> Floats:
    """The decimal number that each of `value` means: to 1e-9, from a million on to 15 digits; never -0.0.

    NaN, infinities and what is beyond any measurement stay as they are.
    """
    size = np.abs(value)
    if not np.any(size >= _FINEST):
        return _in_steps(value, _STEPS, size)
    steps = np.array(_THEIR_STEPS)[np.searchsorted(_LARGER, size, side="right")]
    with np.errstate(over="ignore", invalid="ignore"):
        rounded = _in_steps(value, steps, np.empty_like(size))
    return np.where(size < _LARGEST, rounded, value)


def _in_steps(value: Floats, steps: Floats | float, into: Floats) -> Floats:
    """Whole steps of 1/`steps`, in `into`: new arrays would cost more than the arithmetic."""
    np.multiply(value, steps, out=into)
    np.rint(into, out=into)
    np.divide(into, steps, out=into)
    return np.add(into, 0.0, out=into)


def shortest(value: NDArray[np.float32]) -> Floats:
    """The shortest decimal that is each of these float32s: -195.8, and not -195.8000030517578; float64[N]."""
    with np.errstate(over="ignore", invalid="ignore"):  # a signalling NaN is a NaN
        exact = value.astype(np.float64)
        found = np.rint(exact * _USUAL)
        usual = np.abs(found) < 10.0**_SAFE_DIGITS
        found /= _USUAL
        usual &= found.astype(np.float32) == value
    if usual.all():
        return found
    rest = np.flatnonzero(~usual)
    found[rest] = _shortest(value[rest], exact[rest])
    return found


def shortest_of(value: float) -> float:
    """The same for one number that is a float32."""
    if not _PLAIN[0] <= abs(value) < _PLAIN[1]:
        return float(str(np.float32(value)))
    for digits in range(_SAFE_DIGITS, _ALL_DIGITS):
        near = float(f"{value:.{digits}g}")
        if _FLOAT32.unpack(_FLOAT32.pack(near))[0] == value:
            return near
    return float(f"{value:.{_ALL_DIGITS}g}")


def _shortest(value: NDArray[np.float32], exact: Floats) -> Floats:
    """One digit more at a time; what is very small or large is written out and read again."""
    found, size = exact.copy(), np.abs(exact)
    plain = (size >= _PLAIN[0]) & (size < _PLAIN[1])
    odd = ~plain & np.isfinite(exact)
    found[odd] = value[odd].astype(np.str_).astype(np.float64)
    left = np.flatnonzero(plain)
    places = _SAFE_DIGITS - 1 - np.floor(np.log10(size[left])).astype(np.int64)
    tens = np.array(_TENS)
    while len(left):
        steps = tens[np.maximum(places, 0)]
        found[left] = np.rint(exact[left] * steps) / steps
        more = found[left].astype(np.float32) != value[left]
        left, places = left[more], places[more] + 1
    return found


CONVERSIONS: dict[str, Conversion] = {
    "degC": Conversion("degC", 1.0),
    "K": Conversion("degC", 1.0, -273.15),
    "degF": Conversion("degC", 5.0 / 9.0, -160.0 / 9.0),
    "Pa": Conversion("Pa", 1.0),
    "hPa": Conversion("Pa", 100.0),
    "mbar": Conversion("Pa", 100.0),
    "kPa": Conversion("Pa", 1000.0),
    "bar": Conversion("Pa", 100_000.0),
    "percent": Conversion("percent", 1.0),
    "mm": Conversion("mm", 1.0),
    "cm": Conversion("mm", 10.0),
    "inch": Conversion("mm", 25.4),
    "kg": Conversion("kg", 1.0),
    "g": Conversion("kg", 0.001),
    "V": Conversion("V", 1.0),
    "mV": Conversion("V", 0.001),
    "ohm": Conversion("ohm", 1.0),
    "state": Conversion("state", 1.0),
}

QUANTITIES: dict[str, tuple[str, ...]] = {
    "temperature": ("degC",),
    "pressure": ("Pa",),
    "gauge_pressure": ("Pa",),
    "level": ("mm", "percent"),
    "humidity": ("percent",),
    "mass": ("kg",),
    "voltage": ("V",),
    "resistance": ("ohm",),
    "state": ("state",),
}
"""Canonical units a quantity may have."""
