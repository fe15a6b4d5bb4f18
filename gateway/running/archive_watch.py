"""The archive: is each of its files still what was written? A fault names the one that is not, and its time.

Size and footer of every file once a minute, the whole of one file a minute, so that a disk that loses bits is
noticed before somebody asks. A file that comes back, from a backup, is read again as soon as it is sound.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from gateway.alarming.faults import Fault
from gateway.errors import JournalError
from gateway.journal import index_seal
from gateway.journal.archive import FOLDER, NO_ROW, Archive, Segment
from gateway.journal.damaged import Damaged, DamagedFile
from gateway.journal.failures import explained
from gateway.journal.schema import open_reading
from gateway.journal.verify import check_file, check_outline
from gateway.model import Severity
from gateway.times import format_rfc3339

ROUND_S: Final = 60.0  # between two looks at every file, and between two whole files
INDEX_S: Final = 600.0  # between two looks at the index: 0.2 s for a year of 60 channels
LOOK_S: Final = 0.05  # of a round at once: other checks are asked every second, too
MOST_NAMED: Final = 5  # files with a fault each; of more there is one fault, or an empty folder is hundreds
Stamp = tuple[int, int, int] | None


class ArchiveWatch:
    """A check for the fault watch: asked once a second by one thread."""

    def __init__(self, journal: Path, damaged: Damaged, now_s: Callable[[], float] = time.monotonic) -> None:
        self._path = journal
        self._damaged = damaged
        self._now_s = now_s
        self._connection = open_reading(journal)
        self._archive = Archive(journal.parent / FOLDER, self._connection)
        self._left: deque[Segment] = deque()  # of this round
        self._round_s = self._whole_s = -ROUND_S
        self._index_s = -INDEX_S
        self._whole = 0  # number of the segment that was read last
        self._stamps: dict[str, Stamp] = {}  # of damaged files, when they were read last
        self._index: dict[int, str] = {}  # by number of a segment, what is wrong with its index
        self._hidden = ""  # what is wrong with the index of what is not archived yet

    def __call__(self) -> Iterator[Fault]:
        """A fault for each file that cannot be read."""
        with explained(self._path):
            self._go_round()
            self._read_one_whole()
            self._look_at_damaged()
        if self._hidden:
            yield Fault(
                "journal index", Severity.CRITICAL, f"{self._hidden}; until then questions are refused"
            )
        found = self._damaged.all()
        if len(found) <= MOST_NAMED:
            yield from (Fault(f"archive file:{one.file}", Severity.MAJOR, _words(one)) for one in found)
        else:
            yield Fault("archive files", Severity.MAJOR, _of_many(found), told_anew=True)

    def _go_round(self) -> None:
        began_s = self._now_s()
        if not self._left and began_s - self._round_s >= ROUND_S:
            self._round_s = began_s
            self._look_at_index(began_s)
            self._left.extend(s for s in self._archive.segments() if s.readings)
        while self._left and self._now_s() - began_s < LOOK_S:
            self._check(self._left.popleft(), whole=False)

    def _look_at_index(self, now_s: float) -> None:
        if now_s - self._index_s >= INDEX_S:
            self._index_s = now_s
            self._index = index_seal.problems(self._connection)
            self._hidden = index_seal.hidden_entries(self._connection)

    def _read_one_whole(self) -> None:
        if self._now_s() - self._whole_s < ROUND_S:
            return
        self._whole_s = self._now_s()
        there = [s for s in self._archive.segments() if s.readings]
        segment = next((s for s in there if s.number > self._whole), there[0] if there else None)
        if segment is not None:
            self._whole = segment.number
            self._check(segment, whole=True)

    def _look_at_damaged(self) -> None:
        """Those that have changed since: somebody may have put back what was there."""
        there = {s.file: s for s in self._archive.segments() if s.readings}
        lost = {NO_ROW.format(number) for number in self._index}
        for one in self._damaged.all():
            if one.file in lost:
                continue
            if one.file not in there:
                self._damaged.remove(one.file)
            elif (stamp := self._stamp(one.file)) != self._stamps.get(one.file, ()):
                self._stamps[one.file] = stamp
                if not self._problem(there[one.file], whole=True):
                    self._damaged.remove(one.file)

    def _check(self, segment: Segment, *, whole: bool) -> None:
        problem = "" if segment.file in self._damaged else self._problem(segment, whole)
        if problem and segment in self._archive.segments():  # and not replaced by retention while we looked
            self._damaged.add(DamagedFile(segment.file, problem, segment.first_ns, segment.last_ns))

    def _problem(self, segment: Segment, whole: bool) -> str:
        """What is wrong; empty where nothing is."""
        if why := self._index.get(segment.number):
            return why
        try:
            check_outline(self._archive, segment)
            if whole:
                check_file(self._connection, self._archive, segment)
        except JournalError as error:
            return str(error)
        finally:
            self._archive.close()  # the next look is at what has this name then
        return ""

    def _stamp(self, file: str) -> Stamp:
        try:
            found = (self._archive.folder / file).stat()
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns


def _words(one: DamagedFile) -> str:
    first, last = format_rfc3339(one.first_ns), format_rfc3339(one.last_ns)
    span = f"from {first} to {last}" if first != last else f"of {first}"
    return f"readings {span} cannot be read, and questions about that time are not answered: {one.why}"


def _of_many(found: list[DamagedFile]) -> str:
    last_ns = max(one.last_ns for one in found)
    names = ", ".join(one.file for one in found[:MOST_NAMED])
    return (
        f"{len(found)} files of the archive cannot be read ({names} and others), with readings from "
        f"{format_rfc3339(found[0].first_ns)} to {format_rfc3339(last_ns)}: {found[0].why}"
    )
