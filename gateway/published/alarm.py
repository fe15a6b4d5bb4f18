"""An alarm as others read it: `cryogate alarms --json`, notifiers, sinks, history. Schema 2.

Made from the stored form (alarming/entry.py) alone, so that what was known at some time is shown the same
ever after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from gateway.alarming.entry import Entry, of_stored
from gateway.alarms.drills import KIND as DRILL
from gateway.alarms.drills import StatedDrill
from gateway.alarms.fault import StatedFault
from gateway.alarms.handling import Handling, Remark, Taking
from gateway.alarms.lifecycle import Acknowledgement, AlarmState
from gateway.alarms.overlay import Overlay
from gateway.journal.alarm_tables import AlarmRow
from gateway.journal.records import Records
from gateway.model import Severity
from gateway.published.units import units_in_parts
from gateway.published.urgency import NEVER_WAS, rank
from gateway.published.view import UNKNOWN, Units, excursion, moment, units, units_of_stored
from gateway.screening.excursion import Excursion

SCHEMA: Final = 2
CAUSES: Final = ("excursion", "fault", "drill")  # one of which a stored alarm has


def of_known(known: Mapping[str, Any], number: int = 0) -> dict[str, Any]:
    """The stored form, e.g. of a transition, in the published shape; `number` counts its transitions."""
    return _with_units(known, number, units_of_stored)


def of_known_in_parts(known: Mapping[str, Any], number: int = 0) -> dict[str, Any]:
    """The same for whoever writes it at once: many units are made as they are looked at."""
    return _with_units(known, number, units_in_parts)


def _with_units(known: Mapping[str, Any], number: int, made: Callable[[Any], Any]) -> dict[str, Any]:
    told, inside = alarm(of_stored({**known, "units": None}, number)), known["units"]
    if inside is not None:
        told["units"] = made(inside)
    return told


def alarm(of: Entry) -> dict[str, Any]:
    """One alarm: its excursion, fault or drill, where it is, and what people did about it."""
    life, place = of.alarm, of.place
    cause = of.cause
    told = excursion(cause, place.channel, of.units) if isinstance(cause, Excursion) else _noticed(of, cause)
    withdrawn = isinstance(cause, Excursion) and cause.withdrawn
    returned = isinstance(cause, StatedFault) or (
        isinstance(cause, Excursion) and not withdrawn and cause.ended_by in ("", "returned")
    )
    return {
        "schema": SCHEMA,
        **told,
        "message": "" if isinstance(cause, Excursion) else cause.message,
        "drill": _drill(cause) if isinstance(cause, StatedDrill) else None,
        "state": NEVER_WAS if withdrawn and life.state is AlarmState.RETURNED else life.state.value,
        "site": place.site,
        "asset": ", ".join(cause.assets) if isinstance(cause, StatedFault) else place.asset,
        "zone": place.zone,
        "unit": place.unit,
        "uncertainty": place.uncertainty,
        "calibration": place.calibration,
        "raised": moment(life.raised_ns),
        "returned": moment(life.over_ns) if returned else None,
        "over": moment(life.over_ns),
        "acknowledgements": [_said(a) for a in life.acknowledgements],
        "closing": None if life.closing is None else _said(life.closing),
        **_handling(life.handling),
        "overlay": None if of.overlay is None else _overlay(of.overlay),
        "resets": [
            {"at": moment(r.at_ns), "by": r.by, "stated": moment(r.stated_ns), "comment": r.comment}
            for r in of.resets
        ],
        "changes": of.number,
    }


def most_urgent_rows(rows: Iterable[AlarmRow]) -> list[AlarmRow]:
    """In the order of `most_urgent_first`, for whoever publishes the first of them: 10 000 take a second."""
    return sorted(rows, key=stored_rank)


def severity_of(row: AlarmRow) -> str:
    """As it is published."""
    return Severity(_stored_cause(row)["severity"]).name.lower()


def needing(records: Records) -> dict[tuple[str, str], int]:
    """How many alarms need somebody, by severity and state."""
    return {
        (Severity(s).name.lower(), state): n
        for (s, state), n in records.book.needing().items()
        if s in set(Severity)
    }


def _noticed(entry: Entry, cause: StatedFault | StatedDrill) -> dict[str, Any]:
    """A drill says what would be measured, where, and by which rule."""
    told = fault(cause, entry.units)
    if isinstance(cause, StatedDrill):
        told |= {"kind": DRILL, "channel": entry.place.channel, "rule": cause.rule, "extreme": cause.value}
        told |= {"profile_version": cause.version, "ended_by": None}
    return told


def _drill(of: StatedDrill) -> dict[str, Any]:
    """`outcome`: null while it goes on, passed, failed or withdrawn."""
    until = moment(of.until_ns)
    return {"by": of.by, "until": until, "schedule": of.schedule or None, "outcome": of.outcome or None}


def fault(of: StatedFault | StatedDrill, inside: Units) -> dict[str, Any]:
    """A fault in the shape of an excursion: it has a name and a duration, and nothing that is measured."""
    start, end = moment(of.start_ns), moment(of.end_ns)
    return {
        "channel": "",
        "rule": of.key,
        "severity": of.severity.name.lower(),
        "start": start,
        "confirmed": start,
        "end": end,
        "cleared": end,
        "extreme": None,
        "extreme_at": None,
        "beyond_s": None,
        "degree_seconds": None,
        "readings": 0,
        "unproven_s": 0.0,
        "contains_gap": False,
        "units": UNKNOWN if inside is None else units(inside),
        "id": of.id,
        "kind": "fault",
        "profile_version": "",
        "profile_versions": [],
        "ended_by": None if of.end_ns is None else "returned",
        "revision": 0,
        "withdrawn": False,
    }


def _stored_cause(row: AlarmRow) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(row.body[kind] for kind in CAUSES if kind in row.body)
    return found


def stored_rank(row: AlarmRow) -> tuple[Any, ...]:
    """The less, the more urgent; the same for nobody else."""
    cause, state = _stored_cause(row), str(row.body["alarm"]["state"])
    withdrawn = bool(cause.get("withdrawn", False))
    shown = NEVER_WAS if withdrawn and state == AlarmState.RETURNED.value else state
    is_drill = DRILL in row.body
    return *rank(cause["severity"], shown, withdrawn=withdrawn, drill=is_drill), -cause["start_ns"], row.id


def _handling(of: Handling) -> dict[str, Any]:
    """Who is on it; null where nobody is."""
    assigned = of.assigned
    return {
        "taken": None if of.taken is None else _said(of.taken),
        "assigned": None
        if assigned is None
        else {"to": assigned.to, "by": assigned.by, "at": moment(assigned.at_ns)},
        "comments": [_said(remark) for remark in of.remarks],
    }


def _overlay(of: Overlay) -> dict[str, Any]:
    """Why it does not speak now."""
    return {"kind": of.kind.value, "by": of.by, "until": moment(of.until_ns), "reason": of.reason}


def _said(of: Acknowledgement | Taking | Remark) -> dict[str, Any]:
    return {"by": of.by, "at": moment(of.at_ns), "comment": of.comment}
