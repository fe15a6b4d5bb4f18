"""Saturated nitrogen: boiling point and latent heat against ambient pressure.

Values computed with the Span equation of state (CoolProp 8.0.0), straight lines between them; outside
61.6 to 150 kPa the nearest end holds.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LIQUID_KG_PER_L: Final = 0.80608  # at 101.325 kPa
WATT_PER_L_PER_DAY: Final = 1.858  # heat that boils off one litre a day

_TABLE: Final = np.array(  # kPa, degC, kJ/kg
    [
        (61.6, -199.78, 204.1),
        (70.0, -198.80, 202.9),
        (75.3, -198.23, 202.2),
        (79.5, -197.80, 201.7),
        (84.6, -197.29, 201.1),
        (89.9, -196.80, 200.5),
        (95.0, -196.34, 199.9),
        (98.0, -196.08, 199.5),
        (100.0, -195.91, 199.3),
        (101.325, -195.795, 199.18),
        (103.0, -195.66, 199.0),
        (105.0, -195.49, 198.8),
        (107.0, -195.33, 198.6),
        (110.0, -195.09, 198.3),
        (122.7, -194.13, 197.0),
        (150.0, -192.31, 194.5),
    ]
)


def saturation_degC(pressure_kPa: Floats) -> Floats:
    """Boiling point, float64[N] degC, at ambient pressure float64[N] kPa."""
    boiling: Floats = np.interp(pressure_kPa, _TABLE[:, 0], _TABLE[:, 1])
    return boiling


def latent_heat_J_per_kg(pressure_kPa: Floats) -> Floats:
    """Heat of vaporisation, float64[N] J/kg, at ambient pressure float64[N] kPa."""
    latent: Floats = np.interp(pressure_kPa, _TABLE[:, 0], _TABLE[:, 2]) * 1000.0
    return latent
