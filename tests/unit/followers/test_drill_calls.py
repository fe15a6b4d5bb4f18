"""Calls about a drill: marked as one, apart from what is real, and in no flood."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.alarms.call import CallKind
from gateway.alarms.flood import FloodLimits
from gateway.alarms.policy import ON_DUTY, Policy, Step
from gateway.followers import caller as calling
from gateway.published.calls import CallsView
from tests.unit.alarming.alarm_desk import eventually
from tests.unit.followers.switchboard import Phone, Siren, Switchboard


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "WAIT_S", 0.02)


@pytest.fixture
def board(tmp_path: Path) -> Switchboard:
    made = Switchboard(tmp_path)
    made.employ("li-na", "wang-wei")
    made.roster("li-na", "wang-wei")
    return made


def test_all_that_is_said_and_stated_says_that_it_is_one(board: Switchboard) -> None:
    push = Phone()
    with board.running(board.caller({"push": push, "sms": Phone()})):
        board.happens("D-1", "raised", kind="drill")
        eventually(lambda: push.ids() == ["G-1.1.li-na"], "called")
        board.happens("D-1", "acknowledged")
        board.happens("D-1", "closed")
        eventually(lambda: len(push.heard) == 2, "over")
        eventually(lambda: len(board.attempts()) == 2, "stated")
    assert [(call.kind, call.drill) for call, _ in push.heard] == [
        (CallKind.ALARM, True),
        (CallKind.OVER, True),
    ]
    assert all(one.drill for one in board.calls()) and all(one.drill for one in board.attempts())


@pytest.mark.parametrize("first", ["D-1", "E-2"])
def test_what_is_real_is_a_call_of_its_own(board: Switchboard, first: str) -> None:
    """On the same asset, at the same time, whichever comes first."""
    push = Phone()
    with board.running(board.caller({"push": push, "sms": Phone()})):
        for name in (first, "E-2" if first == "D-1" else "D-1"):
            board.happens(name, "raised", kind="drill" if name == "D-1" else "limit")
        eventually(lambda: set(push.ids()) == {"G-1.1.li-na", "G-2.1.li-na"}, "both")
        board.happens("D-1", "acknowledged")
        board.now_s = 180
        eventually(lambda: "G-2.2.li-na" in push.ids(), "the real one goes on")
    assert {call.id: call.drill for call, _ in push.heard}["G-2.1.li-na"] is False
    told = {call.group: [alarm["id"] for alarm in call.alarms] for call, _ in push.heard}
    assert told["G-1"] == ["D-1"] and told["G-2"] == ["E-2"]


def test_what_is_real_goes_first(board: Switchboard) -> None:
    push = Phone()
    board.happens("D-1", "raised", kind="drill")
    board.happens("E-2", "raised", "dewar-2", severity="minor")
    with board.running(board.caller({"push": push, "sms": Phone()})) as caller:
        eventually(lambda: len(push.heard) == 2, "told")
        with caller.looking() as seen:
            assert seen is not None
            listed = CallsView(seen[0], seen[1], board.now_ns()).groups()
    assert [(one["id"], one["drill"]) for one in listed] == [("G-2", False), ("G-1", True)]
    assert push.ids() == ["G-2.1.li-na", "G-1.1.li-na"]


def test_it_makes_no_flood_and_is_in_none(board: Switchboard) -> None:
    push = Phone()
    limits = FloodLimits(flood_count=3, flood_within_s=600, summary_after_s=60)
    with board.running(board.caller({"push": push, "sms": Phone()}, flood=limits)):
        for k in range(4):
            board.happens(f"D-{k}", "raised", f"dewar-{k}", kind="drill")
        eventually(lambda: len(push.heard) == 4, "each by itself")
        for k in range(4, 9):
            board.happens(f"E-{k}", "raised", f"dewar-{k}")
        eventually(lambda: len(push.heard) == 7, "three that are real by themselves")
        board.happens("D-9", "raised", "dewar-9", kind="drill")
        eventually(lambda: "G-9.1.li-na" in push.ids(), "and a drill in a flood")
        board.now_s = 60
        eventually(lambda: push.heard[-1][0].kind is CallKind.SUMMARY, "a summary")
    assert {alarm["id"] for alarm in push.heard[-1][0].alarms} == {"E-7", "E-8"}


def test_that_it_reaches_nobody_is_no_fault_of_its_own(board: Switchboard) -> None:
    push, sms = Phone(), Phone()
    push.never, sms.never = {"li-na@push"}, {"li-na@sms"}
    with board.running(board.caller({"push": push, "sms": sms})) as caller:
        board.happens("D-1", "raised", kind="drill")
        eventually(lambda: len(caller.failing) == 2, "its ways fail, which is one")
        assert not caller.nobody


@pytest.mark.parametrize("loses_records", [False, True])
def test_a_restart_calls_nobody_again(board: Switchboard, loses_records: bool) -> None:
    push = Phone()
    with board.running(board.caller({"push": push, "sms": Phone()})):
        board.happens("D-1", "raised", kind="drill")
        eventually(lambda: len(board.attempts()) == 1, "told")
    if loses_records:
        board.lose_records()
    with board.running(board.caller({"push": push, "sms": Phone()})) as caller:
        eventually(lambda: caller.going_on == 1, "it knows")
    assert push.ids() == ["G-1.1.li-na"]


def test_no_siren_is_told_of_it(tmp_path: Path) -> None:
    board = Switchboard(tmp_path, (Policy("p", (Step(0, (ON_DUTY,), notifiers=("siren",)),)),))
    board.employ("li-na")
    board.roster("li-na")
    siren, push = Siren(), Phone()
    with board.running(board.caller({"push": push, "sms": Phone(), "siren": siren})):
        board.happens("D-1", "raised", kind="drill")
        eventually(lambda: push.ids() == ["G-1.1.li-na"], "the person")
        board.happens("E-2", "raised", "dewar-2")
        eventually(lambda: len(siren.heard) == 1, "and of what is real the siren, too")
    assert siren.heard[0][0].group == "G-2"


def test_where_one_notifier_is_slow_what_is_real_overtakes_it(board: Switchboard) -> None:
    push = Phone()
    push.hangs_s = 0.5
    with board.running(board.caller({"push": push, "sms": Phone()})):
        board.happens("E-1", "raised")
        eventually(lambda: board.calls(), "being told")
        board.happens("D-2", "raised", "dewar-2", kind="drill")
        eventually(lambda: len(board.calls()) == 2, "waits")
        board.happens("E-3", "raised", "dewar-3")
        eventually(lambda: len(push.heard) == 3, "all")
    assert push.ids() == ["G-1.1.li-na", "G-3.1.li-na", "G-2.1.li-na"]
