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

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gateway.model import Floats, Mask, Times
from gateway.screening.batch import Batch
from gateway.screening.excursion import NEVER, Findings, no_findings
from gateway.screening.members import Couples, Group, Guides, Members, uncoupled
from gateway.screening.pairs import Side, held
from gateway.screening.ranges import Rows, expand
from gateway.screening.rules import OF_DEGC, PRESSURE, VALUE_UNIT, need_size, need_value

LN2_PA: Final = (61_600.0, 70_000.0, 75_300.0, 79_500.0, 84_600.0, 89_900.0, 95_000.0, 98_000.0, 100_000.0,
    101_325.0, 103_000.0, 105_000.0, 107_000.0, 110_000.0, 122_700.0, 150_000.0)  # fmt: skip
LN2_DEGC: Final = (-199.78, -198.80, -198.23, -197.80, -197.29, -196.80, -196.34, -196.08, -195.91,
    -195.795, -195.66, -195.49, -195.33, -195.09, -194.13, -192.31)  # fmt: skip
FREEZES_DEGC: Final = -210.0
HIGHEST_AMBIENT_PA: Final = (
    110_000.0  # no weather makes more (the record is 1084 hPa); beyond it a sensor lies
)

STATE: Final = np.dtype([("doubt", "i8")])  # ns UTC up to which a pressure could change what is BAD, or NEVER


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
        highest = boiling_point_degC(HIGHEST_AMBIENT_PA) - self.ln2_tolerance_K
        floor = self.lowest if self.ln2_pressure_channel is None else max(self.lowest, highest)
        if floor >= self.ceiling:
            raise ValueError(f"floor must lie below ceiling, got {floor} and {self.ceiling}")


def boiling_point_degC(pressure_Pa: float) -> float:
    """Of nitrogen, straight lines between tabulated points; at most 0.05 K off."""
    return float(np.interp(pressure_Pa, LN2_PA, LN2_DEGC))


def tells(pressure_Pa: Floats) -> Mask:
    """Where a pressure is one that air can have; not where it is NaN."""
    return (pressure_Pa >= LN2_PA[0]) & (pressure_Pa <= HIGHEST_AMBIENT_PA)


def group(members: Members) -> Group:
    return Ranges(members)


class Ranges:
    """All plausible instances; without findings of their own."""

    def __init__(self, members: Members) -> None:
        self.members = members
        self.state: NDArray[Any] = self.blank(len(members))
        self._ceiling: Floats = members.column("ceiling")
        self._tolerance: Floats = members.column("ln2_tolerance_K")
        self._fallback: Floats = members.column("lowest")
        self._pressure = members.channels_named("ln2_pressure_channel")
        self._live = self._pressure >= 0
        self._is_live = bool(self._live.any())
        _refuse_chains(members.row[self._live], self._pressure[self._live])
        lowest, highest = (
            self._floor(np.full(len(members), pressure)) for pressure in (LN2_PA[0], HIGHEST_AMBIENT_PA)
        )
        self._lowest = np.where(self._live, np.minimum(lowest, self._fallback), self._fallback)
        self._highest = np.where(self._live, np.maximum(highest, self._fallback), self._fallback)
        self._side = Side(self._pressure, members.gaps_of.take(self._pressure))
        self._gap = self._side.gaps.longest

    def blank(self, count: int) -> NDArray[Any]:
        made = np.empty(count, STATE)
        made["doubt"] = NEVER
        return made

    def looks_back(self) -> tuple[Rows, Times]:
        return self._pressure[self._live], 2 * self._gap[self._live]

    def coupled(self) -> Couples:
        return uncoupled()

    def guided(self) -> Guides:
        live = self._live
        return Guides(
            self.members.row[live], self._pressure[live], self._gap[live], self.state["doubt"][live]
        )

    def standing(self) -> tuple[Mask, Mask]:
        return np.zeros((2, len(self.members)), np.bool_)[0], np.zeros(len(self.members), np.bool_)

    def present(self, member: Rows) -> Findings:  # noqa: ARG002
        return no_findings()

    def advance(self, until_ns: Times, known: NDArray[Any]) -> list[Findings]:  # noqa: ARG002
        return []

    def feed(self, batch: Batch) -> list[Findings]:
        """Remember up to when a pressure that is still to come could change what is BAD.

        A reading that is BAD already may be so because of the pressure.
        """
        if self._is_live:
            member, cell = self._pairs(batch)
            doubtful = (batch.cells.low[cell] < self._highest[member]) | batch.cells.flaw[cell]
            member, last = member[doubtful], batch.time[batch.cells.hi[cell[doubtful]] - 1]
            np.maximum.at(self.state["doubt"], member, last)
        return []

    def spoiled(self, batch: Batch) -> Rows:
        member, cell = self.members.pairs(batch)
        high, low = (extreme[cell] for extreme in batch.cells.extremes)
        hot = (high > self._ceiling[member]) | (low < self._lowest[member])
        if not (self._is_live or hot.any()):
            return cell[:0]
        position, whose = self._in_force(batch, member[hot], cell[hot])
        value = batch.value[position]
        outside = position[(value > self._ceiling[whose]) | (value < self._lowest[whose])]
        return np.concatenate((outside, self._boiling(batch.without(outside)))) if self._is_live else outside

    def _boiling(self, batch: Batch) -> Rows:
        """Positions of readings below the floor of a pressure channel."""
        member, cell = self._pairs(batch)
        hot = batch.cells.low[cell] < self._highest[member]
        position, whose = self._in_force(batch, member[hot], cell[hot])
        cold = batch.value[position] < self._highest[whose]
        position, whose = position[cold], whose[cold]
        floor = self._floor(self._pressure_at(batch, whose, batch.time[position]), whose)
        return position[batch.value[position] < floor]

    def _pressure_at(self, batch: Batch, whose: Rows, time: Times) -> Floats:
        """Pa at the time of these readings, which are ordered by member and time; NaN where unknown."""
        member, first = np.unique(whose, return_index=True)
        if len(member) == 0:
            return np.empty(0)
        segment = np.full(len(self.members.names), -1)
        segment[batch.row] = np.arange(len(batch.row))
        since = np.maximum(time[first] - self._gap[member], self.members.sees_from[member])
        until = time[np.append(first[1:], len(time)) - 1]
        readings = self._side.readings(batch, member, segment, since - 1, until)
        return held(readings, np.searchsorted(member, whose), time, self._side.gaps.take(member))

    def _floor(self, pressure_Pa: Floats, whose: Rows | slice = slice(None)) -> Floats:
        """degC, of these members under these pressures."""
        known = tells(pressure_Pa)
        boils = np.interp(np.where(known, pressure_Pa, LN2_PA[0]), LN2_PA, LN2_DEGC)
        floor = np.maximum(boils - self._tolerance[whose], FREEZES_DEGC)
        return np.where(known, floor, self._fallback[whose])

    def _pairs(self, batch: Batch) -> tuple[Rows, Rows]:
        """(member, cell) of those that follow a pressure."""
        member, cell = self.members.pairs(batch)
        live = self._live[member]
        return member[live], cell[live]

    def _in_force(self, batch: Batch, member: Rows, cell: Rows) -> tuple[Rows, Rows]:
        """The readings of these cells that each member sees, and whose they are."""
        length = batch.cells.hi[cell] - batch.cells.lo[cell]
        position, whose = expand(batch.cells.lo[cell], length), np.repeat(member, length)
        time = batch.time[position]
        sees = (time >= self.members.valid_from[whose]) & (time < self.members.valid_to[whose])
        return position[sees], whose[sees]


def _refuse_chains(row: Rows, pressure: Rows) -> None:
    if len(np.intersect1d(row, pressure)) > 0:
        raise ValueError("a channel whose floor follows a pressure cannot be the pressure of another")
