"""Makes the tiles: follows the journal, keeps what is not archived in memory, sums up what is, hour by hour.

What came into the archive, or was changed by people, makes its hours stale; they are read from the journal
and summed up again, the newest first. Nothing of it is part of ingestion: it runs where the pages do.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import numpy as np

from gateway.dataclass import dataclass
from gateway.errors import CryogateError, JournalError
from gateway.journal.damaged import Damaged
from gateway.journal.entries import HOUR_NS
from gateway.journal.hours import LAST_SEQ
from gateway.journal.journal import Journal
from gateway.model import Samples
from gateway.tiles.levels import LEVELS
from gateway.tiles.packed import DamagedTiles
from gateway.tiles.recent import Recent
from gateway.tiles.rows import Rows, of_samples, reduced
from gateway.tiles.store import FILE, Store, remove
from gateway.tiles.touched import hours_touched, is_changed

log = logging.getLogger(__name__)
MOST_RECENT: Final = 1_500_000  # readings in memory: 44 MB
LOOK_S: Final = 1.0
AGAIN_S: Final = 600.0  # until hours that could not be read are tried again
DAY: Final = 24  # hours: as many are summed up in one go
JOURNAL: Final = "journal.sqlite"
NOTHING: Final = of_samples(Samples.empty())


@dataclass(frozen=True, slots=True)
class Seen:
    """What was there at one moment: the tiles as of `seq`, and what is not among them."""

    source: str
    seq: int
    recent: Mapping[int, Samples]  # by channel


class Maker:
    """`run` belongs to one thread; `look` is asked from any."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._turn = threading.Lock()  # of the journal here, and of what is recent
        self._journal: Journal | None = None
        self._inode: tuple[int, int] = (0, 0)
        self._source = ""
        self._recent = Recent()
        self._store: Store | None = None
        self._skipped: dict[int, float] = {}  # hours that cannot be read, and since when (monotonic)
        self._problem = ""
        self._is_distrusted = False

    # Asked from any thread

    def look(self, channels: Iterable[int], start_ns: int, end_ns: int) -> Seen:
        """As of now: what was committed before is in it. Raises JournalError."""
        with self._turn:
            self._follow()
            recent = {one: self._recent.of(one, start_ns, end_ns) for one in channels}
            return Seen(self._source, self._recent.after_seq, recent)

    # Of one thread

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set. What goes wrong is said once, and tried again."""
        while not stop.is_set():
            try:
                busy, problem = (self.folder / JOURNAL).exists() and self.step(stop), ""
            except DamagedTiles:
                busy, problem = True, ""
                self.distrust()
            except (CryogateError, OSError) as error:
                busy, problem = False, str(error)
            if problem and not self._problem:
                log.warning("pictures of long times are slow for now: %s", problem)
            self._problem = problem
            stop.wait(0.0 if busy else LOOK_S)
        self.close()

    def step(self, stop: threading.Event | None = None) -> bool:
        """Follow the journal, and sum up at most a day; whether there was anything to do."""
        with self._turn:
            _, store = self._follow()
            source, seq, hours = self._source, self._recent.after_seq, self._next_hours(store)
        if not hours:
            return False
        began_s = time.monotonic()
        self._sum_up(source, seq, hours)
        if stop is not None:  # half of the time is for whoever asks something
            stop.wait(time.monotonic() - began_s)
        return True

    def distrust(self) -> None:
        """A tile is damaged: all of them are made again."""
        self._is_distrusted = True

    def close(self) -> None:
        with self._turn:
            self._close()

    def _close(self) -> None:
        for one in (self._journal, self._store):
            if one is not None:
                one.close()
        self._journal = self._store = None

    # Following

    def _follow(self) -> tuple[Journal, Store]:
        journal, store = self._open()
        recent, last_seq = self._recent, journal.last_seq()
        if (archived := journal.archived_until()) > recent.after_seq:
            self._move_on(journal, store, archived)
        if is_changed(journal, recent.until_seq, last_seq):
            self._move_on(journal, store, last_seq)
        while recent.until_seq < last_seq:
            for seq, samples in _page(journal, recent.until_seq, last_seq):
                if samples is not None:
                    recent.add(seq, samples)
                recent.until_seq = seq
            if len(recent) > MOST_RECENT:
                self._move_on(journal, store, recent.until_seq)
        return journal, store

    def _move_on(self, journal: Journal, store: Store, seq: int) -> None:
        hours = hours_touched(journal, self._recent.after_seq, seq)
        if not store.move_on(self._source, self._recent.after_seq, seq, hours):
            self._close()  # another process makes them, too: begin where it is
            raise JournalError(f"{store.path}: another process writes it; trying again")
        self._recent.drop(seq)

    def _open(self) -> tuple[Journal, Store]:
        """Again where a file was replaced by another, or the tiles are gone or too far ahead."""
        path = self.folder / JOURNAL
        inode = _inode(path), _inode(self.folder / FILE)
        if self._is_distrusted:
            self._close()
            remove(self.folder)
            self._is_distrusted = False
        if self._journal is None or self._store is None or inode != self._inode:
            self._close()
            self._journal, self._store = (
                Journal.open_reading(path, Damaged()),
                Store(self.folder, writing=True),
            )
            self._source = f"{self._journal.id} {inode[0]}"
            if self._store.as_of(self._source) > self._journal.last_seq():
                self._store.forget()
            self._inode = _inode(path), _inode(self.folder / FILE)
            seq = self._store.as_of(self._source)
            self._recent, self._skipped = Recent(seq, seq), {}
        return self._journal, self._store

    # Summing up

    def _next_hours(self, store: Store) -> list[int]:
        """The newest stale ones that are of one day."""
        now_s = time.monotonic()
        self._skipped = {h: since for h, since in self._skipped.items() if now_s - since < AGAIN_S}
        hours = [h for h in store.stale(-LAST_SEQ, LAST_SEQ) if h not in self._skipped]
        return [hour for hour in hours if hour // DAY == hours[0] // DAY]

    def _sum_up(self, source: str, seq: int, hours: list[int]) -> None:
        tiles, done = dict[tuple[int, int], Rows](), list[int]()
        journal = Journal.open_reading(self.folder / JOURNAL, Damaged())
        with journal, Store(self.folder, writing=True) as store:
            channels = list(journal.channel_names())
            for hour in hours:
                found = _of_hour(journal, hour, seq)
                if found is None:
                    self._skipped[hour] = time.monotonic()
                    continue
                tiles |= {(one, hour): NOTHING for one in store.having(hour, channels)}
                tiles |= {(one, hour): rows for one, rows in found.items()}
                done.append(hour)
            store.replace(source, seq, done, tiles)


def _of_hour(journal: Journal, hour: int, seq: int) -> dict[int, Rows] | None:
    """By channel, as of an entry; None where any of it cannot be read now."""
    start_ns, end_ns = hour * HOUR_NS, (hour + 1) * HOUR_NS
    try:
        every = journal.read(None, start_ns, end_ns, seq).samples
    except JournalError:
        return None
    if any(file.covers(start_ns, end_ns - 1) for file in journal.damaged_files()):
        return None
    numbers, begins = np.unique(every.channel, return_index=True)
    ends = [*begins.tolist(), len(every)][1:]
    return {
        number: reduced(of_samples(every.take(slice(begin, end))), LEVELS[0].width_ns)
        for number, begin, end in zip(numbers.tolist(), begins.tolist(), ends, strict=True)
    }


def _page(journal: Journal, after_seq: int, until_seq: int) -> Iterator[tuple[int, Samples | None]]:
    """The next entries up to `until_seq`: number, and readings where it has any."""
    try:
        page = journal.entries(after_seq)
    except JournalError:  # one that is damaged: other answers say so
        yield after_seq + 1, None
        return
    for entry in page:
        if entry.seq <= until_seq:
            yield entry.seq, None if entry.arrivals is None else entry.arrivals.samples
    if not page or page[-1].seq > until_seq:
        yield until_seq, None


def _inode(path: Path) -> int:
    """0 where there is no file."""
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return 0
