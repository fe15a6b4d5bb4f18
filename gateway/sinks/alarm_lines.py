"""InfluxDB line protocol for what happens to alarms: one point a change, and one point an excursion.

    alarm,asset=freezer-1,change=raised,...   id="E-7Q2M9XKD",revision=0i,...  1767610860000000042
    excursion,asset=freezer-1,...             id="E-7Q2M9XKD",end_ns=0i,...    1767610800000000417

A change always makes the same `alarm` point, at the time it was recorded; an excursion is one point at the
start that was known first, overwritten by each change. So that no two of them can ever fall on one another
without a series for each, the last three digits of a time are taken from the change's number, and from the
excursion's id.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from gateway.alarms.change import AlarmChange
from gateway.model import SECOND, Severity
from gateway.sinks.lines import escaped, series
from gateway.times import parse_rfc3339

TAGS: Final = ("asset", "channel", "kind", "rule", "severity", "site", "zone")
MOST_UNITS: Final = 100  # named in a point; `unit_count` counts them all
DRILL: Final = "drill"  # kind of an alarm that is none
UNKNOWN: Final = -1  # `unit_count` where nobody has said what is inside
_STEP_NS: Final = 1000
_NUMBERS: Final = ("extreme", "beyond_s", "degree_seconds", "unproven_s")


def lines(change: AlarmChange, alarm_measurement: str, excursion_measurement: str) -> Iterator[str]:
    """One or two lines: a fault of the gateway is no excursion, nor is a drill."""
    alarm = change.alarm
    tags = {tag: str(alarm[tag] or "") for tag in TAGS}
    fields = {
        "id": _text(alarm["id"]),
        "text": _text(_words(change)),
        "state": _text(alarm["state"]),
        **_numbers(alarm),
        "units": _text(_units(alarm)),
    }
    at_ns = _distinct(change.recorded_ns, change.number)
    yield _line(alarm_measurement, {**tags, "change": change.change}, fields, at_ns)
    if alarm["channel"] and alarm["kind"] != DRILL:
        first_ns = _distinct(change.first_start_ns, zlib.crc32(str(alarm["id"]).encode()))
        yield _line(excursion_measurement, tags, fields, first_ns)


def _line(measurement: str, tags: Mapping[str, str], fields: Mapping[str, str], time_ns: int) -> str:
    said = ",".join(f"{name}={value}" for name, value in fields.items())
    return f"{series(measurement, sorted(tags.items()))} {said} {time_ns}"


def _distinct(time_ns: int, number: int) -> int:
    return time_ns - time_ns % _STEP_NS + number % _STEP_NS


def _numbers(alarm: Mapping[str, Any]) -> dict[str, str]:
    """Every field that can change is there each time: a point that is overwritten keeps what is not."""
    start_ns = parse_rfc3339(alarm["start"])
    end_ns = parse_rfc3339(alarm["end"]) if alarm["end"] else 0
    inside = alarm["units"]
    whole = {
        "severity_level": Severity[alarm["severity"].upper()].value,
        "revision": alarm["revision"],
        "open": int(not end_ns and not alarm["withdrawn"]),
        "withdrawn": int(alarm["withdrawn"]),
        "start_ns": start_ns,
        "end_ns": end_ns,
        "unit_count": UNKNOWN if isinstance(inside, str) else len(inside),
        "readings": alarm["readings"],
    }
    some = {name: alarm[name] for name in _NUMBERS if alarm[name] is not None}
    some["duration_s"] = (end_ns - start_ns) / SECOND if end_ns else 0.0
    return {name: f"{int(n)}i" for name, n in whole.items()} | {
        name: f"{float(x)!r}" for name, x in some.items()
    }


def _units(alarm: Mapping[str, Any]) -> str:
    inside = alarm["units"]
    if isinstance(inside, str):
        return inside
    more = f", and {len(inside) - MOST_UNITS} more" if len(inside) > MOST_UNITS else ""
    return ", ".join(f"{unit['scheme']} {unit['code']}" for unit in inside[:MOST_UNITS]) + more


def _words(change: AlarmChange) -> str:
    """One line for people who point at an annotation."""
    alarm = change.alarm
    said = alarm["acknowledgements"][-1] if change.change == "acknowledged" else None
    by = f" by {said['by']}: {said['comment']}" if said else ""
    where = "/".join(part for part in (alarm["asset"], alarm["zone"]) if part) or "gateway"
    why = f": {alarm['message']}" if alarm.get("message") else ""
    return f"{alarm['severity']} {alarm['rule']} on {where}: {change.change}{by}{why}"


def _text(text: str) -> str:
    """A string field: quotation marks are escaped; line breaks and backslashes cannot stand in it."""
    return '"' + escaped(text, '"') + '"'
