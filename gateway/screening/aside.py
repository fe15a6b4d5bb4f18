"""Channels screened again in a screen of their own, portion by portion, while the one they are of goes on.

It is made as a saved state left them, is fed what the journal holds since then, and in the end takes their
place: what is found is what feeding it all to the screen at once would have found.
"""

from __future__ import annotations

import numpy as np

from gateway.model import Samples
from gateway.screening.excursion import NEVER
from gateway.screening.findings import Findings
from gateway.screening.members import unheard
from gateway.screening.plan import Plan
from gateway.screening.ranges import Rows
from gateway.screening.screen import Memory, Screen


class Aside:
    """Some channels of a screen, with all that are looked at together with them."""

    def __init__(self, screen: Screen, row: Rows, memory: Memory | None) -> None:
        """`row`: their positions, rising; `memory`: of the whole screen, None: before the first reading."""
        self._screen, self._row = screen, row
        numbers = screen.numbers[row]
        self._instance = np.flatnonzero(np.isin([c for c, _ in screen.plan.keys], numbers))
        judges = np.isin(screen.guides.one, row)
        named = {*numbers.tolist(), *screen.numbers[screen.guides.by[judges]].tolist()}
        self._part = Screen(_plan_of(screen.plan, named, self._instance), screen.most)
        self._at = self._part.rows(numbers)
        self._members = {
            kind: np.flatnonzero(np.isin(screen.groups[kind].members.row, row)) for kind in self._part.groups
        }
        if memory is not None:
            self._go_on_from(memory)
        self.stands = np.full(len(screen.plan.instances), NEVER)  # ns UTC up to which each was followed then
        self.stands[self._instance] = self._part.followed

    def feed(self, recent: Samples, again: Samples) -> Findings:
        """What follows on what was fed before, as `judged` makes it: `recent` had been shown in the saved
        state, `again` comes again. Instances are those of the whole plan."""
        self._part.recall(recent)
        self._part.now_ns = self._screen.now_ns
        found = self._part.feed(again, judged=True, settled=True)
        found["instance"] = self._instance[found["instance"]]
        return found

    def memory(self) -> Memory:
        """The state, as one of the whole screen in which the other channels were never heard."""
        mine, channels = self._part.remember(), unheard(len(self._screen.channels))
        channels[self._row] = mine.channels[self._at]
        busy, states = [], []
        of_kind = dict(zip(self._part.groups, zip(mine.busy, mine.states, strict=True), strict=True))
        for kind, group in self._screen.groups.items():
            where, state = of_kind.get(kind, (np.empty(0, np.int64), group.blank(0)))
            busy.append(self._members[kind][where] if kind in of_kind else where)
            states.append(state)
        return Memory(channels, tuple(busy), tuple(states))

    def put_back(self) -> Rows:
        """Take their place in the screen; returns the positions of those that look back further there."""
        self._screen.rewind(self._row, self.memory(), Samples.empty())
        return self._screen.look_back_like(self._part, self._row, self._at)

    def _go_on_from(self, memory: Memory) -> None:
        self._part.channels[self._at] = memory.channels[self._row]
        of_kind = dict(zip(self._screen.groups, zip(memory.busy, memory.states, strict=True), strict=True))
        for kind, members in self._members.items():
            busy, states = of_kind[kind]
            mine = np.isin(busy, members)
            self._part.groups[kind].state[np.searchsorted(members, busy[mine])] = states[mine]


def _plan_of(plan: Plan, channels: set[int], instances: Rows) -> Plan:
    """These instances and channels of a plan."""
    return Plan(
        tuple(c for c in plan.channels if c.channel in channels),
        tuple(plan.instances[n] for n in instances.tolist()),
        frozenset(reset for reset in plan.resets if reset.channel in channels),
    )
