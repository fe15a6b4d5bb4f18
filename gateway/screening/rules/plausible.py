"""plausible: a value outside the physical range makes its reading BAD before any other rule looks at it.

It opens no excursion: a reading that no sensor can mean is no reading, and the time around it is not proven.
A conflict of readings is decided before, on what the device said.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gateway.model import Floats, Mask, Times
from gateway.screening.batch import Batch
from gateway.screening.excursion import Findings
from gateway.screening.members import Couples, Group, Members, uncoupled
from gateway.screening.ranges import Rows, expand
from gateway.screening.rules import VALUE_UNIT, need_value

NO_STATE: Final = np.dtype([("nothing", "u1")])


@dataclass(frozen=True, slots=True)
class Parameters:
    """Readings with floor <= value <= ceiling are taken."""

    floor: float = field(metadata=VALUE_UNIT)
    ceiling: float = field(metadata=VALUE_UNIT)

    def __post_init__(self) -> None:
        need_value("floor", self.floor)
        need_value("ceiling", self.ceiling)
        if self.floor >= self.ceiling:
            raise ValueError(f"floor must lie below ceiling, got {self.floor} and {self.ceiling}")


def group(members: Members) -> Group:
    return Ranges(members)


class Ranges:
    """All plausible instances; without state, and without findings of its own."""

    def __init__(self, members: Members) -> None:
        self.members = members
        self.state: NDArray[Any] = self.blank(len(members))
        self._floor: Floats = members.column("floor")
        self._ceiling: Floats = members.column("ceiling")

    def blank(self, count: int) -> NDArray[Any]:
        return np.zeros(count, NO_STATE)

    def looks_back(self) -> tuple[Rows, Times]:
        return self.members.row, np.zeros(len(self.members), np.int64)

    def coupled(self) -> Couples:
        return uncoupled()

    def standing(self) -> tuple[Mask, Mask]:
        return np.zeros((2, len(self.members)), np.bool_)[0], np.zeros(len(self.members), np.bool_)

    def feed(self, batch: Batch) -> list[Findings]:  # noqa: ARG002
        return []

    def advance(self, now_ns: int, known: NDArray[Any]) -> list[Findings]:  # noqa: ARG002
        return []

    def spoiled(self, batch: Batch) -> Rows:
        member, cell = self.members.pairs(batch)
        high, low = batch.cells.high[cell], batch.cells.low[cell]
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
