"""budget: how its instances are screened, together."""

from __future__ import annotations

import numpy as np

from gateway.model import Floats, Mask, Times
from gateway.screening.batch import Batch
from gateway.screening.latch import Latch, Runs
from gateway.screening.latched import Flags, Latched
from gateway.screening.members import Group, Members
from gateway.screening.ranges import Rows, first_at


class Condition:
    """carry: ns spent since the last reset, and how many resets that counts."""

    def __init__(self, members: Members) -> None:
        self.sign: Floats = np.where(members.flag("side", "high"), 1.0, -1.0)
        self.limit: Floats = self.sign * members.column("limit")
        self._budget = members.delay("budget_s")
        both = zip(members.parameters, members.resets, strict=True)
        resets = [sorted({*parameters.resets_ns(), *stated}) for parameters, stated in both]
        self._end = np.cumsum([len(r) for r in resets])
        self._begin = self._end - [len(r) for r in resets]
        self._resets = np.array([moment for r in resets for moment in r], np.int64)

    def may_enter(self, batch: Batch, member: Rows, cell: Rows) -> Mask:
        """Time is spent in stretches that touch a reading beyond: one of the cell, or the one before it."""
        cells, high = batch.cells, self.sign[member] > 0.0
        worst = np.where(high, cells.high[cell], -cells.low[cell])
        earlier = np.maximum(cell - 1, 0)
        before = np.where(high, cells.high[earlier], -cells.low[earlier])
        first = cells.begin[cells.segment[cell]] == cell
        heard = self.sign[member] * batch.before["value"][cells.segment[cell]]
        before = np.where(first, heard, before)
        empty = cells.flaw[earlier] & ~first  # what was heard before such a cell may have been beyond
        return np.asarray((worst > self.limit[member]) | (before > self.limit[member]) | empty)

    def surely_left(self, batch: Batch, member: Rows, cell: Rows) -> Mask:  # noqa: ARG002
        return np.zeros(len(member), np.bool_)

    def flags(self, batch: Batch, runs: Runs) -> Flags:  # noqa: ARG002
        spent, resets = self._spent(runs)
        entry = spent >= runs.of_rows(self._budget)
        last = runs.hi - 1
        return Flags(entry, ~entry, np.column_stack((spent[last], resets[last])))

    def _spent(self, runs: Runs) -> tuple[Times, Rows]:
        """ns spent by each row, and how many resets came before it."""
        lo, hi = runs.spread(self._begin), runs.spread(self._end)
        resets = first_at(self._resets, lo, hi, runs.time + 1) - lo
        first = runs.lo[np.append(True, runs.member[1:] != runs.member[:-1])]
        carried, counted = runs.state["carry"][np.searchsorted(runs.lo, first)].T
        was = np.empty_like(resets)
        was[1:] = resets[:-1]
        was[first] = counted
        anew = resets != was
        share = runs.stretches.beyond.copy()
        share[anew] = self._after_reset(runs, np.flatnonzero(anew), (lo + resets - 1)[anew])
        share[first] += np.where(anew[first], 0, carried)
        begins = anew.copy()
        begins[first] = True
        total = np.cumsum(share)
        begin = np.flatnonzero(begins)
        count = np.diff(np.append(begin, len(total)))
        return total - np.repeat(total[begin] - share[begin], count), resets

    def _after_reset(self, runs: Runs, row: Rows, reset: Rows) -> Times:
        """What the stretches that end at these rows add after the reset that lies in or before them."""
        moment, beyond = self._resets[reset], runs.stretches.beyond[row]
        length = runs.time[row] - runs.before[0][row]
        begin = runs.time[row] - length
        falls = runs.before[1][row] > runs.spread(self.limit)[row]
        cut = np.where(falls, begin + beyond - moment, np.minimum(beyond, runs.time[row] - moment))
        return np.where(moment <= begin, beyond, np.maximum(cut, 0))


def group(members: Members) -> Group:
    condition = Condition(members)
    none = np.zeros(len(members), np.int64)
    latch = Latch(condition.sign, condition.limit, none, none, members.gaps)
    return Latched(members, latch, condition)
