"""drift: how its instances are screened, together."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np

from gateway.model import Floats, Mask, Times
from gateway.screening.batch import Batch
from gateway.screening.latch import Latch, Runs
from gateway.screening.latched import Flags, Latched
from gateway.screening.members import Group, Members
from gateway.screening.ranges import Rows
from gateway.screening.rules import drift

LARGEST: Final = 1024.0  # h that one reading adds, some 2**33 steps: 2**29 of them in a row fit into 64 bits
CLEAN: Final = 3  # decimals of a step that are not the rounding of a binary number


class Condition:
    """Two sums; a one-sided rule leaves one of them at 0."""

    def __init__(self, members: Members) -> None:
        self._up, self._down = ~members.flag("side", "down"), ~members.flag("side", "up")
        self._both = self._up & self._down
        self._target, self._slack = members.column("target"), members.column("slack")
        h = members.column("h")
        self._scale = np.array(
            [10.0 ** drift.decimals(one) for one in h.tolist()]
        )  # steps in one of the unit
        self._h = np.round(h * self._scale, CLEAN)

    def may_enter(self, batch: Batch, member: Rows, cell: Rows) -> Mask:
        high, low = (
            batch.cells.high[cell] - self._target[member],
            self._target[member] - batch.cells.low[cell],
        )
        slack = self._slack[member]
        return np.asarray((self._up[member] & (high > slack)) | (self._down[member] & (low > slack)))

    def surely_left(self, batch: Batch, member: Rows, cell: Rows) -> Mask:  # noqa: ARG002
        return np.zeros(len(member), np.bool_)

    def flags(self, batch: Batch, runs: Runs) -> Flags:  # noqa: ARG002
        away = runs.said - runs.of_rows(self._target)
        rise = self._sums(runs, away, 0) * runs.of_rows(self._up)
        fall = self._sums(runs, -away, 1) * runs.of_rows(self._down)
        h = runs.of_rows(self._h)
        entry = (rise > h) | (fall > h)
        last = runs.hi - 1
        carry = np.column_stack((rise[last], fall[last]))
        turned = (fall > h) & runs.of_rows(self._both)
        return Flags(entry, (rise == 0) & (fall == 0), carry, turned)

    def _sums(self, runs: Runs, away: Floats, side: int) -> Times:
        """S after each row. With c the plain sum from the start: S = c - min(0, the lowest c so far)."""
        most = LARGEST * runs.of_rows(self._h)
        steps = np.round((away - runs.of_rows(self._slack)) * runs.of_rows(self._scale), CLEAN)
        share = np.rint(np.clip(steps, -most, most)).astype(np.int64)
        first = np.append(True, runs.member[1:] != runs.member[:-1])
        lo = runs.lo[first]
        count = np.diff(np.append(lo, len(share)))
        share[lo] += runs.state["carry"][first, side]
        total = np.cumsum(share)
        total -= np.repeat(total[lo] - share[lo], count)
        return total - _lowest(total, lo)


def group(members: Members) -> Group:
    latch = Latch(
        np.where(members.flag("side", "down"), -1.0, 1.0),
        np.full(len(members), np.nan),
        members.delay("on_delay_s"),
        members.delay("off_delay_s"),
        members.gaps,
    )
    return Latched(members, latch, Condition(members), carry_matters=True)


def _lowest(total: Times, lo: Rows) -> Times:
    """The lowest of 0 and all values so far, within each range that begins at `lo`."""
    made = np.empty_like(total)
    bounds = [*lo.tolist(), len(total)]
    for a, b in pairwise(bounds):
        np.minimum.accumulate(total[a:b], out=made[a:b])
    return np.minimum(made, 0)
