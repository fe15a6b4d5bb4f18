"""Alarms by id: in memory while they go on, all of them in the records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from gateway.alarming.entry import Cause, Entry, cause_of, is_due, of_stored, row_of
from gateway.journal.alarm_tables import AlarmRow
from gateway.journal.records import Records


class Kept:
    """`entries`: those in memory; what is over is read again where something is said of it."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self.entries: dict[str, Entry] = {}

    def add(self, entry: Entry) -> None:
        self.entries[entry.cause.id] = entry

    def remember(self, rows: Iterable[AlarmRow]) -> None:
        """What is in memory already is newer."""
        for row in rows:
            if row.id not in self.entries:
                self.entries[row.id] = of_stored(row.body, row.number)

    def take_over(self) -> None:
        """Those that go on, and those that will speak again by themselves."""
        self.remember(self._records.book.ongoing())
        self.remember(self._records.book.quiet())

    def known(self, identity: str) -> Entry | None:
        """In memory, or in the records if it is over."""
        if identity not in self.entries:
            row = self._records.book.alarm(identity)
            self.remember([] if row is None else [row])
        return self.entries.get(identity)

    def of_asset(self, asset: str) -> list[Entry]:
        """Also alarms that are closed: a statement may be about the past."""
        self.remember(self._records.book.of_asset(asset))
        return [entry for entry in self.entries.values() if asset in entry.place.assets]

    def remember_channel(self, number: int) -> None:
        self.remember(self._records.book.of_channel(number))

    def remember_since(self, number: int, moment_ns: int, is_meant: Callable[[Cause], bool]) -> None:
        """Those of a channel that were raised after `moment_ns`, over or not, if their cause is meant."""
        for row in self._records.book.causes_since(number, moment_ns):
            if row.id not in self.entries and is_meant(cause_of(row.body)):
                self.known(row.id)

    def remember_kind(self, kind: str) -> None:
        """Those of the rules of a kind."""
        self.remember(self._records.book.of_kind(kind))

    def remember_over(self) -> None:
        """Those that are over and need somebody; what goes on is in memory."""
        self.remember(self._records.book.over())

    def all(self) -> list[Entry]:
        """Those in memory, now."""
        return list(self.entries.values())

    def open(self) -> Iterator[Entry]:
        """Those whose cause goes on."""
        return (entry for entry in self.entries.values() if entry.is_open)

    # Writing

    def is_due(self, now_ns: int) -> bool:
        """Whether the progress of one that merely goes on should be written by now."""
        return any(is_due(entry, now_ns) for entry in self.entries.values())

    def unwritten(self, now_ns: int, happened: Iterable[str], everything: bool) -> list[Entry]:
        """To be written now; `happened`: ids of those to which something happened."""
        ids = set(happened)
        return [
            e
            for e in self.entries.values()
            if is_due(e, now_ns) or (not e.written and (everything or e.alarm.id in ids))
        ]

    def write(self, entries: Iterable[Entry], now_ns: int) -> None:
        """To the records, within their transaction; what is over leaves the memory."""
        several = list(entries)
        self._records.book.put_alarms(row_of(entry) for entry in several)
        for entry in several:
            entry.written, entry.written_ns = True, now_ns
        for identity in [i for i, e in self.entries.items() if e.written and not (e.is_open or e.overlay)]:
            del self.entries[identity]
