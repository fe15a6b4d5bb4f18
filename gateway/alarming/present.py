"""What counts by now: the newest reading of each channel, what waits for its time, which ones are silent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from gateway.alarming.latest import NEVER, Latest, Read
from gateway.alarming.memory import Saved
from gateway.clocks.silence import Silences, steady_s
from gateway.clocks.waiting import EVERYTHING, Ahead, Waiting
from gateway.ingestion.intake import Clock
from gateway.journal.journal import Journal
from gateway.model import SECOND, Arrivals, Floats, Quality, Samples, Times
from gateway.screening.screener import ChannelState, Screener

JUMP_NS: Final = SECOND  # further back than that the clock was set
GRACE_S: Final = 15.0  # after a start, or when we did not run: devices and brokers need that to come back


class Present:
    """By channel number, as of the gateway's clock. What lies later decides nothing yet."""

    def __init__(self, channels: int, clock: Clock, read: Read) -> None:
        """`read`: readings of channels in [start, end), up to the cursor of screening."""
        self.latest, self._silences = Latest(channels), Silences(channels)
        self._waiting, self._read = Waiting(read), read
        self._clock, self._stood_s = clock, clock.stood_s()
        self._resumed_s, self._has_counted = -np.inf, True  # whether silences counted since then
        self.begin()
        self.look()

    def begin(self) -> None:
        """From now on the silence of channels counts that were never heard."""
        self._began_at = self._clock.now_ns(), steady_s()

    def look(self) -> int:
        """Our time. Until the next look it is what counts, unless nobody knows what time it is."""
        now_ns, self._looked_s = self._clock.now_ns(), steady_s()
        self.horizon_ns = now_ns if self._clock.trusted else EVERYTHING
        if (stood_s := self._clock.stood_s() - self._stood_s) > 0.0:
            self._excuse(stood_s)
        return now_ns

    def _excuse(self, stood_s: float) -> None:
        """This program did not run for so long, so it does not know who was silent.

        What waited outside comes within GRACE_S. One that stops again and again has that once, until silences
        counted: the time in which it stood does not shorten it.
        """
        self._stood_s += stood_s
        self._looked_s = steady_s()
        self._resumed_s = self._looked_s if self._has_counted else self._resumed_s + stood_s
        self._has_counted = False
        self._silences.excuse(stood_s, self._looked_s)
        self._began_at = self._began_at[0], self._began_at[1] + stood_s

    def go_on(self, saved: Saved, journal: Journal, screener: Screener) -> None:
        """With what was newest, and with what waited for its time, as they were saved."""
        self.latest.restore(saved.latest)
        self._learn(screener)
        self._silences.restore(self.latest.time, self._clock.now_ns(), steady_s())
        counted_ns = saved.counted_ns
        self._waiting.forget(counted_ns)
        if counted_ns < EVERYTHING:
            ahead = journal.read(None, counted_ns + 1, None, saved.cursor)
            self._waiting.hold(ahead.samples, counted_ns)

    def grow(self, channels: int, screener: Screener) -> None:
        """Room for more channels; what is known stays, and that of new ones is known that came before."""
        self.latest.grow(channels)
        self._silences.grow(channels)
        for number, time_ns in self._learn(screener).items():
            when = np.array([time_ns], np.int64)
            self._silences.heard(np.array([number], np.int32), when, self._clock.now_ns(), steady_s())

    def _learn(self, screener: Screener) -> dict[int, int]:
        """When the newest reading was, by channel, where it came before the gateway was started with that."""
        found: dict[int, int] = {}
        for number in screener.plan.names:
            if number < len(self.latest.time) and self.latest.time[number] == NEVER:
                known = screener.channel_state(number)
                if known.seen_ns is not None and known.seen_ns <= self.horizon_ns:
                    self.latest.take(_newest(number, known))
                    found[number] = known.seen_ns
        return found

    # Readings

    def hold(self, arrivals: Arrivals, now_ns: int) -> Samples:
        """Those that count by now; the others wait."""
        if self.horizon_ns == EVERYTHING:  # device times say nothing about how old a reading is
            self._silences.heard(arrivals.samples.channel, arrivals.received, now_ns, self._looked_s)
        return self._waiting.hold(arrivals.samples, self.horizon_ns)

    def release(self) -> Samples:
        """What waited and counts by now."""
        return self._waiting.release(self.horizon_ns)

    def take(self, samples: Samples, now_ns: int) -> None:
        """Readings that count."""
        self.latest.take(samples)
        if self.horizon_ns != EVERYTHING:
            self._silences.heard(samples.channel, samples.time, now_ns, self._looked_s)

    def look_again(self, numbers: Sequence[int]) -> None:
        """Something stored of these channels counts no longer, or again."""
        self.latest.look_again(numbers, self._read, self.horizon_ns)

    # The clock

    @property
    def counted_ns(self) -> int:
        """Up to which time readings have counted."""
        return self._waiting.counted_ns

    @property
    def is_set_back(self) -> bool:
        """Whether what has counted lies ahead of the clock."""
        return self.horizon_ns < self._waiting.counted_ns - JUMP_NS

    def count_anew(self) -> None:
        """Nothing waits, and nothing behind our time has counted."""
        self._waiting.forget(self.horizon_ns)

    def wait_s(self, longest_s: float) -> float:
        """Until something that waits has its time."""
        next_ns = self._waiting.next_ns()
        if next_ns is None:
            return longest_s
        return min(longest_s, max(0.0, (next_ns - self._clock.now_ns()) / SECOND))

    # Answers

    def silent_until(self, counts: bool) -> Times:
        """int64[channels], ns UTC: up to when each channel is known to be silent, if silence counts."""
        if not counts or self._looked_s - self._resumed_s < GRACE_S:
            return self.latest.time
        self._has_counted = True
        return self._silences.until(self.latest.time, self._looked_s, *self._began_at)

    def ages_s(self, now_ns: int) -> Floats:
        """float64[channels]: of the newest readings at a moment, s."""
        since_s = (now_ns - self._clock.now_ns()) / SECOND  # 0, unless another moment than now is asked for
        return self._silences.ages_s(steady_s()) + since_s

    def ahead(self) -> dict[int, Ahead]:
        """What waits, by channel."""
        return self._waiting.ahead()


def _newest(number: int, known: ChannelState) -> Samples:
    """The last reading of a channel as rules take it: a later one that is not usable is BAD."""
    usable = known.seen_ns == known.heard_ns and known.value is not None and known.quality is not None
    value, quality = (known.value, known.quality) if usable else (np.nan, Quality.BAD)
    return Samples(
        np.array([known.seen_ns], np.int64),
        np.array([number], np.int32),
        np.array([value], np.float64),
        np.array([quality], np.uint8),
    )
