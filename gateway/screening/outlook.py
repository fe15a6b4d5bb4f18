"""Certificates for rules that look back: bounds that hold for every window of a cell, from a few numbers.

Steepness. For n readings with values within R and times of standard deviation s, the least-squares slope is
at most R / (2 s) (Cauchy-Schwarz). How far times must lie apart follows from what is known of their steps:

* Long batches are cut into strides of k readings, each of which takes between d and L. A window of length w
  holds m >= w / L - 2 whole strides and up to 2 k readings more. Of its whole strides all but the one that
  holds the mean of the times lie at least as far from it as m - 1 points d apart, whose squares about their
  own mean add up to d**2 * m (m - 1) (m - 2) / 12. So  s**2 >= d**2 * m (m - 1) (m - 2) / (12 (m + 2)).
  A window that begins with the channel's first reading ever begins with a whole stride: m >= w / L - 1, and
  there are up to k readings more. (It may span half its length only, or its slope is not determined.)
* A tick knows the shortest and the longest step d and L since a window ago, and how many readings n. The
  slope of a window that spans at least half its length w is at most  2 * sqrt(3) * R / w * L / d  and, since
  m = w / 4L of its readings can be chosen that lie at least L apart,  s**2 >= L**2 * m (m**2 - 1) / (12 n).

Movement. Two readings that differ by more than epsilon, both within a window, show that it is not stuck.
What is known at the end of a batch is kept here for the next one. It is never saved: without it, steepness
is found out from the history, and movement is not known until a reading moves.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from gateway.model import Floats, Mask, Times
from gateway.screening import history
from gateway.screening.batch import Batch
from gateway.screening.cells import Cells
from gateway.screening.excursion import NEVER
from gateway.screening.members import Members, with_cells
from gateway.screening.plan import FOREVER
from gateway.screening.ranges import Rows, chosen, first_of_each, latest, most, starts

SAFETY: Final = 1.05  # over rounding of times, of values, and of these formulas
ROUNDING: Final = 2.0**-18  # of values, in the channel's unit
FINEST: Final = 2**12  # shares of a window; of shorter strides the rounding of times might be felt
MINUTE_NS: Final = 6e10
AT_ONCE: Final = 128  # instances whose window is looked through together
NOTHING: Final = np.array([[-np.inf], [-np.inf], [0.0], [-(2.0**63)]])  # see Steepness: the most of nothing
MOST_OF: Final = (np.maximum, np.minimum, np.maximum, np.minimum)  # of values, and of strides
LONGEST: Final = 2.0**62  # ns, longer than any step


class Steepness:
    """Upper bounds on slopes per minute."""

    def __init__(self, members: Members, window: Times) -> None:
        count = len(members)
        self._window, self._sees_from = window, members.sees_from
        self._regular = SAFETY * MINUTE_NS * 12.0**0.5 / window  # times reach, where all steps are as long
        self._until = np.full(count, NEVER)  # last reading that is counted below
        self._since = np.full((2, count), NEVER)  # older and newer part: readings later than this
        self._most = np.tile(NOTHING, (2, 1, count))  # float64[2, 4, I], of value, -value, step, -step
        self._number = np.zeros((2, count), np.int64)
        self._recalled = np.full(count, NEVER)  # the last reading of the window that the older part tells of
        self._oldest = np.full(count, NEVER)  # the first reading of that window

    def bound(self, batch: Batch, member: Rows, cell: Rows, enough: Floats) -> Floats:
        """For each pair: no determined slope in the cell is steeper.

        No better bound is looked for where one is at most `enough`.
        Called for each brief batch once, with every member that it touches.
        """
        if batch.cells.brief:
            return self._tick(batch, member, cell, enough)
        self._until[member] = NEVER  # it may be the past that comes again, with late readings in it
        return self._strides(batch, member, cell)

    def _tick(self, batch: Batch, member: Rows, cell: Rows, enough: Floats) -> Floats:
        cells, own = batch.cells, chosen(member, len(self._until))
        heard, window = cells.heard_before[cell], self._window[own]
        lost = (self._until[own] != heard).nonzero()[0]
        for k in range(0, len(lost), AT_ONCE):
            some = lost[k : k + AT_ONCE]
            self._recall(batch, member[some], cells.segment[cell[some]], heard[some])
        self._count(cells, member, cell, heard - window)
        older, newer = self._most[:, :, own]
        high, minus_low, longest, minus_shortest = np.maximum(older, newer)
        known = (self._since[0, own] <= cells.first[cell] - window) & ~cells.flaw[cell]
        reach = np.where(known, high + minus_low, 0.0) + ROUNDING
        bound = np.where(known, reach * self._regular[own] * (longest / -minus_shortest), np.inf)
        loose = (known & (bound > enough)).nonzero()[0]
        if len(loose) > 0:
            irregular = reach[loose] * self._irregular(member[loose], longest[loose])
            bound[loose] = np.minimum(bound[loose], irregular)
        return bound

    def _irregular(self, member: Rows, longest: Floats) -> Floats:
        """Times reach: bound where readings come as they will, `longest` apart at most."""
        window = self._window[member]
        apart = np.maximum(longest, np.maximum(window // FINEST, 1))
        m = window // (4.0 * apart)
        number = self._number[:, member].sum(axis=0)
        deviation = apart * np.sqrt(np.maximum(m * (m * m - 1.0), 1.0) / (12.0 * np.maximum(number, 1)))
        return np.where(m > 1.0, SAFETY * MINUTE_NS * 0.5 / deviation, np.inf)

    def _recall(self, batch: Batch, member: Rows, segment: Rows, heard: Times) -> None:
        """Begin anew with what the history holds of the window up to `heard`."""
        since = np.where(heard == NEVER, NEVER, heard - np.where(heard == NEVER, 0, self._window[member]))
        self._since[:, member], self._until[member] = (since, heard), heard
        self._most[:, :, member] = NOTHING
        self._number[:, member] = 0
        self._recalled[member], self._oldest[member] = heard, NEVER
        count, time, value = batch.history.after(batch.row[segment], since)
        some = member[count > 0]
        if len(some) == 0:
            return
        begin = (np.cumsum(count) - count)[count > 0]
        most = self._most[0]
        most[0, some], most[1, some] = np.maximum.reduceat(value, begin), -np.minimum.reduceat(value, begin)
        self._oldest[some] = time[begin]
        self._number[0, some] = count[count > 0]
        step = np.diff(time, prepend=0)
        step[begin] = 0
        most[2, some] = np.maximum.reduceat(step, begin)
        step[begin] = FOREVER
        most[3, some] = -np.minimum.reduceat(step, begin)

    def _count(self, cells: Cells, member: Rows, cell: Rows, back: Times) -> None:
        """Add the cells to the newer part, which becomes the older one where it began at `back` or before."""
        own = chosen(member, len(self._until))
        self._recalled[own] = NEVER
        if len(old := member[self._since[1, own] <= back]) > 0:
            self._most[0][:, old], self._most[1][:, old] = self._most[1][:, old], NOTHING
            self._number[0, old], self._number[1, old] = self._number[1, old], 0
            self._since[0, old], self._since[1, old] = self._since[1, old], self._until[old]
        longest, shortest = cells.steps
        news = np.array((cells.high[cell], -cells.low[cell], longest[cell], -shortest[cell]))
        newer = self._most[1]
        newer[:, own] = np.maximum(newer[:, own], news)
        self._number[1, own] += cells.hi[cell] - cells.lo[cell]
        of_use = np.where(cells.flaw[cell], NEVER, cells.last[cell])  # else its steps are not what they seem
        self._until[own] = of_use

    def _strides(self, batch: Batch, member: Rows, cell: Rows) -> Floats:
        cells, window, segment = batch.cells, self._window[member], batch.cells.segment[cell]
        since = cells.begun[cell] - window
        back = _reach(cells, member, cell, since)
        columns = zip(MOST_OF, (*cells.extremes, *cells.strides), strict=True)
        if back is cell:
            high, low, longest, shortest = (column[cell] for _, column in columns)
        else:
            high, low, longest, shortest = (most(way, column, back, cell) for way, column in columns)
        whole = cells.begun[back] <= since  # windows begin within a stride of where they may
        born = ~whole & (batch.before["heard"][segment] == NEVER)
        known = whole | born
        if len(old := np.flatnonzero(~known)) > 0:
            known[old] = True
            told = self._join(batch, member[old], segment[old])
            high[old], low[old] = np.maximum(high[old], told[0]), np.minimum(low[old], told[1])
            longest[old], shortest[old] = (
                np.maximum(longest[old], told[2]),
                np.minimum(shortest[old], told[3]),
            )
            whole[old] = told[4]
        cut = self._sees_from[member] > since
        born &= ~cut
        whole &= ~cut
        m = -(-np.where(whole, window, window // 2) // np.maximum(longest, 1)) - np.where(born, 1, 2)
        each = cells.series.strides.each[segment]
        known &= (m >= 3) & (each * (window / np.maximum(shortest, 1) + 2) <= history.MOST)
        known &= shortest >= window // FINEST
        n = np.where(known, m, 3).astype(np.float64)
        spread = np.sqrt(12.0 * (n + np.where(born, 1, 2)) / (n * (n - 1.0) * (n - 2.0)))
        bound = SAFETY * MINUTE_NS * (high - low + ROUNDING) / (2.0 * np.maximum(shortest, 1)) * spread
        return np.where(known, bound, np.inf)

    def _join(self, batch: Batch, member: Rows, segment: Rows) -> tuple[Floats, Floats, Times, Times, Mask]:
        """What the history adds to windows that reach into it: high, low, longest and shortest stride.

        And whether windows begin within a stride of where they may. Strides are counted back from its end.
        """
        first = starts(member)
        heard = batch.before["heard"][segment]
        lost = first[self._recalled[member[first]] != heard[first]]
        for k in range(0, len(lost), AT_ONCE):
            some = lost[k : k + AT_ONCE]
            self._recall(batch, member[some], segment[some], heard[some])
        cells = batch.cells
        step = cells.first[cells.begin[segment]] - heard  # of no use where that cell has a flaw
        high, minus_low, longest, minus_shortest = self._most[0][:, member]
        longest, shortest = np.maximum(longest, step), np.minimum(-minus_shortest, step)
        each, window = cells.series.strides.each[segment], self._window[member]
        whole = self._oldest[member] - (heard - window) <= longest
        whole &= self._oldest[member] != NEVER
        steps = (np.clip(each * side, 0.0, LONGEST).astype(np.int64) for side in (longest, shortest))
        return high, -minus_low, *steps, whole


def _reach(cells: Cells, member: Rows, cell: Rows, since: Times) -> Rows:
    """The last cell of the same segment that begins at `since` or before; the first one where none does."""
    begin = cells.begin[cells.segment[cell]]
    if cells.one_each:
        return cell
    first = starts(member)
    count = np.diff(np.append(first, len(member)))
    lo = begin[first]
    later = first_of_each(cells.begun, (lo, cell[first + count - 1] + 1), since + 1, count)
    return np.maximum(later - 1, begin)


class Movement:
    """Whether a window surely holds two readings that differ by more than epsilon."""

    def __init__(self, members: Members, window: Times, epsilon: Floats) -> None:
        count = len(members)
        self._members, self._window, self._epsilon = members, window, epsilon
        self._until = np.full(count, NEVER)  # last reading that is counted below
        self._moved = np.full(count, NEVER)  # both of two such readings came at this time or later
        self._since = np.zeros(count, np.int64)  # readings from that time on
        self._before = self._moved, self._since  # what was known before this batch

    def shown(self, batch: Batch, member: Rows, cell: Rows) -> Mask:
        """For each pair: every window that ends in the cell surely moves, or is not covered.

        Called for each batch once, and first, with every member that it touches and whole segments.
        """
        cells = batch.cells
        if cells.brief:
            return self._tick(batch, member, cell)
        if cells.parts is None:
            return self._in_cells(batch, cells, member, cell, self._wide(cells, member, cell))
        known = self._until[member] == cells.series.heard[cell]
        moved, since = self._moved.copy(), self._since.copy()
        moved[member] = np.where(known, self._moved[member], NEVER)
        self._before = moved, since
        pair, part = with_cells(cells.parts, member, cell)
        wide = self._wide(cells.parts, pair, part)
        self._remember(cells.parts, pair, part, wide)
        last = cells.last[cell]
        self._until[member] = np.where(last == NEVER, cells.series.heard[cell], last)
        shown = self._in_cells(batch, cells.parts, pair, part, wide)
        return np.logical_and.reduceat(shown, starts(pair))

    def _remember(self, cells: Cells, member: Rows, cell: Rows, wide: Mask) -> None:
        """Keep for the next batch where each member's channel moved last; `cell` are all of its cells."""
        final = np.append(starts(member)[1:], len(member)) - 1
        at = latest(wide)[final]
        moves = wide[at] & (member[at] == member[final])
        own, count = member[final], cells.hi[cell[final]]
        moved, since = self._before
        begin = cells.series.lo[cells.segment[cell[final]]]
        self._moved[own] = np.where(moves, cells.first[cell[at]], moved[own])
        self._since[own] = np.where(moves, count - cells.lo[cell[at]], since[own] + count - begin)

    def _wide(self, cells: Cells, member: Rows, cell: Rows) -> Mask:
        high, low = cells.extremes
        return np.asarray(high[cell] - low[cell] > self._epsilon[member])

    def _in_cells(self, batch: Batch, cells: Cells, member: Rows, cell: Rows, wide: Mask) -> Mask:
        """The witness is the last cell before that moved, or what was known before the batch."""
        segment = cells.segment[cell]
        before = latest(np.append(False, wide[:-1]))  # position behind that cell
        witness = np.maximum(before - 1, 0)
        same = (before > 0) & (member[witness] == member)
        moved, since = self._before
        oldest = np.where(same, cells.first[cell[witness]], moved[member])
        earlier = since[member] - cells.series.lo[segment]
        count = cells.hi[cell] + np.where(same, -cells.lo[cell[witness]], earlier)
        near = (oldest != NEVER) & (oldest > cells.last[cell] - self._window[member])
        near &= (oldest >= self._members.sees_from[member]) & (count <= history.MOST)
        far = np.flatnonzero(~near)
        near[far] = self._uncovered(batch, cells, member[far], cell[far])
        return np.asarray(near & ~cells.flaw[cell])

    def _uncovered(self, batch: Batch, cells: Cells, member: Rows, cell: Rows) -> Mask:
        """Whether the channel's first reading ever came too late for any window that ends in the cell."""
        segment = cells.segment[cell]
        begins = cells.last[cell] - self._window[member]
        late = batch.time[batch.lo[segment]] - begins > self._members.gaps.longest[member]
        return np.asarray(late & (cells.series.heard[segment] == NEVER))

    def _tick(self, batch: Batch, member: Rows, cell: Rows) -> Mask:
        cells = batch.cells
        heard, last, high, low = (c[cell] for c in (cells.heard_before, cells.last, cells.high, cells.low))
        own, length = chosen(member, len(self._until)), cells.hi[cell] - cells.lo[cell]
        epsilon = self._epsilon[own]
        known = np.where(self._until[own] == heard, self._moved[own], NEVER)
        moves = (np.abs(high - batch.before["value"][cell]) > epsilon) & (high == low)
        moved = np.where(moves, heard, known)
        since = np.where(moves, 1, self._since[own]) + length
        shown: Mask = (moved > last - self._window[own]) & (since <= history.MOST) & ~cells.flaw[cell]
        if self._members.bounded:
            shown &= moved >= self._members.sees_from[own]
        if len(cells.lo) < len(cells.series.time):
            shown |= self._uncovered(batch, cells, member, cell) & ~cells.flaw[cell]
            wide = high - low > epsilon
            moved, since = np.where(wide, cells.first[cell], moved), np.where(wide, length, since)
        self._moved[own], self._since[own] = moved, since
        self._until[own] = np.where(last == NEVER, heard, last)
        return shown
