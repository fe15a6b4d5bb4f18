"""A site in its second year: versions follow, channels leave and return, units prove to have been inside."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.alarming import screening as follower
from gateway.model import SECOND
from gateway.questions.proof import prove
from gateway.screening.clocks import Clocks
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS, SOME_CODE, Desk, codes, moment

TOP = CONFIG[CONFIG.index("[channels.top]") : CONFIG.index("[channels.shipper]")]
RULE = CONFIG[CONFIG.index("[[profiles.p.rules]]") : CONFIG.index("[channels.top]")]
BUDGET = """
[[profiles.p.rules]]
id = "spent"
kind = "budget"
side = "high"
limit_degC = -150.0
budget_s = 60.0
severity = "major"
"""
OTHER = """
[[profiles.p.rules]]
id = "above-100"
kind = "limit"
side = "high"
limit_degC = -100.0
severity = "critical"
"""


def second(since_s: float, *rules: str) -> str:
    return f'\n[[profiles.p]]\nversion = "2"\nvalid_from = "{moment(since_s)}"\n' + "".join(rules)


def with_rules(config: str, more: str) -> str:
    return config.replace("[channels.top]", more + "[channels.top]", 1)


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence has no say."""
    monkeypatch.setattr(follower, "GRACE_S", 1e9)


def test_an_acknowledged_alarm_stays_one_through_a_version_that_repeats_its_rule(tmp_path: Path) -> None:
    desk = Desk(tmp_path, since_ns=NOON_NS)
    desk.read(("top", 0, -190.0), ("top", 10, -140.0))
    desk.run()
    desk.acknowledge(desk.alarms()[0]["id"])
    desk.run()
    desk.configure(with_rules(CONFIG, second(20, RULE, OTHER)), NOON_NS + 15 * 10**9)
    desk.read(("top", 30, -139.0))
    desk.run()
    (alarm,) = desk.alarms()
    assert (alarm["state"], alarm["start"], alarm["end"]) == ("acknowledged", moment(10), None)
    assert alarm["profile_versions"] == ["p 1", "p 2"]
    assert desk.changes() == ["raised", "acknowledged"]


def test_another_severity_is_a_change_of_the_alarm(tmp_path: Path) -> None:
    desk = Desk(tmp_path, since_ns=NOON_NS)
    desk.read(("top", 10, -140.0))
    desk.run()
    milder = RULE.replace('severity = "critical"', 'severity = "minor"')
    desk.configure(with_rules(CONFIG, second(20, milder)), NOON_NS + 15 * 10**9)
    desk.read(("top", 30, -139.0))
    desk.run()
    (alarm,) = desk.alarms()
    assert (alarm["severity"], desk.changes()) == ("minor", ["raised", "amended"])


def test_delays_and_budgets_reach_across_a_version(tmp_path: Path) -> None:
    slow = RULE.replace('severity = "critical"', 'on_delay_s = 10.0\nseverity = "critical"')
    config = CONFIG.replace(RULE, slow + BUDGET)
    desk = Desk(tmp_path, config, since_ns=NOON_NS)
    desk.read(("top", 0, -190.0), ("top", 0.001, -140.0), ("top", 9, -140.0))
    desk.run()
    assert desk.alarms() == []
    desk.configure(with_rules(config, second(10, slow, BUDGET, OTHER)), NOON_NS + 9 * 10**9)
    desk.read(("top", 15, -140.0), ("top", 40, -140.0))
    desk.run()
    assert [(a["rule"], a["start"]) for a in desk.alarms()] == [("above-150", moment(0.001))]
    desk.read(("top", 62, -140.0))
    desk.run()
    assert [a["rule"] for a in desk.alarms()] == ["above-150", "spent"]


def test_out_and_back_without_a_missing_reading_is_one_story(tmp_path: Path) -> None:
    desk = Desk(tmp_path, since_ns=NOON_NS)
    desk.read(("top", 0, -120.0))
    desk.run()
    desk.configure(CONFIG.replace(TOP, ""), NOON_NS + 10 * 10**9)
    desk.run()
    (alarm,) = desk.alarms()
    assert (alarm["ended_by"], alarm["state"], alarm["returned"]) == ("retired", "ended unacknowledged", None)
    desk.configure(CONFIG, NOON_NS + 40 * 10**9)
    desk.read(("top", 50, -115.0))
    desk.run()
    (alarm,) = desk.alarms()
    assert (alarm["end"], alarm["state"], alarm["extreme"]) == (None, "unacknowledged", -115.0)
    assert desk.changes() == ["raised", "ended", "amended", "raised"]


def test_what_was_measured_while_a_channel_was_left_out_is_judged_once_it_is_back(tmp_path: Path) -> None:
    """It was left out by mistake for longer than it may be silent; its device has kept what it measured."""
    desk = Desk(tmp_path, since_ns=NOON_NS)
    desk.read(("top", 0, -190.0))
    desk.configure(CONFIG.replace(TOP, ""), NOON_NS + 10 * SECOND)
    desk.run()
    desk.configure(CONFIG, NOON_NS + 400 * SECOND)
    desk.contain(SOME_CODE, "freezer", -10)
    desk.read(("top", 410, -190.0), ("top", 100, -190.0), ("top", 130, -120.0), ("top", 160, -190.0))
    desk.run()
    (alarm,) = desk.alarms()
    assert (alarm["start"], alarm["end"], alarm["state"]) == (
        moment(130),
        moment(160),
        "returned unacknowledged",
    )
    assert (alarm["asset"], codes(alarm), alarm["extreme"]) == ("freezer", [SOME_CODE], -120.0)
    desk.lose_records()
    desk.run()
    assert [one["id"] for one in desk.alarms()] == [alarm["id"]] and desk.changes().count("raised") == 1


def test_clocks_of_a_time_that_is_over_stay_what_they_were(tmp_path: Path) -> None:
    desk = Desk(tmp_path, since_ns=NOON_NS)
    desk.read(*[("top", 10 * k, -190.0 + 10 * k) for k in range(8)])
    before = prove(desk.journal, "top", NOON_NS, NOON_NS + 70 * 10**9).public()
    later = with_rules(CONFIG, second(100, RULE.replace("-150.0", "-180.0")))
    later = later.replace("max_gap_s = 60.0", "max_gap_s = 1.0")
    desk.configure(later.replace("[sites.s]", '[sites.s]\ntime_zone = "Asia/Shanghai"'), NOON_NS + 90 * 10**9)
    assert prove(desk.journal, "top", NOON_NS, NOON_NS + 70 * 10**9).public() == before
    desk.read(*[("top", 100 + 10 * k, -170.0) for k in range(8)])
    after = prove(desk.journal, "top", NOON_NS + 90 * 10**9, NOON_NS + 170 * 10**9)
    assert [part.high for part in after.parts] == [-150.0, -180.0]
    assert after.clocks.unproven_ns == 80 * 10**9  # stretches of 10 s are longer than the gap of then


def test_a_unit_that_turns_out_to_have_been_inside_asks_again_and_says_why(tmp_path: Path) -> None:
    desk = Desk(tmp_path, since_ns=NOON_NS)
    desk.read(("top", 0, -140.0), ("top", 10, -190.0))
    desk.run()
    desk.acknowledge(desk.alarms()[0]["id"])
    desk.run()
    assert desk.alarms()[0]["state"] == "closed"
    desk.contain(SOME_CODE, "freezer", -60, 5)
    desk.run()
    (alarm,) = desk.alarms()
    assert (alarm["state"], codes(alarm)) == ("returned unacknowledged", [SOME_CODE])
    last = desk.history(alarm["id"])[-1]
    assert (last["change"], last["because"]["by"], last["because"]["kind"]) == (
        "asks again",
        "Li Na",
        "containment",
    )
    assert SOME_CODE in last["because"]["words"]


def test_an_acknowledgement_that_is_withdrawn_is_asked_for_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path, since_ns=NOON_NS)
    desk.read(("top", 0, -140.0))
    desk.run()
    desk.acknowledge(desk.alarms()[0]["id"])
    desk.run()
    (said,) = [s for _, s in desk.journal.statements("acknowledge")]
    desk.withdraw(said.id)
    desk.run()
    (alarm,) = desk.alarms()
    assert (alarm["state"], alarm["acknowledgements"]) == ("unacknowledged", [])
    assert desk.changes() == ["raised", "acknowledged", "taken back"]


def test_an_alarm_that_proves_to_be_none_keeps_its_place_and_its_units(tmp_path: Path) -> None:
    desk = Desk(tmp_path, since_ns=NOON_NS)
    desk.contain("BAG-1", "freezer", -60)
    desk.contain("BAG-2", "shipper", -60)
    desk.read(("top", 0, -190.0), ("top", 10, -140.0))
    desk.place("top", "shipper", 20, id="moved")
    desk.read(("top", 30, -139.0))
    desk.run()
    desk.withdraw("moved", id="not-moved")
    desk.run()
    stayed, none = desk.alarms()
    assert (stayed["asset"], codes(stayed), stayed["end"]) == ("freezer", ["BAG-1"], None)
    assert (none["asset"], codes(none), none["withdrawn"]) == ("shipper", ["BAG-2"], True)
    assert [c["change"] for c in desk.history(none["id"])] == ["raised", "withdrawn"]
    desk.contain("BAG-3", "shipper", -60)
    desk.run()
    assert codes(desk.alarms()[1]) == ["BAG-2"]
    desk.withdraw("not-moved")
    desk.run()
    moved, back = desk.alarms()
    assert (moved["asset"], moved["ended_by"], back["asset"], back["withdrawn"]) == (
        "freezer",
        "moved",
        "shipper",
        False,
    )
    assert sorted(codes(back)) == ["BAG-2", "BAG-3"]


def test_nothing_is_proven_across_a_move(tmp_path: Path) -> None:
    desk = Desk(tmp_path, since_ns=NOON_NS)
    desk.read(("top", 0, -160.0), ("top", 10, -160.0), ("top", 30, -160.0), ("top", 40, -160.0))
    whole = (NOON_NS, NOON_NS + 40 * SECOND)
    stayed = prove(desk.journal, "top", *whole).clocks
    assert (stayed.in_range_ns, stayed.unproven_ns) == (40 * SECOND, 0)
    desk.place("top", "shipper", 20)
    moved = prove(desk.journal, "top", *whole)
    assert (moved.clocks.in_range_ns, moved.clocks.unproven_ns) == (20 * SECOND, 20 * SECOND)
    halves = [
        prove(desk.journal, "top", NOON_NS + a * SECOND, NOON_NS + b * SECOND).clocks
        for a, b in ((0, 15), (15, 40))
    ]
    assert Clocks.total(halves) == moved.clocks
