"""What brings readings of many hours is written in slices, so that everybody else is written in between.

Each hour costs the journal about as much as a message, and a logger that sends its memory has thousands of
them in one message: the newest hours are written at once, the others some in each turn. A message is
acknowledged when all of it is written.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from gateway.journal.entries import HOUR_NS
from gateway.model import Arrivals

MOST_HOURS: Final = 200  # in one turn of one message: some 20 ms
FRESH_HOURS: Final = 2  # the newest of a message: what is live does not wait
MOST_WAITING: Final = 1_000_000  # readings, 30 MB; beyond it nothing new is taken until some are written


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Items of one source that are acknowledged together, and their readings."""

    source: str
    items: Sequence[Any]
    rows: slice  # where its readings are in the batch it came with


class Backlog:
    """Parts of which not all is written; belongs to the pump."""

    def __init__(self, most_hours: int = MOST_HOURS) -> None:
        self._most_hours = most_hours
        self._waiting: deque[tuple[Part, deque[Arrivals]]] = deque()
        self._readings = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def is_full(self) -> bool:
        """Whether nothing new should be taken for now."""
        return self._readings > MOST_WAITING

    def take(self, parts: Sequence[Part], batch: Arrivals) -> tuple[Arrivals, list[Part]]:
        """What of a new batch is to be written at once, and which of its parts that is all of."""
        hour = batch.samples.time // HOUR_NS
        if len(hour) == 0 or hour.max() - hour.min() < self._most_hours:
            return batch, list(parts)
        now, whole = np.ones(len(batch), np.bool_), []
        for part in parts:
            hours = np.unique(hour[part.rows])
            if len(hours) <= self._most_hours:
                whole.append(part)
                continue
            now[part.rows] = hour[part.rows] >= hours[-FRESH_HOURS]
            late = batch.take(part.rows)
            self._wait(part, late.take(~now[part.rows]))
        return batch.take(now), whole

    def _wait(self, part: Part, late: Arrivals) -> None:
        self._waiting.append((part, deque(_slices(late, self._most_hours))))
        self._readings += len(late)

    def next(self) -> Arrivals:
        """The next slice; it stays here until `written`. Parts take turns."""
        return self._waiting[0][1][0] if self._waiting else Arrivals.concatenate([])

    def written(self) -> Part | None:
        """The slice that was `next` is; a part of which all is written now."""
        if not self._waiting:
            return None
        part, slices = self._waiting.popleft()
        self._readings -= len(slices.popleft())
        if not slices:
            return part
        self._waiting.append((part, slices))
        return None


def _slices(arrivals: Arrivals, most_hours: int) -> list[Arrivals]:
    """By hour, the newest first: that is what people look at."""
    hour = arrivals.samples.time // HOUR_NS
    order = np.argsort(-hour, kind="stable")
    edges = np.flatnonzero(np.diff(hour[order])) + 1
    return [arrivals.take(rows) for rows in np.split(order, edges[most_hours - 1 :: most_hours])]
