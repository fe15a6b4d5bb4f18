"""Statements of the journal that are damaged: a fault names each, because what they said decides no more.

Some are read by nobody after they were heard, as changes of alarms are. So all of them are looked at again, a
few each second, and damage is noticed before somebody asks.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from gateway.alarming.faults import Fault
from gateway.journal import entries
from gateway.journal.damaged import Damaged, DamagedStatement
from gateway.journal.failures import explained
from gateway.journal.schema import open_reading
from gateway.model import Severity
from gateway.text import one_line
from gateway.times import format_rfc3339

LOOK_S: Final = 0.02  # of a second, so that 100 000 are looked at in some minutes
AT_ONCE: Final = 20  # statements
MOST_NAMED: Final = 5  # with a fault each; of more there is one fault
NEXT: Final = "run `cryogate journal verify`, stop the gateway and restore a backup"


class StatementsWatch:
    """A check for the fault watch."""

    def __init__(self, journal: Path, damaged: Damaged, now_s: Callable[[], float] = time.monotonic) -> None:
        self._path = journal
        self._connection = open_reading(journal)
        self._damaged = damaged
        self._now_s = now_s
        self._seq = 0  # of the statement that was looked at last

    def __call__(self) -> Iterator[Fault]:
        """Critical: it may have said who was inside, or which limits held."""
        with explained(self._path):
            self._look_on()
        found = self._damaged.statements()
        if len(found) <= MOST_NAMED:
            yield from (Fault(f"journal entry:{one.seq}", Severity.CRITICAL, _words(one)) for one in found)
        else:
            entries = ", ".join(str(one.seq) for one in found[:MOST_NAMED])
            what = f"{len(found)} statements are damaged (entries {entries} and others)"
            yield Fault(
                "journal entries",
                Severity.CRITICAL,
                f"{what}: what they said does not count; {NEXT}",
                told_anew=True,
            )

    def _look_on(self) -> None:
        began_s = self._now_s()
        while self._now_s() - began_s < LOOK_S:
            last = entries.look_at_statements(self._connection, self._seq, AT_ONCE, self._damaged)
            self._seq = last or 0
            if last is None:  # the end: from the beginning again
                return


def _words(one: DamagedStatement) -> str:
    what = f"of kind {one_line(one.kind)[:40]!r}, stated at {format_rfc3339(_a_time(one.committed_ns))[:19]}Z"
    return f"journal entry {one.seq} ({what}) is damaged: what it said does not count; {NEXT}"


def _a_time(time_ns: int) -> int:
    """Whatever damage made of it."""
    return max(0, min(time_ns, 2**62))
