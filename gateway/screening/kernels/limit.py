"""limit: how its instances are screened, together."""

from __future__ import annotations

import numpy as np

from gateway.model import Floats, Mask
from gateway.screening.batch import Batch
from gateway.screening.cells import Cells
from gateway.screening.latch import Latch, Runs
from gateway.screening.latched import Flags, Latched
from gateway.screening.members import Group, Members
from gateway.screening.ranges import Rows
from gateway.units import decimals


class Condition:
    """Seen from the side where larger is worse: x = sign * value."""

    def __init__(self, members: Members) -> None:
        self.sign: Floats = np.where(members.flag("side", "high"), 1.0, -1.0)
        self.enter: Floats = self.sign * members.column("limit")
        self.leave: Floats = np.minimum(self.enter, decimals(self.enter - members.column("deadband")))
        self._two_sided = bool((self.sign < 0.0).any())

    def may_enter(self, batch: Batch, member: Rows, cell: Rows) -> Mask:
        return self._worst(batch.cells, member, cell) > self.enter[member]

    def surely_left(self, batch: Batch, member: Rows, cell: Rows) -> Mask:
        return self._worst(batch.cells, member, cell) <= self.leave[member]

    def _worst(self, cells: Cells, member: Rows, cell: Rows) -> Floats:
        """The largest x of each cell."""
        if not self._two_sided:  # the other extreme need not even be looked for
            return cells.high[cell]
        high, low = cells.extremes
        return np.where(self.sign[member] > 0.0, high[cell], -low[cell])

    def flags(self, batch: Batch, runs: Runs) -> Flags:  # noqa: ARG002
        return Flags(runs.value > runs.of_rows(self.enter), runs.value <= runs.of_rows(self.leave))


def group(members: Members) -> Group:
    condition = Condition(members)
    latch = Latch(
        condition.sign,
        condition.enter,
        members.delay("on_delay_s"),
        members.delay("off_delay_s"),
        members.gaps,
    )
    return Latched(members, latch, condition)
