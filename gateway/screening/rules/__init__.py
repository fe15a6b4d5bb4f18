"""What a screening rule says, one file each; the file's name is the `kind` of a rule.

A file in this folder provides

    class Parameters                       frozen dataclass: the rule's keys; refuses with ValueError

and, where it has them,

    def limit_of(parameters) -> Limit        beyond which its excursions count the channel's own value
    def looks_back_s(parameters) -> float    how far its window reaches

How it screens is in the file of the same name in gateway/screening/kernels.

A field in the unit of the channel says so in its metadata, and its key in the configuration carries the
unit: `limit` with VALUE_UNIT is written limit_degC, with SLOPE_UNIT limit_degC_per_min. One that names
another channel says so too: PARTNER for a channel of the same unit, PRESSURE for one in Pa. OF_DEGC stands at
what means nothing but for a channel in degC.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
import math
from collections.abc import Iterator
from types import ModuleType
from typing import Any, Final, Literal

from gateway.model import LARGEST_VALUE

VALUE_UNIT: Final = {"unit": "value"}
SLOPE_UNIT: Final = {"unit": "value per minute"}
PARTNER: Final = {"channel": None}
OF_DEGC: Final = {"only": "degC"}
PRESSURE: Final = {"channel": "Pa", "only": "degC"}
LONGEST_S: Final = 3.2e8  # ten years; a longer delay is a mistake, and times stay far from overflow
LIMIT: Final = "limit"  # the kind of rules that say what is in range
RULES: Final = __name__  # the package of the rule files
MOST: Final = 65_536  # readings a window holds; sums over them fit into 64 bits (slope.py)
Limit = tuple[Literal["high", "low"], float]  # the side that is worse, and the value in the channel's unit


@functools.cache
def rule_file(kind: str) -> ModuleType:
    """The module of a kind of rules. Raises ModuleNotFoundError where there is none."""
    return importlib.import_module(f"{RULES}.{kind}")


def limit_of(kind: str, parameters: Any) -> Limit | None:
    """The limit beyond which excursions of a rule count the channel's own value; None without one."""
    told = getattr(rule_file(kind), "limit_of", None)
    return None if told is None else told(parameters)


def looks_back_s(kind: str, parameters: Any) -> float:
    """How far before a reading a rule's window reaches; 0 where it has none.

    A rule that names other channels holds their latest reading besides, for as long as their max_gap.
    """
    told = getattr(rule_file(kind), "looks_back_s", None)
    return 0.0 if told is None else told(parameters)


def named_channels(parameters: Any) -> Iterator[tuple[str, str, str | None]]:
    """The other channels that a rule's parameters name: key, channel, unit it must have (None: the same)."""
    for field in dataclasses.fields(parameters):
        name = getattr(parameters, field.name)
        if "channel" in field.metadata and name is not None:
            yield field.name, name, field.metadata["channel"]


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
