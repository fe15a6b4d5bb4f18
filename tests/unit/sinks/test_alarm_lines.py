"""Alarms as line protocol: the same change is the same point, and every excursion has one of its own."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from gateway.alarms.change import AlarmChange
from gateway.model import SECOND
from gateway.sinks.alarm_lines import MOST_UNITS, lines
from tests.system.alarm_changes import BASE_NS, fault, life, unknown

FIELD = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*"|[^,]+)(?:,|$)')


def parsed(line: str) -> tuple[str, dict[str, Any], int]:
    """Series, fields and time, by the grammar of the reference."""
    head, rest = re.split(r"(?<!\\) ", line, maxsplit=1)
    said, _, time_ns = rest.rpartition(" ")
    assert FIELD.sub("", said) == ""
    return head, {name: value(text) for name, text in FIELD.findall(said)}, int(time_ns)


def value(text: str) -> str | int | float:
    if text.startswith('"'):
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return int(text[:-1]) if text.endswith("i") else float(text)


def made(change: AlarmChange) -> list[tuple[str, dict[str, Any], int]]:
    return [parsed(line) for line in lines(change, "alarm", "excursion")]


def test_an_alarm_that_is_raised_to_the_byte() -> None:
    tags = "asset=freezer-1,channel=top,kind=limit,rule=above-150,severity=critical,site=pudong,zone=top"
    alarm, excursion = lines(life()[0], "alarm", "excursion")
    fields = (
        'id="E-7Q2M9XKD",text="critical above-150 on freezer-1/top: raised",state="unacknowledged",'
        "severity_level=4i,revision=0i,open=1i,withdrawn=0i,start_ns=1767610800000000000i,end_ns=0i,unit_count=1i,"
        "readings=61i,extreme=-140.5,beyond_s=60.0,degree_seconds=300.25,unproven_s=0.0,duration_s=0.0,"
        r'units="holder BAG \"1\",_批"'
    )
    with_change = tags.replace(",channel", ",change=raised,channel")
    assert alarm == f"alarm,{with_change} {fields} {BASE_NS + 61 * SECOND + 1}"
    head, said, time_ns = parsed(excursion)
    assert excursion == f"excursion,{tags} {fields} {time_ns}"
    assert said["text"] == "critical above-150 on freezer-1/top: raised"
    assert 0 <= time_ns - BASE_NS < 1000
    assert head == f"excursion,{tags}"


def test_a_change_is_a_point_of_its_own_and_an_excursion_one_point_that_keeps_its_place() -> None:
    changes = [made(change) for change in life()]
    assert len({(alarm[0], alarm[2]) for alarm, _ in changes}) == 4
    assert len({(excursion[0], excursion[2]) for _, excursion in changes}) == 1  # its start was amended
    assert [e["start_ns"] - BASE_NS for _, (_, e, _) in changes] == [0, 0, -5 * SECOND, -5 * SECOND]
    assert [(e["open"], e["duration_s"]) for _, (_, e, _) in changes] == [(1, 0.0)] * 3 + [(0, 95.0)]
    assert changes == [made(change) for change in life()]


def test_every_change_of_an_excursion_writes_the_same_fields() -> None:
    """What is not overwritten would stay: of one that goes on after all, its old end."""
    assert len({frozenset(excursion[1]) for _, excursion in map(made, life())}) == 1


def test_what_happens_in_one_moment_stays_apart() -> None:
    first, second = life()[0], dataclasses.replace(life("E-3")[0], number=2)
    assert first.recorded_ns == second.recorded_ns
    points = [(head, time_ns) for change in (first, second) for head, _, time_ns in made(change)]
    assert len(set(points)) == 4


def test_who_acknowledged_and_why_stands_in_the_text() -> None:
    (_, alarm, _), _ = made(life()[1])
    assert alarm["text"] == "critical above-150 on freezer-1/top: acknowledged by Li Na: door closed, /o/"


def test_a_fault_is_an_alarm_and_no_excursion() -> None:
    ((head, alarm, _),) = made(fault())
    assert head == "alarm,change=raised,kind=fault,rule=sink:influx,severity=warning"
    assert alarm["text"] == "warning sink:influx on gateway: raised: it is away; check it"
    assert (alarm["unit_count"], alarm["units"], "extreme" in alarm) == (0, "", False)


def test_what_is_unknown_inside_is_not_nothing() -> None:
    (_, alarm, _), (_, excursion, _) = made(unknown())
    assert (alarm["unit_count"], alarm["units"]) == (-1, "unknown")
    assert not {"extreme", "beyond_s", "degree_seconds"} & excursion.keys()


def test_a_point_names_so_many_units_and_counts_them_all() -> None:
    change = life()[0]
    many = dataclasses.replace(change, alarm={**change.alarm, "units": change.alarm["units"] * 250})
    (_, alarm, _), _ = made(many)
    assert (alarm["unit_count"], alarm["units"].count("holder")) == (250, MOST_UNITS)
    assert alarm["units"].endswith(", and 150 more")
