"""Readings kept for later that are damaged: a fault says what is lost, until somebody has seen it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

from gateway.alarming.faults import Fault
from gateway.journal import channels, deferred
from gateway.journal.deferred import Lost
from gateway.journal.entries import HOUR_NS
from gateway.journal.failures import explained
from gateway.journal.schema import open_writing
from gateway.model import Severity
from gateway.text import counted, one_line
from gateway.times import format_rfc3339

MOST_NAMED: Final = 10  # channels, in a message
NEXT: Final = "let their device send them again, or restore a backup; acknowledge this alarm, and it is over"


class DeferredWatch:
    """A check for the fault watch."""

    def __init__(self, journal: Path) -> None:
        self._path = journal
        self._connection = open_writing(journal)

    def __call__(self) -> Iterator[Fault]:
        """One for each message that is lost."""
        with explained(self._path):
            found = deferred.lost(self._connection)
            names = channels.names(self._connection) if found else {}
        for one in found:
            seen: Callable[[], None] = partial(self._seen, one.number)
            key = f"deferred readings:{one.number}"
            yield Fault(key, Severity.CRITICAL, _words(one, names), seen=seen)

    def _seen(self, number: int) -> None:
        with explained(self._path):
            deferred.has_been_seen(self._connection, number)


def _words(one: Lost, names: dict[int, str]) -> str:
    if not one.readings:
        what = (
            f"readings of a message (deferred {one.number}) cannot be read, and nothing says any more which"
        )
        return f"{what}: {NEXT}"
    inside = [names.get(n, f"number {n}") for first, last in one.channels for n in range(first, last + 1)]
    more = f" and {len(inside) - MOST_NAMED} more" if len(inside) > MOST_NAMED else ""
    of = one_line(", ".join(inside[:MOST_NAMED])) + more
    first, until = (format_rfc3339(hour * HOUR_NS)[:16] for hour in (one.first_hour, one.until_hour))
    return (
        f"at most {counted(one.readings, 'reading')} of {of} between {first}Z and {until}Z are lost: they "
        f"were taken, and were damaged before they came into the log; {NEXT}"
    )
