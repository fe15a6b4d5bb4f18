"""spread: how its instances are screened, together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gateway.model import LARGEST_VALUE, Mask, Quality, Samples, Times
from gateway.screening.batch import CHANNEL, Batch
from gateway.screening.excursion import NEVER
from gateway.screening.findings import Findings, complete_from, in_order, no_findings
from gateway.screening.history import History
from gateway.screening.latch import STATE, Latch, Runs, idle
from gateway.screening.latched import Flags, Latched
from gateway.screening.members import Couples, Group, Guides, Members, unguided, unheard
from gateway.screening.pairs import Patience, Readings, Side, held, merged
from gateway.screening.ranges import Rows, starts
from gateway.units import decimals

PAIR: Final = np.dtype(
    [
        ("latch", STATE),  # settled
        ("signal", CHANNEL),  # what is settled of it
        ("reached", "i8"),  # ns UTC up to which it is settled
        ("told", "i8"),  # ns UTC from which on what was last said may change, NEVER where nothing may
        ("raw", "?"),  # as far as either channel has come
        ("open", "?"),
    ]
)


class Condition:
    """A high limit on the difference."""

    def __init__(self, members: Members) -> None:
        self.enter = members.column("limit")
        self._leave = np.minimum(self.enter, decimals(self.enter - members.column("deadband")))

    def may_enter(self, batch: Batch, member: Rows, cell: Rows) -> Mask:
        return np.asarray(batch.cells.high[cell] > self.enter[member])

    def surely_left(self, batch: Batch, member: Rows, cell: Rows) -> Mask:
        return np.asarray(batch.cells.high[cell] <= self._leave[member])

    def flags(self, batch: Batch, runs: Runs) -> Flags:  # noqa: ARG002
        return Flags(runs.value > runs.of_rows(self.enter), runs.value <= runs.of_rows(self._leave))


def group(members: Members) -> Group:
    return Pairs(members)


class Pairs:
    """All spread instances: each turns its two channels into one signal, which the automaton follows."""

    def __init__(self, members: Members) -> None:
        self.members = members
        self.state: NDArray[Any] = self.blank(len(members))
        self._partner = members.channels_named("partner")
        gaps, partner_gaps = members.gaps, members.gaps_of.take(self._partner)
        self._gap = np.maximum(gaps.longest, partner_gaps.longest)
        self._patience = Patience.of(gaps, partner_gaps)
        self._sides = (Side(members.row, gaps), Side(self._partner, partner_gaps))
        count = len(members)
        everyone, lasting = np.arange(count + 1), members.begin[-1]
        own = replace(
            members,
            row=everyone[:-1],
            begin=np.minimum(everyone, lasting),
            ending=np.maximum(everyone, lasting),
        )
        delays = members.delay("on_delay_s"), members.delay("off_delay_s")
        condition = Condition(members)
        latch = Latch(np.ones(count), condition.enter, *delays, gaps)
        self._latched = Latched(own, latch, condition)
        self._latched.state = self.state["latch"]
        self._force_after = members.valid_from - (members.valid_from > NEVER)
        self._last_ns = members.valid_to - 1  # the last moment in force
        self._nothing = History(np.zeros(count, np.int64), self._gap, 0)
        self._history = History(np.zeros(len(members.names), np.int64), members.gaps_of.longest, 0)

    def remembers(self, history: History) -> None:
        """Where the screen keeps what its channels have shown last."""
        self._history = history

    def blank(self, count: int) -> NDArray[Any]:
        made = np.zeros(count, PAIR)
        made["latch"], made["signal"], made["reached"], made["told"] = idle(1), unheard(1), NEVER, NEVER
        return made

    def looks_back(self) -> tuple[Rows, Times]:
        return np.append(self.members.row, self._partner), np.tile(2 * self._gap, 2)

    def coupled(self) -> Couples:
        return Couples(self.members.row, self._partner, self.state["reached"], self.state["signal"]["seen"])

    def guided(self) -> Guides:
        return unguided()

    def standing(self) -> tuple[Mask, Mask]:
        return self.state["raw"], self.state["open"]

    def present(self, member: Rows) -> Findings:
        """What is open as far as either channel has come, and what ended where only one of them has been."""
        if len(member) == 0:
            return no_findings()
        settled = self._latched.state[member]
        findings = self._follow(self._beyond(member), self.state["signal"].copy())
        findings.append(self._latched.present(member))
        for name in ("raw", "open"):
            self.state[name][member] = self._latched.state[name][member]
        self._latched.state[member] = settled
        found = in_order(findings)
        says = np.isin(self.members.number[member], found["instance"])
        self.state["told"][member] = np.where(says, self.state["reached"][member], NEVER)
        return found

    def ahead(self, row: Rows, heard: Times) -> list[Findings]:
        """What follows `feed`: everything about pairs of these channels that is not settled.

        What is settled may have come past the end of a rule, and not have a moment there that shows it: what
        is open then ends anew each time, so all that ends with its rule is among what is not settled.

        `heard` int64[C] ns UTC, the last usable reading of every channel.
        """
        spoke = np.zeros(len(self.members.names), np.bool_)
        spoke[row] = True
        told = self.state["told"] != NEVER
        touched = spoke[self.members.row] | spoke[self._partner]
        if self.members.bounded:
            touched &= told | (self.state["signal"]["seen"] < self.members.valid_to)
        beyond = np.maximum(heard[self.members.row], heard[self._partner]) > self.state["reached"]
        level = touched & ~beyond
        for name in ("raw", "open"):
            self.state[name][level] = self._latched.state[name][level]
        member = np.flatnonzero(touched & (beyond | told))
        since = np.minimum(np.where(told, self.state["told"], self.state["reached"]), self._last_ns)[member]
        found = self.present(member)
        says = told[member] | (self.state["told"][member] != NEVER)
        return [complete_from(self.members.number[member[says]], since[says]), found]

    def spoiled(self, batch: Batch) -> Rows:  # noqa: ARG002
        return np.empty(0, np.int64)

    def advance(self, until_ns: Times, known: NDArray[Any]) -> list[Findings]:  # noqa: ARG002
        return []

    def feed(self, batch: Batch) -> list[Findings]:
        segment = np.full(len(self.members.names), -1)
        segment[batch.row] = np.arange(len(batch.row))
        touched = (segment[self.members.row] >= 0) | (segment[self._partner] >= 0)
        if self.members.bounded:
            touched &= self.state["signal"]["seen"] < self.members.valid_to
        member = np.flatnonzero(touched)
        if len(member) == 0:
            return []
        reached = self.state["reached"][member]
        until = self._reached(batch, member)
        signal = self._signal(batch, member, segment, reached, until)
        self.state["reached"][member] = until
        return self._follow(signal, self.state["signal"])

    def _follow(self, signal: Samples, known: NDArray[Any]) -> list[Findings]:
        """Bring pairs from what is `known` of their signal, CHANNEL[I], to its end."""
        if len(signal) == 0:
            return []
        lo = starts(signal.channel)
        row = signal.channel[lo].astype(np.int64)
        derived = Batch.of(signal, row, lo, known, self._nothing)
        findings = self._latched.feed(derived)
        known[row] = derived.after
        return findings

    def _reached(self, batch: Batch, member: Rows) -> Times:
        """How far each pair can be followed with this batch, NEVER where neither channel was heard."""
        heard = batch.heard_of_all()
        one, other = heard[self.members.row[member]], heard[self._partner[member]]
        ahead = np.maximum(one, other)
        behind = np.where(ahead == NEVER, NEVER, self._patience.until(member, np.maximum(ahead, -(2**62))))
        reached: Times = np.maximum(np.maximum(np.minimum(one, other), behind), self.state["reached"][member])
        return reached

    def _signal(self, batch: Batch, member: Rows, segment: Rows, after: Times, until: Times) -> Samples:
        """The differences at times in (after, until], as readings of channel = member."""
        after, floor = self._bounds(member, after)
        one, other = (side.readings(batch, member, segment, floor, until) for side in self._sides)
        return self._differences(member, after, one, other)

    def _beyond(self, member: Rows) -> Samples:
        """The differences at times that are not settled."""
        after, floor = self._bounds(member, self.state["reached"][member])
        one, other = (side.remembered(self._history, member, floor) for side in self._sides)
        return self._differences(member, after, one, other)

    def _bounds(self, member: Rows, after: Times) -> tuple[Times, Times]:
        """After when a difference counts, and after when a reading may be held for it."""
        after = np.maximum(after, self._force_after[member])
        floor = np.where(after == NEVER, NEVER, after - np.where(after == NEVER, 0, self._gap[member]))
        return after, np.maximum(floor, self.members.sees_after[member])

    def _differences(self, member: Rows, after: Times, one: Readings, other: Readings) -> Samples:
        whose, time = merged(one, other, after)
        here = held(one, whose, time, self._sides[0].gaps.take(member))
        there = held(other, whose, time, self._sides[1].gaps.take(member))
        difference = decimals(np.abs(here - there))
        known = difference <= LARGEST_VALUE
        difference = np.where(known, difference, np.nan)
        quality = np.where(known, np.uint8(Quality.GOOD), np.uint8(Quality.BAD))
        return Samples(time, member[whose].astype(np.int32), difference, quality)
