"""Whether the heart goes round: readings can be stored, they are screened, and somebody would be told.

A heartbeat is only as good as what it asks. Parts that go round say when they last did; that a commit is
possible is tried, because an idle gateway would not notice.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, Protocol

from gateway.heartbeats import Health
from gateway.journal.probe import Probe
from gateway.text import counted

log = logging.getLogger(__name__)
LOOK_S: Final = 5.0
PATIENCE_S: Final = 60.0  # nothing a part waits for takes that long
RESUMED_S: Final = 10.0  # after this program stood still itself, for every part to go round once
MUTE_S: Final = 300.0  # mail servers restart; nobody was told for so long


class Moving(Protocol):
    """A part that goes round."""

    @property
    def moved_s(self) -> float: ...


class Telling(Protocol):
    """A part that says why it does nothing; empty while all is well."""

    @property
    def problem(self) -> str: ...


class Calling(Telling, Protocol):
    """Who calls people; `nobody`: the groups of alarms about which nobody could be reached."""

    @property
    def nobody(self) -> Mapping[str, int]: ...


class Organ(Moving, Telling, Protocol):
    """A part without which nobody watches any product."""


class Heart:
    """Asked by heartbeats and by the watchdog; looks by itself in a thread of its own."""

    def __init__(
        self,
        pump: Organ,
        screening: Organ,
        faults: Moving,
        notifiers: Sequence[Telling],
        caller: Calling,
        probe: Probe,
        runs_for_s: Callable[[], float] = lambda: math.inf,
    ) -> None:
        """`runs_for_s`: since this program, or its machine, stood still."""
        self._pump = pump
        self._screening = screening
        self._faults = faults
        self._notifiers = notifiers
        self._caller = caller
        self._probe, self._runs_for_s = probe, runs_for_s
        self._began = (pump.moved_s, screening.moved_s, faults.moved_s)
        self._began_s = time.monotonic()
        self._looked_s: float | None = None  # monotonic: when it last got through; None: not yet
        self._cannot_commit = ""
        self._mute_since_s: float | None = None

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set."""
        while True:
            self.look()
            if stop.wait(LOOK_S):
                return

    def look(self) -> None:
        """Try what an idle gateway would not notice. A disk that hangs holds it up, and that is told, too."""
        problem = self._probe.problem()
        if bool(problem) != bool(self._cannot_commit):
            log.log(logging.ERROR if problem else logging.WARNING, "commit: %s", problem or "possible again")
        self._cannot_commit = problem
        is_mute = bool(self._notifiers) and all(one.problem for one in self._notifiers)
        self._mute_since_s = (self._mute_since_s or time.monotonic()) if is_mute else None
        self._looked_s = time.monotonic()

    def stuck(self, patience_s: float) -> str:
        """What has not moved for so long, although nothing it waits for takes that long; empty: nothing."""
        idle_s = {"the pump": self._idle_s(self._pump), "screening": self._idle_s(self._screening)}
        return ", ".join(
            f"{part} has not moved for {s:.0f} s" for part, s in idle_s.items() if s > patience_s
        )

    def _idle_s(self, part: Moving) -> float:
        return 0.0 if self._runs_for_s() < RESUMED_S else time.monotonic() - part.moved_s

    def health(self) -> tuple[Health, str]:
        """How it is now, and what is wrong where it is blind."""
        wrong = "; ".join(self._wrong())
        if wrong:
            return Health.BLIND, wrong
        now = (self._pump.moved_s, self._screening.moved_s, self._faults.moved_s)
        has_gone_round = all(moved > began for moved, began in zip(now, self._began, strict=True))
        return Health.ALIVE if has_gone_round and self._looked_s is not None else Health.STARTING, ""

    def _wrong(self) -> Iterator[str]:
        if stuck := self.stuck(PATIENCE_S):
            yield stuck
        now_s = time.monotonic()
        if self._idle_s(self._faults) > PATIENCE_S:
            yield "nobody looks for faults any more"
        if now_s - (self._looked_s or self._began_s) > PATIENCE_S and self._runs_for_s() >= RESUMED_S:
            yield "the disk of the journal does not answer"
        if problem := self._pump.problem or self._cannot_commit:
            yield f"no reading can be stored: {problem}"
        if problem := self._screening.problem:
            yield f"nothing is screened: {problem}"
        if self._mute_since_s is not None and now_s - self._mute_since_s > MUTE_S:
            yield f"no notifier reaches anybody: {self._notifiers[0].problem}"
        if problem := self._caller.problem:
            yield f"nobody is called: {problem}"
        if unheard := len(self._caller.nobody):
            yield f"nobody could be reached about {counted(unheard, 'group')} of alarms"
