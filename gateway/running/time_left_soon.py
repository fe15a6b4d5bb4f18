"""How long is left, for messages: a flood does not wait for it.

An answer costs a fifth of a second of the processor, and in a flood a thousand alarms are told in a minute.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from gateway.alarms.call import TimeLeft
from gateway.running.minutes import Minutes

MOST_S: Final = 3.0  # of a minute spent on answers; whoever asks then is told that it is not known
Ask = Callable[[Mapping[str, Any], int], TimeLeft | None]


class TimeLeftSoon:
    """Belongs to one thread, as what it asks does."""

    def __init__(self, ask: Ask, now_s: Callable[[], float] = time.monotonic) -> None:
        self._ask = ask
        self._minutes = Minutes(MOST_S, now_s)

    def __call__(self, alarm: Mapping[str, Any], now_ns: int) -> TimeLeft | None:
        """None where it is not known, or not known soon."""
        if not self._minutes.has_time():
            return None
        with self._minutes.spending():
            return self._ask(alarm, now_ns)
