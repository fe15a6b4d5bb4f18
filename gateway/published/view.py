"""Excursions and exposures as plain JSON data: the shape that commands print and other programs read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.published.values import UNKNOWN, WITHDRAWN, moment, seconds
from gateway.screening.excursion import Excursion
from gateway.times import format_rfc3339
from gateway.traceability.exposure import Exposures, Part
from gateway.traceability.model import Unit

Units = Exposures | None  # None: unknown


def excursion(found: Excursion, channel: str, inside: Units) -> dict[str, Any]:
    """One excursion. This shape is kept stable: other programs compare against it."""
    return {
        "channel": channel,
        "rule": found.rule,
        "severity": found.severity.name.lower(),
        "start": format_rfc3339(found.start_ns),
        "confirmed": format_rfc3339(found.confirmed_ns),
        "end": moment(found.end_ns),
        "cleared": moment(found.cleared_ns),
        "extreme": found.extreme,
        "extreme_at": moment(found.extreme_at_ns),
        "beyond_s": seconds(found.beyond_ns),
        "degree_seconds": found.degree_seconds,
        "readings": found.readings,
        "unproven_s": seconds(found.unproven_ns),
        "contains_gap": found.contains_gap,
        "units": UNKNOWN if inside is None else units(inside),
        "id": found.id,
        "kind": found.kind,
        "profile_version": found.versions[-1] if found.versions else "",
        "profile_versions": list(found.versions),
        "ended_by": WITHDRAWN if found.withdrawn else found.ended_by or None,
        "revision": found.revision,
        "withdrawn": found.withdrawn,
    }


def units(of: Exposures) -> list[dict[str, Any]]:
    """Each unit that was inside, and what it went through."""
    parts = [_part(part) for part in of.parts]
    return [_unit(unit, parts[number]) for unit, number in zip(of.units, of.part_of, strict=True)]


def _unit(of: Unit, part: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "scheme": of.scheme,
        "code": of.code,
        "product": of.product,
        "chain_of_identity": of.chain_of_identity,
        **part,
    }


def _part(of: Part) -> dict[str, Any]:
    return {
        "from": format_rfc3339(of.from_ns),
        "to": moment(of.to_ns),
        "beyond_s": seconds(of.beyond_ns),
        "unproven_s": seconds(of.unproven_ns),
        "extreme": of.extreme,
        "certain": of.certain,
        "conflict": of.conflict,
    }
