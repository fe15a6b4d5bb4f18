"""A row that says of a unit that it is where it is already is a count, and whoever loads it hears so."""

from __future__ import annotations

import pytest

from tests.unit.commands.front_desk import DAY, Office


def bag(code: str, since: str, asset: str = "shipper-1", zone: str = "", to: str = "") -> str:
    return f"holder,{code},{asset},{zone},{DAY}{since}:00Z,{f'{DAY}{to}:00Z' if to else ''},,"


def load(office: Office, *rows: str, more: tuple[str, ...] = ()) -> tuple[list[str], list[str]]:
    done = office.json("load", str(office.file(*rows)), "--by", "Li Na", *more)
    return done["ids"], done["remarks"]


def stays(office: Office, code: str) -> list[tuple[str, str]]:
    (unit,) = office.json("contents", "--unit", code)["units"]
    return [(stay["asset"], stay["from"][11:16]) for stay in unit["stays"]]


def test_one_line_says_how_many_rows_are_counts_and_how_to_say_otherwise(office: Office) -> None:
    (first, *_), quiet = load(office, bag("BAG-1", "08:00"), bag("BAG-2", "08:00"), bag("BAG-3", "08:00"))
    _, remarks = load(office, bag("BAG-1", "15:00"), bag("BAG-2", "15:00"), bag("BAG-4", "15:00"))
    assert not quiet
    (line,) = remarks
    assert line.startswith("2 rows taken as a count: ") and f"since {DAY}08:00:00Z by Li Na, {first})" in line
    assert f"--corrects {first} --reason WHY" in line and "contents --unit BAG-1" in line
    assert stays(office, "BAG-1") == [("shipper-1", "08:00")]
    (correction,), remarks = load(
        office, bag("BAG-1", "15:00"), more=("--corrects", first, "--reason", "it came at three")
    )
    assert not remarks and stays(office, "BAG-1") == [("shipper-1", "15:00")]
    told = office.run("contents", "--unit", "BAG-1")
    assert f"[corrected by Li Na ({correction}," in told and "it came at three" in told


def test_people_read_it_on_the_screen(office: Office) -> None:
    load(office, bag("BAG-1", "08:00"))
    told = office.run("load", str(office.file(bag("BAG-1", "15:00"))), "--by", "Li Na")
    assert "1 row, 1 of them new" in told and "note: 1 row taken as a count" in told


def test_a_correction_that_an_earlier_count_makes_a_count_says_so(office: Office) -> None:
    (first,), _ = load(office, bag("BAG-1", "08:00"))
    (count,), _ = load(office, bag("BAG-1", "10:00"))
    _, remarks = load(office, bag("BAG-1", "15:00"), more=("--corrects", first, "--reason", "later"))
    assert [f"--corrects {count} " in line for line in remarks] == [True]
    assert stays(office, "BAG-1") == [("shipper-1", "10:00")]


@pytest.mark.parametrize(
    "row",
    [
        bag("BAG-1", "07:00"),
        bag("BAG-1", "08:00", to="18:00"),
        bag("BAG-1", "09:00", "shipper-2"),
        bag("BAG-1", "09:00", zone="top"),
        bag("BAG-2", "15:00"),
    ],
    ids=["earlier", "ended", "moved", "in a zone", "another unit"],
)
def test_what_takes_effect_is_no_count(office: Office, row: str) -> None:
    load(office, bag("BAG-1", "08:00"))
    assert load(office, row)[1] == []


def test_a_unit_that_left_and_came_back_is_no_count(office: Office) -> None:
    load(office, bag("BAG-1", "08:00"))
    assert load(office, bag("BAG-1", "08:00", to="12:00"), bag("BAG-1", "14:00"))[1] == []
    assert load(office, bag("BAG-1", "12:00"))[1] == []
    assert load(office, bag("BAG-1", "14:00", to="16:00"))[1] == []


def test_a_count_that_is_loaded_again_says_nothing_new(office: Office) -> None:
    load(office, bag("BAG-1", "08:00"))
    load(office, bag("BAG-1", "15:00"))
    assert load(office, bag("BAG-1", "15:00")) == ([], [])
