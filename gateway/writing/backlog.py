"""What brings readings of many hours is kept whole at once and written in slices, between what others send.

Each hour costs the journal about as much as a message, and a logger that sends its memory has thousands of
them in one message. The newest hours of each channel are written at once. The rest is put into the journal as
it came, so that the message can be acknowledged in its turn; from there it is written some hours at a time,
the newest first, and at most half of the time.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from gateway.journal.entries import HOUR_NS
from gateway.model import Arrivals

MOST_HOURS: Final = 100  # in one turn, and that a batch may have to be written at once
FEWEST_HOURS: Final = 50  # with fewer a turn is mostly the sync that ends it
TURN_S: Final = 0.1  # as many hours as take about so long: how long others may have to wait
FRESH_HOURS: Final = 2  # the newest of a channel: what is live does not wait
MOST_READINGS: Final = 50_000  # looked at for a slice, in which the hours are full
MOST_WAITING: Final = 1_000_000  # readings, 30 MB; beyond it nothing new is taken until some are written
LONGEST_REST_S: Final = 0.2  # between two slices; a disk that is slow has other reasons


class Slice(NamedTuple):
    """All that waits of an hour, and of those after it."""

    arrivals: Arrivals
    from_hour: int


def divided(batch: Arrivals) -> tuple[Arrivals, Arrivals]:
    """What of a batch is to be written at once, and what can wait."""
    hour = batch.samples.time // HOUR_NS
    if len(hour) == 0 or hour.max() - hour.min() < MOST_HOURS or len(np.unique(hour)) <= MOST_HOURS:
        return batch, Arrivals.concatenate([])
    _, channel = np.unique(batch.samples.channel, return_inverse=True)
    newest = np.full(channel.max() + 1, hour.min())
    np.maximum.at(newest, channel, hour)
    now = hour > newest[channel] - FRESH_HOURS
    return batch.take(now), batch.take(~now)


class Backlog:
    """What waits, as the journal keeps it; belongs to the pump."""

    def __init__(self, kept: Sequence[Arrivals] = ()) -> None:
        self._waiting = Arrivals.concatenate([])  # by hour
        self._hour = self._waiting.samples.time
        self._due_s = 0.0
        self._hours = MOST_HOURS
        for arrivals in kept:
            self.add(arrivals)

    def __len__(self) -> int:
        """Readings."""
        return len(self._hour)

    def is_full(self) -> bool:
        """Whether nothing new should be taken for now."""
        return len(self) > MOST_WAITING

    def due_in_s(self) -> float:
        """When it is the turn of the next slice; never, where nothing waits."""
        return max(0.0, self._due_s - time.monotonic()) if len(self) else float("inf")

    def next(self) -> Slice | None:
        """The newest hours, if it is their turn; they stay here until they are `written`."""
        if self.due_in_s() > 0:
            return None
        from_hour = int(np.unique(self._hour[-MOST_READINGS:])[-self._hours :][0])
        start = int(np.searchsorted(self._hour, from_hour))
        return Slice(self._waiting.take(slice(start, None)), from_hour)

    def written(self, done: Slice, took_s: float) -> None:
        """It is in the journal; others have as much time now as it took. The next one may be shorter."""
        fit = self._hours if took_s <= 0 else int(self._hours * TURN_S / took_s)
        self._hours = max(min(FEWEST_HOURS, MOST_HOURS), min(fit, 2 * self._hours, MOST_HOURS))
        self._keep(self._waiting.take(slice(0, len(self) - len(done.arrivals))))
        self._due_s = time.monotonic() + min(took_s, LONGEST_REST_S)

    def add(self, later: Arrivals) -> None:
        """The journal keeps these."""
        if len(later):
            both = Arrivals.concatenate([self._waiting, later])
            self._keep(both.take(np.argsort(both.samples.time // HOUR_NS, kind="stable")))

    def _keep(self, waiting: Arrivals) -> None:
        self._waiting, self._hour = waiting, waiting.samples.time // HOUR_NS
