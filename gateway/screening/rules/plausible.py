"""plausible: a value outside the physical range makes its reading BAD before any other rule looks at it.

It opens no excursion: a reading that no sensor can mean is no reading, and the time around it is not proven.
A conflict of readings is decided before, on what the device said.

Above liquid nitrogen nothing is colder than it boils, and that follows ambient pressure: -195.8 degC at sea
level, -198.2 degC in an airliner's cabin, so that one floor for both is either useless or a false alarm.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gateway.model import LARGEST_VALUE, Floats, Mask, Times
from gateway.screening.batch import Batch
from gateway.screening.excursion import Findings, no_findings
from gateway.screening.members import Couples, Group, Members, uncoupled
from gateway.screening.ranges import Rows, expand
from gateway.screening.rules import VALUE_UNIT, need_size, need_value

# Saturation of nitrogen after Span et al. (2000), computed with CoolProp 8.0
LN2_PA: Final = (61_600.0, 70_000.0, 75_300.0, 79_500.0, 84_600.0, 89_900.0, 95_000.0, 98_000.0, 100_000.0,
    101_325.0, 103_000.0, 105_000.0, 107_000.0, 110_000.0, 122_700.0, 150_000.0)  # fmt: skip
LN2_DEGC: Final = (-199.78, -198.80, -198.23, -197.80, -197.29, -196.80, -196.34, -196.08, -195.91,
    -195.795, -195.66, -195.49, -195.33, -195.09, -194.13, -192.31)  # fmt: skip
FREEZES_DEGC: Final = -210.0

NO_STATE: Final = np.dtype([("nothing", "u1")])


@dataclass(frozen=True, slots=True)
class Parameters:
    """Readings with floor <= value <= ceiling are taken.

    In place of the floor, `ln2_pressure_Pa` gives the lowest ambient pressure of the place: the floor is then
    the boiling point of nitrogen there, less `ln2_tolerance_K`, and never below its freezing point.
    """

    ceiling: float = field(metadata=VALUE_UNIT)
    floor: float | None = field(default=None, metadata=VALUE_UNIT)
    ln2_pressure_Pa: float | None = None
    ln2_tolerance_K: float = 1.0

    @property
    def lowest(self) -> float:
        """The floor in force, in the channel's canonical unit."""
        if self.ln2_pressure_Pa is None:
            return -LARGEST_VALUE if self.floor is None else self.floor
        return max(boiling_point_degC(self.ln2_pressure_Pa) - self.ln2_tolerance_K, FREEZES_DEGC)

    def __post_init__(self) -> None:
        if (self.floor is None) == (self.ln2_pressure_Pa is None):
            raise ValueError("give either floor or ln2_pressure_Pa")
        if self.ln2_pressure_Pa is not None and not LN2_PA[0] <= self.ln2_pressure_Pa <= LN2_PA[-1]:
            raise ValueError(f"ln2_pressure_Pa must lie between {LN2_PA[0]:g} and {LN2_PA[-1]:g}")
        need_size("ln2_tolerance_K", self.ln2_tolerance_K)
        need_value("floor", self.lowest)
        need_value("ceiling", self.ceiling)
        if self.lowest >= self.ceiling:
            raise ValueError(f"floor must lie below ceiling, got {self.lowest} and {self.ceiling}")


def boiling_point_degC(pressure_Pa: float) -> float:
    """Of nitrogen, straight lines between tabulated points; at most 0.05 K off."""
    return float(np.interp(pressure_Pa, LN2_PA, LN2_DEGC))


def group(members: Members) -> Group:
    return Ranges(members)


class Ranges:
    """All plausible instances; without state, and without findings of its own."""

    def __init__(self, members: Members) -> None:
        self.members = members
        self.state: NDArray[Any] = self.blank(len(members))
        self._floor: Floats = members.column("lowest")
        self._ceiling: Floats = members.column("ceiling")

    def blank(self, count: int) -> NDArray[Any]:
        return np.zeros(count, NO_STATE)

    def looks_back(self) -> tuple[Rows, Times]:
        return self.members.row, np.zeros(len(self.members), np.int64)

    def coupled(self) -> Couples:
        return uncoupled()

    def standing(self) -> tuple[Mask, Mask]:
        return np.zeros((2, len(self.members)), np.bool_)[0], np.zeros(len(self.members), np.bool_)

    def present(self, member: Rows) -> Findings:  # noqa: ARG002
        return no_findings()

    def feed(self, batch: Batch) -> list[Findings]:  # noqa: ARG002
        return []

    def advance(self, now_ns: int, known: NDArray[Any]) -> list[Findings]:  # noqa: ARG002
        return []

    def spoiled(self, batch: Batch) -> Rows:
        member, cell = self.members.pairs(batch)
        high, low = (extreme[cell] for extreme in batch.cells.extremes)
        hot = (high > self._ceiling[member]) | (low < self._floor[member])
        if not hot.any():
            return cell[:0]
        member, cell = member[hot], cell[hot]
        length = batch.cells.hi[cell] - batch.cells.lo[cell]
        position, whose = expand(batch.cells.lo[cell], length), np.repeat(member, length)
        value, time = batch.value[position], batch.time[position]
        outside = (value > self._ceiling[whose]) | (value < self._floor[whose])
        outside &= (time >= self.members.valid_from[whose]) & (time < self.members.valid_to[whose])
        return position[outside]
