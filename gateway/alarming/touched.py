"""Assets whose contents changed, until their alarms tell it: where that takes long, not with every statement.

What 100 000 units say of one alarm takes a second. Whoever loads them states some hundred at a time, and the
alarms of others would wait.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Final

SHORT_S: Final = 0.05  # a look that takes no longer is made whenever something was said
RESTS: Final = 9.0  # times as long as it took, before a look that may wait


class Touched:
    """Empty where alarms say all that is known."""

    def __init__(self) -> None:
        self._assets: dict[str, str] = {}  # identity, and the last statement about it
        self._rests_until_s = 0.0  # monotonic

    def __bool__(self) -> bool:
        return bool(self._assets)

    def add(self, assets: Iterable[str], statement: str) -> None:
        self._assets |= dict.fromkeys(assets, statement)

    def taken(self, *, may_wait: bool) -> Iterator[tuple[str, str]]:
        """Each asset with the statement, once; none yet where it may wait and was looked at lately."""
        began_s = time.monotonic()
        if may_wait and began_s < self._rests_until_s:
            return
        assets, self._assets = self._assets, {}
        yield from assets.items()
        took_s = time.monotonic() - began_s
        if took_s > SHORT_S:
            self._rests_until_s = began_s + took_s + RESTS * took_s
