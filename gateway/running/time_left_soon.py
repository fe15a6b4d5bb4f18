"""How long is left, for messages: a flood does not wait for it.

An answer costs a fifth of a second of the processor, and in a flood a thousand alarms are told in a minute.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from gateway.alarms.call import TimeLeft

MOST_S: Final = 3.0  # of a minute spent on answers; whoever asks then is told that it is not known
MINUTE_S: Final = 60.0
Ask = Callable[[Mapping[str, Any], int], TimeLeft | None]


class TimeLeftSoon:
    """Belongs to one thread, as what it asks does."""

    def __init__(self, ask: Ask, now_s: Callable[[], float] = time.monotonic) -> None:
        self._ask = ask
        self._now_s = now_s
        self._minute_s = now_s()
        self._spent_s = 0.0

    def __call__(self, alarm: Mapping[str, Any], now_ns: int) -> TimeLeft | None:
        """None where it is not known, or not known soon."""
        if not self._may_ask():
            return None
        began_s = self._now_s()
        try:
            return self._ask(alarm, now_ns)
        finally:
            self._spent_s += self._now_s() - began_s

    def _may_ask(self) -> bool:
        now_s = self._now_s()
        if now_s - self._minute_s >= MINUTE_S:
            self._minute_s, self._spent_s = now_s, 0.0
        return self._spent_s < MOST_S
