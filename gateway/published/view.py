"""Excursions and alarms as plain JSON data: the shape that commands print and other programs read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.alarming.resets import StatedReset
from gateway.alarms.lifecycle import Alarm
from gateway.config.types import Channel
from gateway.model import SECOND
from gateway.screening.excursion import Excursion
from gateway.times import format_rfc3339
from gateway.traceability.exposure import Exposure

UNKNOWN = "unknown"  # nobody has said what is inside; never "none"
Units = Sequence[Exposure] | None  # None: unknown


@dataclass(frozen=True, slots=True)
class AlarmPlace:
    """Where an alarm is, and how well it is measured there: of the configuration when it was raised.

    A fault of the gateway has no channel; its assets are those that are not watched because of it.
    """

    channel: str
    site: str
    asset: str
    zone: str | None
    unit: str
    uncertainty: float | None = None  # expanded, in `unit`; None: not calibrated
    calibration: dict[str, str] | None = None
    message: str = ""  # of a fault: what, where, and what to do next
    assets: tuple[str, ...] = ()

    @staticmethod
    def of(channel: Channel) -> AlarmPlace:
        table, told = channel.table, channel.calibration
        place = (channel.name, channel.site, table.asset, table.zone, channel.unit)
        if told is None:
            return AlarmPlace(*place)
        certificate = {"certificate": told.certificate, "date": f"{told.date}", "due": f"{told.due}"}
        return AlarmPlace(*place, told.expanded_uncertainty, certificate)

    @staticmethod
    def of_fault(body: Mapping[str, Any]) -> AlarmPlace:
        """As a journal statement about a fault says it."""
        assets = tuple(body["assets"])
        return AlarmPlace("", "", ", ".join(assets), None, "", message=body["message"], assets=assets)


def excursion(found: Excursion, channel: str, units: Units) -> dict[str, Any]:
    """One excursion. This shape is kept stable: other programs compare against it."""
    return {
        "channel": channel,
        "rule": found.rule,
        "severity": found.severity.name.lower(),
        "start": format_rfc3339(found.start_ns),
        "confirmed": format_rfc3339(found.confirmed_ns),
        "end": _time(found.end_ns),
        "cleared": _time(found.cleared_ns),
        "extreme": found.extreme,
        "extreme_at": _time(found.extreme_at_ns),
        "beyond_s": _seconds(found.beyond_ns),
        "degree_seconds": found.degree_seconds,
        "readings": found.readings,
        "unproven_s": _seconds(found.unproven_ns),
        "contains_gap": found.contains_gap,
        "units": UNKNOWN if units is None else [exposure(e) for e in units],
        "id": found.id,
        "kind": found.kind,
        "profile_version": ", ".join(found.versions),
        "revision": found.revision,
        "withdrawn": found.withdrawn,
    }


def exposure(of: Exposure) -> dict[str, Any]:
    """One unit that was inside, and what it went through."""
    return {
        "scheme": of.unit.scheme,
        "code": of.unit.code,
        "product": of.unit.product,
        "chain_of_identity": of.unit.chain_of_identity,
        "from": format_rfc3339(of.from_ns),
        "to": _time(of.to_ns),
        "beyond_s": _seconds(of.beyond_ns),
        "extreme": of.extreme,
        "certain": of.certain,
        "conflict": of.conflict,
    }


def alarm(
    of: Alarm, found: Excursion, place: AlarmPlace, units: Units, resets: Sequence[StatedReset]
) -> dict[str, Any]:
    """One alarm: its excursion or fault, where it is, and what people did about it."""
    return {
        **excursion(found, place.channel, units),
        "message": place.message,
        "state": of.state.value,
        "site": place.site,
        "asset": place.asset,
        "zone": place.zone,
        "unit": place.unit,
        "uncertainty": place.uncertainty,
        "calibration": place.calibration,
        "raised": format_rfc3339(of.raised_ns),
        "returned": _time(of.returned_ns),
        "acknowledgements": [
            {"by": a.by, "at": format_rfc3339(a.at_ns), "comment": a.comment} for a in of.acknowledgements
        ],
        "resets": [
            {
                "at": format_rfc3339(r.at_ns),
                "by": r.by,
                "stated": format_rfc3339(r.stated_ns),
                "comment": r.comment,
            }
            for r in resets
        ],
    }


def _time(time_ns: int | None) -> str | None:
    return None if time_ns is None else format_rfc3339(time_ns)


def _seconds(duration_ns: int | None) -> float | None:
    return None if duration_ns is None else duration_ns / SECOND
