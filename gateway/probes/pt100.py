"""Pt100: platinum, 100 ohm at 0 degC, by IEC 60751 or the coefficients of its own calibration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.model import Floats
from gateway.probes import Converted, callendar


@dataclass(frozen=True, slots=True)
class Options:
    """Coefficients of the Callendar-Van Dusen equation, and what the wires add to a two-wire connection."""

    r0_ohm: float = 100.0
    a_per_degC: float = 3.9083e-3
    b_per_degC2: float = -5.775e-7
    c_per_degC4: float = -4.183e-12
    lead_resistance_ohm: float = 0.0  # of both wires together; 0 with three or four wires

    def __post_init__(self) -> None:
        callendar.check(self)


def gives(options: Options) -> Mapping[str, str]:  # noqa: ARG001
    """degC from ohm."""
    return {"ohm": "degC"}


def convert(raw: Floats, options: Options) -> Converted:
    """float64[N] ohm to degC; UNCERTAIN below -200 degC, BAD below -210 and above 850 degC."""
    return callendar.temperature(raw, options)


def signal(value: Floats, options: Options) -> Floats:
    """float64[N] degC to ohm."""
    return callendar.resistance(value, options)
