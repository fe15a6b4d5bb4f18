"""drift: small deviations from a target that add up (CUSUM), one-sided or two-sided.

The sum counts in decimal steps, and one reading adds or takes at most 1024 h: integers, so that no cut of the
readings changes it, and a sum that is written like h is h. What has more decimals is rounded to a step.
"""

from __future__ import annotations

from dataclasses import field
from typing import Final, Literal

from gateway.dataclass import dataclass
from gateway.screening.rules import VALUE_UNIT, need_delays, need_size, need_value

FINEST: Final = 9  # decimals: readings have no more of them
STEPS: Final = 2**20  # in one h, or more, where readings have so many decimals


def decimals(h: float) -> int:
    """How many decimals the sum of a rule has: the fewest that divide h into so many steps."""
    return next((k for k in range(FINEST) if h * 10.0**k >= STEPS), FINEST)


@dataclass(frozen=True, slots=True)
class Parameters:
    """up: S = max(0, S + value - target - slack) from 0; entry S > h, exit S = 0; down: mirrored.

    both: entry where either sum is beyond h, exit where both are 0. The extreme is the reading furthest from
    the target on the side that fired; of both, on the side whose sum made it begin.
    """

    side: Literal["up", "down", "both"]
    target: float = field(metadata=VALUE_UNIT)
    slack: float = field(metadata=VALUE_UNIT)
    h: float = field(metadata=VALUE_UNIT)
    on_delay_s: float = 0.0
    off_delay_s: float = 0.0

    def __post_init__(self) -> None:
        if self.side not in ("up", "down", "both"):
            raise ValueError(f"side must be 'up', 'down' or 'both', got {self.side!r}")
        need_value("target", self.target)
        need_size("slack", self.slack)
        need_size("h", self.h)
        if self.h < 1e-9:
            raise ValueError(f"h must be at least 1e-9, got {self.h}")
        need_delays(self.on_delay_s, self.off_delay_s)
