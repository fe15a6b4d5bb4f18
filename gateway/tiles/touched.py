"""Which hours of readings changed between two journal entries: by new ones, by what people stated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gateway.journal import schema
from gateway.journal.database import all_rows
from gateway.journal.entries import HOUR_NS
from gateway.journal.failures import explained
from gateway.journal.journal import Journal
from gateway.statements import retention, withdrawal
from gateway.statements.brought import brought_by

CHANGING: Final = (withdrawal.KIND, retention.KIND)  # statements by which readings count no longer, or again
_HOT: Final = "SELECT DISTINCT hour FROM entry WHERE seq > ? AND seq <= ? AND hour IS NOT NULL"
_ARCHIVED: Final = """SELECT DISTINCT hour FROM piece JOIN segment ON number = segment
    WHERE last_seq > ? AND first_seq <= ?"""


def is_changed(journal: Journal, after_seq: int, until_seq: int) -> bool:
    """Whether anything was stated in (after, until] by which readings of before count no longer, or again."""
    return any(True for _ in _changed(journal, after_seq, until_seq))


def hours_touched(journal: Journal, after_seq: int, until_seq: int) -> set[int]:
    """Hours since 1970 that entries in (after, until] are about."""
    hours = set[int]()
    connection = schema.open_reading(journal.path)
    try:
        with explained(journal.path):
            for select in (_HOT, _ARCHIVED):
                hours.update(hour for (hour,) in all_rows(connection, select, (after_seq, until_seq)))
    finally:
        connection.close()
    return hours.union(*_changed(journal, after_seq, until_seq))


def _changed(journal: Journal, after_seq: int, until_seq: int) -> Iterator[range]:
    """Hours of each such statement."""
    for kind in CHANGING:
        for seq, statement in journal.statements(kind, after_seq):
            if seq > until_seq:
                break
            if kind == retention.KIND:
                removed = retention.of(statement.body)
                yield _hours(removed.first_ns, removed.last_ns)
            else:
                taken_back = journal.withdrawn_readings(statement)
                said = None if taken_back is None else brought_by(taken_back)
                if said is not None:
                    yield _hours(said.first_ns, said.last_ns)


def _hours(first_ns: int, last_ns: int) -> range:
    return range(first_ns // HOUR_NS, last_ns // HOUR_NS + 1)
