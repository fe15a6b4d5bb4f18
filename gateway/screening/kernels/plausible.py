"""plausible: how its instances are screened, together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from gateway.model import Floats, Mask, Times
from gateway.screening.batch import Batch
from gateway.screening.excursion import NEVER
from gateway.screening.findings import Findings, no_findings
from gateway.screening.members import Couples, Group, Guides, Members, uncoupled
from gateway.screening.pairs import Side, held
from gateway.screening.ranges import Rows, expand
from gateway.screening.rules.plausible import FREEZES_DEGC, HIGHEST_AMBIENT_PA, LN2_DEGC, LN2_PA

if TYPE_CHECKING:
    from numpy.typing import NDArray


STATE: Final = np.dtype([("doubt", "i8")])  # ns UTC up to which a pressure could change what is BAD, or NEVER


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
