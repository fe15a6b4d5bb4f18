"""How long one person may shelve an alarm: `[shelving]`."""

from __future__ import annotations

import dataclasses
from typing import Final

from gateway.dataclass import dataclass
from gateway.model import SECOND, Severity

HOUR_NS: Final = 3600 * SECOND
LONGEST_H: Final = 720.0  # 30 days: what is longer is out of service, and two people say so


@dataclass(frozen=True, slots=True)
class Shelving:
    """The longest time for alarms of each severity."""

    critical_h: float = 1.0
    major_h: float = 4.0
    minor_h: float = 8.0
    warning_h: float = 24.0

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            check_hours(field.name, getattr(self, field.name))

    def longest_h(self, severity: Severity) -> float:
        return float(getattr(self, f"{severity.name.lower()}_h"))


def check_hours(name: str, hours: float) -> None:
    """Raises ValueError for a time that nobody should be without an alarm for."""
    if not 0 < hours <= LONGEST_H:
        raise ValueError(
            f"{name} must be more than 0 and at most {LONGEST_H:g} (30 days): nothing is quiet for ever"
        )
