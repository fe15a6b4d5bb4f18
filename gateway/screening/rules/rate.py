"""rate: the value rises, or falls, faster than a limit; least squares over a window."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from gateway.dataclass import dataclass
from gateway.screening.rules import SLOPE_UNIT, need_delays, need_size, need_value, need_window


@dataclass(frozen=True, slots=True)
class Parameters:
    """rising: entry slope > limit, exit slope <= limit - deadband; falling: mirrored, with a negative limit.

    Where the slope is not determined (too few readings, or less than half the window) exit holds.
    """

    side: Literal["rising", "falling"]
    limit: float = field(metadata=SLOPE_UNIT)
    window_s: float
    deadband: float = field(default=0.0, metadata=SLOPE_UNIT)
    min_readings: int = 3
    on_delay_s: float = 0.0
    off_delay_s: float = 0.0

    def __post_init__(self) -> None:
        if self.side not in ("rising", "falling"):
            raise ValueError(f"side must be 'rising' or 'falling', got {self.side!r}")
        need_value("limit", self.limit)
        if (self.side == "rising") != (self.limit > 0) or self.limit == 0:
            raise ValueError(f"limit must be positive for rising, negative for falling, got {self.limit}")
        need_size("deadband", self.deadband)
        need_window(self.window_s, self.min_readings)
        need_delays(self.on_delay_s, self.off_delay_s)


def looks_back_s(parameters: Parameters) -> float:
    return parameters.window_s
