"""no_data: how its instances are screened, together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from gateway.model import Mask, Times
from gateway.screening.batch import Batch
from gateway.screening.cells import Cells
from gateway.screening.excursion import NEVER, Phase
from gateway.screening.findings import Findings, in_order, new_findings, no_findings
from gateway.screening.members import Couples, Group, Guides, Members, uncoupled, unguided, with_cells
from gateway.screening.plan import FOREVER
from gateway.screening.ranges import Rows, expand, first_at

if TYPE_CHECKING:
    from numpy.typing import NDArray


STATE: Final = np.dtype(
    [
        ("told", "i8"),  # start of the excursion the clock has opened, else NEVER
        ("since", "i8"),  # from when on that silence counts
    ]
)


def group(members: Members) -> Group:
    return Silences(members)


class Silences:
    """All no_data instances. A silence is a function of two neighbouring usable readings."""

    def __init__(self, members: Members) -> None:
        self.members = members
        self.state: NDArray[Any] = self.blank(len(members))
        self._timeout = members.delay("timeout_s")
        self._expects = members.silent_from != NEVER  # fires also where the channel was never heard
        self._limited = members.bounded or bool(self._expects.any())

    def blank(self, count: int) -> NDArray[Any]:
        made = np.empty(count, STATE)
        made["told"] = made["since"] = NEVER
        return made

    def looks_back(self) -> tuple[Rows, Times]:
        return self.members.row, np.zeros(len(self.members), np.int64)

    def coupled(self) -> Couples:
        return uncoupled()

    def guided(self) -> Guides:
        return unguided()

    def standing(self) -> tuple[Mask, Mask]:
        told = self._told()
        return told, told

    def spoiled(self, batch: Batch) -> Rows:  # noqa: ARG002
        return np.empty(0, np.int64)

    def feed(self, batch: Batch) -> list[Findings]:
        told = self.state["told"] != NEVER
        member, segment = self.members.touched(batch, besides=told | self._expects)
        findings = [self._between_readings(batch, member, segment)]
        if self.members.bounded:
            findings.append(self._expired(batch, member, segment))
        if told[member].any():
            findings.append(self._denied(batch, member, segment, in_order(findings)))
        return findings

    def advance(self, until_ns: Times, known: NDArray[Any]) -> list[Findings]:
        since, start = self._begin(self.members.everyone, known["heard"])
        opens = (since != NEVER) & (until_ns > start) & (start < self.members.valid_to)
        opens &= known["seen"] < self.members.valid_to
        member = np.flatnonzero(opens & (self.state["told"] == NEVER))
        self.state["told"][member], self.state["since"][member] = start[member], since[member]
        return [self.present(member)]

    def present(self, member: Rows) -> Findings:
        told = member[self._told()[member]]
        return self._found(told, self.state["since"][told], self.state["told"][told], None)

    def _told(self) -> Mask:
        """Where the clock has opened one; where rules ended otherwise before it, it is none."""
        told = self.state["told"]
        return np.asarray((told != NEVER) & (told < self.members.valid_to))

    def _begin(self, member: Rows, heard: Times) -> tuple[Times, Times]:
        """From when on a silence counts that is as old as `heard`, NEVER where that is not known; and the
        start of its excursion."""
        if not self._limited:
            return heard, heard + self._timeout[member]
        since = np.maximum(heard, self.members.sees_from[member])
        since = np.where(heard == NEVER, self.members.silent_from[member], since)
        return since, np.maximum(since + self._timeout[member], self.members.valid_from[member])

    def _between_readings(self, batch: Batch, member: Rows, segment: Rows) -> Findings:
        cells = batch.cells
        if not cells.brief:
            hot = self._may_last(cells.whole, member, segment)
            member, segment = member[hot], segment[hot]
        pair, cell = with_cells(cells, member, segment)
        hot = self._may_last(cells, pair, cell)
        if not cells.brief:  # a stride may take longer than any step
            at = np.flatnonzero(hot & ~cells.flaw[cell])
            step = np.maximum(cells.longest_step(cell[at]), self._first_step(pair[at], cells, cell[at]))
            hot[at] = step > self._timeout[pair[at]]
        if not hot.any():
            return no_findings()
        pair, cell = pair[hot], cell[hot]
        length = cells.hi[cell] - cells.lo[cell]
        position, whose = expand(cells.lo[cell], length), np.repeat(pair, length)
        before = np.repeat(cells.heard_before[cell], length)
        begins = np.zeros(len(position), np.bool_)
        begins[np.cumsum(length) - length] = True
        return self._longer(batch, whose, position, before, begins)

    def _may_last(self, cells: Cells, pair: Rows, cell: Rows) -> Mask:
        """False only where no step that ends in the cell is longer than the timeout."""
        step = self._first_step(pair, cells, cell)
        if not cells.brief:
            step = np.maximum(step, cells.strides[0][cell])
        elif len(cells.lo) < len(cells.series.time):
            step = np.maximum(step, np.where(cells.flaw[cell], FOREVER, cells.steps[0][cell]))
        return np.asarray(step > self._timeout[pair])

    def _first_step(self, pair: Rows, cells: Cells, cell: Rows) -> Times:
        """ns to the cell's first usable reading from the one before; to the first ever from `silent_from`."""
        if not self._limited:
            return cells.into[cell]
        silent_from = self.members.silent_from[pair]
        unheard = (cells.heard_before[cell] == NEVER) & (silent_from != NEVER) & (cells.first[cell] != NEVER)
        since_then = np.where(unheard, cells.first[cell] - np.where(unheard, silent_from, 0), 0)
        return np.maximum(cells.into[cell], since_then)

    def _longer(self, batch: Batch, whose: Rows, position: Rows, before: Times, begins: Mask) -> Findings:
        """Findings on the steps, between these readings, that are longer than the timeout."""
        pair = np.cumsum(begins) - 1
        if not batch.cells.flawless:
            good = batch.usable(position)
            whose, position, before, pair = whose[good], position[good], before[good], pair[good]
        time = batch.time[position]
        earlier = before.copy()
        same = pair[1:] == pair[:-1]
        earlier[1:][same] = time[:-1][same]
        since, start = self._begin(whose, earlier)
        long = (since != NEVER) & (time < self.members.valid_to[whose]) & (time > start)
        return self._found(whose[long], since[long], start[long], time[long])

    def _expired(self, batch: Batch, member: Rows, segment: Rows) -> Findings:
        """A silence that lasts when the rule goes out of force ends there."""
        until = self.members.valid_to[member]
        crossed = (batch.before["seen"][segment] < until) & (batch.seen[segment] >= until)
        member, segment, until = member[crossed], segment[crossed], until[crossed]
        if len(member) == 0:
            return no_findings()
        first_after = first_at(batch.time, batch.lo[segment], batch.hi[segment], until)
        since, start = self._begin(member, batch.reading_before(first_after, segment)[0])
        long = (since != NEVER) & (start < until)
        return self._found(member[long], since[long], start[long], until[long])

    def _denied(self, batch: Batch, member: Rows, segment: Rows, found: Findings) -> Findings:
        """What becomes of the silences that the clock had opened, where it is news: those that these readings
        neither end nor leave open are withdrawn."""
        told, over = self.state["told"][member], batch.seen[segment] >= self.members.valid_to[member]
        news = over | (batch.after["heard"][segment] != batch.before["heard"][segment])
        news &= told != NEVER
        member, segment, told, over = member[news], segment[news], told[news], over[news]
        since, start = self._begin(member, batch.after["heard"][segment])
        stays = (start == told) & ~over  # heard again before the rule came into force
        self.state["since"][member[stays]] = since[stays]
        made = [self.present(member[stays])]
        member, told = member[~stays], told[~stays]
        before = self.state["since"][member]
        self.state["told"][member] = self.state["since"][member] = NEVER
        number = self.members.number[member]
        at = np.searchsorted(found["instance"], number)
        first = np.append(found, new_findings(1))[at]  # the earliest of each instance, if it has any
        wrong = (first["instance"] != number) | (first["start"] != told) | (at == len(found))
        gone = self._found(member[wrong], before[wrong], told[wrong], None)
        gone["phase"] = Phase.WITHDRAWN
        return in_order([*made, gone])

    def _found(self, member: Rows, since: Times, start: Times, end: Times | None) -> Findings:
        made = new_findings(len(member))
        made["instance"] = self.members.number[member]
        made["start"] = made["confirmed"] = start
        made["first"] = made["last"] = since
        if end is not None:
            made["phase"] = Phase.CLOSED
            made["end"] = made["cleared"] = end
            made["unproven"] = end - made["start"]
        return made
