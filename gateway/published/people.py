"""A person of the rosters as others read it: names, languages, and the ways by which a call comes."""

from __future__ import annotations

from typing import Any

from gateway.alarms.people import Person
from gateway.statements.clock_times import shown as shown_hours


def person_row(one: Person) -> dict[str, Any]:
    """Addresses whole."""
    return {
        "id": one.id,
        "name_en": one.name_en,
        "name_zh": one.name_zh,
        "languages": list(one.languages),
        "time_zone": one.time_zone,
        "on_site": sorted(one.on_site),
        "has_left": one.has_left,
        "ways": [
            {
                "notifier": way.notifier,
                "address": way.address,
                "from_priority": way.from_priority.name.lower(),
                "quiet": None if way.quiet is None else shown_hours(way.quiet),
                "unless": way.unless.name.lower(),
            }
            for way in one.ways
        ],
    }
