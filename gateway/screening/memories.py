"""Saved states to rewind to, thinned out with age: the farther back, the sparser.

With one made every minute of event time the kept ones are about 1, 2, 4, ... minutes old, so that a late
reading of age A costs screening at most about 2 A of readings again, and LONGEST of them reach back about
six days. Beyond that a channel is screened again from its first reading; the result is the same.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from gateway.dataclass import dataclass
from gateway.model import Mask, Samples, Times
from gateway.screening.excursion import NEVER
from gateway.screening.findings import Findings, in_order
from gateway.screening.ranges import Rows
from gateway.screening.replanned import Replanned
from gateway.screening.screen import Memory, Screen

WORTH_KEEPING: Final = 2_000  # readings fed again up to a moment, from which on a state of it is kept
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

    def feed(self, screen: Screen, row: Rows, raw: Samples, moment_ns: int) -> Findings:
        """Feed readings of these channels that come again because of news of `moment_ns`.

        After a start there are no states of before. So one is kept on the way, twice as far back as the news:
        what comes as late once more does not cost everything again.
        """
        at_ns = self.worth_keeping_at(moment_ns, int(raw.time.max(initial=NEVER)))
        before = raw.time <= at_ns
        if int(before.sum()) < WORTH_KEEPING:
            return screen.feed(raw, judged=True, settled=True)
        found = screen.feed(raw.take(before), judged=True, settled=True)
        self.keep(at_ns, row, screen.remember())
        return in_order([found, screen.feed(raw.take(~before), judged=True, settled=True)])

    def worth_keeping_at(self, moment_ns: int, latest_ns: int) -> int:
        """Of which time a state is wanted, as `feed` says; NEVER where one of about that age is kept."""
        if not NEVER < moment_ns < latest_ns:
            return NEVER
        at_ns = 2 * moment_ns - latest_ns
        ages = {_age(saved.at_ns, latest_ns, self._spacing_ns) for saved in self.kept}
        return NEVER if _age(at_ns, latest_ns, self._spacing_ns) in ages else at_ns

    def keep(self, at_ns: int, row: Rows, memory: Memory) -> None:
        """A state that says something about these channels."""
        valid = np.zeros(len(memory.channels), np.bool_)
        valid[row] = True
        self.kept = sorted([*self.kept, Saved(at_ns, valid, memory)], key=lambda s: s.at_ns)

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

    def together(self, screen: Screen, row: Rows, moment: Times, which: Rows) -> tuple[Rows, Rows]:
        """States for channels that go back together (-1: the beginning; the number of states: as they are
        now), of which each is right for all of them: what is wrong for a partner is wrong for the pair."""
        while True:
            row, which = screen.together(row, which)
            right = self._right(row, moment, which)
            if (right == which).all():
                return row, which
            which = right

    def _right(self, row: Rows, moment: Times, which: Rows) -> Rows:
        """For each channel the youngest state that is right for it, at most the one that was chosen."""
        is_now = which == len(self.kept)
        found = np.where(is_now, which, -1)
        for k, saved in enumerate(self.kept):
            knows_nothing = saved.memory.channels["seen"][row] < moment
            found[~is_now & (which >= k) & saved.valid[row] & knows_nothing] = k
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
        chosen.setdefault(_age(saved.at_ns, now_ns, spacing_ns), saved)
    return sorted(chosen.values(), key=lambda s: s.at_ns)[-LONGEST:]


def _age(at_ns: int, now_ns: int, spacing_ns: int) -> int:
    """In powers of two of the spacing."""
    return ((now_ns - at_ns) // spacing_ns).bit_length()
