"""Value rules over a batch: a certificate that nothing happens in most cells, the automaton for the rest."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from gateway.model import Mask, Times
from gateway.screening.batch import Batch, Cells
from gateway.screening.excursion import NEVER, Findings, Phase, no_findings
from gateway.screening.latch import Latch, Runs, idle, still_open, work
from gateway.screening.members import Members
from gateway.screening.ranges import Rows, expand, latest

PIECE: Final = 65_536  # rows screened exactly at a time: what they need stays in the second-level cache


class Condition(Protocol):
    """The entry and exit tests of one kind, for many instances at once."""

    def may_enter(self, member: Rows, cells: Cells, cell: Rows) -> Mask:
        """False only where entry holds at no usable reading of the cell, for each (member, cell) pair."""

    def surely_left(self, member: Rows, cells: Cells, cell: Rows) -> Mask:
        """True only where exit holds at every usable reading of the cell."""

    def flags(self, runs: Runs) -> tuple[Mask, Mask]:
        """Whether entry and exit hold at each row."""


class Latched:
    """All instances of a kind whose condition feeds the common automaton."""

    def __init__(self, members: Members, latch: Latch, condition: Condition) -> None:
        self.members = members
        self.state: NDArray[Any] = idle(len(members))
        self._latch = latch
        self._condition = condition

    def blank(self, count: int) -> NDArray[Any]:
        return idle(count)

    def standing(self) -> tuple[Mask, Mask]:
        return self.state["raw"], self.state["open"]

    def advance(self, now_ns: int, known: NDArray[Any]) -> list[Findings]:  # noqa: ARG002
        return []  # a value rule speaks only of readings

    def spoiled(self, batch: Batch) -> Rows:  # noqa: ARG002
        return np.empty(0, np.int64)

    def feed(self, batch: Batch) -> list[Findings]:
        member, segment = self.members.touched(batch)
        hot, cell = self._uncertified(batch.cells, member, segment)
        findings = [self._screen(batch, hot[a:b], cell[a:b]) for a, b in _pieces(batch.cells, cell)]
        if self.members.bounded:
            findings.append(self._expired(member, batch.seen[segment]))
        if len(hot) > 0:
            findings.append(self._open(np.unique(hot)))
        return findings

    def _uncertified(self, cells: Cells, member: Rows, segment: Rows) -> tuple[Rows, Rows]:
        """(member, cell) pairs that must be screened exactly, ordered by member and cell."""
        active = self.state["raw"][member] | self.state["open"][member]
        if len(cells.lo) == len(cells.begin):  # one cell a segment: what a live tick brings
            hot = active | self._condition.may_enter(member, cells, segment)
            hot &= self._in_force(member, cells, segment)
            return member[hot], segment[hot]
        count = np.append(cells.begin[1:], len(cells.lo))[segment] - cells.begin[segment]
        pair, cell = np.repeat(member, count), expand(cells.begin[segment], count)
        first = np.cumsum(count) - count
        enters = self._condition.may_enter(pair, cells, cell)
        if active.any() or enters.any():
            hot = enters | ~self._surely_idle_before(cells, pair, cell, first, active, enters)
            hot &= self._in_force(pair, cells, cell)
            return pair[hot], cell[hot]
        return pair[:0], cell[:0]

    def _surely_idle_before(
        self, cells: Cells, pair: Rows, cell: Rows, first: Rows, active: Mask, enters: Mask
    ) -> Mask:
        """Whether raw is 0 and nothing is open when each pair's cell begins; False where that is not certain.

        It is certain after cells in which exit always held, once these span off_delay.
        """
        begins = np.zeros(len(pair), np.bool_)
        begins[first] = True
        left = self._condition.surely_left(pair, cells, cell) & (cells.first[cell] != NEVER)
        calm_from = latest(begins | left & ~np.append(False, left[:-1]))
        lasted = cells.last[cell] - cells.first[cell[calm_from]]
        settles = left & left[calm_from] & (lasted >= self._latch.off_delay[pair])
        idle_at_first = np.zeros(len(pair), np.bool_)
        idle_at_first[first] = ~active
        known = begins | settles | enters
        idle_after = np.where(settles, True, idle_at_first & ~enters)[latest(known)]
        before = np.append(False, idle_after[:-1])
        before[first] = ~active
        return before

    def _in_force(self, pair: Rows, cells: Cells, cell: Rows) -> Mask | bool:
        """Whether the cell holds readings that the instance may see."""
        if not self.members.bounded:
            return True
        begins, ends = cells.time[cells.lo[cell]], cells.time[cells.hi[cell] - 1]
        visible = (ends >= self.members.valid_from[pair]) & (begins < self.members.valid_to[pair])
        return np.asarray(visible)

    def _screen(self, batch: Batch, member: Rows, cell: Rows) -> Findings:
        runs = self._runs(batch, member, cell)
        if runs is None:
            return no_findings()
        entry, leave = self._condition.flags(runs)
        after, closed, whose = work(runs, entry, leave)
        final = np.append(runs.member[1:] != runs.member[:-1], True)
        self.state[runs.member[final]] = after[final]
        closed["instance"] = self.members.number[whose]
        return closed

    def _runs(self, batch: Batch, member: Rows, cell: Rows) -> Runs | None:
        """The usable readings of these pairs, neighbouring cells joined; None if there are none."""
        cells = batch.cells
        joins = (member[1:] == member[:-1]) & (cell[1:] == cell[:-1] + 1)
        new_run = np.append(True, ~joins)
        length = cells.hi[cell] - cells.lo[cell]
        position = expand(cells.lo[cell], length)
        run = np.repeat(np.cumsum(new_run) - 1, length)
        whose, segment = member[new_run], cells.segment[cell[new_run]]
        good = self._seen(batch, cells, np.repeat(member, length), position)
        if good is not None:
            position, run = position[good], run[good]
        count = np.bincount(run, minlength=len(whose))
        filled = np.flatnonzero(count)
        if len(filled) == 0:
            return None
        whose, segment = whose[filled], segment[filled]
        lo = np.cumsum(count[filled]) - count[filled]
        state = self.state[whose]
        again = np.append(False, whose[1:] == whose[:-1])
        state[again] = idle(1)
        state["carry"] = self.state["carry"][whose]
        time_before, value_before, blocked = batch.reading_before(position[lo], segment)
        unseen = (time_before == NEVER) | (time_before < self.members.valid_from[whose])
        time_before = np.where(unseen, batch.time[position[lo]], time_before)
        value_before = np.where(unseen, batch.value[position[lo]], value_before)
        sign = self._latch.sign[whose]
        return Runs(
            batch.time[position],
            batch.value[position] * np.repeat(sign, count[filled]),
            position,
            _blocked(position, lo, blocked),
            lo,
            whose,
            time_before,
            value_before * sign,
            state,
            self._latch,
        )

    def _seen(self, batch: Batch, cells: Cells, whose: Rows, position: Rows) -> Mask | None:
        """Which rows are usable and in force; None where all are."""
        good = None if cells.flawless else batch.usable(position)
        if self.members.bounded:
            time = batch.time[position]
            in_force = (time >= self.members.valid_from[whose]) & (time < self.members.valid_to[whose])
            good = in_force if good is None else good & in_force
        return good

    def _expired(self, member: Rows, seen: Times) -> Findings:
        """End what is open where a reading at or after the end of the instance's validity exists."""
        over = member[self.members.valid_to[member] <= seen]
        ends = over[self.state["open"][over]]
        made = still_open(self.state[ends], self._latch, ends)
        made["phase"] = Phase.CLOSED
        made["end"] = made["cleared"] = self.members.valid_to[ends]
        made["instance"] = self.members.number[ends]
        self.state[over] = idle(1)
        return made

    def _open(self, member: Rows) -> Findings:
        is_open = member[self.state["open"][member]]
        made = still_open(self.state[is_open], self._latch, is_open)
        made["instance"] = self.members.number[is_open]
        return made


def _blocked(position: Rows, lo: Rows, at_first: Mask) -> Mask:
    """Whether unusable readings lie between a row and the one before it."""
    blocked = np.zeros(len(position), np.bool_)
    blocked[1:] = position[1:] - position[:-1] > 1
    blocked[lo] = at_first
    return blocked


def _pieces(cells: Cells, cell: Rows) -> Iterator[tuple[int, int]]:
    """Cut pairs so that each piece has about PIECE rows."""
    if len(cell) == 0:
        return
    rows = np.cumsum(cells.hi[cell] - cells.lo[cell])
    cuts = np.unique(np.searchsorted(rows, np.arange(PIECE, int(rows[-1]), PIECE)) + 1)
    bounds = [0, *cuts[cuts < len(cell)].tolist(), len(cell)]
    yield from pairwise(bounds)
