"""How long to wait before the next try: longer each time, and never the same for two gateways."""

from __future__ import annotations

import random
from typing import Final

SHORTEST_S: Final = 0.5
LONGEST_S: Final = 30.0
JITTER: Final = 0.2  # a whole site must not come back at once


class Pauses:
    """0.5 s, 1 s, 2 s, ... up to 30 s, each 20 % more or less by chance."""

    def __init__(self) -> None:
        self._next_s = SHORTEST_S

    def next_s(self, at_least_s: float = 0.0) -> float:
        """The pause after one more failure; whoever failed may ask for more."""
        pause_s, self._next_s = self._next_s, min(LONGEST_S, self._next_s * 2)
        return max(at_least_s, pause_s * random.uniform(1 - JITTER, 1 + JITTER))

    def reset(self) -> None:
        """It worked: the next pause is the shortest again."""
        self._next_s = SHORTEST_S
