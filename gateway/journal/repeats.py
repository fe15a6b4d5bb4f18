"""Which readings of a batch the journal has already: the same channel, time, value and quality.

New data is the common case and costs one comparison per reading with its channel's high-water mark, the
latest time that channel may have in the journal. Only readings at or below their mark are looked up.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gateway.errors import JournalError
from gateway.journal import entries
from gateway.journal.archive import Archive, Piece
from gateway.journal.database import Connection, only_row
from gateway.journal.entries import HOUR_NS, take
from gateway.journal.hours import LAST_SEQ, by_key, overlapping
from gateway.model import Arrivals, Channels, Mask, Samples, Times

CACHE_BYTES: Final = 32 * 2**20  # decoded entries kept for the next batch of a redelivery
COMPARED_AT_ONCE: Final = 200_000  # stored readings put side by side before those that can match are picked
_PER_ENTRY: Final = 600  # bytes of four array objects, whatever is in them
_PER_READING: Final = 8 + 4 + 8 + 1  # bytes
_NOTHING: Final = int(np.iinfo(np.int64).min)

# The latest hour holds the latest reading: one step in the index, however long the journal is.
_LATEST_OF_ALL: Final = """SELECT max(last_ns) FROM entry
    WHERE ?1 = 0 AND hour = (SELECT max(hour) FROM entry WHERE hour IS NOT NULL)"""
_LATEST_ARCHIVED: Final = "SELECT max(last_ns) FROM segment WHERE ?1 = 0"
# Few entries behind the last one of ours, none as a rule; not by the index on hour, which holds them all.
_LATEST_BEHIND: Final = "SELECT max(last_ns) FROM entry NOT INDEXED WHERE seq > ? AND hour IS NOT NULL"
# The plus keeps SQLite from walking all segments by their time; behind our last entry there are none.
_LATEST_ARCHIVED_BEHIND: Final = "SELECT max(+last_ns) FROM segment WHERE last_seq > ?"


class Repeats:
    """Drops repeats inside the writer's transaction; `learn` what was committed, only once it is."""

    def __init__(self, connection: Connection, archive: Archive) -> None:
        self._connection = connection
        self._archive = archive
        self._marks = _Marks()
        self._seen_seq = 0
        self._cache: OrderedDict[int, Samples] = OrderedDict()
        self._cached_bytes = 0

    def drop(self, arrivals: Arrivals) -> Arrivals:
        """What is new, sorted by (channel, time); of repeats within the batch the first one."""
        self._notice_others()
        ordered = by_key(arrivals)
        if _has_equal_keys(ordered.samples):
            ordered = take(ordered, ~_repeated(ordered.samples))
        doubtful = ordered.samples.time <= self._marks.of(ordered.samples.channel)
        if doubtful.any():
            return take(ordered, ~self._stored(ordered.samples, doubtful))
        return ordered

    def learn(self, samples: Samples, last_seq: int) -> None:
        """`samples`, sorted by channel, were committed in entries up to `last_seq`."""
        self._marks.raise_to(samples)
        self._seen_seq = last_seq

    def _notice_others(self) -> None:
        """Raise all marks to the latest reading that somebody else wrote, or that was there at opening."""
        selects = (
            (_LATEST_OF_ALL, _LATEST_ARCHIVED)
            if self._seen_seq == 0
            else (_LATEST_BEHIND, _LATEST_ARCHIVED_BEHIND)
        )
        for select in selects:
            (last_ns,) = only_row(self._connection, select, (self._seen_seq,))
            if last_ns is not None:
                self._marks.raise_floor(last_ns)

    def _stored(self, samples: Samples, doubtful: Mask) -> Mask:
        """bool[N]: which of `samples` are stored already; only the `doubtful` can be."""
        asked = samples.take(doubtful)
        stored = self._with_same_keys(asked)
        result = np.zeros(len(samples), np.bool_)
        result[doubtful] = _repeated(Samples.concatenate([stored, asked]))[len(stored) :]
        return result

    def _with_same_keys(self, asked: Samples) -> Samples:
        """Stored readings with the channel and time of one that is asked for."""
        keys = _Keys(asked)
        hour = asked.time // HOUR_NS
        return Samples.concatenate(
            [
                chunk.take(keys.holds(chunk))
                for one in np.unique(hour)
                for chunk in self._chunks(int(one), asked.take(hour == one))
            ]
        )

    def _chunks(self, hour: int, asked: Samples) -> Iterator[Samples]:
        first, last = int(asked.time.min()), int(asked.time.max())
        pending: list[Samples] = []
        readings = 0
        channels = np.unique(asked.channel)
        archived = self._archive.overlapping(hour, first, last, channels, LAST_SEQ)
        numbers = overlapping(self._connection, hour, first, last, channels)
        for samples in chain(map(self._archived, archived), map(self._decoded, numbers)):
            pending.append(samples)
            readings += len(pending[-1])
            if readings >= COMPARED_AT_ONCE:
                yield Samples.concatenate(pending)
                pending, readings = [], 0
        yield Samples.concatenate(pending)

    def _archived(self, piece: Piece) -> Samples:
        try:
            return self._archive.readings(piece, LAST_SEQ).samples
        except JournalError:
            return Samples.empty()  # as with a damaged entry

    def _decoded(self, seq: int) -> Samples:
        if seq in self._cache:
            self._cache.move_to_end(seq)
            return self._cache[seq]
        try:
            samples = entries.readings(self._connection, seq).samples
        except JournalError:
            # A damaged old entry must not keep new data out: a repeat is bearable, a loss is not. Whoever
            # reads that entry is told.
            samples = Samples.empty()
        self._remember(seq, samples)
        return samples

    def _remember(self, seq: int, samples: Samples) -> None:
        self._cache[seq] = samples
        self._cached_bytes += _PER_ENTRY + _PER_READING * len(samples)
        while self._cached_bytes > CACHE_BYTES:
            _, oldest = self._cache.popitem(last=False)
            self._cached_bytes -= _PER_ENTRY + _PER_READING * len(oldest)


class _Marks:
    """Per channel the latest time it may have in the journal; `floor` for channels not written by us."""

    def __init__(self) -> None:
        self._floor = _NOTHING
        self._channel: Channels = np.empty(0, np.int32)  # sorted
        self._last: Times = np.empty(0, np.int64)

    def of(self, channel: Channels) -> Times:
        """int64[N], ns UTC; `channel` in any order."""
        if len(self._channel) == 0:
            return np.full(len(channel), self._floor, np.int64)
        at = np.minimum(np.searchsorted(self._channel, channel), len(self._channel) - 1)
        return np.where(self._channel[at] == channel, self._last[at], self._floor)

    def raise_floor(self, last_ns: int) -> None:
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


class _Keys:
    """A set of (channel, time), as numbers channel rank x times + time rank."""

    def __init__(self, samples: Samples) -> None:
        self._channels = np.unique(samples.channel)
        self._times = np.unique(samples.time)
        numbers, _ = self._numbers(samples)
        self._keys = np.unique(numbers)

    def holds(self, samples: Samples) -> Mask:
        numbers, possible = self._numbers(samples)
        _, present = _rank(self._keys, numbers)
        return possible & present

    def _numbers(self, samples: Samples) -> tuple[NDArray[np.intp], Mask]:
        channel, known_channel = _rank(self._channels, samples.channel)
        time, known_time = _rank(self._times, samples.time)
        return channel * len(self._times) + time, known_channel & known_time


def _rank(table: NDArray[np.generic], column: NDArray[np.generic]) -> tuple[NDArray[np.intp], Mask]:
    """Where each of `column` stands in the sorted `table`, and whether it stands there at all."""
    at = np.minimum(np.searchsorted(table, column), len(table) - 1)
    return at, table[at] == column


def _has_equal_keys(ordered: Samples) -> bool:
    same = (np.diff(ordered.time) == 0) & (np.diff(ordered.channel) == 0)
    return bool(same.any())


def _repeated(samples: Samples) -> Mask:
    """bool[N]: an equal reading stands before this one. 0.0 equals -0.0, and NaN equals NaN."""
    plain = np.where(np.isnan(samples.value), np.nan, samples.value + 0.0)
    columns = (samples.quality, plain.view(np.int64), samples.time, samples.channel)
    order = np.lexsort(columns)  # stable: among equals the earlier stays first
    same = np.logical_and.reduce([column[order[1:]] == column[order[:-1]] for column in columns])
    result = np.zeros(len(samples), np.bool_)
    result[order[1:]] = same
    return result
