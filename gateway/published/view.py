"""Excursions and exposures as plain JSON data: the shape that commands print and other programs read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.alarming.stored_units import exposures_of, named_columns, values
from gateway.model import SECOND
from gateway.screening.excursion import Excursion
from gateway.times import format_rfc3339
from gateway.traceability.exposure import Exposures, Part
from gateway.traceability.model import Unit

WITHDRAWN = "withdrawn"  # how an excursion ended that late data say never was
UNKNOWN = "unknown"  # nobody has said what is inside; never "none"
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
        "beyond_s": _seconds(found.beyond_ns),
        "degree_seconds": found.degree_seconds,
        "readings": found.readings,
        "unproven_s": _seconds(found.unproven_ns),
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


def units_of_stored(known: Any) -> list[dict[str, Any]]:
    """The same of their stored form, without making each of them first: there may be 100 000."""
    if isinstance(known, list):  # of before they were kept in columns
        return units(exposures_of(known))
    parts = [part_of_stored(part) for part in known["parts"]]
    return [
        {"scheme": scheme, "code": code, "product": product, "chain_of_identity": chain, **parts[number]}
        for scheme, code, product, chain, number in zip(
            *named_columns(known), values(known["part"]), strict=True
        )
    ]


def part_of_stored(part: Mapping[str, Any]) -> dict[str, Any]:
    """What the units of a part went through."""
    return _part(Part(**part))


def unit_of_columns(named: Sequence[str], part: Mapping[str, Any]) -> dict[str, Any]:
    """One unit of scheme, code, product and chain of identity, and what it went through."""
    return _unit(Unit(*named), part)


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
        "beyond_s": _seconds(of.beyond_ns),
        "extreme": of.extreme,
        "certain": of.certain,
        "conflict": of.conflict,
    }


def moment(time_ns: int | None) -> str | None:
    """RFC 3339, None where there is none."""
    return None if time_ns is None else format_rfc3339(time_ns)


def _seconds(duration_ns: int | None) -> float | None:
    return None if duration_ns is None else duration_ns / SECOND
