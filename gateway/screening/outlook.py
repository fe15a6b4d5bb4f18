"""Certificates for rules that look back: bounds that hold for every window of a cell, from a few numbers.

Steepness. For n readings with values within R and times of standard deviation s, the least-squares slope is
at most R / (2 s) (Cauchy-Schwarz). How far times must lie apart follows from what is known of their steps:

* a long batch knows how long STRIDE readings take, at least d, and that a window holds at least m full
  strides: the slope is at most  R / (2 d) * sqrt(12 m (m + 2) / ((m - 1)**2 * (m * (m - 2))))
* a tick knows the shortest and the longest step since a window ago, and the slope of a window that spans at
  least half its length w is at most  2 * sqrt(3) * R / w * longest / shortest

Movement. Two readings that differ by more than epsilon, both within a window, show that it is not stuck.
What a tick knows is kept here from batch to batch. It is never saved: without it, steepness is found out
from the history, and movement is not known until a reading moves.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from gateway.model import Floats, Mask, Times
from gateway.screening import batch as cutting
from gateway.screening import history
from gateway.screening.batch import Batch
from gateway.screening.excursion import NEVER
from gateway.screening.members import Members
from gateway.screening.plan import FOREVER
from gateway.screening.ranges import Rows, chosen, latest

SAFETY: Final = 1.05  # over rounding of times, of values, and of these formulas
ROUNDING: Final = 2.0**-18  # of values, in the channel's unit
MINUTE_NS: Final = 6e10
AT_ONCE: Final = 128  # instances whose window is looked through together
FARTHEST_BACK: Final = 64  # cells; a window that reaches over more is not certified


class Steepness:
    """Upper bounds on slopes per minute."""

    def __init__(self, members: Members, window: Times, least: Rows) -> None:
        count = len(members)
        self._window, self._least, self._valid_from = window, least, members.valid_from
        self._until = np.full(count, NEVER)  # last reading that is counted below
        self._since = np.full((2, count), NEVER)  # older and newer part: readings later than this
        self._high = np.full((2, count), -np.inf)
        self._low = np.full((2, count), np.inf)
        self._longest = np.zeros((2, count), np.int64)
        self._shortest = np.full((2, count), FOREVER)

    def bound(self, batch: Batch, member: Rows, cell: Rows) -> tuple[Floats, Mask]:
        """For each pair: no determined slope in the cell is steeper; whether all of them are determined.

        Called once for each batch, with every member that it touches.
        """
        if batch.cells.one_each:
            return self._tick(batch, member, cell), np.zeros(len(member), np.bool_)
        return self._strides(batch, member, cell)

    def _tick(self, batch: Batch, member: Rows, cell: Rows) -> Floats:
        cells, window = batch.cells, self._window[member]
        heard = cells.heard_before[cell]
        lost = np.flatnonzero(self._until[member] != heard)
        for k in range(0, len(lost), AT_ONCE):
            some = lost[k : k + AT_ONCE]
            self._recall(batch, member[some], cells.segment[cell[some]], heard[some])
        self._count(batch, member, cell, heard)
        own, first = chosen(member, len(self._until)), cells.first[cell]
        since = self._since[0, own]
        known = (since == NEVER) | (since <= first - window)
        reach = np.maximum(*self._high[:, own]) - np.minimum(*self._low[:, own]) + ROUNDING
        longest = np.maximum(*self._longest[:, own])
        shortest = np.minimum(*self._shortest[:, own])
        known &= ~cells.flaw[cell]
        bound = SAFETY * 12.0**0.5 * MINUTE_NS * np.where(known, reach, 0.0) / window * (longest / shortest)
        return np.where(known, bound, np.inf)

    def _recall(self, batch: Batch, member: Rows, segment: Rows, heard: Times) -> None:
        """Begin anew with what the history holds of the window up to `heard`."""
        since = np.where(heard == NEVER, NEVER, heard - np.where(heard == NEVER, 0, self._window[member]))
        self._since[:, member] = since, heard
        self._high[:, member], self._low[:, member] = -np.inf, np.inf
        self._longest[:, member], self._shortest[:, member] = 0, FOREVER
        count, time, value = batch.history.after(batch.row[segment], since)
        some = member[count > 0]
        if len(some) == 0:
            return
        begin = (np.cumsum(count) - count)[count > 0]
        self._high[0, some] = np.maximum.reduceat(value, begin)
        self._low[0, some] = np.minimum.reduceat(value, begin)
        step = np.diff(time, prepend=0)
        step[begin] = 0
        self._longest[0, some] = np.maximum.reduceat(step, begin)
        step[begin] = FOREVER
        self._shortest[0, some] = np.minimum.reduceat(step, begin)

    def _count(self, batch: Batch, member: Rows, cell: Rows, heard: Times) -> None:
        cells, own = batch.cells, chosen(member, len(self._until))
        newer = self._since[1, own]
        old = member[(newer != NEVER) & (heard - newer >= self._window[own])]
        old = old if len(old) == 0 else old[self._since[1, old] != FOREVER]
        for column, empty in (
            (self._high, -np.inf),
            (self._low, np.inf),
            (self._longest, 0),
            (self._shortest, FOREVER),
        ):
            column[0, old], column[1, old] = column[1, old], empty
        if len(old) > 0:
            self._since[0, old], self._since[1, old] = self._since[1, old], self._until[old]
        longest, shortest = cells.steps
        self._high[1, own] = np.maximum(self._high[1, own], cells.high[cell])
        self._low[1, own] = np.minimum(self._low[1, own], cells.low[cell])
        self._longest[1, own] = np.maximum(self._longest[1, own], longest[cell])
        self._shortest[1, own] = np.minimum(self._shortest[1, own], shortest[cell])
        until = np.where(cells.last[cell] == NEVER, heard, cells.last[cell])
        self._until[own] = np.where(cells.flaw[cell], NEVER, until)  # its steps are not what they seem

    def _strides(self, batch: Batch, member: Rows, cell: Rows) -> tuple[Floats, Mask]:
        cells, window = batch.cells, self._window[member]
        longest_of, shortest_of = cells.strides
        begin = cells.begin[cells.segment[cell]]
        since = cells.first[cell] - window
        high, low = cells.high[cell], cells.low[cell]
        longest, shortest = longest_of[cell], shortest_of[cell]
        reached = cells.first[cell] <= since  # never: windows are longer than nothing
        for back in range(1, FARTHEST_BACK):
            earlier = cell - back
            need = np.flatnonzero(~reached & (earlier >= begin))
            if len(need) == 0:
                break
            at = earlier[need]
            high[need] = np.maximum(high[need], cells.high[at])
            low[need] = np.minimum(low[need], cells.low[at])
            longest[need] = np.maximum(longest[need], longest_of[at])
            shortest[need] = np.minimum(shortest[need], shortest_of[at])
            reached[need] = cells.first[at] <= since[need]
        born = (
            ~reached
            & (batch.before["heard"][cells.segment[cell]] == NEVER)
            & (cell - begin < FARTHEST_BACK - 1)
        )
        cut = born | (self._valid_from[member] > since)  # windows that may reach over half their length only
        m = np.where(cut, window // 2, window) // np.maximum(longest, 1) - 2
        few = cutting.STRIDE * (window / np.maximum(shortest, 1) + 2) <= history.MOST
        known = (reached | born) & (m >= 3) & few
        m = np.where(known, m, 3).astype(np.float64)
        spread = np.sqrt(12.0 * m * (m + 2.0) / ((m - 1.0) ** 2 * (m * (m - 2.0))))
        bound = SAFETY * MINUTE_NS * (high - low + ROUNDING) / (2.0 * np.maximum(shortest, 1)) * spread
        sure = reached & known & ~cut & (cutting.STRIDE * m >= self._least[member]) & (4 * longest <= window)
        return np.where(known, bound, np.inf), sure


class Movement:
    """Whether a window surely holds two readings that differ by more than epsilon."""

    def __init__(self, members: Members, window: Times, epsilon: Floats) -> None:
        count = len(members)
        self._window, self._epsilon, self._gap = window, epsilon, members.longest_gap
        self._valid_from = members.valid_from
        self._until = np.full(count, NEVER)  # last reading that is counted below
        self._moved = np.full(count, NEVER)  # both of two such readings came at this time or later
        self._since = np.zeros(count, np.int64)  # readings from that time on

    def shown(self, batch: Batch, member: Rows, cell: Rows) -> Mask:
        """For each pair: every window that ends in the cell surely moves, or is not covered.

        Called once for each batch, with every member that it touches.
        """
        if batch.cells.one_each:
            return self._tick(batch, member, cell)
        cells = batch.cells
        wide = cells.high[cell] - cells.low[cell] > self._epsilon[member]
        before = latest(np.append(False, wide[:-1]))  # position behind the last wide cell
        witness = np.maximum(before - 1, 0)
        same = (before > 0) & (member[witness] == member)
        uncovered = batch.before["heard"][cells.segment[cell]] == NEVER
        oldest = batch.time[batch.lo[cells.segment[cell]]]
        uncovered &= oldest - (cells.last[cell] - self._window[member]) > self._gap[member]
        near = cells.first[cell[witness]] > cells.last[cell] - self._window[member]
        near &= cells.first[cell[witness]] >= self._valid_from[member]
        near &= cells.hi[cell] - cells.lo[cell[witness]] <= history.MOST
        return np.asarray(((same & near) | uncovered) & ~cells.flaw[cell])

    def _tick(self, batch: Batch, member: Rows, cell: Rows) -> Mask:
        cells = batch.cells
        heard, first, last = cells.heard_before[cell], cells.first[cell], cells.last[cell]
        own = chosen(member, len(self._until))
        epsilon = self._epsilon[own]
        known = np.where(self._until[own] == heard, self._moved[own], NEVER)
        step = np.abs(cells.high[cell] - batch.before["value"][cell]) > epsilon
        alone = (first == last) & (first != NEVER)
        moves = alone & step & (heard != NEVER)
        moved = np.where(moves, heard, known)
        length = cells.hi[cell] - cells.lo[cell]
        since = np.where(moves, 2, self._since[own] + length)
        shown = (
            (moved != NEVER)
            & (since <= history.MOST)
            & (moved >= self._valid_from[own])
            & (moved > last - self._window[own])
            & ~cells.flaw[cell]
        )
        wide = ~alone & (cells.high[cell] - cells.low[cell] > epsilon)
        self._moved[own] = np.where(wide, first, moved)
        self._since[own] = np.where(wide, length, since)
        self._until[own] = np.where(last == NEVER, heard, last)
        return np.asarray(shown)
