"""Readings that the tiles do not have yet, in memory: those behind the entry that the tiles are as of.

As a rule these are the ones that are not archived. One look has all of a channel by two steps of a search,
but for the newest, which are few.
"""

from __future__ import annotations

from dataclasses import field
from typing import Final

import numpy as np

from gateway.dataclass import dataclass
from gateway.model import Samples, Times

FEW: Final = 20_000  # of the newest that are looked through one by one
BYTES: Final = 29  # of one


@dataclass(slots=True)
class Recent:
    """As far as it was read; whoever asks holds the turn of the maker."""

    after_seq: int = 0  # the tiles are as of it
    until_seq: int = 0  # read up to here
    _sorted: Samples = field(default_factory=Samples.empty)  # by (channel, time)
    _seqs: Times = field(default_factory=lambda: np.empty(0, np.int64))
    _newest: list[tuple[Times, Samples]] = field(default_factory=list)  # with the entry of each
    _few: int = 0

    def __len__(self) -> int:
        return len(self._sorted) + self._few

    def add(self, seq: int, samples: Samples) -> None:
        """Of the next entry."""
        self._newest.append((np.full(len(samples), seq, np.int64), samples))
        self._few += len(samples)
        if self._few > max(FEW, len(self._sorted) // 8):
            self._sort()

    def drop(self, until_seq: int) -> None:
        """The tiles are as of this entry now."""
        self._sort()
        stays = self._seqs > until_seq
        self._sorted, self._seqs = self._sorted.take(stays), self._seqs[stays]
        self.after_seq = until_seq
        self.until_seq = max(self.until_seq, until_seq)

    def of(self, channel: int, start_ns: int, end_ns: int) -> Samples:
        """In [start, end), by time; of equal times in the order of commits."""
        low, high = np.searchsorted(self._sorted.channel, [channel, channel + 1]).tolist()
        begin, end = np.searchsorted(self._sorted.time[low:high], [start_ns, end_ns]).tolist()
        parts = [self._sorted.take(slice(low + begin, low + end))]
        for _, one in self._gathered():
            inside = (one.channel == channel) & (one.time >= start_ns) & (one.time < end_ns)
            parts.append(one.take(inside))
        return Samples.concatenate(parts).sorted()

    def _gathered(self) -> list[tuple[Times, Samples]]:
        """The newest, in one piece."""
        if len(self._newest) > 1:
            seqs, parts = zip(*self._newest, strict=True)
            self._newest = [(np.concatenate(seqs), Samples.concatenate(parts))]
        return self._newest

    def _sort(self) -> None:
        for newest, some in self._gathered():
            every, seqs = Samples.concatenate([self._sorted, some]), np.concatenate([self._seqs, newest])
            order = np.lexsort((seqs, every.time, every.channel))
            self._sorted, self._seqs = every.take(order), seqs[order]
        self._newest, self._few = [], 0
