"""Units: what a configuration may name, and the one unit each quantity has inside.

Canonical: temperature degC, pressure Pa, level mm or %, mass kg, voltage V, resistance ohm,
relative humidity %, a lid or door as 0/1. A conversion is value * scale + offset.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Conversion:
    """canonical = value * scale + offset"""

    canonical: str
    scale: float
    offset: float = 0.0


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
    "level": ("mm", "percent"),
    "humidity": ("percent",),
    "mass": ("kg",),
    "voltage": ("V",),
    "resistance": ("ohm",),
    "state": ("state",),
}
"""Canonical units a quantity may have."""
