"""How long each channel has been silent, counted by a clock that nobody can set.

A silence is what the monotonic clock counted since the newest reading came, plus the age that the reading had
then. So a wall clock that is set forward silences nobody, and one that is set back hides no silence.

    heard     whenever readings came: their times, the wall clock and the monotonic clock of that moment.
              While the gateway's clock is not trusted give receipt times: device times say nothing then
    age_s     at any later moment, by the monotonic clock alone
    excuse    after the program itself did not run: each has the time again that it may be silent for
    restore   once after a start, before the first `heard`: from the newest times that were saved. How long
              the program was away only the wall clock knows
"""

from __future__ import annotations

import time

import numpy as np

from gateway.model import SECOND, Channels, Floats, Times

NEVER = -(2**63)  # ns, in saved times: no reading yet


class Silences:
    """By channel number, for `channels` channels. A monotonic clock that counts sleep is the right one."""

    def __init__(self, channels: int) -> None:
        # float64[channels], s of the monotonic clock: when a reading of age 0 would have come
        self._since_s: Floats = np.full(channels, -np.inf)
        self._excused_s: Floats = np.full(channels, -np.inf)  # a silence counts from then on at the earliest

    def grow(self, channels: int) -> None:
        """Room for more channels; what is known stays."""
        more = np.full(max(0, channels - len(self._since_s)), -np.inf)
        self._since_s = np.append(self._since_s, more)
        self._excused_s = np.append(self._excused_s, more)

    def heard(self, channels: Channels, times: Times, received_now_ns: int, monotonic_s: float) -> None:
        """Readings of these times came now; one that is late, or ahead of the clock, hides no newer one."""
        age_s = np.maximum(received_now_ns - times, 0) / SECOND
        np.maximum.at(self._since_s, channels, monotonic_s - age_s)

    def excuse(self, stood_s: float, monotonic_s: float) -> None:
        """Nobody listened for so long until now.

        Who was not heard since the last excuse has no second one, or a program that stops again and again
        would never know who is silent: only the time in which nobody listened does not count.
        """
        was_heard = self._since_s > self._excused_s
        self._excused_s = np.where(was_heard, monotonic_s, self._excused_s + stood_s)

    def restore(self, times: Times, now_ns: int, monotonic_s: float) -> None:
        """`times` int64[<= channels], ns UTC: the newest of each channel, NEVER where there was none."""
        known = np.flatnonzero(times != NEVER)
        self.heard(known.astype(np.int32), times[known], now_ns, monotonic_s)

    def age_s(self, channel: int, monotonic_s: float) -> float | None:
        """None: nothing was ever heard of it."""
        age_s = float(self.ages_s(monotonic_s)[channel])
        return None if age_s == np.inf else age_s

    def ages_s(self, monotonic_s: float) -> Floats:
        """float64[channels], s; inf where nothing was ever heard."""
        return np.maximum(monotonic_s - self._since_s, 0.0)

    def until(self, newest: Times, monotonic_s: float, began_ns: int, began_s: float) -> Times:
        """int64[channels], ns UTC: for each the time of its newest reading and how long ago that came.

        Where nothing was ever heard: from the start on, `began_ns`, by the clock that nobody sets.
        """
        ages_s = np.minimum(self.ages_s(monotonic_s), monotonic_s - self._excused_s)
        known = np.isfinite(ages_s) & (newest != NEVER)
        ages_ns = (np.where(known, ages_s, monotonic_s - began_s) * SECOND).astype(np.int64)
        return np.where(known, newest, began_ns) + ages_ns


def steady_s() -> float:
    """A clock that nobody sets and that counts sleep."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
