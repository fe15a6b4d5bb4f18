"""A report of a unit: where it was, what was proven there, what it went through, what nobody has said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.dossier.kinds import unit
from gateway.dossier.passport import facts, passport_of
from gateway.dossier.sections import sections
from gateway.dossier.state import state_of
from gateway.dossier.words import in_language
from gateway.errors import InputError
from tests.unit.alarming.alarm_desk import CONFIG, Desk, moment
from tests.unit.dossier.test_period_report import HOUR, desk_in, line

BUDGET = (
    '[[profiles.p.rules]]\nid = "an-hour"\nkind = "budget"\nside = "high"\nlimit_degC = -150.0\n'
    'budget_s = 3600.0\nseverity = "major"\n'
)


def told(desk: Desk, code: str = "BAG-1") -> dict[str, Any]:
    desk.run()
    return facts(passport_of(state_of(desk.journal), code), desk.records)


def headline(of: dict[str, Any]) -> str:
    return in_language(next(sections(unit.ORDER, of, ())).blocks[0].text, "en")


def unknown(of: dict[str, Any]) -> list[str]:
    return [one["what"] for one in of["unknown"]]


def test_two_vessels_and_a_time_between_of_which_nobody_has_spoken(tmp_path: Path) -> None:
    desk = desk_in(tmp_path, CONFIG.replace("[channels.top]", f"{BUDGET}[channels.top]"))
    desk.contain("BAG-1", "freezer", 0, 1500)
    desk.contain("BAG-1", "shipper", 2400, 6000)
    desk.read(*line(-60, 7000, (900, 1200)), *line(-60, 7000, (1600, 2700), "shipper"))
    found = told(desk)
    assert [(one["asset"], one["from"], one["to"]) for one in found["stays"]] == [
        ("freezer", moment(0), moment(1500)),
        ("shipper", moment(2400), moment(6000)),
    ]
    assert found["between"] == [{"from": moment(1500), "to": moment(2400)}] and not found["preliminary"]
    clocks = [one["probes"][0]["clocks"] for one in found["stays"]]
    assert [one["interval_ns"] for one in clocks] == [1500 * 10**9, 3600 * 10**9]
    for one in clocks:
        assert one["in_range_ns"] + one["out_of_range_ns"] + one["unproven_ns"] == one["interval_ns"]
    (spent,) = found["budgets"]
    assert spent["spent_s"] == pytest.approx(300 + 300, abs=30.0) and spent["budget_s"] == 3600.0
    assert spent["spent_s"] == sum(one["out_of_range_ns"] for one in clocks) / 1e9
    parts = [part for part in found["excursions"] if part["rule"] == "above-150"]
    assert [part["channel"] for part in parts] == ["top", "shipper"]
    assert found["beyond_s"] == max(part["beyond_s"] for part in parts)  # of two probes not added up
    assert "2 stays in 2 assets; of 1 time between, nobody has said where it was" in headline(found)
    assert unknown(found) == ["between", "no chain", "not signed"]


def test_one_that_is_still_inside_is_preliminary_and_counts_by_its_zone(tmp_path: Path) -> None:
    bottom = '[channels.bottom]\nasset = "freezer"\nzone = "bottom"\nsource = "broker"\naddress = "b"\n'
    desk = desk_in(tmp_path, CONFIG.replace("[channels.top]", f'{bottom}profile = "p"\n[channels.top]'))
    desk.contain("BAG-1", "freezer", 0, zone="bottom")
    desk.read(*line(-60, 7000, (900, 1200)), *line(-60, 3000, (0, 0), "bottom"))
    found = told(desk)
    assert found["preliminary"] and not found["excursions"]
    (stay,) = found["stays"]
    assert [one["channel"] for one in stay["probes"]] == ["bottom"]
    assert stay["probes"][0]["clocks"]["unproven_ns"] > HOUR * 10**9
    assert "stay unproven" in unknown(found) and headline(found).startswith("No excursion was found where")


def test_what_was_withdrawn_stays_visible(tmp_path: Path) -> None:
    desk = desk_in(tmp_path, CONFIG)
    desk.contain("BAG-1", "freezer", 0, 1500, id="load-1")
    desk.read(*line(-60, 7000, (0, 0)))
    desk.withdraw("load-1")
    found = told(desk)
    (said,) = found["statements"]
    assert not said["counts"] and "withdrawn by Li Na" in said["fate"] and not found["stays"]
    assert "nowhere" in unknown(found) and "nothing is known" in headline(found)


def test_contradictions_are_said(tmp_path: Path) -> None:
    desk = desk_in(tmp_path, CONFIG)
    desk.contain("BAG-1", "freezer", 0, 3000)
    desk.contain("BAG-1", "shipper", 600, 2000)
    desk.read(*line(-60, 7000, (900, 1200)), *line(-60, 7000, (0, 0), "shipper"))
    found = told(desk)
    assert found["conflicts"] and "conflicts" in unknown(found)
    assert "some of them in doubt" in headline(found) and not found["excursions"][0]["certain"]


def test_an_unknown_code_and_one_of_several_units_are_refused(tmp_path: Path) -> None:
    desk = desk_in(tmp_path, CONFIG)
    desk.read(("top", 0.0, -160.0))
    with pytest.raises(InputError, match="nobody has stated anything"):
        told(desk, "BAG-9")
