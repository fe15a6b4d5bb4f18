"""A screen goes on under another plan: what is the same in both keeps its state, what is new begins blank."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gateway.dataclass import dataclass
from gateway.screening.differences import carried
from gateway.screening.members import unheard
from gateway.screening.plan import Plan
from gateway.screening.ranges import Rows
from gateway.screening.screen import Memory, Screen

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Replanned:
    """A screen under another plan, and what carries states from one to the other."""

    before: Screen
    after: Screen
    there: Rows  # int64[channels after], position of each before; -1 where it was not
    place: dict[str, Rows]  # by kind: for each member before, the member after; -1 where it is none

    @staticmethod
    def of(screen: Screen, plan: Plan) -> Replanned:
        after = Screen(plan)
        instance = carried(screen.plan, plan)
        place = {
            kind: _places(instance[group.members.number], after, kind)
            for kind, group in screen.groups.items()
        }
        made = Replanned(screen, after, screen.rows(after.numbers), place)
        made._carry()
        return made

    @property
    def new(self) -> Rows:
        """Positions of channels that were not in the plan before."""
        return np.flatnonzero(self.there < 0)

    def look_back(self) -> Rows:
        """Take over what is looked back on; returns the channels of which more must be read."""
        known = np.flatnonzero(self.there >= 0)
        return self.after.look_back_like(self.before, known, self.there[known])

    def memory(self, memory: Memory) -> Memory:
        """A copy of the state before, as a copy of the state after would have been."""
        old = {kind: k for k, kind in enumerate(self.before.groups)}
        busy, states = [], []
        for kind, group in self.after.groups.items():
            if kind in old:
                place = self.place[kind][memory.busy[old[kind]]]
                busy.append(place[place >= 0])
                states.append(memory.states[old[kind]][place >= 0])
            else:
                busy.append(np.empty(0, np.int64))
                states.append(group.blank(0))
        return Memory(self._channels(memory.channels), tuple(busy), tuple(states))

    def _carry(self) -> None:
        self.after.now_ns = self.before.now_ns
        self.after.channels = self._channels(self.before.channels)
        for kind, group in self.before.groups.items():
            place = self.place[kind]
            if kind in self.after.groups:
                self.after.groups[kind].state[place[place >= 0]] = group.state[place >= 0]

    def _channels(self, channels: NDArray[Any]) -> NDArray[Any]:
        made = unheard(len(self.there))
        made[self.there >= 0] = channels[self.there[self.there >= 0]]
        return made


def _places(number: Rows, after: Screen, kind: str) -> Rows:
    """The member of a kind that each position of the new plan is; -1 for none."""
    member = np.full(len(after.plan.instances) + 1, -1)
    if kind in after.groups:
        numbers = after.groups[kind].members.number
        member[numbers] = np.arange(len(numbers))
    found: Rows = member[number]  # the last place is that of -1
    return found
