"""rate: how its instances are screened, together."""

from __future__ import annotations

import numpy as np

from gateway.model import Floats, Mask
from gateway.screening.batch import Batch
from gateway.screening.latch import Latch, Runs
from gateway.screening.latched import Flags, Latched
from gateway.screening.members import Group, Members
from gateway.screening.outlook import Steepness
from gateway.screening.ranges import Rows
from gateway.screening.slope import doubt_over, slopes, step_of, surely
from gateway.screening.windows import Windows


class Condition:
    """Seen from the side where larger is worse: slope = sign * slope."""

    def __init__(self, members: Members) -> None:
        self._members = members
        self.sign: Floats = np.where(members.flag("side", "rising"), 1.0, -1.0)
        self.window = members.delay("window_s")
        self._step, self._doubt = step_of(self.window), doubt_over(self.window)
        self._least = members.column("min_readings").astype(np.int64)
        self._steepness = Steepness(members, self.window)
        self._enter = self.sign * members.column("limit")
        self._leave = self._enter - members.column("deadband")

    def may_enter(self, batch: Batch, member: Rows, cell: Rows) -> Mask:
        enter = self._enter[member]
        self._bound = self._steepness.bound(batch, member, cell, enter)
        return np.asarray(self._bound > enter)

    def surely_left(self, batch: Batch, member: Rows, cell: Rows) -> Mask:  # noqa: ARG002
        return np.asarray(self._bound <= self._leave[member])

    def flags(self, batch: Batch, runs: Runs) -> Flags:
        windows = Windows.of(batch, runs, self._members, self.window)
        m = runs.member
        slope, known = slopes(windows, self._step[m], self._least[m], self.window[m])
        slope = surely(slope * runs.of_rows(self.sign), runs.of_rows(self._doubt))
        enter, leave = slope > runs.of_rows(self._enter), slope <= runs.of_rows(self._leave)
        return Flags(known & enter, ~known | leave)


def group(members: Members) -> Group:
    condition = Condition(members)
    latch = Latch(
        condition.sign,
        np.full(len(members), np.nan),
        members.delay("on_delay_s"),
        members.delay("off_delay_s"),
        members.gaps,
    )
    return Latched(members, latch, condition, condition.window)
