"""An alarm as a screen shows it: of the units it names the first few, and how many more there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

MOST_UNITS: Final = 6  # shown in a line; the JSON of `cryogate alarms` has all


def with_few_units(alarm: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of a published alarm; nobody wants to send and look through 100 000 of them each second."""
    units = alarm["units"]
    if isinstance(units, str) or len(units) <= MOST_UNITS:
        return alarm
    return {**alarm, "units": units[:MOST_UNITS], "more_units": len(units) - MOST_UNITS}


def more_units(alarm: Mapping[str, Any]) -> int:
    """How many there are beside the first few."""
    return int(alarm.get("more_units", 0)) + max(0, len(alarm["units"]) - MOST_UNITS)
