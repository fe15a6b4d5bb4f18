"""Excursions that are over, as the records keep them."""

from __future__ import annotations

from gateway.journal.records import Records
from gateway.screening.excursion import Excursion


class PastExcursions:
    """`gateway.screening.record.Past`; whoever leaves one to it has written it before."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def since(self, channel: int, rule: str, moment_ns: int) -> list[Excursion]:
        """Those of a rule that were cleared after `moment_ns`, or withdrawn before they were cleared."""
        found = map(Excursion.from_plain, self._records.book.excursions_since(channel, rule, moment_ns))
        return [e for e in found if e.end_ns is not None or e.withdrawn]

    def has(self, identity: str) -> bool:
        return self._records.book.has_excursion(identity)
