"""Any time of a channel as few rows: from the tiles, and from the readings where only they are exact.

Both edges, hours whose sums are being made, and readings that came since are read one by one. What cannot be
read is a hole with its reason; nobody takes the rest for the whole.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from gateway.dataclass import dataclass
from gateway.errors import JournalError
from gateway.journal import schema
from gateway.journal.database import Connection, only_row
from gateway.journal.entries import HOUR_NS
from gateway.journal.failures import explained
from gateway.journal.hours import LAST_SEQ
from gateway.journal.journal import Journal
from gateway.model import Samples
from gateway.tiles.levels import MINUTE, RAW, cover, level_of, width_for
from gateway.tiles.making import JOURNAL, Maker, Seen
from gateway.tiles.packed import DamagedTiles
from gateway.tiles.rows import Rows, of_samples, reduced
from gateway.tiles.store import FILE, Store

MOST_GROUPS: Final = 8  # row groups of the archive that are decoded at once: some 5 ms each
MOST_ENTRIES: Final = 400  # of the log: 0.05 ms each
MOST_STALE: Final = 200  # hours that are read one by one while they are being summed up
TRIES: Final = 3
HOLE: Final = -2  # a level: nothing is read
BEING_MADE: Final = "these readings are being summed up; ask again soon"
_GROUPS: Final = """SELECT count(*) FROM (SELECT DISTINCT segment, row_group FROM piece
    WHERE hour BETWEEN ? AND ? AND last_ns >= ? AND first_ns < ? LIMIT ?)"""
_ENTRIES: Final = "SELECT count(*) FROM (SELECT 1 FROM entry WHERE hour BETWEEN ? AND ? AND seq <= ? LIMIT ?)"


class Hole(NamedTuple):
    """Readings of [start, end) that may be missing, and why."""

    start_ns: int
    end_ns: int
    why: str


@dataclass(frozen=True, slots=True)
class Picture:
    """`width_ns`: of the parts that rows stand for; None: each is one reading, at its own time."""

    rows: Rows
    width_ns: int | None
    holes: tuple[Hole, ...]


class Pictures:
    """Asked from any thread; without a maker everything is read one by one."""

    def __init__(self, folder: Path, maker: Maker | None) -> None:
        self._folder = folder
        self._maker = maker
        self._of_thread = threading.local()

    def of(
        self, journal: Journal, channels: Sequence[int], start_ns: int, end_ns: int, points: int
    ) -> list[Picture]:
        """Of each channel at most `points` rows of [start, end). Raises JournalError."""
        maker = self._maker
        for _ in range(TRIES if maker is not None else 0):
            assert maker is not None
            try:
                found = self._at_once(maker, _Asked(journal, start_ns, end_ns, points), channels)
            except DamagedTiles:
                maker.distrust()
            except (JournalError, OSError):  # no room for tiles, or no right to write them
                break
            else:
                if found is not None:
                    return found
        asked = _Asked(journal, start_ns, end_ns, points)
        return [asked.slowly(channel) for channel in channels]

    def _at_once(self, maker: Maker, asked: _Asked, channels: Sequence[int]) -> list[Picture] | None:
        """None where the tiles became as of another entry in this moment."""
        seen = maker.look(channels, asked.start_ns, asked.end_ns)
        eyes = self._eyes()
        with eyes.store.look():
            if eyes.store.as_of(seen.source) != seen.seq:
                return None
            return [asked.of(channel, seen, eyes) for channel in channels]

    def _eyes(self) -> _Eyes:
        """Those of this thread, again where the tiles were made anew."""
        stamp = (self._folder / FILE).stat().st_ino, (self._folder / JOURNAL).stat().st_ino
        known: _Eyes | None = getattr(self._of_thread, "eyes", None)
        if known is None or known.stamp != stamp:
            store, index = Store(self._folder, writing=False), schema.open_reading(self._folder / JOURNAL)
            self._of_thread.eyes = known = _Eyes(stamp, store, index)
        return known


class _Eyes(NamedTuple):
    stamp: tuple[int, int]
    store: Store
    journal: Connection

    def is_soon_read(self, start_ns: int, end_ns: int, until_seq: int) -> bool:
        """Whether the readings of [start, end), of all channels, are few enough to look at each."""
        hours = start_ns // HOUR_NS, (end_ns - 1) // HOUR_NS
        with explained(self.store.path.with_name(JOURNAL)):
            (groups,) = only_row(self.journal, _GROUPS, (*hours, start_ns, end_ns, MOST_GROUPS + 1))
            (entries,) = only_row(self.journal, _ENTRIES, (*hours, until_seq, MOST_ENTRIES + 1))
        return int(groups) <= MOST_GROUPS and int(entries) <= MOST_ENTRIES


@dataclass(frozen=True, slots=True)
class _Asked:
    journal: Journal
    start_ns: int
    end_ns: int
    points: int

    def of(self, channel: int, seen: Seen, eyes: _Eyes) -> Picture:
        recent = seen.recent[channel]
        width = width_for(self.start_ns, self.end_ns, self.points)
        if level_of(width) == RAW and not eyes.is_soon_read(self.start_ns, self.end_ns, seen.seq):
            width = MINUTE
        rows, holes = [], list[Hole]()
        for level, start_ns, end_ns in self._ranges(level_of(width), recent, eyes.store):
            if level == HOLE:
                holes.append(Hole(start_ns, end_ns, BEING_MADE))
            elif level == RAW:
                rows.append(of_samples(self._read(channel, start_ns, end_ns, seen.seq, holes)))
            else:
                rows.append(eyes.store.rows(level, channel, start_ns, end_ns))
        return self._picture(Rows.concatenate([*rows, of_samples(recent)]), width, holes)

    def slowly(self, channel: int) -> Picture:
        """From the readings alone."""
        holes = list[Hole]()
        samples = self._read(channel, self.start_ns, self.end_ns, LAST_SEQ, holes)
        return self._picture(of_samples(samples), width_for(self.start_ns, self.end_ns, self.points), holes)

    def _picture(self, rows: Rows, width_ns: int, holes: list[Hole]) -> Picture:
        if not _is_each_alone(rows) or len(rows) > self.points:
            rows = reduced(rows, width_ns)
        told = tuple(_joined(sorted(holes)))
        if _is_each_alone(rows):
            alone = rows.take(np.argsort(rows.first_ns, kind="stable"))
            return Picture(replace(alone, start=alone.first_ns), None, told)
        return Picture(rows, width_ns, told)

    def _ranges(self, level: int, recent: Samples, store: Store) -> Iterator[tuple[int, int, int]]:
        """(level, start, end) of all that makes up the time: no sum is used that is not right."""
        at = self.start_ns
        for kind, start_ns, end_ns in self._special(level, recent, store):
            yield from cover(at, start_ns, level)
            if kind == HOLE:
                yield HOLE, start_ns, end_ns
            else:
                yield from cover(start_ns, end_ns, kind)
            at = end_ns
        yield from cover(at, self.end_ns, level)

    def _special(self, level: int, recent: Samples, store: Store) -> Iterator[tuple[int, int, int]]:
        """(level, start, end) of hours of which only that level is right: recent readings, stale sums."""
        if level == RAW:
            return
        first, last = self.start_ns // HOUR_NS, (self.end_ns - 1) // HOUR_NS
        kinds = dict.fromkeys(np.unique(recent.time // HOUR_NS).tolist(), 0)
        stale = store.stale(first, last)
        kinds |= dict.fromkeys(stale, HOLE) | dict.fromkeys(stale[:MOST_STALE], RAW)
        for kind, start, end in _runs(kinds):
            yield kind, max(start * HOUR_NS, self.start_ns), min(end * HOUR_NS, self.end_ns)

    def _read(self, channel: int, start_ns: int, end_ns: int, seq: int, holes: list[Hole]) -> Samples:
        """As far as it can be read; the rest is put to the holes."""
        asked = ([channel], start_ns, end_ns, seq)
        try:
            with self.journal.strictly():
                return self.journal.read(*asked).samples
        except JournalError as error:
            why = str(error)
        try:
            found = self.journal.read(*asked).samples
        except JournalError:
            holes.append(Hole(start_ns, end_ns, why))
            return Samples.empty()
        for file in self.journal.damaged_files():
            if file.covers(start_ns, end_ns - 1):
                holes.append(Hole(max(start_ns, file.first_ns), min(end_ns, file.last_ns + 1), file.why))
        return found


def _is_each_alone(rows: Rows) -> bool:
    return bool((rows.count == 1).all())


def _runs(kinds: Mapping[int, int]) -> Iterator[tuple[int, int, int]]:
    """(kind, first, behind the last) of neighbouring hours of one kind, in order."""
    run: tuple[int, int, int] | None = None
    for hour in sorted(kinds):
        if run is not None and run[0] == kinds[hour] and run[2] == hour:
            run = (*run[:2], hour + 1)
            continue
        if run is not None:
            yield run
        run = kinds[hour], hour, hour + 1
    if run is not None:
        yield run


def _joined(holes: Iterable[Hole]) -> Iterator[Hole]:
    """Neighbours of one reason as one."""
    last: Hole | None = None
    for hole in holes:
        if last is not None and hole.why == last.why and hole.start_ns <= last.end_ns:
            last = last._replace(end_ns=max(last.end_ns, hole.end_ns))
            continue
        if last is not None:
            yield last
        last = hole
    if last is not None:
        yield last
