"""How long a silence may be bridged: max_gap of channels, as it was configured at each time.

A line, or a value that is held, bridges a stretch of time that is not longer than any max_gap in force in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import numpy as np

from gateway.dataclass import dataclass
from gateway.model import Mask, Times
from gateway.screening.plan import FOREVER, ChannelPlan
from gateway.screening.ranges import Rows


@dataclass(frozen=True, eq=False)
class Gaps:
    """Those of many channels, or of many instances; K changes at most."""

    first: Times  # int64[C] ns, what holds before any change
    since: Times  # int64[K, C] ns UTC, from when on the next one holds; FOREVER where there is none
    later: Times  # int64[K, C] ns; 0 where there is none

    @staticmethod
    def of(channels: Iterable[ChannelPlan]) -> Gaps:
        plans = tuple(channels)
        most = max((len(c.later_gaps) for c in plans), default=0)
        since = np.full((most, len(plans)), FOREVER)
        later = np.zeros((most, len(plans)), np.int64)
        for place, channel in enumerate(plans):
            for k, (from_ns, gap_ns) in enumerate(channel.later_gaps):
                since[k, place], later[k, place] = from_ns, gap_ns
        return Gaps(np.array([c.max_gap_ns for c in plans], np.int64), since, later)

    @staticmethod
    def always(max_gap_ns: int) -> Gaps:
        """Of one channel, for which nothing changes."""
        return Gaps.of((ChannelPlan(0, "", max_gap_ns),))

    def take(self, rows: Rows) -> Gaps:
        """Those of these places, in this order."""
        return Gaps(self.first[rows], self.since[:, rows], self.later[:, rows])

    @property
    def change(self) -> bool:
        """Whether any of them ever does."""
        return len(self.since) > 0

    @cached_property
    def longest(self) -> Times:
        """ns, the longest that each ever was or will be."""
        if not self.change:
            return self.first
        longest: Times = np.maximum(self.first, self.later.max(axis=0))
        return longest

    def at(self, place: Rows, moment: Times) -> Times:
        """ns, what holds at a moment, each at its place."""
        gap = self.first[place]
        for since, later in zip(self.since, self.later, strict=True):
            gap = np.where(since[place] <= moment, later[place], gap)
        return gap

    def bridges(self, place: Rows, begin: Times, end: Times) -> Mask:
        """Whether [begin, end] is bridged, each at its place."""
        allowed = self.first[place]
        for since, later in zip(self.since, self.later, strict=True):
            changed, gap = since[place], later[place]
            lower = np.where(changed <= end, np.minimum(allowed, gap), allowed)
            allowed = np.where(changed <= begin, gap, lower)
        return np.asarray(end - begin <= allowed)
