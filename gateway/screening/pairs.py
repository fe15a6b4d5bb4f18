"""Two channels side by side: their readings merged in time, each held until its next one."""

from __future__ import annotations

import numpy as np

from gateway.dataclass import dataclass
from gateway.model import Floats, Times
from gateway.screening.batch import Batch
from gateway.screening.gaps import Gaps
from gateway.screening.history import History
from gateway.screening.plan import FOREVER, FOREVER_PAST
from gateway.screening.ranges import Rows, expand, first_at

Readings = tuple[Rows, Times, Floats]  # lo int64[m + 1] of each pair's readings, their times, their values


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two channels of each pair."""

    row: Rows  # int64[I], position of the channel in the screen
    gaps: Gaps  # of each, how long a reading of it holds

    def readings(self, batch: Batch, member: Rows, segment: Rows, after: Times, until: Times) -> Readings:
        """Usable readings with after < time <= until of these members; `segment` int64[C], -1 for none."""
        row = self.row[member]
        here = segment[row]
        present = here >= 0
        lo, hi = np.zeros(len(row), np.int64), np.zeros(len(row), np.int64)
        lo[present], hi[present] = batch.lo[here[present]], batch.hi[here[present]]
        lo = first_at(batch.time, lo, hi, after + 1)
        hi = first_at(batch.time, lo, hi, until + 1)
        old_count, old_time, old_value = batch.history.after(row, np.minimum(after, FOREVER - 1))
        kept = old_time <= np.repeat(until, old_count)
        old_count = np.bincount(np.repeat(np.arange(len(row)), old_count)[kept], minlength=len(row))
        new_count, new_time, new_value = batch.readings(lo, hi)
        start = np.append(0, np.cumsum(old_count + new_count))
        time, value = np.empty(start[-1], np.int64), np.empty(start[-1])
        for place, times, values in (
            (expand(start[:-1], old_count), old_time[kept], old_value[kept]),
            (expand(start[:-1] + old_count, new_count), new_time, new_value),
        ):
            time[place], value[place] = times, values
        return start, time, value

    def remembered(self, history: History, member: Rows, after: Times) -> Readings:
        """Usable readings with after < time of these members, of those that were fed before."""
        count, time, value = history.after(self.row[member], np.minimum(after, FOREVER - 1))
        return np.append(0, np.cumsum(count)), time, value


@dataclass(frozen=True, eq=False)
class Patience:
    """How far a pair is followed when one of its channels falls silent: as far as the other has gone on for
    the longer max_gap that was in force there."""

    begin: Times  # int64[P, I] ns UTC, when a gap comes into force; FOREVER where there is none
    end: Times  # int64[P, I] ns UTC, when the next one does
    gap: Times  # int64[P, I] ns

    @staticmethod
    def of(one: Gaps, other: Gaps) -> Patience:
        everyone = np.arange(len(one.first))
        first = np.full((1, len(everyone)), FOREVER_PAST)
        begin = np.sort(np.concatenate((first, one.since, other.since)), axis=0)
        end = np.concatenate((begin[1:], np.full((1, len(everyone)), FOREVER)))
        gap = [np.maximum(one.at(everyone, b), other.at(everyone, b)) for b in begin]
        return Patience(begin, end, np.array(gap))

    def until(self, member: Rows, ahead: Times) -> Times:
        """The last moment m with m + gap in force at m <= ahead, ns UTC."""
        found: Times = np.minimum(ahead - self.gap[0, member], self.end[0, member] - 1)
        for begin, end, gap in zip(self.begin[1:], self.end[1:], self.gap[1:], strict=True):
            later = np.minimum(ahead - gap[member], end[member] - 1)
            found = np.where(later >= begin[member], later, found)
        return found


def merged(one: Readings, other: Readings, after: Times) -> tuple[Rows, Times]:
    """Each moment later than `after` at which either side has a reading: whose (0..m-1), and when."""
    whose = np.concatenate([np.repeat(np.arange(len(after)), np.diff(side[0])) for side in (one, other)])
    time = np.concatenate((one[1], other[1]))
    news = time > after[whose]
    whose, time = whose[news], time[news]
    order = np.lexsort((time, whose))
    whose, time = whose[order], time[order]
    once = np.ones(len(time), np.bool_)
    once[1:] = (time[1:] != time[:-1]) | (whose[1:] != whose[:-1])
    return whose[once], time[once]


def held(side: Readings, whose: Rows, moment: Times, gaps: Gaps) -> Floats:
    """The latest value of this side at each moment, NaN where it is too old to be held or there is none."""
    lo, time, value = side
    if len(time) == 0:
        return np.full(len(moment), np.nan)
    at = first_at(time, lo[whose], lo[whose + 1], moment + 1) - 1
    known = at >= lo[whose]
    known &= gaps.bridges(whose, time[at], moment)
    return np.where(known, value[at], np.nan)
