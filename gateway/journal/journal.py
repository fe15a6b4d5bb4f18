"""The journal: everything the gateway was told, in one append-only log, synced before anybody acts on it.

One process writes readings; others may append statements and read at the same time. A Journal belongs to
one thread at a time; every reader opens its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property, partial
from pathlib import Path
from typing import Final

import numpy as np

from gateway.closes import Closes
from gateway.dataclass import dataclass
from gateway.errors import JournalError
from gateway.journal import channels, deferred, entries, hours, log, mentions, refusals, schema, wal
from gateway.journal.appending import append
from gateway.journal.archive import FOLDER, Archive, archived_until
from gateway.journal.chain import Chain, Link, newest
from gateway.journal.channels import ChannelRow
from gateway.journal.damaged import Damaged, DamagedFile
from gateway.journal.database import Connection
from gateway.journal.decoded import Decoded
from gateway.journal.entries import Entry, Statement
from gateway.journal.failures import explained
from gateway.journal.identity import Identity, identities
from gateway.journal.in_place import InPlace
from gateway.journal.lost import opened_reading, refuse_lost
from gateway.journal.recovering import mend
from gateway.journal.repeats import Repeats
from gateway.journal.still_written import StillWritten
from gateway.journal.transaction import snapshot, transaction
from gateway.journal.withdrawn import Withdrawn, withdrawn_readings
from gateway.model import Arrivals, Refusal, Refused

__all__ = ["ChannelRow", "Committed", "Entry", "Journal", "Statement"]

PAGE_READINGS: Final = 200_000  # of a follower, about 6 MB of columns
PAGE_STATEMENTS: Final = 500


@dataclass(frozen=True, slots=True)
class Committed:
    """The last entry of the journal after a commit; how many readings were new, or there before."""

    last_seq: int
    fresh: int
    repeated: int
    seqs: tuple[int, ...] = ()  # numbers of the statements, in their order


class Journal(Closes):
    """One open journal. Every method raises JournalError when the file cannot be read or written."""

    def __init__(
        self,
        path: Path,
        connection: Connection,
        now_ns: Callable[[], int] = time.time_ns,
        damaged: Damaged | None = None,
        chain: Chain | None = None,
    ) -> None:
        self.path = path
        self.chain = chain
        self.now_ns = now_ns
        self._connection = connection
        self._archive = Archive(path.parent / FOLDER, connection, damaged)
        self._decoded = Decoded(connection)
        self._withdrawn = Withdrawn(connection, self._archive)
        self._repeats = Repeats(connection, self._archive, self._withdrawn)
        self._still_written: StillWritten | None = None
        self._in_place = InPlace(path)

    @staticmethod
    def open(
        path: Path,
        now_ns: Callable[[], int] = time.time_ns,
        damaged: Damaged | None = None,
        chain: Chain | None = None,
    ) -> Journal:
        """For writing; creates the file, migrates an older one. The folder must exist.

        `now_ns` stamps the entries; whoever archives or tells the age of an entry goes by the same clock.
        Archive files that cannot be read are put in `damaged` and passed over. `chain` vouches for commits.
        """
        refuse_lost(path)
        damage = wal.damage(path)  # before SQLite opens it and forgets
        connection = schema.open_writing(path)
        if damage is not None:
            wal.tell(damage, path, connection, chain)
        mend(path, connection, chain, damaged)
        return Journal(path, connection, now_ns, damaged, chain)

    @staticmethod
    def open_reading(path: Path, damaged: Damaged | None = None) -> Journal:
        """For reading only, from any process, while the gateway writes or after it crashed."""
        return Journal(path, opened_reading(path, damaged), damaged=damaged)

    # What is damaged

    def damaged_files(self) -> list[DamagedFile]:
        """Files of the archive that are passed over."""
        return [] if self._archive.damaged is None else self._archive.damaged.all()

    def strictly(self) -> AbstractContextManager[None]:
        """Inside, nothing is passed over: reading raises JournalError where a file cannot be read."""
        return self._archive.strictly()

    def has_mended(self) -> bool:
        """Whether a file that was passed over here can be read again; answers so once."""
        damaged = self._archive.damaged
        mended = {f for f in self._archive.passed_over if damaged is None or f not in damaged}
        self._archive.passed_over -= mended
        return bool(mended)

    def close(self) -> None:
        self._archive.close()
        if self._still_written is not None:
            self._still_written.close()
        with explained(self.path):
            self._connection.close()

    # Who it is

    @cached_property
    def id(self) -> str:
        """8 characters, random, its own: no two gateways give the same name to anything."""
        return self.identities()[-1].id

    def identities(self) -> list[Identity]:
        """What it is, last, and before that its ancestors, where it is a copy that went on by itself."""
        with explained(self.path):
            return identities(self._connection)

    # Channels

    def channel_numbers(self, names: Sequence[str]) -> dict[str, int]:
        """The number of each name, given out durably at first sight and never reused."""
        if set(names) - set(self.channel_names().values()):
            with self._writing():
                channels.number(self._connection, names)
        number_of = {name: number for number, name in self.channel_names().items()}
        return {name: number_of[name] for name in names}

    def channel_names(self) -> dict[int, str]:
        """Every channel ever named, by number."""
        with explained(self.path):
            return channels.names(self._connection)

    def channels(self) -> dict[int, ChannelRow]:
        """Every channel there ever was, by number, with its quantity and unit."""
        with explained(self.path):
            return channels.table(self._connection)

    def describe_channels(self, meant: Mapping[str, tuple[str, str]]) -> None:
        """Write down quantity and canonical unit of channels, by name, once and for ever.

        Raises InputError where a channel has others already: nothing is written then.
        """
        with explained(self.path):
            if not channels.undescribed(channels.table(self._connection), meant):
                return
        with self._writing():
            channels.describe(self._connection, meant)

    def rename_channel(self, old: str, new: str) -> None:
        """It keeps its number and readings. Raises InputError where there is no `old`, or a `new` already."""
        with self._writing():
            channels.rename(self._connection, old, new)

    # Writing

    def commit(
        self,
        arrivals: Arrivals | None = None,
        refused: Mapping[str, Sequence[Refused]] | None = None,
        statements: Sequence[Statement] = (),
        *,
        unless_said_since: int | None = None,
        later: Arrivals | None = None,
        settled_from_hour: int | None = None,
    ) -> Committed:
        """All of it in one synced transaction, or none of it: then it raises, and may be tried again.

        Readings may come in any order. One that is in the journal already, or came earlier in the batch,
        as given.py compares them, is dropped; one with another value is a conflict and kept, and so is one
        that only an import brought before, unless this is an import, too. What is retried needs only the same
        value to be dropped.
        `refused` is by source. Raises JournalFull when the disk is; Outdated where behind the entry
        `unless_said_since` anything was stated that somebody decided on. Where the disk fails in the last
        moment it may be there all the same.

        `later` is kept, and comes in later commits. `settled_from_hour`: all that is kept so far of this hour
        and of later ones is among `arrivals`.
        """
        arrivals = Arrivals.concatenate([]) if arrivals is None else arrivals
        refused, later = refused or {}, Arrivals.concatenate([]) if later is None else later
        if not (len(arrivals) or any(refused.values()) or statements or len(later)):
            return Committed(self.last_seq(), 0, 0)
        told = [mentions.ready(one) for one in statements]
        with self._writing():
            if unless_said_since is not None:
                entries.check_nothing_said_since(self._connection, unless_said_since)
            beside = [one.kind for one in statements]
            fresh = self._repeats.drop(arrivals, beside) if len(arrivals) else arrivals
            seqs = append(self._connection, fresh, refused, told, self.now_ns(), self.chain)
            if settled_from_hour is not None:
                deferred.settle(self._connection, settled_from_hour)
            if len(later):
                deferred.add(self._connection, later)
            last_seq = self.last_seq()
        if len(fresh):
            self._repeats.learn(fresh, last_seq)
        return Committed(last_seq, len(fresh), len(arrivals) - len(fresh), seqs)

    def deferred(self) -> tuple[list[Arrivals], list[str]]:
        """What is kept for later, and what is wrong with that of it which cannot be read."""
        with self._writing():
            kept, problems = deferred.kept(self._connection)
            deferred.mend(self._connection)
        return kept, problems

    def new_among(self, arrivals: Arrivals, *beside: str) -> int:
        """How many of these readings are new, as `commit` drops beside statements of these kinds."""
        with explained(self.path), snapshot(self._connection):
            return len(self._repeats.drop(arrivals, beside)) if len(arrivals) else 0

    def contradicting(self, arrivals: Arrivals) -> int:
        """How many say another value than what the journal has of their channel and time."""
        with explained(self.path), snapshot(self._connection):
            return self._repeats.contradicting(arrivals) if len(arrivals) else 0

    def continue_behind(self, seq: int) -> None:
        """Give no number up to `seq` to an entry again: followers have seen it on one that is lost."""
        with self._writing():
            self._connection.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'entry'", (seq,))
            if self._connection.changes() == 0:
                self._connection.execute("INSERT INTO sqlite_sequence VALUES ('entry', ?)", (seq,))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._in_place.check()
        if self._still_written is None:
            self._still_written = StillWritten(self.path.parent)
        with explained(self.path), transaction(self._connection):
            yield
        self._still_written.check()

    # Reading the log

    def last_seq(self) -> int:
        """Number of the newest entry; 0 before the first."""
        with explained(self.path):
            return entries.last_seq(self._connection)

    def head(self, until_seq: int | None = None) -> Link | None:
        """The newest link of the chain, or of entries up to one; None where nothing is linked."""
        with explained(self.path):
            return newest(self._connection, until_seq)

    def archived_until(self) -> int:
        """Entries of readings up to this number are archived; 0 before the first."""
        with explained(self.path):
            return archived_until(self._connection)

    def entries(
        self, after_seq: int, most_readings: int = PAGE_READINGS, most_entries: int = hours.LAST_SEQ
    ) -> list[Entry]:
        """The next entries behind `after_seq` in order, until they hold `most_readings`; empty at the end.

        A statement counts as one reading; of large ones a page has PAGE_BYTES. Of what is not archived it has
        at most `most_entries`: each is read by itself. The page ends before a damaged entry; when that is the
        next one, raises JournalError that names it, and `after_seq` set to its number passes it over.
        """
        return self._archive.persist(partial(self._page, after_seq, most_readings, most_entries))

    def _page(self, after_seq: int, most_readings: int, most_entries: int) -> list[Entry]:
        page, most_bytes = list[Entry](), entries.PAGE_BYTES
        try:
            with explained(self.path), snapshot(self._connection):
                archived = archived_until(self._connection)
                for entry in log.after(self._connection, self._archive, after_seq, most_readings):
                    page.append(entry)
                    most_readings -= 1 if entry.arrivals is None else len(entry.arrivals)
                    most_bytes -= entry.body_bytes
                    is_many = len(page) >= most_entries and entry.seq > archived
                    if most_readings <= 0 or most_bytes <= 0 or is_many:
                        break
        except JournalError:
            if not page:
                raise
        return page

    def statements(self, kind: str, after_seq: int = 0) -> Iterator[tuple[int, Statement]]:
        """Every statement of a kind behind `after_seq`, with its number, in order."""
        while True:
            with explained(self.path):
                page = entries.of_kind(
                    self._connection, kind, after_seq, PAGE_STATEMENTS, self._archive.damaged
                )
            if not page:
                return
            yield from ((e.seq, e.statement) for e in page if e.statement is not None)
            after_seq = page[-1].seq

    def statement_kinds(self) -> list[str]:
        """Of which kinds there are statements, whether this version knows them or not."""
        with explained(self.path):
            return entries.kinds(self._connection)

    def naming(self, name: str, after_seq: int = 0) -> Iterator[tuple[int, Statement]]:
        """Statements that speak of a name, in any case; some may be among them that only seem to."""
        with explained(self.path):
            yield from mentions.naming(self._connection, name, after_seq, self._archive.damaged)

    def statement(self, seq: int) -> Statement:
        """The one that is entry `seq`."""
        with explained(self.path):
            return entries.statement(self._connection, seq)

    def newest_statements(
        self, kind: str, before_seq: int = hours.LAST_SEQ
    ) -> Iterator[tuple[int, Statement]]:
        """The same from the newest to the oldest, or from before an entry."""
        most = 1  # whoever looks for the last one has it at once
        while True:
            with explained(self.path):
                page = entries.newest_of_kind(self._connection, kind, before_seq, most, self._archive.damaged)
            if not page:
                return
            yield from ((e.seq, e.statement) for e in page if e.statement is not None)
            before_seq, most = page[-1].seq, PAGE_STATEMENTS

    def count(self, kind: str, after_seq: int) -> int:
        """How many statements of a kind there are behind `after_seq`."""
        with explained(self.path):
            return entries.count_of_kind(self._connection, kind, after_seq)

    # Reading by channel and time

    def read(
        self,
        channels: Sequence[int] | None,
        start_ns: int,
        end_ns: int | None,
        until_seq: int = hours.LAST_SEQ,
    ) -> Arrivals:
        """Readings with start_ns <= time < end_ns (None: no end), sorted by (channel, time).

        `channels` None: all. `until_seq`: as the journal was after that entry. Equal keys keep the order of
        commits. All of it in memory: 29 bytes each.
        """
        return hours.by_key(Arrivals.concatenate(list(self.scan(channels, start_ns, end_ns, until_seq))))

    def scan(
        self,
        channels: Sequence[int] | None,
        start_ns: int,
        end_ns: int | None,
        until_seq: int = hours.LAST_SEQ,
    ) -> Iterator[Arrivals]:
        """The same hour by hour, each hour sorted by (channel, time); one hour at a time in memory.

        Readings of imports that were withdrawn are left out; `entries` has them.
        """
        wanted = None if channels is None else np.unique(np.array(channels, np.int32))
        last_ns = hours.LATEST_NS if end_ns is None else end_ns - 1
        with explained(self.path):
            without = self._withdrawn.ranges(until_seq)
            asked = (self._decoded, self._archive, wanted, start_ns, last_ns, until_seq, without)
            yield from hours.scan(self._connection, *asked)

    def withdrawn_readings(self, statement: Statement) -> Statement | None:
        """The import that `statement` takes back, or brings back; its readings count no longer, or again."""
        with explained(self.path):
            found = withdrawn_readings(self._connection, statement, self._archive.damaged)
        return None if found is None else found[1]

    def span(self) -> tuple[int, int]:
        """Time of the earliest and of the latest reading, ns UTC; (0, -1) where there is none."""
        with explained(self.path), snapshot(self._connection):
            found = [r for r in (self._archive.span(), hours.span(self._connection)) if r is not None]
        return (min(r[0] for r in found), max(r[1] for r in found)) if found else (0, -1)

    # Refusals

    def refused(self, source: str | None, most: int) -> list[tuple[str, Refused]]:
        """At most `most` refusals kept for inspection, with their source (None: any), newest first."""
        with explained(self.path):
            return refusals.newest(self._connection, source, most)

    def refusal_counts(self) -> dict[str, dict[Refusal, int]]:
        """How many were ever refused, by source and reason."""
        with explained(self.path):
            return refusals.counts(self._connection)
