"""The alarm book on a real journal and real records: what happens to an alarm, and what is kept of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gateway.alarming import entry
from gateway.alarming import screening as follower
from gateway.screening.excursion import identity as excursion_id
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS, SOME_CODE, Desk, codes, moment, without_clock


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_raised_acknowledged_returned_closed(desk: Desk) -> None:
    desk.contain(SOME_CODE, "freezer", -3600)
    desk.read(("top", 0, -190.0), ("top", 10, -140.0))
    desk.run()
    (alarm,) = desk.alarms()
    assert (alarm["state"], alarm["channel"], alarm["asset"]) == ("unacknowledged", "top", "freezer")
    assert (alarm["start"], alarm["end"], alarm["zone"], alarm["site"]) == (moment(10), None, "top", "s")
    assert (codes(alarm), alarm["returned"]) == ([SOME_CODE], None)

    desk.acknowledge(alarm["id"], "courier called")
    desk.run()
    (alarm,) = desk.alarms()
    assert alarm["state"] == "acknowledged"
    assert [(a["by"], a["comment"]) for a in alarm["acknowledgements"]] == [("Li Na", "courier called")]

    desk.read(("top", 20, -190.0))
    desk.run()
    (alarm,) = desk.alarms()
    assert (alarm["state"], alarm["end"]) == ("closed", moment(20))
    assert (alarm["beyond_s"], alarm["units"][0]["beyond_s"]) == (2.0, 4.0)  # 2 s before its first reading
    assert alarm["returned"] is not None
    assert desk.records.book.alarms() == []
    assert desk.changes() == ["raised", "acknowledged", "returned"]


def test_everything_in_one_page_is_every_change_in_the_order_of_the_journal(desk: Desk) -> None:
    identity = excursion_id(desk.journal.id, desk.numbers["top"], "above-150", NOON_NS)
    desk.read(("top", 0, -140.0))
    desk.acknowledge(identity, "before it returned")
    desk.read(("top", 10, -190.0))
    desk.acknowledge(identity, "too late")
    desk.run()
    assert desk.changes() == ["raised", "acknowledged", "returned"]
    (alarm,) = desk.alarms()
    assert (alarm["id"], alarm["state"]) == (identity, "closed")
    assert [a["comment"] for a in alarm["acknowledgements"]] == ["before it returned"]
    states = [r["known"]["state"] for r in desk.history(identity)]
    assert states == ["unacknowledged", "acknowledged", "closed"]


def test_an_excursion_that_is_over_when_it_is_found_was_raised_and_returned(desk: Desk) -> None:
    desk.read(("top", 0, -140.0), ("top", 10, -190.0))
    desk.run()
    assert desk.changes() == ["raised", "returned"]
    assert desk.alarms()[0]["state"] == "returned unacknowledged"
    desk.acknowledge(desk.alarms()[0]["id"])
    desk.run()
    assert desk.alarms()[0]["state"] == "closed"


def test_acknowledgements_without_effect_stay_in_the_journal_alone(desk: Desk) -> None:
    desk.acknowledge("E-NOTHING")
    desk.read(("top", 0, -140.0))
    desk.run()
    (alarm,) = desk.alarms()
    assert alarm["acknowledgements"] == []
    assert desk.changes() == ["raised"]


def test_nobody_said_what_is_inside_until_somebody_does(desk: Desk) -> None:
    desk.read(("top", 0, -140.0))
    desk.run()
    assert codes(desk.alarms()[0]) == "unknown"
    desk.contain(SOME_CODE, "freezer", -60)
    desk.run()
    assert codes(desk.alarms()[0]) == [SOME_CODE]
    desk.contain(SOME_CODE, "freezer", -60, 5)
    desk.contain("BAG-2", "freezer", 5, zone="bottom")  # the alarm is about the top
    desk.read(("top", 10, -140.0))
    desk.run()
    (unit,) = desk.alarms()[0]["units"]
    assert (unit["code"], unit["from"], unit["to"]) == (SOME_CODE, moment(0), moment(5))
    assert unit["beyond_s"] == 5.0
    assert desk.changes() == ["raised", "amended", "amended"]
    known = [codes(r["known"]) for r in desk.history(desk.alarms()[0]["id"])]
    assert known == ["unknown", [SOME_CODE], [SOME_CODE]]


def test_saying_the_same_again_or_of_another_asset_amends_nothing(desk: Desk) -> None:
    desk.contain(SOME_CODE, "freezer", -60)
    desk.read(("top", 0, -140.0))
    desk.run()
    desk.contain(SOME_CODE, "freezer", -60)
    desk.contain("BAG-2", "shipper", -60)
    desk.run()
    assert desk.changes() == ["raised"]


def test_a_unit_that_is_announced_is_not_inside_yet(desk: Desk) -> None:
    desk.read(("top", 0, -140.0))
    desk.contain(SOME_CODE, "freezer", 50 * 365 * 86_400)
    desk.run()
    assert codes(desk.alarms()[0]) == "unknown"


def test_a_unit_that_left_in_the_middle_keeps_what_it_went_through(desk: Desk) -> None:
    desk.contain(SOME_CODE, "freezer", -60)
    desk.read(*[("top", s, -140.0 + s) for s in range(0, 20, 2)])
    desk.contain(SOME_CODE, "shipper", 7)
    desk.run()
    (alarm,) = desk.alarms()
    (unit,) = alarm["units"]
    assert (unit["from"], unit["to"], unit["beyond_s"], unit["extreme"]) == (
        moment(0),
        moment(7),
        7.0,
        -134.0,
    )
    assert (alarm["beyond_s"], alarm["extreme"]) == (18.0, -122.0)


def test_late_containment_reaches_alarms_that_are_closed_and_forgotten(desk: Desk) -> None:
    desk.read(("top", 0, -140.0), ("top", 10, -190.0))
    desk.run()
    desk.acknowledge(desk.alarms()[0]["id"])
    desk.run()
    assert codes(desk.alarms()[0]) == "unknown"
    desk.contain(SOME_CODE, "freezer", -60, 4)
    desk.run()
    (alarm,) = desk.alarms()
    assert (alarm["state"], codes(alarm)) == ("returned unacknowledged", [SOME_CODE])
    assert desk.changes() == ["raised", "returned", "acknowledged", "asks again"]
    desk.acknowledge(alarm["id"], "the bag is fine")
    desk.run()
    assert desk.alarms()[0]["state"] == "closed"


def test_late_readings_amend_and_what_was_known_stays(desk: Desk) -> None:
    desk.read(("top", 0, -190.0), ("top", 30, -140.0))
    desk.run()
    desk.read(("top", 20, -100.0))
    desk.run()
    (alarm,) = desk.alarms()
    assert (alarm["start"], alarm["extreme"], alarm["revision"]) == (moment(20), -100.0, 2)
    assert desk.changes() == ["raised", "amended"]
    before, now = desk.history(alarm["id"])
    assert (before["number"], before["known"]["start"]) == (1, moment(30))
    assert (now["number"], now["known"]["start"]) == (2, moment(20))
    assert before["recorded"] < now["recorded"]


def test_late_readings_withdraw_what_never_was(tmp_path: Path) -> None:
    desk = Desk(tmp_path, CONFIG.replace('severity = "critical"', 'severity = "critical"\non_delay_s = 15.0'))
    desk.read(("top", 0, -140.0), ("top", 20, -140.0))
    desk.run()
    assert desk.changes() == ["raised"]
    desk.read(("top", 10, -190.0))
    desk.run()
    (alarm,) = desk.alarms()
    assert (alarm["withdrawn"], alarm["state"], alarm["revision"]) == (True, "withdrawn unacknowledged", 2)
    assert desk.changes() == ["raised", "withdrawn"]
    desk.acknowledge(alarm["id"])
    desk.run()
    assert (desk.records.book.alarms(), desk.alarms()[0]["state"]) == ([], "closed")


def test_late_readings_raise_a_closed_alarm_again(tmp_path: Path) -> None:
    desk = Desk(
        tmp_path, CONFIG.replace('severity = "critical"', 'severity = "critical"\noff_delay_s = 15.0')
    )
    desk.read(("top", 0, -140.0), ("top", 10, -190.0), ("top", 25, -190.0))
    desk.run()
    identity = desk.alarms()[0]["id"]
    desk.acknowledge(identity)
    desk.run()
    desk.read(("top", 20, -140.0))
    desk.run()
    (alarm,) = desk.alarms()
    assert (alarm["id"], alarm["state"], alarm["end"]) == (identity, "unacknowledged", None)
    assert desk.changes() == ["raised", "returned", "acknowledged", "amended", "raised"]


WARM = f"""
[[profiles.p]]
version = "2"
valid_from = "{moment(15)}"
[[profiles.p.rules]]
id = "warm"
kind = "limit"
side = "high"
limit_degC = -150.0
severity = "critical"
"""


def test_a_rule_that_is_no_more_closes_what_it_had_opened_where_it_was(desk: Desk) -> None:
    desk.contain(SOME_CODE, "freezer", -60)
    desk.read(("top", 0, -140.0), ("top", 10, -140.0))
    desk.run(kill_after=1)
    desk.configure(CONFIG.replace("[channels.top]", WARM + "[channels.top]"))
    desk.run()
    (alarm,) = desk.alarms()
    assert (alarm["rule"], alarm["state"]) == ("above-150", "ended unacknowledged")
    assert (alarm["ended_by"], alarm["end"], alarm["returned"]) == ("superseded", moment(15), None)
    assert (alarm["channel"], codes(alarm)) == ("top", [SOME_CODE])
    assert desk.changes() == ["raised", "ended"]
    desk.read(("top", 20, -140.0))
    desk.run()
    assert [a["rule"] for a in desk.alarms()] == ["above-150", "warm"]


def test_a_channel_that_is_no_more_leaves_its_alarm_with_its_place_and_units(desk: Desk) -> None:
    desk.contain(SOME_CODE, "freezer", -60)
    desk.read(("top", 0, -140.0), ("top", 10, -140.0))
    desk.run()
    desk.configure(CONFIG[: CONFIG.index("[channels.top]")] + CONFIG[CONFIG.index("[channels.shipper]") :])
    desk.read(("shipper", 20, -190.0))
    desk.run()
    (alarm,) = desk.alarms()
    assert (alarm["state"], alarm["channel"], alarm["asset"]) == ("ended unacknowledged", "top", "freezer")
    assert (alarm["ended_by"], alarm["returned"]) == ("retired", None)
    assert codes(alarm) == [SOME_CODE]


def test_what_is_over_takes_no_memory_and_is_known_when_late_data_comes(desk: Desk) -> None:
    desk.read(*[("top", 10 * i, -140.0 if i % 2 == 0 else -190.0) for i in range(10)])
    desk.run()
    for alarm in desk.alarms():
        desk.acknowledge(alarm["id"])
    screening = desk.run()
    assert screening._book._kept.entries == {}
    assert screening._screener.known() == []
    desk.read(("top", 5, -100.0))  # late: into the first
    desk.run()
    assert [a["extreme"] for a in desk.alarms()] == [-100.0, *[-140.0] * 4]
    assert desk.changes().count("raised") == 5


CHANNELS = st.sampled_from(["top", "shipper"])
READINGS = st.lists(
    st.tuples(CHANNELS, st.integers(0, 40), st.sampled_from([-190.0, -150.0, -140.0, -100.0, None])),
    min_size=1,
    max_size=4,
)
ACTIONS = st.one_of(
    READINGS,
    st.tuples(
        st.just("contain"),
        st.sampled_from(["A", "B"]),
        st.sampled_from(["freezer", "shipper"]),
        st.integers(-5, 40),
    ),
    st.tuples(st.just("ack"), st.integers(0, 5)),
    st.tuples(st.just("kill"), st.integers(1, 4)),
    st.just(("run",)),
)


def act(desk: Desk, action: tuple | list) -> None:
    if isinstance(action, list):
        desk.read(*action, received_ns=NOON_NS)
    elif action[0] == "contain":
        desk.contain(*action[1:])
    elif action[0] == "ack" and (alarms := desk.alarms()):
        desk.acknowledge(alarms[action[1] % len(alarms)]["id"])


@pytest.fixture
def slow_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but the readings decides what happens, and nothing is stored for the sake of time."""
    monkeypatch.setattr(follower, "GRACE_S", 1e9)
    monkeypatch.setattr(follower, "SAVE_EVERY_S", 1e9)


HISTORIES = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@HISTORIES
@given(actions=st.lists(ACTIONS, min_size=2, max_size=9), often=st.booleans())
@example(
    actions=[[("top", 0, -140.0)], [("top", 0, -190.0), ("top", 1, -190.0)], [("top", 0, -100.0)]],
    often=False,
)
@example(
    actions=[[("top", 0, -150.0)], [("top", 0, -190.0), ("top", 1, -190.0)], [("top", 0, -140.0)]],
    often=False,
)
def test_kills_between_any_two_steps_change_nothing(
    actions: list,
    often: bool,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    slow_clock: None,
) -> None:
    """One gateway that always runs, and one that is killed whenever the story says so."""
    monkeypatch.setattr(follower, "MOST_READINGS", 1)
    monkeypatch.setattr(entry, "WRITE_EVERY_NS", 0 if often else 10**18)
    steady, killed = (
        Desk(tmp_path_factory.mktemp(name), identity="00000001") for name in ("steady", "killed")
    )
    for action in actions:
        if action[0] == "kill":
            killed.run(kill_after=action[1])
        elif action[0] in ("run", "ack"):  # who acknowledges sees everything there is
            killed.run()
        act(steady, action)
        act(killed, action)
        steady.run()
    killed.run(kill_after=2)
    killed.run()
    assert without_clock(killed.alarms()) == without_clock(steady.alarms())
    assert killed.changes() == steady.changes()
    for alarm in steady.alarms():
        mine, theirs = (d.history(alarm["id"]) for d in (steady, killed))
        assert [(r["number"], r["change"]) for r in mine] == [(r["number"], r["change"]) for r in theirs]
        assert without_clock(r["known"] for r in mine) == without_clock(r["known"] for r in theirs)


@HISTORIES
@given(actions=st.lists(ACTIONS, min_size=2, max_size=9), pages=st.lists(st.integers(1, 5), min_size=1))
def test_every_excursion_has_one_alarm_however_the_journal_was_cut_into_pages(
    actions: list,
    pages: list[int],
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    slow_clock: None,
) -> None:
    pieces, whole = (Desk(tmp_path_factory.mktemp(name), identity="00000001") for name in ("pieces", "whole"))
    for i, action in enumerate(actions):
        monkeypatch.setattr(follower, "MOST_READINGS", pages[i % len(pages)])
        act(pieces, action)
        if action[0] in ("run", "kill"):
            pieces.run(kill_after=action[1] if action[0] == "kill" else None)
        if action[0] != "ack":
            act(whole, action)
    pieces.run()
    monkeypatch.setattr(follower, "MOST_READINGS", 1000)
    whole.run()
    assert standing(pieces) == standing(whole)


def standing(desk: Desk) -> list[tuple]:
    """What alarms say of excursions, whatever became known first."""
    kept = (
        "channel",
        "rule",
        "start",
        "confirmed",
        "end",
        "extreme",
        "beyond_s",
        "readings",
        "unproven_s",
        "units",
    )
    return [tuple(a[k] for k in kept) for a in desk.alarms() if not a["withdrawn"]]
