"""Statements of the journal that are damaged: a fault names each, because what they said decides no more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gateway.alarming.faults import Fault
from gateway.journal.damaged import Damaged, DamagedStatement
from gateway.model import Severity
from gateway.text import one_line
from gateway.times import format_rfc3339

MOST_NAMED: Final = 5  # with a fault each; of more there is one fault
NEXT: Final = "run `cryogate journal verify`, stop the gateway and restore a backup"


class StatementsWatch:
    """A check for the fault watch."""

    def __init__(self, damaged: Damaged) -> None:
        self._damaged = damaged

    def __call__(self) -> Iterator[Fault]:
        """Critical: it may have said who was inside, or which limits held."""
        found = self._damaged.statements()
        if len(found) <= MOST_NAMED:
            yield from (Fault(f"journal entry:{one.seq}", Severity.CRITICAL, _words(one)) for one in found)
        else:
            entries = ", ".join(str(one.seq) for one in found[:MOST_NAMED])
            what = f"{len(found)} statements are damaged (entries {entries} and others)"
            yield Fault(
                "journal entries", Severity.CRITICAL, f"{what}: what they said does not count; {NEXT}"
            )


def _words(one: DamagedStatement) -> str:
    what = f"of kind {one_line(one.kind)[:40]!r}, stated at {format_rfc3339(_a_time(one.committed_ns))[:19]}Z"
    return f"journal entry {one.seq} ({what}) is damaged: what it said does not count; {NEXT}"


def _a_time(time_ns: int) -> int:
    """Whatever damage made of it."""
    return max(0, min(time_ns, 2**62))
