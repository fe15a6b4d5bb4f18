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
