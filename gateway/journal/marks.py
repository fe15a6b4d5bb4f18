"""Per channel the latest time that it may have in the journal: what lies behind it is certainly new."""

from __future__ import annotations

from typing import Final

import numpy as np

from gateway.model import Channels, Samples, Times

NOTHING: Final = -(2**63)


class Marks:
    """`floor` is the mark of channels that were never raised on their own."""

    def __init__(self) -> None:
        self._floor = NOTHING
        self._channel: Channels = np.empty(0, np.int32)  # sorted
        self._last: Times = np.empty(0, np.int64)

    def of(self, channel: Channels) -> Times:
        """int64[N], ns UTC; `channel` in any order."""
        if len(self._channel) == 0:
            return np.full(len(channel), self._floor, np.int64)
        at = np.minimum(np.searchsorted(self._channel, channel), len(self._channel) - 1)
        return np.where(self._channel[at] == channel, self._last[at], self._floor)

    def raise_floor(self, last_ns: int) -> None:
        """No channel's mark is lower."""
        self._floor = max(self._floor, last_ns)
        self._last = np.maximum(self._last, self._floor)

    def raise_to(self, samples: Samples) -> None:
        """`samples` sorted by (channel, time)."""
        ends = np.flatnonzero(np.diff(samples.channel, append=samples.channel[-1:] ^ 1))
        channel, last = samples.channel[ends], samples.time[ends]
        last = np.maximum(last, self.of(channel))
        at = np.searchsorted(self._channel, channel)
        if len(self._channel) and (self._channel.take(at, mode="clip") == channel).all():
            self._last[at] = last
            return
        others = np.isin(self._channel, channel, invert=True)
        merged = np.concatenate([self._channel[others], channel])
        order = np.argsort(merged)
        self._channel, self._last = merged[order], np.concatenate([self._last[others], last])[order]
