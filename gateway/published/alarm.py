"""An alarm as others read it: `cryogate alarms --json`, notifiers, sinks, history. Schema 2.

Made from the stored form (alarming/entry.py) alone, so that what was known at some time is shown the same
ever after; and from its plain data, as a command that shows 10 000 alarms needs no other objects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from gateway.alarms.drills import KIND as DRILL
from gateway.alarms.lifecycle import AlarmState
from gateway.alarms.priority import Inside, Judging, Priorities, inside_of_site
from gateway.journal.alarm_tables import AlarmRow
from gateway.journal.records import Records
from gateway.model import Severity
from gateway.published.units import products_of_stored, units_in_parts, units_of_stored
from gateway.published.urgency import NEVER_WAS, rank
from gateway.published.values import UNKNOWN, WITHDRAWN, moment, seconds

SCHEMA: Final = 2
EXCURSION: Final = "excursion"
CAUSES: Final = (EXCURSION, "fault", DRILL)  # one of which a stored alarm has
RETURNED: Final = AlarmState.RETURNED.value
SEVERITIES: Final = {int(severity): severity.name.lower() for severity in Severity}
Stored = Mapping[str, Any]


def of_known(known: Stored, number: int = 0) -> dict[str, Any]:
    """The stored form, e.g. of a transition, in the published shape; `number` counts its transitions."""
    return _published(known, number, units_of_stored)


def of_known_in_parts(known: Stored, number: int = 0) -> dict[str, Any]:
    """The same for whoever writes it at once: many units are made as they are looked at."""
    return _published(known, number, units_in_parts)


def _published(known: Stored, number: int, units: Callable[[Any], Any]) -> dict[str, Any]:
    """One alarm: its excursion, fault or drill, where it is, and what people did about it."""
    life, place, overlay = known["alarm"], known["place"], known.get("overlay")
    inside = UNKNOWN if known["units"] is None else units(known["units"])
    if EXCURSION in known:
        cause = known[EXCURSION]
        told = _excursion(cause, place.get("channel", ""), inside)
    else:
        cause = known[DRILL if DRILL in known else "fault"]
        told = _noticed(cause, inside) | (_tried(cause, place) if DRILL in known else {})
    is_fault, withdrawn = "fault" in known, told["withdrawn"]
    returned = is_fault or (EXCURSION in known and told["ended_by"] in (None, "returned"))
    return {
        "schema": SCHEMA,
        **told,
        "message": "" if EXCURSION in known else cause["message"],
        "drill": _drill(cause) if DRILL in known else None,
        "state": NEVER_WAS if withdrawn and life["state"] == RETURNED else life["state"],
        "site": place.get("site", ""),
        "asset": ", ".join(cause["assets"]) if is_fault else place.get("asset", ""),
        "zone": place.get("zone"),
        "unit": place.get("unit", ""),
        "uncertainty": place.get("uncertainty"),
        "calibration": place.get("calibration"),
        "raised": moment(life["raised_ns"]),
        "returned": moment(life["over_ns"]) if returned else None,
        "over": moment(life["over_ns"]),
        "acknowledgements": [_said(one) for one in life["acknowledgements"]],
        "closing": None if life["closing"] is None else _said(life["closing"]),
        **_handling(life.get("handling", {})),
        "overlay": None if overlay is None else _overlay(overlay),
        "resets": [
            {
                "at": moment(r["at_ns"]),
                "by": r["by"],
                "stated": moment(r["stated_ns"]),
                "comment": r["comment"],
            }
            for r in known["resets"]
        ],
        "changes": number,
    }


def most_urgent_rows(rows: Iterable[AlarmRow], by: Priorities) -> list[AlarmRow]:
    """In the order of `most_urgent_first`, for whoever publishes the first of them: 10 000 take a second."""
    judging = Judging(by)
    return sorted(rows, key=lambda row: stored_rank(row, judging))


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


def _excursion(found: Stored, channel: str, inside: Any) -> dict[str, Any]:
    """As `published.view.excursion` has it; also of before rules lived under several versions."""
    versions = [found["version"]] if "version" in found else list(found["versions"])
    ended_by = found["ended_by"] if "version" not in found else "" if found["end_ns"] is None else "returned"
    return {
        "channel": channel,
        "rule": found["rule"],
        "severity": SEVERITIES[found["severity"]],
        "start": moment(found["start_ns"]),
        "confirmed": moment(found["confirmed_ns"]),
        "end": moment(found["end_ns"]),
        "cleared": moment(found["cleared_ns"]),
        "extreme": found["extreme"],
        "extreme_at": moment(found["extreme_at_ns"]),
        "beyond_s": seconds(found["beyond_ns"]),
        "degree_seconds": found["degree_seconds"],
        "readings": found["readings"],
        "unproven_s": seconds(found["unproven_ns"]),
        "contains_gap": found["contains_gap"],
        "units": inside,
        "id": found["id"],
        "kind": found["kind"],
        "profile_version": versions[-1] if versions else "",
        "profile_versions": versions,
        "ended_by": WITHDRAWN if found["withdrawn"] else ended_by or None,
        "revision": found["revision"],
        "withdrawn": found["withdrawn"],
    }


def _noticed(of: Stored, inside: Any) -> dict[str, Any]:
    """A fault in the shape of an excursion: it has a name and a duration, and nothing that is measured."""
    start, end = moment(of["start_ns"]), moment(of["end_ns"])
    return {
        "channel": "",
        "rule": of["key"],
        "severity": SEVERITIES[of["severity"]],
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
        "units": inside,
        "id": of["id"],
        "kind": "fault",
        "profile_version": "",
        "profile_versions": [],
        "ended_by": None if of["end_ns"] is None else "returned",
        "revision": 0,
        "withdrawn": False,
    }


def _tried(of: Stored, place: Stored) -> dict[str, Any]:
    """A drill says what would be measured, where, and by which rule."""
    told = {"kind": DRILL, "channel": place.get("channel", ""), "rule": of["rule"], "extreme": of["value"]}
    return told | {"profile_version": of["version"], "ended_by": None}


def _drill(of: Stored) -> dict[str, Any]:
    """`outcome`: null while it goes on, passed, failed or withdrawn."""
    until, schedule = moment(of["until_ns"]), of.get("schedule") or None
    return {"by": of["by"], "until": until, "schedule": schedule, "outcome": of.get("outcome") or None}


def _stored_cause(row: AlarmRow) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(row.body[kind] for kind in CAUSES if kind in row.body)
    return found


def stored_rank(row: AlarmRow, judging: Judging) -> tuple[Any, ...]:
    """The less, the more urgent; the same for nobody else."""
    cause, state = _stored_cause(row), str(row.body["alarm"]["state"])
    withdrawn = bool(cause.get("withdrawn", False))
    shown = NEVER_WAS if withdrawn and state == AlarmState.RETURNED.value else state
    severity, is_drill = cause["severity"], DRILL in row.body
    priority = int(judging.of(Severity(severity), _stored_inside(row.body)).priority)
    first = rank(priority, severity, shown, withdrawn=withdrawn, drill=is_drill)
    return *first, -cause["start_ns"], row.id


def _stored_inside(known: Stored) -> Inside:
    """What `alarms.priority.inside_of` finds in the published shape."""
    fault, units = known.get("fault"), known["units"]
    if fault is not None and not fault["assets"]:
        return inside_of_site(known["place"].get("site", ""), Severity(fault["severity"]))
    return Inside(None if units is None else tuple(sorted(products_of_stored(units))))


def _handling(of: Stored) -> dict[str, Any]:
    """Who is on it; null where nobody is. The last of each counts."""
    taken, assigned = _last(of.get("takings")), _last(of.get("assignments"))
    return {
        "taken": None if taken is None else _said(taken),
        "assigned": None
        if assigned is None
        else {"to": assigned["to"], "by": assigned["by"], "at": moment(assigned["at_ns"])},
        "comments": [_said(remark) for remark in of.get("remarks") or ()],
    }


def _last(several: Sequence[Stored] | None) -> Stored | None:
    return several[-1] if several else None


def _overlay(of: Stored) -> dict[str, Any]:
    """Why it does not speak now."""
    return {"kind": of["kind"], "by": of["by"], "until": moment(of["until_ns"]), "reason": of["reason"]}


def _said(of: Stored) -> dict[str, Any]:
    return {"by": of["by"], "at": moment(of["at_ns"]), "comment": of["comment"]}
