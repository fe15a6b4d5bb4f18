"""Readings from the future: they wait until the gateway's clock has reached their time.

Screening sees a reading when it counts (record.md, "Now"). What was stamped while the gateway's own clock ran
ahead, and what a device stamps some seconds ahead, waits here, is counted and shown.

    hold        every batch in the journal's order goes through it; what counts now comes back at once
    release     at every turn, also without a batch: what counts by now
    counted_ns  up to which time readings have counted; to be saved with the state of screening
    forget      begins anew at such a time: after a start, or where screening is made again because the clock
                was set back (`now_ns` far below `counted_ns`). Then give `hold` what the journal has behind
                that time, up to the cursor, with that time as `now_ns`; the next `release` goes on from there

While the gateway's clock is not trusted nothing waits: `hold` nothing, `release(EVERYTHING)` as that begins.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from gateway.dataclass import dataclass
from gateway.model import Samples, Times

MOST_HELD: Final = (
    500_000  # readings, 11 MB; a day at one a second of six channels. Beyond it they are marked
)
NEVER: Final = -(2**63)  # ns
EVERYTHING: Final = 2**63 - 2  # ns; later than any reading
Read = Callable[[Sequence[int], int, int | None], Samples]


@dataclass(frozen=True, slots=True)
class Ahead:
    """How much of a channel waits."""

    readings: int
    furthest_ns: int


class Waiting:
    """`read(channels, start_ns, end_ns)` reads the journal up to the cursor; only what is marked needs it."""

    def __init__(self, read: Read, most: int = MOST_HELD) -> None:
        self._read = read
        self._most = most
        self.forget(NEVER)

    def forget(self, counted_ns: int) -> None:
        """Nothing waits, and nothing behind `counted_ns` has counted yet."""
        self.counted_ns = counted_ns
        self._held = Samples.empty()
        self._next_ns: int | None = None  # of what is held
        self._marks: dict[int, _Mark] = {}

    def hold(self, samples: Samples, now_ns: int) -> Samples:
        """Those that count at `now_ns`, in their order; the others wait."""
        self.counted_ns = max(self.counted_ns, now_ns)
        if len(samples) == 0 or (not self._marks and int(samples.time.max()) <= now_ns):
            return samples
        later = samples.time > now_ns
        marked = np.zeros(len(samples), np.bool_)
        for channel, mark in self._marks.items():
            mine = (samples.channel == channel) & (later | (samples.time >= mark.first_ns))
            mark.add(samples.time[mine])
            marked |= mine
        self._keep(samples.take(later & ~marked), now_ns)
        return samples.take(~later & ~marked)

    def release(self, now_ns: int) -> Samples:
        """What waited and counts at `now_ns`, sorted by (channel, time)."""
        self.counted_ns = max(self.counted_ns, now_ns)
        due = [self._read_again(now_ns)]
        if self._next_ns is not None and self._next_ns <= now_ns:
            come = self._held.time <= now_ns
            due.append(self._held.take(come))
            self._set_held(self._held.take(~come))
        return Samples.concatenate(due).sorted()

    def next_ns(self) -> int | None:
        """When there is something to release; None: nothing waits."""
        times = [mark.first_ns for mark in self._marks.values()]
        return min(times if self._next_ns is None else [*times, self._next_ns], default=None)

    def ahead(self) -> dict[int, Ahead]:
        """What waits, by channel."""
        numbers, which, counts = np.unique(self._held.channel, return_inverse=True, return_counts=True)
        furthest = np.full(len(numbers), NEVER, np.int64)
        np.maximum.at(furthest, which, self._held.time)
        held = zip(numbers.tolist(), counts.tolist(), furthest.tolist(), strict=True)
        return {number: Ahead(count, last) for number, count, last in held} | {
            number: Ahead(mark.readings, mark.furthest_ns) for number, mark in self._marks.items()
        }

    def _keep(self, samples: Samples, now_ns: int) -> None:
        if len(samples) == 0:
            return
        self._set_held(Samples.concatenate([self._held, samples]))
        if len(self._held) > self._most:
            self._mark_all(now_ns)

    def _set_held(self, samples: Samples) -> None:
        self._held = samples
        self._next_ns = int(samples.time.min()) if len(samples) else None

    def _mark_all(self, now_ns: int) -> None:
        """What waits is read again from the journal, where it is; a mark holds no readings."""
        later = self._held.time > now_ns  # the journal may have others of what is due already
        waits = self._held.take(later)
        for channel in np.unique(waits.channel).tolist():
            mark = self._marks.setdefault(channel, _Mark())
            mark.add(waits.time[waits.channel == channel])
        self._set_held(self._held.take(~later))

    def _read_again(self, now_ns: int) -> Samples:
        due = [channel for channel, mark in self._marks.items() if mark.first_ns <= now_ns]
        parts = []
        for channel in due:
            mark = self._marks[channel]
            parts.append(self._read([channel], mark.first_ns, now_ns + 1))
            mark.take(parts[-1], now_ns)
            if now_ns >= mark.furthest_ns:
                del self._marks[channel]
        return Samples.concatenate(parts)


class _Mark:
    """A channel whose readings from `first_ns` on come from the journal when their time has come."""

    def __init__(self) -> None:
        self.first_ns, self.furthest_ns = EVERYTHING, NEVER
        self.readings = 0

    def add(self, time: Times) -> None:
        self.readings += len(time)
        self.first_ns = int(time.min(initial=self.first_ns))
        self.furthest_ns = int(time.max(initial=self.furthest_ns))

    def take(self, samples: Samples, now_ns: int) -> None:
        """All up to `now_ns` were read again."""
        self.readings -= len(samples)
        self.first_ns = now_ns + 1
