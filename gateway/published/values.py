"""Values as every published shape has them: moments, durations, and what is not known."""

from __future__ import annotations

from typing import Final

from gateway.model import SECOND
from gateway.times import format_rfc3339

UNKNOWN: Final = "unknown"  # nobody has said what is inside; never "none"
WITHDRAWN: Final = "withdrawn"  # how an excursion ended that late data say never was


def moment(time_ns: int | None) -> str | None:
    """RFC 3339, None where there is none."""
    return None if time_ns is None else format_rfc3339(time_ns)


def seconds(duration_ns: int | None) -> float | None:
    return None if duration_ns is None else duration_ns / SECOND
