"""One change of an alarm, as sinks and notifiers are told of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class AlarmChange:
    """What happened to an alarm, and what was known of it then. The same change always has the same number.

    `change`: "raised", "acknowledged", "returned", ...: all are in alarming/steps.py. `alarm` has the shape
    of `cryogate alarms --json`. Late data may move the start of an excursion; `first_start_ns` stays.
    `worsened`: it became more severe than it was when somebody answered, by this, or while it was quiet and
    speaks again by this.
    """

    number: int
    change: str
    recorded_ns: int
    first_start_ns: int
    alarm: Mapping[str, Any]
    worsened: bool = False
