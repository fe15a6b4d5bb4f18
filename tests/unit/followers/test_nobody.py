"""Whoever should have heard of an alarm and did not is said on every screen, also in a flood."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from gateway.alarms.call import CallKind, Priority
from gateway.alarms.flood import FloodLimits
from gateway.alarms.policy import ON_DUTY, Policy, Step
from gateway.followers import caller as calling
from gateway.followers import pauses
from gateway.published.calls import CallsView
from gateway.statements import call as calls
from gateway.statements.person import GONE
from tests.unit.alarming.alarm_desk import eventually
from tests.unit.followers.switchboard import Phone, Switchboard

LIMITS = FloodLimits(flood_count=2, flood_within_s=600, summary_after_s=60)


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "WAIT_S", 0.02)
    monkeypatch.setattr(pauses, "SHORTEST_S", 0.01)
    monkeypatch.setattr(pauses, "LONGEST_S", 0.02)


@pytest.fixture
def board(tmp_path: Path) -> Switchboard:
    policy = Policy("p", (Step(0, (ON_DUTY,)),), repeat_after_s=0)
    made = Switchboard(tmp_path, (policy,))
    made.employ("li-na", "wang-wei", "zhou-yu")
    made.roster("li-na", "wang-wei", "zhou-yu")
    return made


def raised(board: Switchboard, several: int) -> None:
    for k in range(several):
        board.happens(f"E-{k}", "raised", f"dewar-{k}")


def shown(caller: calling.Caller, board: Switchboard, group: str) -> dict[str, Any]:
    with caller.looking() as found:
        assert found is not None
        [one] = [g for g in CallsView(*found, board.now_ns()).groups() if g["id"] == group]
    return one


@pytest.mark.parametrize("site", ["hospital", "clinic"])
def test_a_policy_of_a_site_that_was_renamed_is_for_what_was_open_before(tmp_path: Path, site: str) -> None:
    """The alarm has the name of then, the configuration the new one."""
    board = Switchboard(tmp_path, (Policy("p", (Step(0, (ON_DUTY,)),), sites=frozenset({"clinic"})),))
    board.renamed["clinic"] = "hospital"
    board.employ("li-na")
    board.roster("li-na")
    board.happens("E-1", "raised", site=site)
    push = Phone()
    with board.running(board.caller({"push": push})):
        eventually(lambda: push.ids() == ["G-1.1.li-na"], "called")


def test_a_summary_is_shown_under_each_of_its_groups(board: Switchboard) -> None:
    push = Phone()
    with board.running(board.caller({"push": push, "sms": Phone()}, flood=LIMITS)) as caller:
        raised(board, 4)
        eventually(lambda: len(board.calls()) == 4 and len(board.attempts()) == 2, "two are held")
        board.now_s = 60
        eventually(lambda: push.heard[-1][0].kind is CallKind.SUMMARY, "a summary")
        eventually(lambda: len(board.attempts()) == 3, "stated")
        eventually(lambda: bool(shown(caller, board, "G-3")["attempts"]), "shown")
        [attempt] = shown(caller, board, "G-3")["attempts"]
        assert (attempt["kind"], attempt["person"], attempt["outcome"]) == ("summary", "li-na", "delivered")
    assert caller.nobody == {}


@pytest.mark.parametrize("how", ["down", "never"])
def test_a_summary_that_does_not_arrive_is_somebody_who_does_not_know(board: Switchboard, how: str) -> None:
    push, sms = Phone(), Phone()
    with board.running(board.caller({"push": push, "sms": sms}, flood=LIMITS)) as caller:
        raised(board, 4)
        eventually(lambda: len(board.calls()) == 4 and len(board.attempts()) == 2, "two are held")
        for phone, name in ((push, "push"), (sms, "sms")):
            setattr(phone, how, {f"li-na@{name}"})
        board.now_s = 60
        eventually(lambda: caller.nobody.keys() == {"G-2", "G-3"}, "nobody was reached about them")
        assert shown(caller, board, "G-2")["nobody_since"] is not None
        if how == "down":
            push.down.clear()
            eventually(lambda: caller.nobody == {}, "reached after all")


def test_who_left_before_the_summary_leaves_nobody_who_knows(board: Switchboard) -> None:
    push = Phone()
    with board.running(board.caller({"push": push, "sms": Phone()}, flood=LIMITS)) as caller:
        raised(board, 4)
        eventually(lambda: len(board.calls()) == 4 and len(board.attempts()) == 2, "two are held")
        board.employ("li-na", ways=(), state=GONE)
        board.roster("wang-wei", "zhou-yu")
        eventually(lambda: caller._book.seq == board.journal.last_seq(), "that is heard")
        board.now_s = 60
        eventually(lambda: caller.nobody.keys() == {"G-2", "G-3"}, "nobody was told")
        eventually(lambda: board.calls()[-1].kind == "summary", "it is stated")
        assert board.calls()[-1].receivers == () and "could reach nobody" in calls.words(board.calls()[-1])
    board.lose_records()
    push = Phone()
    with board.running(board.caller({"push": push, "sms": Phone()}, flood=LIMITS)) as again:
        eventually(lambda: again.nobody == {} and len(push.heard) == 2, "whoever is on duty by now")
    assert push.ids("wang-wei@push") == ["G-2.2.wang-wei", "G-3.2.wang-wei"]


def test_alarms_that_no_policy_is_for_are_alarms_that_nobody_hears_of(tmp_path: Path) -> None:
    low = Policy("low", (Step(0, (ON_DUTY,)),), priorities=frozenset({Priority.LOW}))
    board = Switchboard(tmp_path, (low,))
    board.employ("li-na")
    board.roster("li-na", "li-na")
    with board.running(board.caller({"push": Phone(), "sms": Phone()})) as caller:
        board.happens("E-1", "raised")
        eventually(lambda: caller.nobody.keys() == {"G-1"}, "nobody is called")
        assert shown(caller, board, "G-1")["no_policy"] is True
        board.happens("E-1", "acknowledged")
        eventually(lambda: caller.nobody == {}, "somebody knows")
    assert board.calls() == []
    board.happens("E-2", "raised", "dewar-2")
    board.policies = (Policy("all", (Step(0, (ON_DUTY,)),)),)
    push = Phone()
    with board.running(board.caller({"push": push, "sms": Phone()})) as caller:
        eventually(lambda: push.ids() == ["G-2.1.li-na"], "the configuration says otherwise now")
        eventually(lambda: caller.nobody == {}, "reached")


def test_what_arrived_is_stated_before_the_next_ones_are_composed(board: Switchboard) -> None:
    """A crash in between tells again whatever is not stated."""
    push, stated = Phone(), list[int]()

    def remaining(alarm: object, now_ns: int) -> None:
        time.sleep(0.05)
        stated.append(len(board.attempts()))

    raised(board, 6)
    with board.running(board.caller({"push": push, "sms": Phone()}, remaining=remaining)):
        eventually(lambda: len(board.attempts()) == 6, "all of them")
    assert len(stated) == 6 and stated[-1] >= 3


def test_the_fault_that_says_so_does_not_keep_itself_alive(tmp_path: Path) -> None:
    policy = Policy("p", (Step(0, (ON_DUTY,)),), repeat_after_s=0)
    board = Switchboard(tmp_path, (policy,))
    with board.running(board.caller({"push": Phone(), "sms": Phone()})) as caller:
        board.happens("E-1", "raised")
        board.happens("F-2", "raised", "dewar-9", kind="fault", rule="unreached")
        eventually(lambda: len(board.calls()) == 2, "decided")
        eventually(lambda: caller.nobody.keys() == {"G-1"}, "of the alarm alone")
