"""limit: the value is beyond a limit, with a deadband on the way back and delays on both ways."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from gateway.dataclass import dataclass
from gateway.screening.rules import VALUE_UNIT, Limit, need_delays, need_size, need_value


@dataclass(frozen=True, slots=True)
class Parameters:
    """high: entry value > limit, exit value <= limit - deadband; low: mirrored."""

    side: Literal["high", "low"]
    limit: float = field(metadata=VALUE_UNIT)
    deadband: float = field(default=0.0, metadata=VALUE_UNIT)
    on_delay_s: float = 0.0
    off_delay_s: float = 0.0

    def __post_init__(self) -> None:
        if self.side not in ("high", "low"):
            raise ValueError(f"side must be 'high' or 'low', got {self.side!r}")
        need_value("limit", self.limit)
        need_size("deadband", self.deadband)
        need_delays(self.on_delay_s, self.off_delay_s)


def limit_of(parameters: Parameters) -> Limit:
    return parameters.side, parameters.limit
