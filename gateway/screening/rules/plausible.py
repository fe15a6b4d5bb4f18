"""plausible: a value outside the physical range makes its reading BAD before any other rule looks at it.

It opens no excursion: a reading that no sensor can mean is no reading, and the time around it is not proven.
A conflict of readings is decided before, on what the device said.

Above liquid nitrogen nothing is colder than it boils, and that follows ambient pressure: -195.8 degC at sea
level, -198.2 degC in an airliner's cabin, so that one floor for both is either useless or a false alarm.
The floor can follow a pressure channel, held at its latest usable reading not older than its max_gap. Where
there is none, and where no air can have it, the floor is that of the lowest pressure the place can have: it
takes more readings for real, never fewer. What a pressure channel's own fixed range makes BAD is no
pressure; readings from before the rule came into force are not looked at. A pressure that arrives late
judges again what it is about.

Saturation of nitrogen: Span, Lemmon, Jacobsen, Wagner and Yokozeki, J. Phys. Chem. Ref. Data 29 (2000) 1361,
computed with CoolProp 8.0.
"""

from __future__ import annotations

from dataclasses import field
from typing import Final

import numpy as np

from gateway.dataclass import dataclass
from gateway.screening.rules import OF_DEGC, PRESSURE, VALUE_UNIT, need_size, need_value

LN2_PA: Final = (61_600.0, 70_000.0, 75_300.0, 79_500.0, 84_600.0, 89_900.0, 95_000.0, 98_000.0, 100_000.0,
    101_325.0, 103_000.0, 105_000.0, 107_000.0, 110_000.0, 122_700.0, 150_000.0)  # fmt: skip
LN2_DEGC: Final = (-199.78, -198.80, -198.23, -197.80, -197.29, -196.80, -196.34, -196.08, -195.91,
    -195.795, -195.66, -195.49, -195.33, -195.09, -194.13, -192.31)  # fmt: skip
FREEZES_DEGC: Final = -210.0
HIGHEST_AMBIENT_PA: Final = (
    110_000.0  # no weather makes more (the record is 1084 hPa); beyond it a sensor lies
)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Readings with floor <= value <= ceiling are taken.

    In place of the floor, `ln2_pressure_channel` names the channel of ambient pressure: the floor is then the
    boiling point of nitrogen under it, less `ln2_tolerance_K`, and never below its freezing point.
    `ln2_pressure_Pa` is the lowest ambient pressure of the place: for a floor without a channel, and for when
    the channel says nothing. When it is not given then either, it is LN2_PA[0]: about 4000 m.
    """

    ceiling: float = field(metadata=VALUE_UNIT)
    floor: float | None = field(default=None, metadata=VALUE_UNIT)
    ln2_pressure_Pa: float | None = field(default=None, metadata=OF_DEGC)
    ln2_tolerance_K: float = field(default=1.0, metadata=OF_DEGC)
    ln2_pressure_channel: str | None = field(default=None, metadata=PRESSURE)

    @property
    def lowest(self) -> float:
        """The floor in force where no pressure channel says otherwise, in the channel's canonical unit."""
        if self.floor is not None:
            return self.floor
        pressure_Pa = LN2_PA[0] if self.ln2_pressure_Pa is None else self.ln2_pressure_Pa
        return max(boiling_point_degC(pressure_Pa) - self.ln2_tolerance_K, FREEZES_DEGC)

    def __post_init__(self) -> None:
        follows = self.ln2_pressure_Pa is not None or self.ln2_pressure_channel is not None
        if (self.floor is None) != follows:
            raise ValueError("give either floor, or ln2_pressure_channel, ln2_pressure_Pa or both")
        if self.ln2_pressure_channel == "":
            raise ValueError("ln2_pressure_channel must be the name of a channel")
        if self.ln2_pressure_Pa is not None and not LN2_PA[0] <= self.ln2_pressure_Pa <= LN2_PA[-1]:
            raise ValueError(f"ln2_pressure_Pa must lie between {LN2_PA[0]:g} and {LN2_PA[-1]:g}")
        need_size("ln2_tolerance_K", self.ln2_tolerance_K)
        need_value("floor", self.lowest)
        need_value("ceiling", self.ceiling)
        floor = self.lowest
        if self.ln2_pressure_channel is not None:
            floor = max(floor, boiling_point_degC(HIGHEST_AMBIENT_PA) - self.ln2_tolerance_K)
        if floor >= self.ceiling:
            raise ValueError(f"floor must lie below ceiling, got {floor} and {self.ceiling}")


def boiling_point_degC(pressure_Pa: float) -> float:
    """Of nitrogen, straight lines between tabulated points; at most 0.05 K off."""
    return float(np.interp(pressure_Pa, LN2_PA, LN2_DEGC))
