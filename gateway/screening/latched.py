"""Value rules over a batch: a certificate that nothing happens in most cells, the automaton for the rest."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from gateway.dataclass import dataclass
from gateway.model import Floats, Mask, Times
from gateway.screening import totals
from gateway.screening.batch import Batch
from gateway.screening.cells import Cells
from gateway.screening.excursion import NEVER, Phase
from gateway.screening.findings import Findings, no_findings
from gateway.screening.latch import Latch, Runs, facing, idle, still_open, work
from gateway.screening.members import Couples, Guides, Members, uncoupled, unguided, with_cells
from gateway.screening.ranges import Rows, chosen, expand, first_at, latest, pieces, starts
from gateway.screening.totals import Stretches

if TYPE_CHECKING:
    from numpy.typing import NDArray

WINDOW: Final = 512  # rows that a run is taken to bring with it, of rules that look back
MANY: Final = 0.5  # share of suspect cells from which on looking closer would not pay
PIECE: Final = 131_072  # rows screened exactly at a time
NOWHERE: Final = 1e200  # a limit that no reading is beyond


@dataclass(frozen=True, eq=False)
class Flags:
    """What a condition says of rows; `carry` int64[m, 2] is what it carries on from the end of each run.

    `turned`: entry is to the side that is not the worse one of the rule; None: it never is.
    """

    entry: Mask
    leave: Mask
    carry: NDArray[np.int64] | None = None
    turned: Mask | None = None


class Condition(Protocol):
    """The entry and exit tests of one kind, for many instances at once."""

    def may_enter(self, batch: Batch, member: Rows, cell: Rows) -> Mask:
        """False only where entry holds at no usable reading of the cell, for each (member, cell) pair."""

    def surely_left(self, batch: Batch, member: Rows, cell: Rows) -> Mask:
        """True only where exit holds at every usable reading of the cell.

        Asked next after `may_enter`, with the same batch and the same pairs, or not at all: a condition may
        keep what it worked out there until it is asked `may_enter` again (rate and forecast keep their bounds
        on slopes, stuck what it knows of movement).
        """

    def flags(self, batch: Batch, runs: Runs) -> Flags:
        """Whether entry and exit hold at each row; never both, and neither where nothing is known."""


class Latched:
    """All instances of a kind whose condition feeds the common automaton."""

    def __init__(
        self,
        members: Members,
        latch: Latch,
        condition: Condition,
        looks_back: Times | None = None,
        carry_matters: bool = False,
    ) -> None:
        """`carry_matters`: an instance that carries something must be looked at reading by reading."""
        self.members = members
        self._looks_back = np.zeros(len(members), np.int64) if looks_back is None else looks_back
        self._window_rows = WINDOW if self._looks_back.any() else 0
        self.state: NDArray[Any] = idle(len(members))
        self._latch = latch
        self._carry_matters = carry_matters
        self._condition = condition

    def blank(self, count: int) -> NDArray[Any]:
        return idle(count)

    def looks_back(self) -> tuple[Rows, Times]:
        return self.members.row, self._looks_back

    def coupled(self) -> Couples:
        return uncoupled()

    def guided(self) -> Guides:
        return unguided()

    def standing(self) -> tuple[Mask, Mask]:
        return self.state["raw"], self.state["open"]

    def advance(self, until_ns: Times, known: NDArray[Any]) -> list[Findings]:  # noqa: ARG002
        return []  # a value rule speaks only of readings

    def spoiled(self, batch: Batch) -> Rows:  # noqa: ARG002
        return np.empty(0, np.int64)

    def feed(self, batch: Batch) -> list[Findings]:
        member, segment = self.members.touched(batch)
        if len(member) == 0:
            return []
        batch, hot, cell = self._uncertified(batch, member, segment)
        pieces = _pieces(batch.cells, hot, cell, self._window_rows)
        findings = [self._screen(batch, hot[a:b], cell[a:b]) for a, b in pieces]
        if self.members.bounded:
            findings.append(self._expired(batch, member, segment))
        if len(hot) > 0:
            findings.append(self.present(hot[starts(hot)]))
        return findings

    def _uncertified(self, batch: Batch, member: Rows, segment: Rows) -> tuple[Batch, Rows, Rows]:
        """(member, cell) pairs that must be screened exactly, ordered by both, and the batch they are in."""
        active, brief = self._active(member), batch.cells.brief
        busy = active | self._condition.may_enter(batch if brief else batch.whole, member, segment)
        if not busy.any():
            return batch, member[:0], segment[:0]
        if brief:
            busy &= self._in_force(member, batch.cells, segment)
            return batch, member[busy], segment[busy]
        member, segment, active = member[busy], segment[busy], active[busy]
        pair, cell = with_cells(batch.cells, member, segment)
        hot = self._suspects(batch, pair, cell, starts(pair), active)
        if not 0 < hot.sum() <= MANY * len(hot):
            return batch, pair[hot], cell[hot]
        pair, cell = pair[hot], cell[hot]
        finer = batch.finer(np.unique(cell))
        pair, cell = finer.cells.pieces_of(pair, cell)
        first = np.flatnonzero(_begins(pair, cell))
        at_first = finer.cells.begin[finer.cells.segment[cell[first]]] == cell[first]
        going_on = at_first & active[np.searchsorted(member, pair[first])]
        hot = self._suspects(finer, pair, cell, first, going_on)
        return finer, pair[hot], cell[hot]

    def _suspects(self, batch: Batch, pair: Rows, cell: Rows, first: Rows, active: Mask) -> Mask:
        """Pairs in which something may happen, or may be going on.

        They come in runs of neighbouring cells that begin at `first`; `active`: whether something is going on
        at the beginning of each.
        """
        hot = np.zeros(len(pair), np.bool_)
        enters = self._condition.may_enter(batch, pair, cell)
        busy = active | np.logical_or.reduceat(enters, first)
        if not busy.any():
            return hot
        left = self._condition.surely_left(batch, pair, cell)
        some = np.repeat(busy, np.diff(np.append(first, len(pair))))
        first = (np.cumsum(some) - some)[first[busy]]
        pair, cell, enters, left = pair[some], cell[some], enters[some], left[some]
        hot[some] = enters | ~self._surely_idle_before(batch, pair, cell, first, active[busy], enters, left)
        hot[some] &= self._in_force(pair, batch.cells, cell)
        return hot

    def _active(self, member: Rows) -> Mask:
        """Whether something is going on at these members, which are all or some, each once."""
        state = self.state[chosen(member, len(self.state))]
        active: Mask = state["raw"] | state["open"]
        return active | state["carry"].any(axis=1) if self._carry_matters else active

    def _surely_idle_before(
        self, batch: Batch, pair: Rows, cell: Rows, first: Rows, active: Mask, enters: Mask, left: Mask
    ) -> Mask:
        """Whether raw is 0 and nothing is open when each pair's cell begins; False where that is not certain.

        It is certain after cells in which exit always held, once these span off_delay.
        """
        cells = batch.cells
        begins = np.zeros(len(pair), np.bool_)
        begins[first] = True
        begun, ended = cells.known(cell)
        left = left & (begun != NEVER)
        calm_from = latest(begins | left & ~np.append(False, left[:-1]))
        lasted = ended - begun[calm_from]
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
        begins, ends = cells.begun[cell], cells.series.time[cells.hi[cell] - 1]
        visible = (ends >= self.members.valid_from[pair]) & (begins < self.members.valid_to[pair])
        return np.asarray(visible)

    def _screen(self, batch: Batch, member: Rows, cell: Rows) -> Findings:
        runs = self._runs(batch, member, cell)
        if runs is None:
            return no_findings()
        flags = self._condition.flags(batch, runs)
        after, closed, whose = work(runs, flags.entry, flags.leave, flags.turned)
        if flags.carry is not None:
            after["carry"] = flags.carry
        final = np.append(runs.member[1:] != runs.member[:-1], True)
        self.state[runs.member[final]] = after[final]
        closed["instance"] = self.members.number[whose]
        return closed

    def _runs(self, batch: Batch, member: Rows, cell: Rows) -> Runs | None:
        """The usable readings of these pairs, neighbouring cells joined; None if there are none."""
        cells = batch.cells
        new_run = _begins(member, cell)
        whose, segment = member[new_run], cells.segment[cell[new_run]]
        first, count, columns = self._readings(
            batch, whose, cells.lo[cell[new_run]], cells.hi[cell[np.append(new_run[1:], True)]]
        )
        if not (filled := count > 0).all():
            whose, segment, first, count = whose[filled], segment[filled], first[filled], count[filled]
        if len(whose) == 0:
            return None
        lo = np.cumsum(count) - count
        state = self.state[whose]
        again = np.append(False, whose[1:] == whose[:-1])
        state[again] = idle(1)
        state["carry"] = self.state["carry"][whose]
        time, value, blocked = columns
        time_before, value_before, blocked[lo] = batch.reading_before(first, segment)
        unseen = (time_before == NEVER) | (time_before < self.members.valid_from[whose])
        time_before = np.where(unseen, batch.time[first], time_before)
        value_before = np.where(unseen, batch.value[first], value_before)
        return Runs(
            time,
            facing(self._latch, whose, count, value),
            value,
            blocked,
            lo,
            first,
            whose,
            time_before,
            facing(self._latch, whose, np.ones_like(count), value_before),
            state,
            self._latch,
        )

    def _readings(
        self, batch: Batch, whose: Rows, lo: Rows, hi: Rows
    ) -> tuple[Rows, Rows, tuple[Times, Floats, Mask]]:
        """Of the readings [lo, hi) of each run those that its member may see.

        Returns the position of the first of each, how many there are, and columns of all of them: time,
        value, and whether unusable ones lie between it and the one before.
        """
        if batch.cells.flawless and self._sees_all(batch, whose, lo, hi):
            count = hi - lo
            blocked = np.zeros(count.sum(), np.bool_)
            return lo, count, (pieces(batch.time, lo, hi), pieces(batch.value, lo, hi), blocked)
        position, run = expand(lo, hi - lo), np.repeat(np.arange(len(lo)), hi - lo)
        good = batch.usable(position)
        if self.members.bounded:
            time, member = batch.time[position], whose[run]
            good &= (time >= self.members.valid_from[member]) & (time < self.members.valid_to[member])
        position, run = position[good], run[good]
        count = np.bincount(run, minlength=len(lo))
        blocked = np.diff(position, prepend=0) > 1
        first = np.append(position, 0)[np.cumsum(count) - count]
        return first, count, (batch.time[position], batch.value[position], blocked)

    def _sees_all(self, batch: Batch, whose: Rows, lo: Rows, hi: Rows) -> bool:
        """Whether each member may see all readings of its range, which is not empty."""
        if not self.members.bounded:
            return True
        begins = (batch.time[lo] >= self.members.valid_from[whose]).all()
        return bool(begins and (batch.time[hi - 1] < self.members.valid_to[whose]).all())

    def _expired(self, batch: Batch, member: Rows, segment: Rows) -> Findings:
        """End what is open where a reading at or after the end of the instance's validity exists."""
        over = self.members.valid_to[member] <= batch.seen[segment]
        member, segment = member[over], segment[over]
        is_open = self.state["open"][member]
        ends, segment = member[is_open], segment[is_open]
        state = self.state[ends]
        if len(ends) > 0:
            state["so_far"] = totals.joined(state["so_far"], self._tails(batch, ends, segment))
        made = still_open(state, self._latch, ends)
        made["phase"] = Phase.CLOSED
        made["end"] = made["cleared"] = self.members.valid_to[ends]
        made["instance"] = self.members.number[ends]
        self.state[member] = idle(1)
        return made

    def _tails(self, batch: Batch, member: Rows, segment: Rows) -> NDArray[Any]:
        """TOTALS from the last reading of what is open to the end of its rule, by the line to the next."""
        end, count = self.members.valid_to[member], np.ones(len(member), np.int64)
        after = first_at(batch.time, batch.lo[segment], batch.hi[segment], end)
        last, value, blocked = batch.reading_before(after, segment)
        proven = self.members.goes_on[member] & ~blocked & batch.usable(after)
        proven &= self._latch.gaps.bridges(member, last, batch.time[after])
        now = np.where(proven, batch.value[after], value)
        limit = self._latch.limit[member]
        made = Stretches.until(
            end,
            last,
            facing(self._latch, member, count, value),
            batch.time[after],
            facing(self._latch, member, count, now),
            proven,
            np.where(np.isnan(limit), NOWHERE, limit),
        )
        tails = totals.blank(len(member))
        tails["beyond"], tails["degree_low"], tails["unproven"] = made.beyond, made.degree, made.unproven
        return tails

    def present(self, member: Rows) -> Findings:
        """What is open at these members."""
        is_open = member[self.state["open"][member]]
        made = still_open(self.state[is_open], self._latch, is_open)
        made["instance"] = self.members.number[is_open]
        return made


def _pieces(cells: Cells, member: Rows, cell: Rows, window_rows: int) -> Iterator[tuple[int, int]]:
    """Cut pairs so that each piece has about PIECE rows, windows included."""
    if len(cell) == 0:
        return
    rows = np.cumsum(cells.hi[cell] - cells.lo[cell] + window_rows * _begins(member, cell))
    cuts = np.unique(np.searchsorted(rows, np.arange(PIECE, int(rows[-1]), PIECE)) + 1)
    bounds = [0, *cuts[cuts < len(cell)].tolist(), len(cell)]
    yield from pairwise(bounds)


def _begins(member: Rows, cell: Rows) -> Mask:
    """Where a run begins: a pair that is not the one before it and its neighbour."""
    return np.append(True, (member[1:] != member[:-1]) | (cell[1:] != cell[:-1] + 1))
