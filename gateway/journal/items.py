"""What the evidence log takes from the journal, in one order that is the same at each reading.

Entries by their number, and exhibits behind the entry they stand behind. Each entry has the hash that the
chain has of it (chain.py): by what it says, not by how it is stored, so that it is the same for readings that
have moved to the archive. Of what cannot be read any more, or not as it was, the hash is not told.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final, NamedTuple

from gateway.closes import Closes
from gateway.dataclass import dataclass
from gateway.errors import ArchiveFileMissing, JournalError
from gateway.journal import chain, entries, exhibits, identity, schema
from gateway.journal.archive import FOLDER, Archive, Segment, archived_until
from gateway.journal.entries import READINGS
from gateway.journal.failures import explained
from gateway.journal.transaction import snapshot, transaction
from gateway.model import Arrivals

PAGE: Final = 10_000  # items of one look at most; of an archived file all is decoded for each look
PAGE_READINGS: Final = 200_000  # decoded for one look, 6 MB of columns
DAMAGED: Final = "damaged"
REMOVED: Final = "removed"
LOST: Final = "lost"
"""Why there is no hash: what is stored is not what was written; retention took readings of that file; the
file of the archive is not there."""


class Place(NamedTuple):
    """Up to where: an entry, and the number of the exhibit behind it; 0: the entry itself."""

    seq: int
    number: int


BEGINNING: Final = Place(0, 0)


class Stored(NamedTuple):
    """A statement: all that its hash is of (chain.of_statement)."""

    seq: int
    committed_ns: int
    at_ns: int
    kind: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Item:
    """An entry, or an exhibit (`exhibit` says which). `missing`: why `sha256` is not told; else empty."""

    place: Place
    kind: str
    committed_ns: int = 0
    sha256: bytes = b""
    missing: str = ""
    readings: int = 0
    first_ns: int = 0  # of readings: earliest and latest time
    last_ns: int = 0
    exhibit: str = ""  # its body


class Items(Closes):
    """A connection of its own. Every method raises JournalError where the journal cannot be read."""

    def __init__(self, path: Path, *, writing: bool = False) -> None:
        self.path = path
        self._connection = schema.open_writing(path) if writing else schema.open_reading(path)
        self._archive = Archive(path.parent / FOLDER, self._connection)

    def close(self) -> None:
        self._archive.close()
        with explained(self.path):
            self._connection.close()

    def names(self) -> Callable[[int], str]:
        """The name over all journals of an entry."""
        with explained(self.path):
            return identity.name_of(identity.identities(self._connection))

    def journal_id(self) -> str:
        with explained(self.path):
            return identity.identities(self._connection)[-1].id

    def last_place(self) -> Place:
        """Of the newest item."""
        with explained(self.path), snapshot(self._connection):
            last = entries.last_seq(self._connection)
            found = exhibits.behind(self._connection, last - 1, entries.last_seq(self._connection), 2**31)
        return Place(last, max((one.number for one in found if one.after_seq == last), default=0))

    def statement(self, seq: int) -> Stored | None:
        """A statement as it is stored, which its hash is of; None: it is none, or damaged."""
        with explained(self.path), closing(entries.raw_statements(self._connection, seq - 1)) as rows:
            number, committed_ns, at_ns, kind, body, is_intact = next(rows, (0, 0, 0, "", b"", False))
        return Stored(number, committed_ns, at_ns, kind, body) if is_intact and number == seq else None

    def put(self, kind: str, body: dict[str, object]) -> None:
        """An exhibit, behind what there is."""
        with explained(self.path), transaction(self._connection):
            exhibits.put(self._connection, kind, body)

    def behind(self, place: Place) -> list[Item]:
        """The next items behind a place, as of one moment; none: there are no more."""
        try:
            return self._archive.persist(lambda: self._page(place))
        except ArchiveFileMissing:
            return self._page(place, without_lost=False)

    def has_archive(self) -> bool:
        """Whether any file of the archive is where the index says."""
        with explained(self.path):
            files = [one.file for one in self._archive.segments() if one.readings]
        return any((self._archive.folder / file).exists() for file in files)

    def _page(self, place: Place, *, without_lost: bool = True) -> list[Item]:
        """Raises ArchiveFileMissing where a file is gone, which another may have taken the place of."""
        with explained(self.path), snapshot(self._connection), ExitStack() as stack:
            sources = (
                self._readings(place.seq, without_lost),
                self._statements(place.seq),
                self._exhibits(place),
            )
            opened = [stack.enter_context(closing(one)) for one in sources]
            page, readings = list[Item](), 0
            for item in itertools.islice(heapq.merge(*opened, key=lambda one: one.place), PAGE):
                page.append(item)
                readings += item.readings
                if readings > PAGE_READINGS:
                    break
        return page

    def _exhibits(self, place: Place) -> Generator[Item, None, None]:
        for one in exhibits.behind(self._connection, *place, PAGE):
            yield Item(Place(one.after_seq, one.number), one.kind, exhibit=one.body)

    def _statements(self, seq: int) -> Generator[Item, None, None]:
        for number, committed_ns, at_ns, kind, body, is_intact in entries.raw_statements(
            self._connection, seq
        ):
            sha256 = chain.of_statement(number, committed_ns, at_ns, kind, body) if is_intact else b""
            missing = "" if is_intact else DAMAGED
            yield Item(Place(number, 0), kind, committed_ns, sha256, missing)

    def _readings(self, seq: int, without_lost: bool) -> Generator[Item, None, None]:
        while (segment := self._archive.segment_behind(seq)) is not None:
            yield from self._archived(segment, seq, without_lost)
            seq = segment.last_seq
        select = """SELECT seq, coalesce(CAST(committed_ns AS INTEGER), 0) FROM entry
            WHERE seq > ? AND hour IS NOT NULL ORDER BY seq"""
        after = max(seq, archived_until(self._connection))
        with closing(self._connection.execute(select, (after,))) as rows:
            for number, committed_ns in rows:
                yield self._hot(number, committed_ns)

    def _hot(self, seq: int, committed_ns: int) -> Item:
        try:
            return _item(seq, committed_ns, entries.readings(self._connection, seq))
        except JournalError:
            return Item(Place(seq, 0), READINGS, committed_ns, missing=DAMAGED)

    def _archived(self, segment: Segment, seq: int, without_lost: bool) -> Iterator[Item]:
        contents = self._archive.contents(segment)
        whole = () if _is_thinned(segment) else self._archive.after(segment, seq, PAGE_READINGS)
        decoded = iter(whole)
        missing = REMOVED if _is_thinned(segment) else ""
        for number, committed_ns, readings in zip(*(one.tolist() for one in contents), strict=True):
            if number <= seq:
                continue
            if not missing:
                try:
                    entry, why = next(decoded, None), DAMAGED
                except ArchiveFileMissing:
                    if without_lost:
                        raise
                    entry, why = None, LOST
                except JournalError:
                    entry, why = None, DAMAGED
                if entry is not None and entry.seq == number and entry.arrivals is not None:
                    yield _item(number, committed_ns, entry.arrivals)
                    continue
                missing = why
            yield Item(Place(number, 0), READINGS, committed_ns, missing=missing, readings=readings)


def _item(seq: int, committed_ns: int, arrivals: Arrivals) -> Item:
    time = arrivals.samples.time
    return Item(
        Place(seq, 0),
        READINGS,
        committed_ns,
        chain.of_readings(seq, committed_ns, arrivals),
        "",
        len(arrivals),
        int(time.min()),
        int(time.max()),
    )


def _is_thinned(segment: Segment) -> bool:
    """Whether retention took readings of it: the file is of a second generation, or not there any more."""
    return not segment.readings or "-" in segment.file
