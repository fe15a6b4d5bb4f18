"""What people state about contents, correct, withdraw and contradict, as alarms show it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.statements import empty
from tests.unit.alarming.alarm_desk import Desk, moment


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A freezer and a shipper that are too warm since noon, and have not returned."""
    desk = Desk(tmp_path)
    desk.read(("top", 0, -140.0), ("shipper", 0, -140.0))
    desk.run()
    return desk


def units(desk: Desk, asset: str) -> Any:
    """What the alarm of an asset says is inside: by code, with (from, to, certain); or "unknown"."""
    desk.run()
    (alarm,) = [a for a in desk.alarms() if (a["asset"], a["rule"]) == (asset, "above-150")]
    if isinstance(alarm["units"], str):
        return alarm["units"]
    return {u["code"]: (u["from"], u["to"], u["certain"]) for u in alarm["units"]}


def conflicts(desk: Desk) -> set[str | None]:
    return {u["conflict"] for a in desk.alarms() if not isinstance(a["units"], str) for u in a["units"]}


def test_an_end_and_the_end_taken_back(desk: Desk) -> None:
    desk.contain("A", "shipper", -60)
    assert units(desk, "shipper") == {"A": (moment(0), None, True)}
    desk.contain("A", "shipper", -60, 30)
    assert units(desk, "shipper") == {"A": (moment(0), moment(30), True)}
    desk.contain("A", "shipper", -60)
    assert units(desk, "shipper") == {"A": (moment(0), None, True)}


def test_a_unit_in_two_places_is_possibly_in_both_until_one_is_withdrawn(desk: Desk) -> None:
    desk.contain("U", "shipper", -60, 50)
    desk.contain("U", "freezer", 10, 20, id="K-2")
    assert units(desk, "shipper") == {"U": (moment(0), moment(50), False)}
    assert units(desk, "freezer") == {"U": (moment(10), moment(20), False)}
    (words,) = conflicts(desk)
    assert words is not None and "in shipper from" in words and "in freezer from" in words and "K-2" in words
    before = desk.alarms()
    desk.lose_records()
    desk.run()
    assert desk.alarms() == before
    desk.withdraw("K-2")
    assert units(desk, "shipper") == {"U": (moment(0), moment(50), True)}
    assert units(desk, "freezer") == "unknown"
    assert conflicts(desk) == {None}


def test_the_same_start_in_two_places_is_a_conflict(desk: Desk) -> None:
    desk.contain("U", "shipper", -60)
    desk.contain("U", "freezer", -60)
    for asset in ("shipper", "freezer"):
        assert units(desk, asset) == {"U": (moment(0), None, False)}


def test_a_move_restated_at_another_time_supersedes_the_earlier_one(desk: Desk) -> None:
    desk.contain("A", "shipper", -60)
    desk.contain("A", "freezer", 20, id="K-2")
    assert units(desk, "shipper") == {"A": (moment(0), moment(20), True)}
    desk.contain("A", "freezer", 10, id="K-3", corrects="K-2", reason="the paper log")
    assert units(desk, "shipper") == {"A": (moment(0), moment(10), True)}
    assert units(desk, "freezer") == {"A": (moment(10), None, True)}
    desk.withdraw("K-3")
    assert units(desk, "shipper") == {"A": (moment(0), moment(20), True)}


def test_a_wrong_code_is_withdrawn_and_comes_back_when_that_is_withdrawn(desk: Desk) -> None:
    desk.contain("WRONG", "shipper", -60, id="K-1")
    desk.contain("RIGHT", "shipper", -60)
    both = {code: (moment(0), None, True) for code in ("RIGHT", "WRONG")}
    assert units(desk, "shipper") == both
    desk.withdraw("K-1", id="K-3")
    assert list(units(desk, "shipper")) == ["RIGHT"]
    desk.withdraw("K-3")
    assert units(desk, "shipper") == both


def test_an_asset_that_is_stated_empty_holds_nothing_from_then_on(desk: Desk) -> None:
    desk.contain("A", "shipper", -60)
    desk.state(empty.KIND, empty.to_body(empty.Empty("shipper", None)), 10, id="K-2")
    assert units(desk, "shipper") == {"A": (moment(0), moment(10), True)}
    desk.withdraw("K-2")
    assert units(desk, "shipper") == {"A": (moment(0), None, True)}
    desk.state(empty.KIND, empty.to_body(empty.Empty("shipper", None)), -10)
    assert units(desk, "shipper") == {}, "known, and nothing"
