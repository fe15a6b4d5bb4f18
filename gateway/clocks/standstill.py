"""Whether the program itself stood still: it was stopped, or its machine was, or was saved and went on.

Meanwhile nobody listened, so nobody knows who was silent. Whoever counts a silence gives it its time again
(`Excuse`). A silence that was known before stays known: that is the business of whoever states it.

    looked_at    while it runs: a thread that does nothing else looks every second, also during a long start,
                 and while all others wait for a disk
    look         by whoever counts silences, before it does: who looks first behind a standstill notices it
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from gateway.clocks.silence import steady_s

LONGEST_S: Final = 5.0  # between two looks, on a machine that is busy
LOOK_S: Final = 1.0


class Standstill:
    """From any thread."""

    def __init__(self, now_s: Callable[[], float] = steady_s) -> None:
        self._now_s = now_s
        self._lock = threading.Lock()
        self._looked_s = self._since_s = now_s()
        self._stood_s = 0.0

    def look(self) -> float:
        """How long it stood still in all since the program began, s."""
        with self._lock:
            now_s = self._now_s()
            if (gap_s := now_s - self._looked_s) > LONGEST_S:
                self._stood_s += gap_s
                self._since_s = now_s
            self._looked_s = now_s
            return self._stood_s

    def runs_for_s(self) -> float:
        """Since the last standstill, or since the program began."""
        self.look()
        return self._now_s() - self._since_s

    @contextmanager
    def looked_at(self) -> Iterator[None]:
        """From now on, until the end of the block, each gap is a standstill."""
        with self._lock:
            self._looked_s = self._now_s()
        over = threading.Event()
        looking = threading.Thread(target=self._keep_looking, args=(over,), name="standstill", daemon=True)
        looking.start()
        try:
            yield
        finally:
            over.set()
            looking.join()

    def _keep_looking(self, over: threading.Event) -> None:
        while not over.wait(LOOK_S):
            self.look()
