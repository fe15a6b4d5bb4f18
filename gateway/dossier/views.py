"""What charts and clocks show one at a time: each channel over the time it measured there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

View = Mapping[str, Any]
"""shown, place, probe, limits, clocks, gaps, line, excursions: those of its channel that were."""


def views(facts: Mapping[str, Any]) -> list[View]:
    """One of an excursion, some of an asset, none of what has no readings of its own."""
    if "courses" not in facts:
        return [{**facts, "excursions": [facts["excursion"]]}] if "excursion" in facts else []
    return [_view(facts, course) for course in facts["courses"]]


def _view(facts: Mapping[str, Any], course: Mapping[str, Any]) -> View:
    begin, end, channel = course["from"], course["to"], course["probe"]["channel"]
    place = {**facts["place"], "zone": course["zone"]}
    mine = [
        one
        for one in facts["excursions"]
        if one["channel"] == channel and not one["withdrawn"] and one["start"] < end
        if one["end"] is None or one["end"] > begin
    ]
    return {**course, "shown": {"from": begin, "to": end}, "place": place, "excursions": mine}
