"""What a sensing element shows at a temperature: platinum (IEC 60751) and the DT-670 silicon diode.

Forward only, for simulation. Below -200 degC the platinum polynomial is an extrapolation.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Final

_A: Final = 3.9083e-3
_B: Final = -5.775e-7
_C: Final = -4.183e-12

_DT670: Final = (  # K, V: points of the standard curve, straight lines between them
    (1.4, 1.644290),
    (4.2, 1.578480),
    (10.0, 1.383730),
    (20.0, 1.197748),
    (30.0, 1.106244),
    (50.0, 1.073099),
    (70.0, 1.040183),
    (77.3, 1.027594),
    (80.0, 1.022984),
    (90.0, 1.005244),
    (100.0, 0.986974),
    (150.0, 0.889114),
    (200.0, 0.783720),
    (273.0, 0.621141),
    (300.0, 0.559639),
)


def platinum_ohm(value_degC: float, r0_ohm: float = 100.0) -> float:
    """Resistance of a platinum element; inf for an open one (NaN)."""
    if math.isnan(value_degC):
        return math.inf
    t = value_degC
    below_zero = _C * (t - 100.0) * t**3 if t < 0.0 else 0.0
    return r0_ohm * (1.0 + _A * t + _B * t * t + below_zero)


def dt670_V(value_degC: float) -> float:
    """Forward voltage of a DT-670 diode at 10 uA; inf for an open one (NaN); ends clamped to 1.4..300 K."""
    if math.isnan(value_degC):
        return math.inf
    kelvin = min(max(value_degC + 273.15, _DT670[0][0]), _DT670[-1][0])
    for (low_K, low_V), (high_K, high_V) in pairwise(_DT670):
        if kelvin <= high_K:
            return low_V + (high_V - low_V) * (kelvin - low_K) / (high_K - low_K)
    return _DT670[-1][1]
