"""A bound on how many messages a service gets in a minute: one that counts more punishes all that follow."""

from __future__ import annotations

import time
from collections import deque
from typing import Final

from gateway.errors import NotYet

MINUTE_S: Final = 60.0


class Pace:
    """Used by one thread; knows nothing of what other programs send."""

    def __init__(self, most: int, place: str) -> None:
        self._most = most
        self._place = place
        self._sent_s: deque[float] = deque()  # monotonic, the oldest first

    def step(self) -> None:
        """Before each message. Raises NotYet where it has to wait."""
        now_s = time.monotonic()
        while self._sent_s and now_s - self._sent_s[0] >= MINUTE_S:
            self._sent_s.popleft()
        if len(self._sent_s) >= self._most:
            left_s = self._sent_s[0] + MINUTE_S - now_s
            raise NotYet(
                f"{self._place}: it takes {self._most} messages a minute; the next one in {left_s:.0f} s",
                left_s,
            )
        self._sent_s.append(now_s)
