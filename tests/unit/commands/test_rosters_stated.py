"""Rosters and stand-ins through the command: files, options, weeks, and every mistake with its place."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from typer.testing import CliRunner

from gateway.alarms.walltime import zone_named
from gateway.cli import app
from gateway.cli.people import duty_there
from gateway.cli.styled import Terminal
from gateway.cli.week_screen import named, week_table
from gateway.commands.roster_file import HolidayTable, RosterTable, RotationTable, TeamTable, read
from gateway.commands.when import moment_ns
from gateway.config.toml import toml
from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.model import SECOND
from gateway.published.people import person_row
from gateway.questions.duty import days, span_of_week, week_of
from gateway.statements import roster
from gateway.times import format_rfc3339, parse_rfc3339
from gateway.writing.introduction import introduce
from tests.unit.alarms.staff import BEGIN_NS, Staff
from tests.unit.commands.front_desk import CONFIG, Office
from tests.unit.commands.test_people_stated import BY, NOTIFIERS

ALL_DAY = """
deputies = ["wang"]
everybody = ["zhao"]
[[rotations]]
people = ["li.na"]
start = 2026-01-01
"""
GOOD = """
sites = ["lab"]
time_zone = "Asia/Shanghai"
valid_from = 2026-01-05T08:00:00
deputies = ["zhao"]
[[rotations]]
people = ["li.na", "@pair"]
start = 2026-01-05
weekday = "mon"
[[teams]]
name = "pair"
people = ["wang", "zhao"]
[[holidays]]
name = "春节"
first = 2026-02-16
last = 2026-02-22
people = ["zhao"]
"""


@pytest.fixture
def staffed(office: Office) -> Office:
    office.config.write_text(CONFIG + NOTIFIERS, encoding="utf-8")
    for who, name, chinese in (("li.na", "Li Na", "李娜"), ("wang", "Wang", "王伟"), ("zhao", "Zhao", "赵")):
        told = ("--name", name, "--name-zh", chinese, "--way", f"push {name[:2]}")
        office.run("people", "set", who, *told, "--time-zone", "Asia/Shanghai", *BY)
    return office


def file(office: Office, text: str) -> str:
    path: Path = office.folder / "roster.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def mistakes(office: Office, text: str) -> list[str]:
    with pytest.raises(InputError) as told:
        office.run("roster", "set", "lab", file(office, text), *BY)
    assert office.stated("roster") == []
    first, *rest = str(told.value).split("\n")
    assert "nothing was stated, because of" in first
    return rest


def test_a_roster_from_a_file_is_shown_as_a_week(staffed: Office) -> None:
    done = staffed.json("roster", "set", "lab", file(staffed, GOOD), *BY)
    assert done["new"] and done["from"] == "2026-01-05T00:00:00.000000000Z" and done["remarks"] == []
    assert not staffed.json("roster", "set", "lab", file(staffed, GOOD), *BY)["new"]
    week = staffed.json("roster", "show", "lab", "--week", "2026-02-18")
    assert week["week"] == "2026-02-16" and week["time_zone"] == "Asia/Shanghai"
    assert [(s["from"][:16], s["people"]) for s in week["shifts"]] == [("2026-02-15T16:00", ["zhao"])]
    week = staffed.json("roster", "show", "--site", "lab", "--week", "2026-01-12")
    assert (week["time_zone"], [s["people"] for s in week["shifts"]]) == ("UTC", [["wang", "zhao"]])
    shifts = staffed.json("roster", "show", "lab", "--week", "2026-01-12")["shifts"]
    assert [s["people"] for s in shifts] == [["li.na"], ["wang", "zhao"]]
    assert shifts[1]["from"] == "2026-01-12T00:00:00.000000000Z"


def test_a_week_fits_80_columns_with_chinese_names(
    staffed: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    staffed.run("roster", "set", "lab", file(staffed, GOOD), *BY)
    duty = duty_there(staffed.configuration)
    zone, monday = zone_named("Asia/Shanghai"), week_of(date(2026, 1, 14))
    shown = days(duty.course_of("lab", *span_of_week(monday, zone)), monday, zone)
    Terminal(width=80).print(week_table(shown, zone, named(map(person_row, duty.people())), 0))
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines[1:4] == [
        "Mon 12 Jan  00:00  08:00  李娜 (li.na)",
        "            08:00  24:00  王伟 (wang), 赵 (zhao)",
        "Tue 13 Jan  00:00  24:00  王伟 (wang), 赵 (zhao)",
    ]
    assert max(map(cell_len, lines)) <= 80


def test_every_mistake_of_a_file_with_its_place(staffed: Office) -> None:
    staffed.run("people", "set", "chen", "--name", "Chen", "--time-zone", "UTC", *BY)
    staffed.run("people", "remove", "chen", *BY)
    told = mistakes(
        staffed,
        """
sites = ["lap"]
time_zone = "Asia/Shangai"
deputies = ["zaho", "@lab"]
everybody = ["chen"]
[[rotations]]
people = []
start = "2026-01-05"
[[rotations]]
people = ["li", "@pair"]
start = 2026-01-05
period_days = 10
weekday = "mo"
hours = "8-20"
[[rotations]]
people = ["li.na"]
start = 2026-01-05
period_days = 10
weekday = "fri"
hand_over = "24:00"
weekdays = ["funday"]
[[teams]]
name = "pair"
people = ["wang", "@pair"]
[[teams]]
name = "pair"
people = []
[[holidays]]
first = 2026-02-16
last = 2026-02-12
people = ["li.na"]
[[holidays]]
first = 2026-10-01
last = 2026-10-07
people = []
[[holidays]]
first = 2026-10-07
people = ["nobody"]
""",
    )
    places = [line.split(": ")[0] for line in told]
    assert places == [
        "time_zone",
        "teams[1].name",
        "teams[1].people",
        "teams[0].people",
        "rotations[0].start",
        "rotations[1].hours",
        "rotations[1].weekday",
        "rotations[1].people",
        "rotations[2].hand_over",
        "rotations[2].weekdays",
        "rotations[2].weekday",
        "holidays[0].last",
        "holidays[1].people",
        "holidays[2].people",
        "holidays[2]",
        "deputies",
        "deputies",
        "everybody",
        "sites",
    ]
    assert "did you mean 'zhao'?" in told[places.index("deputies")]
    assert "chen has left" in told[-2]
    assert mistakes(staffed, GOOD.replace('"lab"', '"lap"', 1)) == ["sites: unknown site 'lap'; known: lab"]
    assert mistakes(staffed, "") == ["rotations: there are none: give at least one [[rotations]]"]
    assert "did you mean 'rotations'?" in mistakes(staffed, "[[rotation]]\npeople = []\n")[0]


def test_holes_overlaps_and_who_cannot_be_reached_are_remarks(staffed: Office) -> None:
    staffed.run("people", "set", "chen", "--name", "Chen", "--time-zone", "UTC", *BY)
    text = """
valid_from = 2026-03-02T08:00:00Z
sites = ["lab"]
[[rotations]]
people = ["li.na"]
start = 2026-03-01
hours = "08:00-20:00"
[[rotations]]
people = ["chen"]
start = 2026-03-01
hours = "19:00-07:00"
"""
    remarks = staffed.json("roster", "set", "lab", file(staffed, text), *BY)["remarks"]
    assert remarks[0].startswith("chen cannot be reached")
    assert remarks[1] == (
        "rotations[0] and rotations[1] overlap, first at Mon 2026-03-02 19:00 UTC: both are called then"
    )
    assert remarks[2] == "nobody is on duty for lab from Tue 2026-03-03 07:00 to Tue 2026-03-03 08:00 UTC"
    assert remarks[-1] == "and 23 more holes in the four weeks from then on"
    within = staffed.json("roster", "set", "lab", file(staffed, text.replace("08:00:00Z", "19:30:00Z")), *BY)
    assert "overlap, first at Mon 2026-03-02 19:30 UTC" in within["remarks"][1]


def test_a_site_that_was_renamed_is_the_same_to_whoever_sets_a_roster(staffed: Office) -> None:
    """What the roster says under one of its names is about it: nobody on duty is said at once."""
    staffed.run("roster", "set", "lab", file(staffed, 'sites = ["lab"]\n' + ALL_DAY), *BY)
    text = staffed.config.read_text().replace("[sites.lab]", '[sites.clinic]\nwas = "lab"')
    with Journal.open(staffed.path) as journal:
        introduce(staffed.configuration, journal, BEGIN_NS)
        staffed.config.write_text(text.replace('site = "lab"', 'site = "clinic"'))
        introduce(staffed.configuration, journal, BEGIN_NS + SECOND)
    told = staffed.json("people", "remove", "zhao", "--reason", "left", *BY)
    assert told["remarks"][1].startswith("for clinic only li.na, wang can be reached now")
    done = staffed.json("roster", "end", "lab", *BY)
    assert done["nobody_now"] == ["clinic"]
    assert done["remarks"][0].startswith("nobody is on duty for clinic from ") and " on" in done["remarks"][0]


def test_a_roster_by_options(staffed: Office) -> None:
    told = ("--site", "lab", "--person", "wang", "--person", "zhao", "--start", "2026-01-05", "--on", "sat")
    done = staffed.json("roster", "set", "weekend", *told, "--on", "sunday", "--hand-over", "09:00", *BY)
    (rotation,) = done["rotations"]
    assert rotation["weekdays"] == ["saturday", "sunday"] and rotation["hand_over"] == "09:00"
    with pytest.raises(InputError, match="the options: nothing was stated, because of\nrotations"):
        staffed.run("roster", "set", "weekend", "--person", "wang", *BY)
    with pytest.raises(InputError, match="give a file, or --person"):
        staffed.run("roster", "set", "weekend", *BY)
    with pytest.raises(InputError, match="give no options of the roster beside it"):
        staffed.run("roster", "set", "weekend", file(staffed, GOOD), "--site", "lab", *BY)
    with pytest.raises(InputError, match="is no date"):
        staffed.run("roster", "set", "weekend", "--person", "wang", "--start", "monday", *BY)
    with pytest.raises(InputError, match="is no id of a roster"):
        staffed.run("roster", "set", "Week End", *told, *BY)
    assert "weekend: lab, wang, zhao; from" in staffed.run("roster", "list")


def test_a_roster_ends(staffed: Office) -> None:
    staffed.run("roster", "set", "lab", file(staffed, GOOD), *BY)
    with pytest.raises(InputError, match="no roster 'night' is in force; there is lab"):
        staffed.run("roster", "end", "night", *BY)
    done = staffed.json("roster", "end", "lab", "--at", "2090-06-30 08:00", *BY)
    assert done["from"] == "2090-06-30T00:00:00.000000000Z"
    assert staffed.json("duty")["sites"][0]["on_duty"] != []
    assert staffed.json("duty", "--at", "2090-06-30T00:00:00Z")["sites"][0]["on_duty"] == []
    staffed.run("withdraw", done["id"], "--reason", "it goes on", *BY)
    assert staffed.json("duty", "--at", "2090-06-30T00:00:00Z")["sites"][0]["on_duty"] != []


def test_stand_ins_and_what_contradicts_them(staffed: Office) -> None:
    staffed.run("roster", "set", "lab", file(staffed, GOOD), *BY)
    span = ("--from", "2090-01-05 08:00", "--until", "2090-01-09 08:00")
    done = staffed.json("stand-in", "zhao", "--for", "li.na", *span, *BY)
    assert (done["from"][:16], done["to"][:16]) == ("2090-01-05T00:00", "2090-01-09T00:00")
    assert not staffed.json("stand-in", "zhao", "--for", "li.na", *span, *BY)["new"]
    with pytest.raises(InputError, match=f"correct that with --corrects {done['id']}"):
        staffed.run("stand-in", "wang", "--for", "li.na", *span, *BY)
    staffed.run("stand-in", "wang", "--for", "zhao", *span, "--roster", "lab", *BY)
    with pytest.raises(InputError, match=r"circle: li\.na for wang, zhao for li\.na, wang for zhao"):
        staffed.run("stand-in", "li.na", "--for", "wang", *span, *BY)
    corrected = ("--corrects", done["id"], "--reason", "one day more", "--until", "2090-01-10 08:00")
    assert staffed.json("stand-in", "zhao", "--for", "li.na", *span[:2], *corrected, *BY)["new"]
    for words, why in (
        (("li.na", "--for", "li.na", *span), "cannot stand in for li.na"),
        (("zhou", "--for", "li.na", *span), "did you mean 'zhao'"),
        (("zhao", "--for", "nobody", *span), "nobody has the id 'nobody'"),
        (("zhao", "--for", "wang", *span, "--roster", "night"), "no roster 'night'"),
        (("zhao", "--for", "wang", "--until", "2020-01-01 08:00"), "ends before it begins"),
        (("zhao", "--for", "wang", "--from", "2020-01-01 08:00", "--until", "2020-01-02 08:00"), "is over"),
        (("zhao", "--for", "wang", "--until", "2099-01-01T00:00:00Z"), "is for ever: change the roster"),
        (("zhao", "--for", "wang", "--until", "soon"), "is no time; expected RFC 3339"),
        (("zhao", "--for", "wang", "--until", "freitag 08:00"), "is no day of the week"),
    ):
        with pytest.raises(InputError, match=why):
            staffed.run("stand-in", *words, *BY)


def test_who_is_on_duty_is_told_with_what_is_missing(staffed: Office) -> None:
    assert "no roster covers anything" in staffed.run("duty")
    staffed.run("roster", "set", "lab", file(staffed, GOOD), *BY)
    (lab,) = staffed.json("duty", "--at", "2026-01-06T00:00:00Z")["sites"]
    assert (lab["on_duty"], lab["deputies"], lab["until"][:16]) == (["li.na"], ["zhao"], "2026-01-12T00:00")
    assert lab["coverage"]["covered"] and lab["holes"] == []
    shown = staffed.run("duty", "--at", "2026-01-06T00:00:00Z")
    assert shown.startswith("lab on duty: 李娜 (li.na) until Mon 2026-01-12 00:00 UTC then: 赵 (zhao)")
    with pytest.raises(InputError, match="which is later: give a later time, or correct that"):
        staffed.run("people", "remove", "zhao", "--at", "2026-01-06T00:00:00Z", *BY)
    staffed.run("people", "remove", "zhao", *BY)
    shown = staffed.run("duty")
    assert "not covered: only li.na, wang of its rosters can be reached" in shown
    with pytest.raises(InputError, match="there is no site 'moon'"):
        staffed.run("duty", "--site", "moon")
    with pytest.raises(InputError, match="no risk 'hihg'; known: empty, ordinary, high, irreplaceable"):
        staffed.run("duty", "--risk", "hihg")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("friday 08:00", "2026-01-09T00:00:00Z"),
        ("Mon 08:00", "2026-01-12T00:00:00Z"),  # today's has gone by
        ("mon 20:00", "2026-01-05T12:00:00Z"),
        ("2026-01-09 08:00", "2026-01-09T00:00:00Z"),
        ("2026-01-09T08:00:00+01:00", "2026-01-09T07:00:00Z"),
    ],
)
def test_moments_as_people_say_them(text: str, expected: str) -> None:
    now_ns = parse_rfc3339("2026-01-05T09:00:00+08:00")
    told = format_rfc3339(moment_ns(text, zone_named("Asia/Shanghai"), now_ns))
    assert told.replace(".000000000", "") == expected


def test_the_second_year(staffed: Office) -> None:
    """People leave and come, rosters are replaced and corrected, stand-ins shortened: all in the journal."""
    staffed.run("roster", "set", "lab", file(staffed, GOOD), *BY)
    staffed.run("people", "remove", "li.na", *BY)
    with pytest.raises(InputError, match=r"li\.na has left"):
        staffed.run("roster", "set", "lab", file(staffed, GOOD), *BY)
    staffed.run("people", "set", "chen", "--name", "Chen", "--way", "push chen", "--time-zone", "UTC", *BY)
    second = GOOD.replace("li.na", "chen").replace("2026-01-05T08", "2090-01-05T08")
    replaced = staffed.json("roster", "set", "lab", file(staffed, second), *BY)
    wrong = second.replace('deputies = ["zhao"]', 'deputies = ["wang"]')
    correct = ("--corrects", replaced["id"], "--reason", "Zhao is away")
    corrected = staffed.json("roster", "set", "lab", file(staffed, wrong), *correct, *BY)
    assert staffed.json("roster", "list")["rosters"][-1]["deputies"] == ["wang"]
    with pytest.raises(InputError, match="was corrected by Wang Wei"):
        staffed.run("roster", "set", "lab", file(staffed, second), *correct, *BY)
    year = ("--from", "2090-01-01 08:00", "--until", "2090-12-31 08:00")
    away = staffed.json("stand-in", "zhao", "--for", "wang", *year, *BY)
    then = ("duty", "--at", "2090-01-19T00:00:00Z")
    assert staffed.json(*then)["sites"][0]["on_duty"] == ["zhao"]
    shorter = ("--corrects", away["id"], "--reason", "back earlier", *year[:3], "2090-01-18 08:00")
    staffed.run("stand-in", "zhao", "--for", "wang", *shorter, *BY)
    assert staffed.json(*then)["sites"][0]["on_duty"] == ["wang", "zhao"]
    staffed.run("withdraw", corrected["id"], "--reason", "Zhao is back", *BY)
    assert staffed.json("roster", "list")["rosters"][-1]["deputies"] == ["zhao"]
    earlier = staffed.json("roster", "set", "lab", file(staffed, second.replace("2090", "2089")), *BY)
    assert earlier["remarks"][0].endswith("2090-01-05 08:00 Asia/Shanghai on another word about it holds")


def test_the_file_of_the_documentation_has_every_key_and_is_right() -> None:
    page = (Path(__file__).parents[3] / "docs" / "people.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.S)
    said, mistakes = read(toml(example), "night", "UTC", 0, lambda _: "")
    assert mistakes == [] and said is not None and said.time_zone == "Asia/Shanghai"
    for table in (RosterTable, RotationTable, HolidayTable, TeamTable):
        assert [f.name for f in dataclasses.fields(table) if not re.search(rf"\b{f.name}\b", example)] == []


MOMENTS = ["0001-01-01T00:00:00", "9999-01-01T00:00:00", "9999-12-31T23:00:00Z", "2026-01-05T08:00:00"]
DAYS = [date(1, 1, 1), date(9999, 12, 31), date(2026, 1, 5), time(8)]
TEXTS = ["", "08:00", "mon", "x", "li", "@t", "20:00-08:00", "Asia/Shanghai", "Mars", "\0"]
NUMBERS = [0, -1, 7, 10**12, 1.5, True]
LISTS = [[], ["li"], ["@t"], [1], [[]], {}, [{}]]
values = st.sampled_from([*map(datetime.fromisoformat, MOMENTS), *DAYS, *TEXTS, *NUMBERS, *LISTS])
inner = tuple(f.name for table in (RotationTable, HolidayTable, TeamTable) for f in dataclasses.fields(table))
outer = ("sites", "risks", "time_zone", "valid_from", "deputies", "everybody")
tables = st.lists(st.dictionaries(st.sampled_from(inner), values), max_size=3) | values
documents = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("rotations", "holidays", "teams"), tables),
        **dict.fromkeys(outer, values),
    },
)


@given(documents)
def test_whatever_a_file_says_is_a_roster_or_a_list_of_mistakes(document: dict[str, Any]) -> None:
    said, mistakes = read(document, "lab", "Asia/Shanghai", BEGIN_NS, lambda _: "")
    assert (said is None) == bool(mistakes)
    if said is not None and roster.to_body(said):
        staff = Staff()
        staff.person("li")
        staff.say(roster, said)
        assert staff.duty.course("lab", "", BEGIN_NS, BEGIN_NS + 10**15)


def test_a_roster_that_leaves_nobody_on_duty_now_says_so_first(staffed: Office) -> None:
    later = datetime.now(UTC) + timedelta(hours=6)
    hours = f"{later:%H:%M}-{later + timedelta(hours=1):%H:%M}"
    told = ("--person", "wang", "--person", "wang", "--start", "2026-01-05", "--time-zone", "UTC")
    words = ["roster", "set", "lab", "--site", "lab", *told, "--hours", hours, "--risk", "deadly", *BY]
    said = CliRunner().invoke(app, [*words, "--config", str(staffed.config)]).output.splitlines()
    assert said[0] == "nobody is on duty NOW for lab: see `cryogate duty`"
    assert any("remark: risks: no product has the risk 'deadly'" in line for line in said)
    assert "remark: rotations[0].people: wang is named more than once and has as many turns" in said
