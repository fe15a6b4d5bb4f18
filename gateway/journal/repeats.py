"""Which readings of a batch the journal has already: given.py says when two are the same.

New data is the common case and costs one comparison per reading with its channel's high-water mark, the
latest time that channel may have in the journal. Only readings at or below their mark are looked up, where
their device's time stands, and where one of that time was shifted to. A live reading is no repeat of one that
an import or a retry brought (imported.py).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np

from gateway.errors import JournalError
from gateway.journal import entries
from gateway.journal.archive import Archive, Piece
from gateway.journal.counting import Ranges, counts
from gateway.journal.database import Connection, only_row
from gateway.journal.entries import HOUR_NS, take
from gateway.journal.given import as_given, as_said, as_stored, in_two, repeats
from gateway.journal.hours import LAST_SEQ, by_key, overlapping
from gateway.journal.imported import Imported
from gateway.journal.marks import Marks
from gateway.journal.shifts import Search, Shifts
from gateway.journal.withdrawn import Withdrawn
from gateway.model import Arrivals, Mask, Samples
from gateway.statements import brought, retry

if TYPE_CHECKING:
    from numpy.typing import NDArray

N = TypeVar("N", bound="np.generic")
CACHE_BYTES: Final = 32 * 2**20  # decoded entries kept for the next batch of a redelivery
COMPARED_AT_ONCE: Final = 200_000  # stored readings put side by side before those that can match are picked
_PER_ENTRY: Final = 600  # bytes of four array objects, whatever is in them
_PER_READING: Final = 8 + 4 + 8 + 1  # bytes

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

    def __init__(self, connection: Connection, archive: Archive, withdrawn: Withdrawn) -> None:
        self._connection = connection
        self._archive = archive
        self._withdrawn = withdrawn
        self._imported = Imported(connection, archive)
        self._shifts = Shifts(connection)
        self._seen_seq = 0
        self._with_imports = False  # whether readings of imports are looked at, too
        self._cache: OrderedDict[int, Samples] = OrderedDict()
        self._cached_bytes = 0

    @cached_property
    def _marks(self) -> Marks:
        """Only who writes readings needs them."""
        return Marks()

    def drop(self, arrivals: Arrivals, beside: Collection[str] = ()) -> Arrivals:
        """What is new, sorted by (channel, time); of repeats within the batch the first one.

        `beside`: kinds of the statements that are committed with them. An import is of a file that a person
        brings, and no device sends its readings; a retry is of messages of which readings may have been taken
        when they came.
        """
        self._notice_others()
        self._imported.hear()
        self._with_imports = not set(brought.KINDS).isdisjoint(beside)
        if retry.KIND in beside:
            arrivals = arrivals.take(~self._taken_before(arrivals))
        given = as_stored(arrivals)
        shifted = self._shifts.may_hold(given)
        if arrivals.shift is None and not shifted.any():
            return self._drop_plain(by_key(arrivals))
        doubtful = shifted | (given.time <= self._marks.of(given.channel))
        return by_key(take(arrivals, ~self._repeated(as_given(arrivals), doubtful)))

    def _drop_plain(self, ordered: Arrivals) -> Arrivals:
        """Where nothing was shifted, nor can be a repeat of what was; `ordered` by (channel, time)."""
        if _has_equal_keys(ordered.samples):
            ordered = take(ordered, ~repeats(Samples.empty(), ordered.samples))
        doubtful = ordered.samples.time <= self._marks.of(ordered.samples.channel)
        if doubtful.any():
            return take(ordered, ~self._stored(ordered.samples, doubtful))
        return ordered

    def _taken_before(self, arrivals: Arrivals) -> Mask:
        """bool[N]: which are there with their channel, device's time and value, whatever these are worth.

        A message without a time came live, as GOOD; how old it is nobody knows any more once it was kept.
        """
        asked = in_two(as_stored(arrivals))
        if len(asked) == 0:
            return np.zeros(0, np.bool_)
        return repeats(in_two(self._with_same_keys(asked)), asked)

    def contradicting(self, arrivals: Arrivals) -> int:
        """How many say another value than whatever is there of their channel and time; NO_DATA says none."""
        self._notice_others()
        self._with_imports = True
        asked = as_said(as_stored(arrivals))
        doubtful = self._shifts.may_hold(asked) | (asked.time <= self._marks.of(asked.channel))
        asked = asked.take(doubtful)
        stored = as_said(self._with_same_keys(asked)) if len(asked) else asked
        if len(stored) == 0:
            return 0
        return int((_Keys(stored).holds(asked) & ~repeats(stored, asked)).sum())

    def learn(self, arrivals: Arrivals, last_seq: int) -> None:
        """`arrivals`, sorted by (channel, time), were committed in entries up to `last_seq`."""
        self._marks.raise_to(arrivals.samples)
        self._shifts.learn(arrivals)
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
                self._shifts.load()

    def _stored(self, samples: Samples, doubtful: Mask) -> Mask:
        """bool[N]: which of `samples` are stored already; only the `doubtful` can be."""
        asked = samples.take(doubtful)
        result = np.zeros(len(samples), np.bool_)
        result[doubtful] = repeats(self._with_same_keys(asked), asked)
        return result

    def _repeated(self, given: Samples, doubtful: Mask) -> Mask:
        """bool[N]: which are stored or stand before in `given`, which is in the order they came."""
        asked = given.take(doubtful)
        stored = self._with_same_keys(asked) if len(asked) else asked
        return repeats(stored, given)

    def _with_same_keys(self, asked: Samples) -> Samples:
        """Stored readings with the channel and the device's time of one that is asked for."""
        keys = _Keys(asked)
        shifted = asked.take(self._shifts.may_hold(asked))
        searches = [*_searches(asked), *self._shifts.searches(shifted)]
        return Samples.concatenate([chunk.take(keys.holds(chunk)) for chunk in self._chunks(searches)])

    def _chunks(self, searches: Iterable[Search]) -> Iterator[Samples]:
        pending: list[Samples] = []
        readings = 0
        without = self._withdrawn.ranges(LAST_SEQ)  # what does not count may come again
        for samples in chain.from_iterable(self._stored_about(search, without) for search in searches):
            pending.append(samples)
            readings += len(pending[-1])
            if readings >= COMPARED_AT_ONCE:
                yield Samples.concatenate(pending)
                pending, readings = [], 0
        yield Samples.concatenate(pending)

    def _stored_about(self, search: Search, without: Ranges) -> Iterator[Samples]:
        hour, first, last, channels = search
        for piece in self._archive.overlapping((hour, hour), first, last, channels, LAST_SEQ):
            yield self._archived(piece, without)
        for seq in overlapping(self._connection, hour, first, last, channels):
            if counts(seq, without) and self._is_looked_at(seq):
                yield self._decoded(seq)

    def _is_looked_at(self, seq: int) -> bool:
        return self._with_imports or not self._imported.brought(seq)

    def _archived(self, piece: Piece, without: Ranges) -> Samples:
        try:
            without = without if self._with_imports else (*without, *self._imported.ranges(piece.file))
            return as_stored(self._archive.readings(piece, LAST_SEQ, without))
        except JournalError:
            return Samples.empty()  # as with a damaged entry

    def _decoded(self, seq: int) -> Samples:
        if seq in self._cache:
            self._cache.move_to_end(seq)
            return self._cache[seq]
        try:
            samples = as_stored(entries.readings(self._connection, seq))
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


def _searches(asked: Samples) -> Iterator[Search]:
    """For those that were not shifted: they stand where they say."""
    hour = asked.time // HOUR_NS
    order = np.argsort(hour, kind="stable")
    hour, asked = hour[order], asked.take(order)
    starts = np.flatnonzero(np.diff(hour, prepend=hour[:1] - 1))
    ends = np.append(starts, len(hour))[1:]
    for begin, end in zip(starts.tolist(), ends.tolist(), strict=True):
        part = asked.take(slice(begin, end))
        yield Search(int(hour[begin]), int(part.time.min()), int(part.time.max()), _distinct(part.channel))


class _Keys:
    """A set of (channel, time), as numbers channel rank x times + time rank."""

    def __init__(self, samples: Samples) -> None:
        self._channels = _distinct(samples.channel)
        self._times = _distinct(samples.time)
        numbers, _ = self._numbers(samples)
        self._keys = _distinct(numbers)

    def holds(self, samples: Samples) -> Mask:
        numbers, possible = self._numbers(samples)
        _, present = _rank(self._keys, numbers)
        return possible & present

    def _numbers(self, samples: Samples) -> tuple[NDArray[np.intp], Mask]:
        channel, known_channel = _rank(self._channels, samples.channel)
        time, known_time = _rank(self._times, samples.time)
        return channel * len(self._times) + time, known_channel & known_time


def _distinct(column: NDArray[N]) -> NDArray[N]:
    """Sorted, each once. `np.unique` takes a hash table, which costs many times as much."""
    found = np.sort(column)
    is_other = np.ones(len(found), np.bool_)
    np.not_equal(found[1:], found[:-1], out=is_other[1:])
    return found[is_other]


def _rank(table: NDArray[np.generic], column: NDArray[np.generic]) -> tuple[NDArray[np.intp], Mask]:
    """Where each of `column` stands in the sorted `table`, and whether it stands there at all."""
    at = np.minimum(np.searchsorted(table, column), len(table) - 1)
    return at, table[at] == column


def _has_equal_keys(ordered: Samples) -> bool:
    same = (np.diff(ordered.time) == 0) & (np.diff(ordered.channel) == 0)
    return bool(same.any())
