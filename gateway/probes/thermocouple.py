"""Thermocouples of type T, E, K, N whose voltage arrives uncompensated, from terminals of known temperature.

The cold junction dominates: it sits where a degree is worth 39 uV (type T), the probe where it is worth 16,
so that an error of 1 K at the terminals reads as 2.4 K at -196 degC (E 2.2, K 2.5, N 2.5). The fixed
temperature asked for here is for terminals in a thermostat or an ice bath, and for a bench; instruments that
measure their own terminals compensate better and are configured as `direct`. A broken wire is for the
instrument to find; a short reads as the temperature of the terminals, and no voltage can tell that apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import numpy as np

from gateway.dataclass import dataclass
from gateway.model import Floats
from gateway.probes import Converted, its90

V_PER_mV: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Options:
    """Which wires, and how warm the terminals are; neither has a value that would do unasked."""

    type: Literal["T", "E", "K", "N"]
    cold_junction_degC: float

    def __post_init__(self) -> None:
        if not -50.0 <= self.cold_junction_degC <= 100.0:
            raise ValueError("cold_junction_degC must lie between -50 and 100: it is that of the terminals")


def gives(options: Options) -> Mapping[str, str]:  # noqa: ARG001
    """degC from V."""
    return {"V": "degC"}


def convert(raw: Floats, options: Options) -> Converted:
    """float64[N] V to degC; BAD below -270 degC and above the type's range."""
    with np.errstate(over="ignore"):  # of numbers that no voltmeter shows; what becomes of them is BAD
        measured_mV = raw / V_PER_mV
    return its90.temperature(measured_mV + _cold_junction_mV(options), its90.TYPES[options.type])


def signal(value: Floats, options: Options) -> Floats:
    """float64[N] degC to V."""
    return (its90.emf(value, its90.TYPES[options.type]) - _cold_junction_mV(options)) * V_PER_mV


def _cold_junction_mV(options: Options) -> Floats:
    return its90.emf(np.array(options.cold_junction_degC), its90.TYPES[options.type])
