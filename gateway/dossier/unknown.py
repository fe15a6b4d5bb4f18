"""What is not known: said plainly, so that nobody takes silence for a good sign."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.dossier.measured import CERTAIN, NOT_APPLICABLE

Unknown = dict[str, Any]
"""`what` is one of the names below; the rest are its numbers."""


def unknown(facts: Mapping[str, Any]) -> list[Unknown]:
    """Of the facts gathered so far."""
    return [*_of_measuring(facts), *_of_contents(facts), *_of_people(facts), *_of_evidence(facts)]


def of_period(facts: Mapping[str, Any]) -> list[Unknown]:
    """Of an asset over a time."""
    return [*_of_time(facts), *_of_courses(facts), *_of_stays(facts), *_of_evidence(facts)]


def of_unit(facts: Mapping[str, Any]) -> list[Unknown]:
    """Of a unit."""
    return [*_of_whereabouts(facts), *_of_evidence(facts)]


def of_year(facts: Mapping[str, Any]) -> list[Unknown]:
    """Of a year."""
    return [*_of_year(facts), *_of_evidence(facts)]


def _of_year(facts: Mapping[str, Any]) -> Iterator[Unknown]:
    if not facts["has_ended"]:
        yield {"what": "not ended", "asked_to": facts["asked_to"], "known_to": facts["shown"]["to"]}
    going = sum(one["goes_on"] for one in facts["excursions"])
    if going:
        yield {"what": "some go on", "count": going}
    hidden = sum(site["units_unknown"] for site in facts["sites"])
    if hidden:
        yield {"what": "contents of some", "count": hidden}
    for part in facts["unreadable"]:
        yield {"what": "unreadable", **part}
    yield {"what": "not proven in a year"}


def _of_whereabouts(facts: Mapping[str, Any]) -> Iterator[Unknown]:
    if not facts["stays"]:
        yield {"what": "nowhere"}
    for part in facts["between"]:
        yield {"what": "between", **part}
    for stay in facts["stays"]:
        named = {"asset": stay["asset"], "from": stay["from"], "to": stay["known_to"]}
        clocks = [probe["clocks"] for probe in stay["probes"] if probe["clocks"]]
        if not stay["probes"]:
            yield {"what": "stay unmeasured", **named}
        elif not clocks:
            yield {"what": "stay without limits", **named}
        elif any(one["unproven_ns"] for one in clocks):
            yield {"what": "stay unproven", **named, "s": max(one["unproven_s"] for one in clocks)}
    if facts["conflicts"]:
        yield {"what": "conflicts", "count": len(facts["conflicts"])}
    if any(stay["beyond_s"] is None for stay in facts["stays"]):
        yield {"what": "exposure"}


def _of_time(facts: Mapping[str, Any]) -> Iterator[Unknown]:
    if not facts["has_ended"]:
        yield {"what": "not ended", "asked_to": facts["asked_to"], "known_to": facts["shown"]["to"]}
    going = [one["alarm"] for one in facts["excursions"] if one["goes_on"]]
    if going:
        yield {"what": "some go on", "count": len(going)}
    for part in facts["unmeasured"]:
        yield {"what": "unmeasured", **part}


def _of_courses(facts: Mapping[str, Any]) -> Iterator[Unknown]:
    for course in facts["courses"]:
        named = {"channel": course["probe"]["channel"]}
        if not course["line"]["readings"]:
            yield {"what": "channel silent", **named}
        elif course["gaps"]["count"]:
            found = course["gaps"]
            yield {"what": "channel gaps", **named, "count": found["count"], "total_s": found["total_s"]}
        if course["line"]["bad_s"]:
            yield {"what": "channel bad", **named, "count": len(course["line"]["bad_s"])}
        if course["clocks"]["shown"] is None:
            yield {"what": "channel without limits", **named}
        if course["probe"]["calibration"] is None:
            yield {"what": "channel uncalibrated", **named}
    seen = [
        outage for one in facts["courses"] for outage in (one["clocks"]["shown"] or {}).get("outages", ())
    ]
    for outage in {one["from"]: one for one in seen}.values():
        yield {"what": "outage", **outage}


def _of_stays(facts: Mapping[str, Any]) -> Iterator[Unknown]:
    contents = facts["contents"]
    if not contents["known"]:
        yield {"what": "contents"}
    doubtful = len({(one["scheme"], one["code"]) for one in contents["units"] if not one["certain"]})
    if doubtful:
        yield {"what": "contradictions", "count": doubtful}
    if any(one["beyond_s"] is None for one in contents["units"]):
        yield {"what": "exposure"}


def _of_measuring(facts: Mapping[str, Any]) -> Iterator[Unknown]:
    found, gaps = facts["excursion"], facts["gaps"]
    if facts["preliminary"]:
        yield {"what": "goes on"}
    if facts["line"]["readings"] == 0:
        yield {"what": "no readings", "counted": found["readings"]}
    elif gaps["count"]:
        yield {"what": "gaps", "count": gaps["count"], "total_s": gaps["total_s"]}
    if facts["line"]["bad_s"]:
        yield {"what": "bad readings", "count": len(facts["line"]["bad_s"])}
    certain = facts["certainty"]
    if certain["outcome"] not in (CERTAIN, NOT_APPLICABLE):
        yield {"what": "certainty", "reason": certain["reason"]}
    if facts["clocks"]["excursion"] is None:
        yield {"what": "no limits"}
    for outage in (facts["clocks"]["shown"] or {}).get("outages", ()):
        yield {"what": "outage", **outage}


def _of_contents(facts: Mapping[str, Any]) -> Iterator[Unknown]:
    units = facts["units"]
    if units is None:
        yield {"what": "contents"}
        return
    doubtful = sum(not unit["certain"] for unit in units)
    if doubtful:
        yield {"what": "contradictions", "count": doubtful}
    if any(unit["beyond_s"] is None for unit in units):
        yield {"what": "exposure"}


def _of_people(facts: Mapping[str, Any]) -> Iterator[Unknown]:
    history = facts["history"]
    reached = [row for row in history if row["kind"] == "attempt" and row["outcome"] == "delivered"]
    if not reached:
        yield {"what": "nobody reached"}
    if not any(row["kind"] in ("acknowledge", "take", "close") for row in history):
        yield {"what": "nobody answered"}
    doubtful = sum(not row["clock_trusted"] for row in history)
    if doubtful:
        yield {"what": "clock", "count": doubtful}


def _of_evidence(facts: Mapping[str, Any]) -> Iterator[Unknown]:
    if facts["basis"]["journal"]["chain_head"] is None:
        yield {"what": "no chain"}
    yield {"what": "not signed"}
