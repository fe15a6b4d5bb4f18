"""One heartbeat in a thread of its own: tells each period how the heart is, and at once when that changes.

Whoever does not answer delays nothing but this thread. It never says "alive" by itself: it asks the heart
each time, and a heart that does not go round is told as blind.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from gateway.alarming.faults import Check, Fault
from gateway.errors import LinkDown
from gateway.followers.pauses import Pauses
from gateway.heartbeats import Beat, Health, Heartbeat
from gateway.model import Severity
from gateway.times import format_rfc3339

log = logging.getLogger(__name__)
LOOK_S: Final = 1.0
UNANSWERED_S: Final = 300.0  # services restart; after this long nobody would notice our silence


class Heartbeating:
    """What has no underscore may be read from other threads."""

    def __init__(
        self,
        name: str,
        kind: str,
        heartbeat: Heartbeat,
        period_s: float,
        look: Callable[[], Beat],
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = f"heartbeat:{name}"
        self.kind = kind
        self.problem = ""  # why it was not answered; empty where it was
        self.answer = ""  # the last one
        self.answered_ns: int | None = None  # None: not since the start
        self.said: Health | None = None  # what was answered last
        self._heartbeat = heartbeat
        self._period_s = period_s
        self._look = look
        self._now_s = now_s
        self._pauses = Pauses()
        self._due_s = 0.0  # monotonic

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set; then it says that somebody ended it."""
        self._due_s, self.said = 0.0, None
        self.tell(self._as(Health.STARTING))
        self._due_s = 0.0
        while not stop.wait(LOOK_S):
            self.step()
        with contextlib.suppress(LinkDown):  # who waits for us notices all the same
            self._heartbeat.beat(self._as(Health.STOPPED))
        self._heartbeat.close()

    def step(self) -> None:
        """Tell it where it is time, or where it is another than what was said last."""
        beat = self._look()
        has_changed = beat.health is not self.said and not self.problem
        if beat.health is not Health.STARTING and (has_changed or self._now_s() >= self._due_s):
            self.tell(beat)

    def tell(self, beat: Beat) -> None:
        """Once; a problem is kept, and it is tried again before the next period."""
        try:
            self.answer = self._heartbeat.beat(beat)
        except LinkDown as problem:
            if not self.problem:
                log.warning("%s: %s", self.name, problem)
            self.problem = str(problem)
            self._due_s = self._now_s() + min(self._period_s, self._pauses.next_s(problem.after_s))
            return
        if self.problem:
            log.warning("%s: answered again", self.name)
        self.problem, self.answered_ns, self.said = "", beat.at_ns, beat.health
        self._pauses.reset()
        self._due_s = self._now_s() + self._period_s

    def failed(self, reason: str) -> None:
        """It stopped in a way nobody foresaw; shown until it goes on."""
        self.problem = reason

    def status(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {
            "name": self.name.partition(":")[2],
            "kind": self.kind,
            "said": None if self.said is None else self.said.value,
            "answered": None if self.answered_ns is None else format_rfc3339(self.answered_ns),
            "answer": self.answer,
            "problem": self.problem,
        }

    def _as(self, health: Health) -> Beat:
        """What it is, whatever the heart says."""
        beat = self._look()
        return Beat(beat.gateway, beat.journal, beat.sites, health, "", beat.at_ns)


def check(heartbeats: Sequence[Heartbeating]) -> Check:
    """One that is not answered: whoever waits for it calls people for nothing, or nobody waits any more."""

    def faults() -> Iterator[Fault]:
        for one in heartbeats:
            if one.problem:
                message = f"{one.name}: not answered: {one.problem}; nobody would notice if this gateway died"
                yield Fault(one.name, Severity.MAJOR, message, after_s=UNANSWERED_S)

    return faults
