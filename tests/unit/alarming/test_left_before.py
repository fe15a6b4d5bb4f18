"""Units inside between the last reading in range and the first beyond: exposed from the crossing on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.cli.alarm_screen import alarm_lines
from gateway.questions.journal_replay import replay_journal
from tests.unit.alarming.alarm_desk import CONFIG, Desk, moment

WARM = (("top", 0, -190.0), ("top", 10, -140.0), ("top", 20, -140.0))  # beyond -150 from 8 s on


def exposure(alarm: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(u["code"], u["from"], u["to"], u["beyond_s"], u["extreme"]) for u in alarm["units"]]


def test_from_the_crossing_until_it_left(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    left = (("BAG-7", 7), ("BAG-8", 8), ("BAG-9", 9), ("BAG-10", 10), ("BAG-15", 15), ("STAYS", None))
    for code, until in left:
        desk.contain(code, "freezer", -60, until)
    desk.contain("CAME", "freezer", 9, None)
    desk.read(*WARM)
    desk.run()
    (alarm,) = desk.alarms()
    expected = [  # who stays longer is never said to have gone through less
        ("BAG-10", moment(8), moment(10), 2.0, None),
        ("BAG-15", moment(8), moment(15), 7.0, -140.0),
        ("BAG-9", moment(8), moment(9), 1.0, None),
        ("CAME", moment(9), None, 11.0, -140.0),
        ("STAYS", moment(8), None, 12.0, -140.0),
    ]
    assert exposure(alarm) == expected
    (again,) = replay_journal(desk.journal).excursions
    assert exposure(again) == expected


def test_what_nobody_measured_is_said_of_each_unit(tmp_path: Path) -> None:
    """A logger whose step is longer than max_gap_s: beyond 0 s is not the whole story of who was inside."""
    desk = Desk(tmp_path)
    desk.contain("GONE", "freezer", -60, 1200)
    desk.contain("STAYS", "freezer", 360, None)
    desk.read(("top", 0, -160.0), ("top", 600, -140.0), ("top", 1200, -140.0), ("top", 1230, -140.0))
    desk.run()
    (alarm,) = desk.alarms()
    told = {u["code"]: (u["beyond_s"], u["unproven_s"], u["extreme"]) for u in alarm["units"]}
    assert told == {"GONE": (0.0, 600.0, -140.0), "STAYS": (30.0, 600.0, -140.0)}
    assert "GONE EXAMPLE  beyond the limit for 0 s, not proven 10 min" in alarm_lines([alarm])[0].plain
    (again,) = replay_journal(desk.journal).excursions
    assert again["units"] == alarm["units"]


def test_who_came_only_for_that_moment(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.contain("BAG-1", "freezer", 8.5, 9)
    desk.read(*WARM)
    desk.run()
    assert exposure(desk.alarms()[0]) == [("BAG-1", moment(8.5), moment(9), 0.5, None)]


@pytest.mark.parametrize(
    ("before", "since"),
    [
        ((("top", 0, -190.0), ("top", 5, None)), 0),  # a fault lies between
        ((("top", -70, -190.0),), -70),  # too long ago: 60 s is max_gap
        ((("top", -5000, -190.0),), None),  # longer ago than is looked back
        ((), None),  # nothing was measured before
    ],
)
def test_who_left_while_nothing_was_proven_was_possibly_exposed(
    tmp_path: Path, before: tuple[Any, ...], since: float | None
) -> None:
    desk = Desk(tmp_path)
    desk.contain("BAG-9", "freezer", -600, 9)
    desk.contain("STAYS", "freezer", -600, None)
    desk.read(*before, *WARM[1:])
    desk.run()
    (alarm,) = desk.alarms()
    possibly = [] if since is None else [("BAG-9", moment(since), moment(9), None, None)]
    assert exposure(alarm) == [("STAYS", moment(10), None, 10.0, -140.0), *possibly]
    assert [u["certain"] for u in alarm["units"]] == [True, *(False for _ in possibly)]
    assert all(u["conflict"].startswith("nothing is proven from 2026-01-05T") for u in alarm["units"][1:])
    (again,) = replay_journal(desk.journal).excursions
    assert exposure(again) == exposure(alarm)


def test_a_late_reading_on_the_line_moves_the_crossing(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.contain("BAG-8.5", "freezer", -60, 8.5)
    desk.contain("STAYS", "freezer", -60, None)
    desk.read(*WARM)
    desk.run()
    assert [u["code"] for u in desk.alarms()[0]["units"]] == ["BAG-8.5", "STAYS"]
    desk.read(("top", 5, -190.0))  # from there on the line crosses the limit at 9 s
    desk.run()
    (alarm,) = desk.alarms()
    assert exposure(alarm) == [("STAYS", moment(9), None, 11.0, -140.0)]
    assert desk.changes() == ["raised", "amended"]
    (again,) = replay_journal(desk.journal).excursions
    assert exposure(again) == exposure(alarm)
    desk.read(("shipper", 5, -190.0), ("top", -50, -190.0))  # neither lies on it
    desk.run()
    assert desk.changes() == ["raised", "amended"]


@pytest.mark.parametrize("closed", [False, True])
def test_a_late_reading_moves_the_crossing_of_what_has_ended(tmp_path: Path, closed: bool) -> None:
    desk = Desk(tmp_path)
    desk.contain("BAG-8.5", "freezer", -60, 8.5)
    desk.contain("STAYS", "freezer", -60, None)
    desk.read(*WARM, ("top", 30, -190.0), ("top", 40, -190.0))
    desk.run()
    (alarm,) = desk.alarms()
    assert alarm["end"] is not None and [u["code"] for u in alarm["units"]] == ["BAG-8.5", "STAYS"]
    if closed:
        desk.acknowledge(alarm["id"])
        desk.run()
        assert desk.alarms()[0]["state"] == "closed"
    before = desk.changes()
    desk.read(("top", 5, -190.0))  # from there on the line crosses the limit at 9 s
    desk.run()
    (alarm,) = desk.alarms()
    (again,) = replay_journal(desk.journal).excursions
    assert exposure(alarm) == exposure(again)
    assert [u["code"] for u in alarm["units"]] == ["STAYS"] and alarm["units"][0]["from"] == moment(9)
    assert desk.changes() == [*before, "amended"]
    desk.read(("shipper", 5, -190.0), ("top", -50, -190.0))  # neither lies on it
    desk.run()
    assert desk.changes() == [*before, "amended"]
    known = desk.alarms()
    desk.lose_records()
    desk.run()
    assert desk.alarms() == known


def test_at_the_limit_the_line_crosses_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.contain("BAG-9", "freezer", -600, 9)
    desk.read(("top", 0, -150.0), *WARM[1:])
    desk.run()
    assert exposure(desk.alarms()[0]) == [("BAG-9", moment(0), moment(9), 9.0, None)]


def test_a_low_limit(tmp_path: Path) -> None:
    desk = Desk(tmp_path, CONFIG.replace('side = "high"', 'side = "low"'))
    desk.contain("BAG-9", "freezer", -600, 9)
    desk.read(("top", 0, -100.0), ("top", 10, -160.0))
    desk.run()
    (code, begin, end, beyond_s, _) = exposure(desk.alarms()[0])[0]
    assert (code, begin, end, beyond_s) == (
        "BAG-9",
        moment(10 * 50 / 60),
        moment(9),
        pytest.approx(9 - 50 / 6),
    )
