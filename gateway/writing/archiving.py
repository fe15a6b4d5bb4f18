"""Archiving: what is old enough in the journal becomes Parquet files, beside everything else."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from gateway.errors import JournalError
from gateway.journal.rollover import RollOver, SegmentEnd

log = logging.getLogger(__name__)
LOOK_S: Final = 30.0  # between looks whether a segment is complete
WORK_S: Final = 0.005  # at once, before the threads that commit and screen get as much
REST_S: Final = 0.005


class Archiving:
    """Owns the connection that rolls over; runs in a thread of its own."""

    def __init__(self, path: Path, hot_ns: int, now_ns: Callable[[], int] = time.time_ns) -> None:
        self._path = path
        self._segment = SegmentEnd(hot_ns)
        self._now_ns = now_ns
        self.problem = ""  # why nothing is archived; empty while all is well

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set. Raises JournalError; the supervisor calls again."""
        with RollOver(self._path, _Pace(stop)) as roll:
            while not stop.is_set():
                began_s = time.monotonic()
                readings = roll.step(self._now_ns(), self._segment)
                self.problem = ""
                if readings:
                    log.info("archived %d readings in %.1f s", readings, time.monotonic() - began_s)
                else:
                    stop.wait(LOOK_S)

    def failed(self, reason: str) -> None:
        if not self.problem:
            log.error("archiving stopped: %s; the journal keeps everything, archiving is tried again", reason)
        self.problem = reason


class _Pace:
    """Half of the time it rests: whoever waits for the interpreter gets it. Ends the work at a stop."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._began_s = time.monotonic()

    def __call__(self) -> None:
        if self._stop.is_set():
            raise JournalError("the gateway stops; what is not archived yet stays in the journal")
        if time.monotonic() - self._began_s > WORK_S:
            self._stop.wait(REST_S)
            self._began_s = time.monotonic()
