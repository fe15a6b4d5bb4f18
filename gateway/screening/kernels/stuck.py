"""stuck: how its instances are screened, together."""

from __future__ import annotations

import numpy as np

from gateway.model import Mask, Times
from gateway.screening.batch import Batch
from gateway.screening.latch import Latch, Runs
from gateway.screening.latched import Flags, Latched
from gateway.screening.members import Group, Members
from gateway.screening.outlook import Movement
from gateway.screening.ranges import Rows
from gateway.screening.windows import Windows, spread
from gateway.units import HALF_A_STEP


class Condition:
    """A full window of values that lie together."""

    def __init__(self, members: Members) -> None:
        self._members = members
        self.window = members.delay("window_s")
        self._least = members.column("min_readings").astype(np.int64)
        self._epsilon = (
            members.column("epsilon") + HALF_A_STEP
        )  # differences of decimals: 0.1, not 0.1000...08
        self._movement = Movement(members, self.window, self._epsilon)

    def may_enter(self, batch: Batch, member: Rows, cell: Rows) -> Mask:
        self._may_enter = ~self._movement.shown(batch, member, cell)
        return self._may_enter

    def surely_left(self, batch: Batch, member: Rows, cell: Rows) -> Mask:  # noqa: ARG002
        return ~self._may_enter

    def flags(self, batch: Batch, runs: Runs) -> Flags:
        windows = Windows.of(batch, runs, self._members, self.window)
        start = runs.time - runs.of_rows(self.window)
        covered = self._covers(runs, start, windows.time[windows.begin])
        still = spread(windows) <= runs.of_rows(self._epsilon)
        entry = still & covered & (windows.count >= runs.of_rows(self._least))
        return Flags(entry, ~entry)

    def _covers(self, runs: Runs, start: Times, oldest: Times) -> Mask:
        """Whether the oldest reading of each window came early enough."""
        gaps = self._members.gaps
        if gaps.change:
            return gaps.bridges(np.repeat(runs.member, runs.count), start, oldest)
        return np.asarray(oldest - start <= runs.of_rows(gaps.first))


def group(members: Members) -> Group:
    condition = Condition(members)
    latch = Latch(
        np.ones(len(members)),
        np.full(len(members), np.nan),
        members.delay("on_delay_s"),
        members.delay("off_delay_s"),
        members.gaps,
    )
    return Latched(members, latch, condition, condition.window)
