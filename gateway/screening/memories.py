"""Saved states to rewind to, thinned out with age: the farther back, the sparser.

With one made every minute of event time the kept ones are about 1, 2, 4, ... minutes old, so that a late
reading of age A costs screening at most about 2 A of readings again, and LONGEST of them reach back about
six days. Beyond that a channel is screened again from its first reading; the result is the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from gateway.model import Mask, Times
from gateway.screening.excursion import NEVER
from gateway.screening.ranges import Rows
from gateway.screening.replanned import Replanned
from gateway.screening.screen import Memory

LONGEST: Final = 15  # saved states; the oldest is about 2**13 times the spacing old


@dataclass(frozen=True, eq=False)
class Saved:
    """One saved state."""

    at_ns: int  # latest event time of any channel by then
    valid: Mask  # bool[C]; late data has not changed what was known of the channel then
    memory: Memory


class Memories:
    """Saved states of one screen, oldest first."""

    def __init__(self, spacing_ns: int) -> None:
        self._spacing_ns = spacing_ns
        self.kept: list[Saved] = []

    def due(self, latest_ns: int) -> bool:
        """Whether it is time for another one."""
        return not self.kept or latest_ns >= self.kept[-1].at_ns + self._spacing_ns

    def add(self, latest_ns: int, memory: Memory) -> None:
        self.kept.append(Saved(latest_ns, np.ones(len(memory.channels), np.bool_), memory))
        self.kept = _thinned(self.kept, latest_ns, self._spacing_ns)

    def replan(self, replanned: Replanned) -> None:
        """Go on with states of the screen under another plan."""
        there = replanned.there
        for k, saved in enumerate(self.kept):
            valid = np.ones(len(there), np.bool_)
            valid[there >= 0] = saved.valid[there[there >= 0]]
            self.kept[k] = Saved(saved.at_ns, valid, replanned.memory(saved.memory))

    def before(self, row: Rows, moment: Times) -> Rows:
        """For each channel the youngest state that knows nothing of `moment` or later; -1 where none."""
        found = np.full(len(row), -1)
        for k, saved in enumerate(self.kept):
            seen = saved.memory.channels["seen"][row]
            found[saved.valid[row] & (seen < moment) & (seen != NEVER)] = k
        return found

    def distrust(self, row: Rows, moment: Times) -> None:
        """Late data came for these channels: states that had seen `moment` or later are wrong for them."""
        for k, saved in enumerate(self.kept):
            wrong = row[saved.memory.channels["seen"][row] >= moment]
            if len(wrong) > 0:
                valid = saved.valid.copy()
                valid[wrong] = False
                self.kept[k] = replace(saved, valid=valid)


def _thinned(kept: list[Saved], now_ns: int, spacing_ns: int) -> list[Saved]:
    """The oldest state of each power of two of age in spacings, at most LONGEST states."""
    chosen: dict[int, Saved] = {}
    for saved in kept:  # oldest first
        chosen.setdefault(((now_ns - saved.at_ns) // spacing_ns).bit_length(), saved)
    return sorted(chosen.values(), key=lambda s: s.at_ns)[-LONGEST:]
