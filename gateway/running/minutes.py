"""A part of each minute that may be spent on what is not needed at once: a flood does not wait for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

MINUTE_S: Final = 60.0


class Minutes:
    """Belongs to one thread."""

    def __init__(self, most_s: float, now_s: Callable[[], float] = time.monotonic) -> None:
        self._most_s = most_s
        self._now_s = now_s
        self._minute_s, self._spent_s = now_s(), 0.0

    def has_time(self) -> bool:
        """Whether something is left of this minute's part."""
        now_s = self._now_s()
        if now_s - self._minute_s >= MINUTE_S:
            self._minute_s, self._spent_s = now_s, 0.0
        return self._spent_s < self._most_s

    @contextmanager
    def spending(self) -> Iterator[None]:
        """What is done inside counts."""
        began_s = self._now_s()
        try:
            yield
        finally:
            self._spent_s += self._now_s() - began_s
