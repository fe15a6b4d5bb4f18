"""Excursions that are over, as the records keep them with their alarms."""

from __future__ import annotations

from gateway.journal.records import Records
from gateway.screening.excursion import Excursion


class PastExcursions:
    """`gateway.screening.record.Past`; whoever leaves one to it has written its alarm before."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def since(self, channel: int, rule: str, moment_ns: int) -> list[Excursion]:
        rows = self._records.cleared_since(channel, rule, moment_ns)
        found = [Excursion.from_plain(row.body["excursion"]) for row in rows]
        return [e for e in found if e.end_ns is not None or e.withdrawn]

    def has(self, identity: str) -> bool:
        return self._records.has_alarm(identity)
