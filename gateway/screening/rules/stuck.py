"""stuck: the value has hardly moved over a whole window; a frozen or dead sensor that repeats itself."""

from __future__ import annotations

from dataclasses import field

from gateway.dataclass import dataclass
from gateway.screening.rules import VALUE_UNIT, need_delays, need_size, need_window


@dataclass(frozen=True, slots=True)
class Parameters:
    """Entry: max - min over (t - window, t] <= epsilon, with at least `min_readings` readings of which the
    oldest came within one max_gap of the window's start. Exit: anything else."""

    epsilon: float = field(metadata=VALUE_UNIT)
    window_s: float
    min_readings: int = 3
    on_delay_s: float = 0.0
    off_delay_s: float = 0.0

    def __post_init__(self) -> None:
        need_size("epsilon", self.epsilon)
        need_window(self.window_s, self.min_readings)
        need_delays(self.on_delay_s, self.off_delay_s)


def looks_back_s(parameters: Parameters) -> float:
    return parameters.window_s
