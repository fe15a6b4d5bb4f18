"""Channels that are screened again from a saved state on, portion by portion, as the journal is read.

What it finds is what it would find in one go. What came in order meanwhile is read at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from gateway.model import Samples, Times
from gateway.screening import memories as states
from gateway.screening.aside import Aside
from gateway.screening.excursion import NEVER
from gateway.screening.findings import Findings, in_order
from gateway.screening.judged import Read, judged
from gateway.screening.memories import Memories
from gateway.screening.plan import FOREVER, FOREVER_PAST
from gateway.screening.ranges import Rows
from gateway.screening.resolve import resolve
from gateway.screening.screen import Memory, Screen

if TYPE_CHECKING:
    from numpy.typing import NDArray

PORTION: Final = 50_000  # readings that are screened at once: some 20 ms, which others wait
Scan = Callable[[Sequence[int], int, int], Iterator[Samples]]
"""`scan(channels, start_ns, end_ns)`: every reading that the journal holds now, in parts in order of time
that are read as they are asked for."""
Moments = dict[int, int]  # by channel number, ns UTC: from when on it is to be screened again


class Job:
    """What was read of it, and what was found."""

    def __init__(
        self,
        screen: Screen,
        memories: Memories,
        read: Read,
        scan: Scan,
        moments: Moments,
        row: Rows,
        earliest: Times,
        reached: Times,
        memory: Memory | None,
    ) -> None:
        """`row`: positions in the screen, each with the earliest moment of news that it is about, and up to
        when news were late when they were put off."""
        self.moments, self.row, self.earliest = moments, row, earliest
        self.from_ns = np.full(len(row), NEVER) if memory is None else memory.channels["seen"][row]
        self.aside = Aside(screen, row, memory)
        self.judged_ns = NEVER  # up to when readings were judged by other channels
        self.kept: Memory | None = None  # a state on the way
        self._screen, self._read = screen, read
        self._numbers = screen.numbers[row]
        self._reached = np.maximum(screen.reached[row], reached)
        shown = screen.shown[row]
        known = np.where(shown == NEVER, FOREVER - 1, shown)
        self._since = screen.together(row, known)[1] + 1  # ns UTC: from then on it is read at the end
        self._after = _needed_after(screen, row, memory)
        first = int(self._after.min())
        begin_ns = first if first == FOREVER_PAST else first + 1
        self._parts = scan(self._numbers.tolist(), begin_ns, int(self._since.max()))
        self._waiting, self._count = list[Samples](), 0
        self._found: list[Findings] = []
        self.keep_ns = memories.worth_keeping_at(int(earliest.min()), int(self._reached.max()))
        self._fed = 0  # readings up to `keep_ns`

    def goes_on(self, is_enough: Callable[[], bool]) -> bool:
        """Read and screen until it is enough; whether there is more."""
        for part in self._parts:
            self._take(part)
            if is_enough():
                return True
        return False

    def end(self) -> Findings:
        """Whatever was found, with what was not screened yet."""
        later = [
            self._read(self._numbers[self._since == s].tolist(), s, None)
            for s in np.unique(self._since).tolist()
        ]
        rest = Samples.concatenate(later)
        seen = np.maximum(self._screen.reached[self.row], self._reached)
        self._waiting.append(rest.take(rest.time <= seen[self._at(rest)]))
        self._feed(Samples.concatenate(self._waiting))
        return in_order(self._found)

    def judged_by(self, channels: NDArray[np.int32]) -> NDArray[np.int64]:
        """Numbers of its channels that these judge."""
        guides = self._screen.guides
        mine = np.isin(guides.one, self.row) & np.isin(self._screen.numbers[guides.by], channels)
        return np.unique(self._screen.numbers[guides.one[mine]])

    def _take(self, part: Samples) -> None:
        at = self._at(part)
        self._waiting.append(part.take((part.time > self._after[at]) & (part.time < self._since[at])))
        self._count += len(self._waiting[-1])
        if self._count < PORTION:
            return
        stored = Samples.concatenate(self._waiting)
        is_last = stored.time == stored.time.max()  # more of that moment may follow
        self._waiting, self._count = [stored.take(is_last)], 0
        self._feed(stored.take(~is_last))

    def _feed(self, stored: Samples) -> None:
        if len(stored) == 0:
            return
        self.judged_ns = max(self.judged_ns, int(stored.time.max()))
        raw = judged(self._screen, self._read, resolve(stored))
        comes_again = raw.time > self.from_ns[self._at(raw)]
        recent, again = raw.take(~comes_again), raw.take(comes_again)
        early = again.time <= self.keep_ns
        if self.kept is None and self.keep_ns != NEVER and not early.all():
            self._found.append(self.aside.feed(recent, again.take(early)))
            recent, again = Samples.empty(), again.take(~early)
            self._fed += int(early.sum())
            if self._fed >= states.WORTH_KEEPING:
                self.kept = self.aside.memory()
            else:
                self.keep_ns = NEVER
        self._fed += len(again)
        self._found.append(self.aside.feed(recent, again))

    def _at(self, of: Samples) -> Rows:
        """Whose each reading is, as a position among its channels."""
        return np.searchsorted(self._numbers, of.channel)


def needed_from(screen: Screen, row: Rows, memory: Memory | None) -> int:
    """ns UTC: from where on readings are needed to go on from a saved state."""
    first = int(_needed_after(screen, row, memory).min())
    return first if first == FOREVER_PAST else first + 1


def _needed_after(screen: Screen, row: Rows, memory: Memory | None) -> Times:
    """ns UTC: behind which readings of each of these channels are needed."""
    if memory is None:
        return np.full(len(row), FOREVER_PAST)
    seen, heard = memory.channels["seen"][row], memory.channels["heard"][row]
    back = np.where(heard == NEVER, seen, heard) - screen.looks_back(row)
    return np.where(seen == NEVER, FOREVER_PAST, back)
