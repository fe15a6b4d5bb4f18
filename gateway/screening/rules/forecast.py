"""forecast: at the present slope the value will be beyond a limit within the horizon."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from gateway.dataclass import dataclass
from gateway.screening.rules import VALUE_UNIT, Limit, need_delays, need_duration, need_value, need_window


@dataclass(frozen=True, slots=True)
class Parameters:
    """high: entry slope > 0 and value + slope * horizon > limit, exit otherwise; low: mirrored.

    The slope is that of `rate`; where it is not determined exit holds.
    """

    side: Literal["high", "low"]
    limit: float = field(metadata=VALUE_UNIT)
    horizon_s: float
    window_s: float
    min_readings: int = 3
    on_delay_s: float = 0.0
    off_delay_s: float = 0.0

    def __post_init__(self) -> None:
        if self.side not in ("high", "low"):
            raise ValueError(f"side must be 'high' or 'low', got {self.side!r}")
        need_value("limit", self.limit)
        need_duration("horizon_s", self.horizon_s)
        need_window(self.window_s, self.min_readings)
        need_delays(self.on_delay_s, self.off_delay_s)


def limit_of(parameters: Parameters) -> Limit:
    return parameters.side, parameters.limit


def looks_back_s(parameters: Parameters) -> float:
    return parameters.window_s
