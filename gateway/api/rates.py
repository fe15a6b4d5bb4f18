"""How often an account may ask, or an address before it is known who asks: a bucket that fills again.

So one program cannot take all threads. What takes long counts as several requests.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Final

BURST: Final = 500.0  # requests at once: a page that opens, a program that starts
A_SECOND: Final = 100.0
MOST_ACCOUNTS: Final = 10_000  # that are remembered; who asked longest ago is forgotten
COSTLY: Final[Mapping[str, float]] = dict.fromkeys(  # seconds of a core: 25 at once, 5 a second
    (
        "/api/v1/readings/file",
        "/api/v1/audit/file",
        "/api/v1/profiles/preview",
        "/api/v1/imports/preview",
        "/api/v1/imports",
        "/api/v1/contents/file",
        "/api/v1/reports",
        "/api/v1/journal/verify",
        "/api/v1/journal/replay",
        "/api/v1/alarm-health/advice",
        "/api/v1/reviews",
        "/api/v1/contents/preview",
        "/api/v1/beginning/preview",
        "/api/v1/refused/{source}/preview",
        "/api/v1/refused/{source}/channel",
        "/api/v1/refused/{source}/channel/preview",
    ),
    20.0,
)


class Rates:
    """Belongs to the event loop."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # how many, and when that was

    def wait_s(self, account: str, path: str = "") -> float:
        """How long a request of this route has to wait; 0: it may pass, and counts."""
        cost = COSTLY.get(path, 1.0)
        now_s = self._now_s()
        left, at_s = self._left.pop(account, (BURST, now_s))
        left = min(BURST, left + (now_s - at_s) * A_SECOND)
        passes = left >= cost
        self._left[account] = (left - cost if passes else left, now_s)
        if len(self._left) > MOST_ACCOUNTS:
            self._left.popitem(last=False)
        return 0.0 if passes else (cost - left) / A_SECOND
