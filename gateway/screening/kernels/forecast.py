"""forecast: how its instances are screened, together."""

from __future__ import annotations

import numpy as np

from gateway.model import Floats, Mask
from gateway.screening.batch import Batch
from gateway.screening.latch import Latch, Runs
from gateway.screening.latched import Flags, Latched
from gateway.screening.members import Group, Members
from gateway.screening.outlook import ROUNDING, SAFETY, Steepness
from gateway.screening.ranges import Rows
from gateway.screening.slope import doubt_over, slopes, step_of, surely
from gateway.screening.windows import Windows


class Condition:
    """Seen from the side where larger is worse."""

    def __init__(self, members: Members) -> None:
        self._members = members
        self.sign: Floats = np.where(members.flag("side", "high"), 1.0, -1.0)
        self.limit: Floats = self.sign * members.column("limit")
        self.window = members.delay("window_s")
        self._step, self._doubt = step_of(self.window), doubt_over(self.window)
        self._least = members.column("min_readings").astype(np.int64)
        self._steepness = Steepness(members, self.window)
        self._minutes = members.column("horizon_s") / 60.0

    def may_enter(self, batch: Batch, member: Rows, cell: Rows) -> Mask:
        bound = self._steepness.bound(batch, member, cell, np.zeros(len(member)))
        self._beyond = self._may_be_beyond(batch, member, cell, bound)
        return self._beyond

    def surely_left(self, batch: Batch, member: Rows, cell: Rows) -> Mask:  # noqa: ARG002
        return ~self._beyond

    def _may_be_beyond(self, batch: Batch, member: Rows, cell: Rows, bound: Floats) -> Mask:
        cells = batch.cells
        worst = np.where(self.sign[member] > 0.0, cells.high[cell], -cells.low[cell])
        minutes = np.maximum(self._minutes[member], 1e-9)
        rise = SAFETY * bound * minutes
        some = worst > -np.inf
        return np.asarray(some & (np.where(some, worst, 0.0) + rise + ROUNDING > self.limit[member]))

    def flags(self, batch: Batch, runs: Runs) -> Flags:
        windows = Windows.of(batch, runs, self._members, self.window)
        m = runs.member
        slope, known = slopes(windows, self._step[m], self._least[m], self.window[m])
        slope = surely(slope * runs.of_rows(self.sign), runs.of_rows(self._doubt))
        then = runs.value + slope * runs.of_rows(self._minutes)
        entry = known & (slope > 0.0) & (then > runs.of_rows(self.limit))
        return Flags(entry, ~entry)


def group(members: Members) -> Group:
    condition = Condition(members)
    latch = Latch(
        condition.sign,
        condition.limit,
        members.delay("on_delay_s"),
        members.delay("off_delay_s"),
        members.gaps,
    )
    return Latched(members, latch, condition, condition.window)
