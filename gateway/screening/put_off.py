"""Late readings that reach far back: their channels are screened again bit by bit, while what is new goes on.

Reading what the journal holds since then is what takes long. It is done in slices as of the moment at which a
job begins; what came meanwhile in order is read at its end, and what came late meanwhile is put off again. So
the record is the same as if everything had been screened again at once, some seconds later.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from gateway.model import SECOND, Mask, Samples, Times
from gateway.screening.excursion import NEVER
from gateway.screening.job import Job, Moments, Scan
from gateway.screening.judged import Read
from gateway.screening.memories import Memories
from gateway.screening.plan import FOREVER
from gateway.screening.ranges import Rows
from gateway.screening.screen import Screen

if TYPE_CHECKING:
    from numpy.typing import NDArray

PATIENCE_NS: Final = 120 * SECOND  # what is late by less costs next to nothing to screen again
MOST_TOGETHER: Final = 16  # channels that are screened again at once: bounds the memory


class PutOff:
    """What is put off, and the job that is under way."""

    def __init__(self, scan: Scan | None) -> None:
        """Without `scan` nothing is ever put off."""
        self._scan = scan
        self._late: Moments = {}
        self._reached: Moments = {}  # by channel number, ns UTC up to which news were late when put off
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

    def begin_anew(self, plan: Container[int]) -> None:
        """A job that is under way is put off again; channels that are not in the plan are left out."""
        self._late, self.job = {c: m for c, m in self.moments().items() if c in plan}, None

    def save(self) -> list[list[int]]:
        """Plain, for `restore`."""
        return [[c, m, self._reached.get(c, NEVER)] for c, m in self.moments().items()]

    def restore(self, saved: Iterable[Sequence[int]], plan: Container[int]) -> None:
        """Nothing else is put off. An earlier version did not save how far channels had come."""
        rows = [row for row in saved if row[0] in plan]
        self._late, self.job = {row[0]: row[1] for row in rows}, None
        self._reached = {row[0]: row[2] for row in rows if len(row) > 2}

    def takes(self, screen: Screen, row: Rows, moment: Times) -> Mask:
        """bool[N]: which of these channels with late news are put off from now on."""
        if self._scan is None:
            return np.zeros(len(row), np.bool_)
        reached = screen.reached
        far = np.asarray(reached[row] - moment > PATIENCE_NS)
        if self:  # it may bear on a channel that is to be screened again anyway
            busy = screen.rows(np.array(sorted(self.moments()), np.int64))
            busy = busy if self.job is None else np.union1d(busy, self.job.row)
            far |= bool(np.isin(screen.affected(row, moment)[0], busy).any())
        affected, earliest = screen.affected(row[far], moment[far])
        numbers = screen.numbers[affected].tolist()
        self._late = _earlier(self._late, dict(zip(numbers, earliest.tolist(), strict=True)))
        known = self.moments()
        self._reached = {c: r for c, r in self._reached.items() if c in known}
        for channel, reached_ns in zip(numbers, reached[affected].tolist(), strict=True):
            self._reached[channel] = max(self._reached.get(channel, NEVER), reached_ns)
        self._news.update(numbers)
        return far

    def hear(self, fresh: Samples) -> None:
        """Readings that come while a job is under way: where they judge what it has screened already, that is
        put off once more."""
        job = self.job
        if job is None or int(fresh.time.min(initial=FOREVER)) > job.judged_ns:
            return
        news = fresh.take(fresh.time <= job.judged_ns)
        numbers = job.judged_by(news.channel).tolist()
        self._late = _earlier(self._late, dict.fromkeys(numbers, int(news.time.min())))
        self._news.update(numbers)

    def next_job(self, screen: Screen, memories: Memories, read: Read, ready: Container[int] | None) -> Job:
        """Some channels that are `ready` (None: any), with whatever is looked at together with them.

        What they judge has its turn with them, or later where it goes on from another state.
        """
        assert self._scan is not None
        row, earliest, is_late = self._next(screen, ready)
        both, which = memories.together(screen, row, earliest, memories.before(row, earliest))
        judges = is_late & np.isin(row, screen.guides.by)
        k = int(which[np.isin(both, row[judges if judges.any() else is_late])].min())
        mine = np.isin(row, both[which == k])
        numbers = screen.numbers[row]
        self._late = _earlier(self._late, dict(zip(numbers.tolist(), earliest.tolist(), strict=True)))
        moments = {c: self._late.pop(c) for c in numbers[mine].tolist()}
        reached = np.array([self._reached.get(c, NEVER) for c in moments], np.int64)
        memory = None if k < 0 else memories.kept[k].memory
        self.job = Job(
            screen, memories, read, self._scan, moments, row[mine], earliest[mine], reached, memory
        )
        return self.job

    def _next(self, screen: Screen, ready: Container[int] | None) -> tuple[Rows, Times, Mask]:
        """Positions of some channels with all that news of them is about, each with the earliest moment, and
        whether it is one of which something was put off."""
        some = np.array(
            sorted(c for c in self._late if ready is None or c in ready)[:MOST_TOGETHER], np.int64
        )
        touched, _ = screen.affected(screen.rows(some), self._moments(some))
        late = np.array([c for c in screen.numbers[touched].tolist() if c in self._late], np.int64)
        row, earliest = screen.affected(screen.rows(late), self._moments(late))
        return row, earliest, np.isin(row, screen.rows(late))

    def _moments(self, channels: NDArray[np.int64]) -> Times:
        return np.array([self._late[c] for c in channels.tolist()], np.int64)


def _earlier(one: Moments, other: Moments) -> Moments:
    """Both, with the earlier moment of each channel."""
    return {c: min(m[c] for m in (one, other) if c in m) for c in one.keys() | other.keys()}
