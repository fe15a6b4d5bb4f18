"""What the journal lost by a damaged disk or log: a fault says so, until somebody has acknowledged it.

The statement of kind `recovery` stays in the journal; but people look at alarms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from gateway.alarming.faults import Fault
from gateway.journal.journal import Journal
from gateway.model import SECOND, Severity
from gateway.statements import fault, recovery
from gateway.statements.fault import FaultCleared
from gateway.statements.recovery import Recovery
from gateway.text import one_line
from gateway.times import to_the_second

KEY: Final = "recovery:"  # and the entry
RECENT_NS: Final = 7 * 86_400 * SECOND  # of what an earlier version left, people are not woken
MENDED: Final = "acknowledge this alarm, and it is over"
NEXT: Final = (
    "compare with what devices, sinks and people still have, let devices send again what they can, and check "
    "the disk (dmesg); acknowledge this alarm, and it is over"
)


class RecoveryWatch:
    """A check for the fault watch; recoveries happen while a journal is opened, and never later."""

    def __init__(self, journal: Journal, now_ns: int) -> None:
        said = (fault.of(statement.body) for _, statement in journal.statements(fault.KIND))
        over = {one.fault for one in said if isinstance(one, FaultCleared)}
        self._open: dict[str, Fault] = {}
        for seq, statement in journal.statements(recovery.KIND):
            key, recent = f"{KEY}{seq}", now_ns - statement.at_ns < RECENT_NS
            found = recovery.of(statement.body)
            if recent and key not in over and _may_have_lost(found):
                self._open[key] = self._fault(key, found, statement.at_ns)

    def __call__(self) -> Iterator[Fault]:
        """One for each recovery that nobody has acknowledged."""
        yield from list(self._open.values())

    def _fault(self, key: str, found: Recovery, at_ns: int) -> Fault:
        severity = Severity.MAJOR if found.first_seq is None else Severity.CRITICAL
        is_mended = found.first_seq is None and found.at is None
        step = MENDED if is_mended else NEXT
        message = f"{one_line(found.message)} (found at {to_the_second(at_ns)}); {step}"
        seen: Callable[[], None] = partial(self._seen, key)
        return Fault(key, severity, message, seen=seen)

    def _seen(self, key: str) -> None:
        self._open.pop(key, None)


def _may_have_lost(found: Recovery) -> bool:
    """Frames that end no commit are a write that was under way, and was never acknowledged."""
    return found.commits != 0
