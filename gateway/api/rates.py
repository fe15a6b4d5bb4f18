"""How often an account may ask: a bucket that fills again, so that one program cannot take all threads."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

BURST: Final = 500.0  # requests at once: a page that opens, a program that starts
A_SECOND: Final = 100.0
MOST_ACCOUNTS: Final = 10_000  # that are remembered; who asked longest ago is forgotten


class Rates:
    """Belongs to the event loop."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # how many, and when that was

    def wait_s(self, account: str) -> float:
        """How long this request has to wait; 0: it may pass, and counts."""
        now_s = self._now_s()
        left, at_s = self._left.pop(account, (BURST, now_s))
        left = min(BURST, left + (now_s - at_s) * A_SECOND)
        passes = left >= 1.0
        self._left[account] = (left - 1.0 if passes else left, now_s)
        if len(self._left) > MOST_ACCOUNTS:
            self._left.popitem(last=False)
        return 0.0 if passes else (1.0 - left) / A_SECOND
