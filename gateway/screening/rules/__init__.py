"""Screening rules, one file each; the file's name is the `kind` of a rule.

A file in this folder provides

    class Parameters                       frozen dataclass: the rule's keys; refuses with ValueError
    def group(members: Members) -> Group   all instances of this kind, screened together

A field in the unit of the channel says so in its metadata, and its key in the configuration carries the
unit: `limit` with VALUE_UNIT is written limit_degC, with SLOPE_UNIT limit_degC_per_min.
"""

from __future__ import annotations

import math
from typing import Final

from gateway.model import LARGEST_VALUE
from gateway.screening.history import MOST

VALUE_UNIT: Final = {"unit": "value"}
SLOPE_UNIT: Final = {"unit": "value per minute"}
LONGEST_S: Final = 3.2e8  # ten years; a longer delay is a mistake, and times stay far from overflow


def need_value(name: str, value: float) -> None:
    """Raise ValueError unless `value` is a number that a measurement can have."""
    if not math.isfinite(value) or abs(value) > LARGEST_VALUE:
        raise ValueError(f"{name} must be a finite number within ±{LARGEST_VALUE:g}, got {value}")


def need_size(name: str, value: float) -> None:
    """Raise ValueError unless `value` is a finite number, zero or more."""
    need_value(name, value)
    if value < 0:
        raise ValueError(f"{name} must not be negative, got {value}")


def need_duration(name: str, seconds: float, shortest_s: float = 0.0) -> None:
    """Raise ValueError unless `seconds` is a finite duration, at least `shortest_s`."""
    if not math.isfinite(seconds) or not shortest_s <= seconds <= LONGEST_S:
        raise ValueError(f"{name} must lie between {shortest_s:g} and {LONGEST_S:g}, got {seconds}")


def need_delays(on_delay_s: float, off_delay_s: float) -> None:
    """Raise ValueError unless both are delays that a latch can wait for."""
    need_duration("on_delay_s", on_delay_s)
    need_duration("off_delay_s", off_delay_s)


def need_window(window_s: float, min_readings: int) -> None:
    """Raise ValueError unless a rule can look back on such a window."""
    need_duration("window_s", window_s, shortest_s=1e-6)
    if not 2 <= min_readings <= MOST:
        raise ValueError(f"min_readings must lie between 2 and {MOST}, got {min_readings}")
