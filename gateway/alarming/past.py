"""Excursions that are over, as the records keep them, and which of them retention has made final."""

from __future__ import annotations

from gateway.alarming import memory
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.screening.excursion import Excursion


class PastExcursions:
    """`gateway.screening.record.Past`; whoever leaves one to it has written it before."""

    def __init__(self, records: Records, journal: Journal) -> None:
        self._records = records
        self._journal = journal
        self._removed, self._removed_by = memory.removed(journal), journal.last_seq()

    def since(self, channel: int, rule: str, moment_ns: int) -> list[Excursion]:
        """Those of a rule that were cleared after `moment_ns`, or withdrawn before they were cleared."""
        found = map(Excursion.from_plain, self._records.book.excursions_since(channel, rule, moment_ns))
        return [e for e in found if e.end_ns is not None or e.withdrawn]

    def has(self, identity: str) -> bool:
        return self._records.book.has_excursion(identity)

    def stands(self, excursion: Excursion) -> bool:
        """Whether readings it was found in may be gone, or cannot be read; retention may have deleted more
        since the start."""
        until_ns = excursion.last_ns if excursion.cleared_ns is None else excursion.cleared_ns
        if any(one.covers(excursion.start_ns, until_ns) for one in self._journal.damaged_files()):
            return True
        if self._removed_by != (seq := self._journal.last_seq()):
            self._removed, self._removed_by = memory.removed(self._journal), seq
        return self._removed.stands(excursion)
