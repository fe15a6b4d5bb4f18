"""Time that passes and that the gateway's clock does not count, or counts and that did not pass.

Where the clock of the machine was set back, the gateway's goes half as fast until both meet, or follows at
once where it is more than a day: a delay between two calls would take twice as long, or days. Where it was
set forward, the gateway's follows at once: all that is due within hours would be due in that moment.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from gateway.model import SECOND

LEAST_NS: Final = SECOND  # what it takes to say so


def since_boot() -> int:
    """Also while the machine sleeps; nobody sets it."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


class Uncounted:
    """Belongs to one thread. `now_ns`: the gateway's clock."""

    def __init__(self, now_ns: Callable[[], int], steady_ns: Callable[[], int]) -> None:
        self._now_ns, self._steady_ns = now_ns, steady_ns
        self._from = now_ns(), steady_ns()

    def take(self) -> int:
        """So much since it was taken last; less than 0 where the clock counted what did not pass."""
        now_ns, steady_ns = self._now_ns(), self._steady_ns()
        lost_ns = (steady_ns - self._from[1]) - (now_ns - self._from[0])
        if abs(lost_ns) < LEAST_NS:
            return 0
        self._from = now_ns, steady_ns
        return lost_ns
