"""Late readings that reach far back: their channels are screened again bit by bit, while what is new goes on.

Reading what the journal holds since then is what takes long. It is done in slices as of the moment at which a
job begins; what came meanwhile in order is read at its end, and what came late meanwhile is put off again. So
the record is the same as if everything had been screened again at once, some seconds later.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from gateway.model import SECOND, Mask, Samples, Times
from gateway.screening.excursion import NEVER
from gateway.screening.memories import Memories
from gateway.screening.plan import FOREVER, FOREVER_PAST
from gateway.screening.ranges import Rows
from gateway.screening.screen import Memory, Screen

PATIENCE_NS: Final = 120 * SECOND  # what is late by less costs next to nothing to screen again
MOST_TOGETHER: Final = 16  # channels that are screened again at once: bounds the memory
Scan = Callable[[Sequence[int], int, int], Iterator[Samples]]
"""`scan(channels, start_ns, end_ns)`: every reading that the journal holds now, in parts that are read as
they are asked for."""
Moments = dict[int, int]  # by channel number, ns UTC: from when on it is to be screened again


@dataclass(slots=True)
class Job:
    """Channels, by their positions in the screen, that are screened again from one saved state on."""

    moments: Moments
    row: Rows
    earliest: Times
    memory: Memory | None
    since_ns: int  # readings from then on are read when it ends
    parts: Iterator[Samples]
    read: list[Samples] = field(default_factory=list)

    def is_read(self, is_enough: Callable[[], bool]) -> bool:
        """Read on; whether that was the last of it."""
        for part in self.parts:
            self.read.append(part)
            if is_enough():
                return False
        return True


class PutOff:
    """What is put off, and the job that is under way."""

    def __init__(self, scan: Scan | None) -> None:
        """Without `scan` nothing is ever put off."""
        self._scan = scan
        self._late: Moments = {}
        self._news: set[int] = set()
        self.job: Job | None = None

    def __bool__(self) -> bool:
        return bool(self._late) or self.job is not None

    def is_due(self, ready: Container[int] | None) -> bool:
        """Whether a job is under way or can begin: with a channel that is `ready`; None: with any."""
        return self.job is not None or any(ready is None or c in ready for c in self._late)

    def waiting(self) -> list[int]:
        """Channels whose job has not begun."""
        return list(self._late)

    def news(self) -> set[int]:
        """Channels of which something was put off since this was asked last."""
        news, self._news = self._news, set()
        return news

    def moments(self) -> Moments:
        """By channel number, those of the job that is under way among them."""
        return self._late if self.job is None else _earlier(self._late, self.job.moments)

    def begin_with(self, moments: Mapping[int, int], plan: Container[int]) -> None:
        """Nothing else is put off; channels that are not in the plan are left out."""
        self._late, self.job = {c: m for c, m in moments.items() if c in plan}, None

    def takes(self, screen: Screen, row: Rows, moment: Times) -> Mask:
        """bool[N]: which of these channels with late news are put off from now on."""
        if self._scan is None:
            return np.zeros(len(row), np.bool_)
        far = np.asarray(screen.reached[row] - moment > PATIENCE_NS)
        if self:  # it may bear on a channel that is to be screened again anyway
            busy = screen.rows(np.array(sorted(self.moments()), np.int64))
            far |= bool(np.isin(screen.affected(row, moment)[0], busy).any())
        affected, earliest = screen.affected(row[far], moment[far])
        numbers = screen.numbers[affected].tolist()
        self._late = _earlier(self._late, dict(zip(numbers, earliest.tolist(), strict=True)))
        self._news.update(numbers)
        return far

    def next_job(self, screen: Screen, memories: Memories, ready: Container[int] | None) -> Job:
        """Some channels that are `ready` (None: any), with whatever is looked at together with them."""
        assert self._scan is not None
        some = sorted(c for c in self._late if ready is None or c in ready)[:MOST_TOGETHER]
        moment = np.array([self._late[c] for c in some], np.int64)
        touched, _ = screen.affected(screen.rows(np.array(some, np.int64)), moment)
        late = [c for c in screen.numbers[touched].tolist() if c in self._late]
        moment = np.array([self._late[c] for c in late], np.int64)
        row, earliest = screen.affected(screen.rows(np.array(late, np.int64)), moment)
        both, which = screen.together(row, memories.before(row, earliest))
        k = int(which.min())
        mine = np.isin(row, both[which == k])
        row, earliest = row[mine], earliest[mine]
        memory = None if k < 0 else memories.kept[k].memory
        numbers, reached = screen.numbers[row].tolist(), screen.reached[row]
        moments = {c: self._late.pop(c) for c in numbers if c in self._late}
        since_ns = int(reached[reached != NEVER].min(initial=FOREVER - 1)) + 1
        parts = self._scan(numbers, needed_from(screen, row, memory), since_ns)
        return Job(moments, row, earliest, memory, since_ns, parts)


def needed_from(screen: Screen, row: Rows, memory: Memory | None) -> int:
    """ns UTC: from where on readings are needed to go on from a saved state."""
    if memory is None or (memory.channels["seen"][row] == NEVER).any():
        return FOREVER_PAST
    seen, heard = memory.channels["seen"][row], memory.channels["heard"][row]
    back = np.where(heard == NEVER, seen, heard) - screen.looks_back(row)
    return int(back.min()) + 1


def _earlier(one: Moments, other: Moments) -> Moments:
    """Both, with the earlier moment of each channel."""
    return {c: min(m[c] for m in (one, other) if c in m) for c in one.keys() | other.keys()}
