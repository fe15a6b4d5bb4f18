"""What became of the gateway's clock, stated in the journal: trusted or not since when, and each jump.

One statement per boot where nothing happens; people and reports read them, screening does not.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from typing import Final

from gateway.clocks.gateway_clock import Change, GatewayClock
from gateway.errors import JournalError
from gateway.journal.journal import Journal, Statement
from gateway.model import SECOND
from gateway.statements import clock
from gateway.statements.clock import ClockChange

log = logging.getLogger(__name__)
LOOK_S: Final = 1.0
MOST_LOOKED_AT: Final = 100  # entries, for the newest reading: statements may stand behind it


def clock_of(journal: Journal, require_sync: bool) -> GatewayClock:
    """The clock of this run, which knows what the journal knows."""
    return GatewayClock(require_sync, _newest(journal), _last_stated(journal))


class ClockWatch:
    """Looks at the clock once a second; runs in a thread of its own, with its own connection."""

    def __init__(
        self, gateway: str, journal: Journal, clock: GatewayClock, jumped: Callable[[], None]
    ) -> None:
        self._gateway = gateway
        self._journal = journal
        self._clock = clock
        self._jumped = jumped
        before = _last_stated(journal)
        self._stated = ("", False) if before is None else (before.boot, before.trusted)
        self._waiting: list[Statement] = []
        self._stood_s = clock.stood_s()

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set."""
        while True:
            self.look()
            if stop.wait(LOOK_S):
                return

    def look(self) -> None:
        """One look, and what follows from it."""
        self._clock.look()
        self._look_back()
        while self._clock.changes:
            self._hear(self._clock.changes.popleft())
        if not self._waiting:
            return
        try:
            self._journal.commit(statements=self._waiting)
        except JournalError:  # the pump says so; this is said as soon as it can be
            return
        self._waiting = []

    def _look_back(self) -> None:
        before_s, self._stood_s = self._stood_s, self._clock.stood_s()
        if self._stood_s > before_s:
            stood_s = self._stood_s - before_s
            log.warning("the gateway did not run for %.0f s; silence is counted from now on", stood_s)

    def _hear(self, change: Change) -> None:
        if change.jump_ns:
            self._jumped()
            log.warning("the clock of this machine jumped by %+.3f s", change.jump_ns / SECOND)
        if (self._clock.boot, change.trusted) != self._stated or change.jump_ns:
            log.log(
                logging.INFO if change.trusted else logging.WARNING,
                "the clock is %s",
                "trusted" if change.trusted else f"not trusted, readings are uncertain: {change.reason}",
            )
            said = change.stated(self._clock.boot, self._clock.offset_ns)
            self._waiting.append(Statement(clock.KIND, self._gateway, change.at_ns, clock.to_body(said)))
            self._stated = self._clock.boot, change.trusted


def _last_stated(journal: Journal) -> ClockChange | None:
    """By any gateway of this journal; None: nobody did."""
    last = None
    for _, statement in journal.statements(clock.KIND):
        last = statement
    return None if last is None else clock.of(last.body)


def _newest(journal: Journal) -> int:
    """When the newest reading was received, by this clock as it ran before; 0 where there is none."""
    last = journal.last_seq()
    for seq in range(last, max(0, last - MOST_LOOKED_AT), -1):
        with contextlib.suppress(JournalError):  # a damaged entry: whoever reads on is told
            entry = journal.entries(seq - 1, 1)[0]
            if entry.arrivals is not None:
                return int(entry.arrivals.received.max())
    return 0
