"""spread: two probes that should agree do not; the difference of a channel and its partner.

The signal is |a - b| at every usable reading of either channel, the other one held at its latest reading not
older than its max_gap; where there is none, nothing is known. It is followed up to the time that both
channels have reached, or, should one fall silent, as far as the other has gone on for the longer max_gap of
that time: what arrives for times before that is late. Extreme, time beyond and degree-seconds are those of
the difference, stretches those between its readings. Unusable readings of either channel are passed over.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gateway.model import LARGEST_VALUE, Mask, Quality, Samples, Times
from gateway.screening.batch import CHANNEL, Batch
from gateway.screening.excursion import NEVER, Findings
from gateway.screening.history import History
from gateway.screening.latch import STATE, Latch, Runs, idle
from gateway.screening.latched import Flags, Latched
from gateway.screening.members import Couples, Group, Guides, Members, unguided, unheard
from gateway.screening.pairs import Patience, Side, held, merged
from gateway.screening.ranges import Rows, starts
from gateway.screening.rules import PARTNER, VALUE_UNIT, need_delays, need_size
from gateway.units import decimals

PAIR: Final = np.dtype([("latch", STATE), ("signal", CHANNEL), ("reached", "i8")])


@dataclass(frozen=True, slots=True)
class Parameters:
    """Entry difference > limit, exit difference <= limit - deadband; `partner` names the other channel."""

    partner: str = field(metadata=PARTNER)
    limit: float = field(metadata=VALUE_UNIT)
    deadband: float = field(default=0.0, metadata=VALUE_UNIT)
    on_delay_s: float = 0.0
    off_delay_s: float = 0.0

    def __post_init__(self) -> None:
        if not self.partner:
            raise ValueError("partner must be the name of a channel")
        need_size("limit", self.limit)
        need_size("deadband", self.deadband)
        if self.deadband > self.limit:  # a difference is never negative: nothing could end the excursion
            raise ValueError(
                f"deadband {self.deadband} is larger than limit {self.limit}: it could never end"
            )
        need_delays(self.on_delay_s, self.off_delay_s)


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
        self._nothing = History(np.zeros(count, np.int64), self._gap, 0)

    def blank(self, count: int) -> NDArray[Any]:
        made = np.zeros(count, PAIR)
        made["latch"], made["signal"], made["reached"] = idle(1), unheard(1), NEVER
        return made

    def looks_back(self) -> tuple[Rows, Times]:
        return np.append(self.members.row, self._partner), np.tile(2 * self._gap, 2)

    def coupled(self) -> Couples:
        return Couples(self.members.row, self._partner, self.state["reached"], self.state["signal"]["seen"])

    def guided(self) -> Guides:
        return unguided()

    def standing(self) -> tuple[Mask, Mask]:
        return self._latched.standing()

    def present(self, member: Rows) -> Findings:
        return self._latched.present(member)

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
        if len(signal) == 0:
            return []
        lo = starts(signal.channel)
        row = signal.channel[lo].astype(np.int64)
        known = self.state["signal"]
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
        after = np.maximum(after, self._force_after[member])
        floor = np.where(after == NEVER, NEVER, after - np.where(after == NEVER, 0, self._gap[member]))
        floor = np.maximum(floor, self.members.sees_after[member])
        one, other = (side.readings(batch, member, segment, floor, until) for side in self._sides)
        whose, time = merged(one, other, after)
        here = held(one, whose, time, self._sides[0].gaps.take(member))
        there = held(other, whose, time, self._sides[1].gaps.take(member))
        difference = decimals(np.abs(here - there))
        known = difference <= LARGEST_VALUE
        difference = np.where(known, difference, np.nan)
        quality = np.where(known, np.uint8(Quality.GOOD), np.uint8(Quality.BAD))
        return Samples(time, member[whose].astype(np.int32), difference, quality)
