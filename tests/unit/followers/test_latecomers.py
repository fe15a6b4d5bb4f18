"""Who comes while nobody has heard of an alarm is called at once; a summary goes where the alarms would."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.alarms.call import CallKind
from gateway.alarms.flood import FloodLimits
from gateway.alarms.policy import DEPUTIES, ON_DUTY, Policy, Step, past_steps
from gateway.followers import caller as calling
from gateway.followers.caller import Caller
from gateway.published.calls import CallsView
from gateway.statements.person import GONE, Way
from tests.unit.alarming.alarm_desk import eventually
from tests.unit.followers.switchboard import Phone, Switchboard

POLICY = Policy("p", (Step(0, (ON_DUTY,)), Step(900, (ON_DUTY,)), Step(1800, (DEPUTIES,))), 3600)


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Switchboard:
    monkeypatch.setattr(calling, "WAIT_S", 0.02)
    return Switchboard(tmp_path, (POLICY,))


def heard_by(board: Switchboard, caller: Caller) -> None:
    """Before the clock goes on: it looks for latecomers every 5 s of this clock, which stands still."""
    eventually(lambda: caller._book.seq == board.journal.last_seq(), "that is heard")


def called(board: Switchboard) -> list[tuple[str, list[str], tuple[int, ...]]]:
    return [(one.id, [receiver.person for receiver in one.receivers], one.steps) for one in board.calls()]


def test_the_hole_in_the_roster_closes_and_the_steps_go_on(board: Switchboard) -> None:
    push = Phone()
    with board.running(board.caller({"push": push, "sms": Phone()})) as caller:
        board.happens("E-1", "raised")
        eventually(lambda: caller.nobody.keys() == {"G-1"}, "nobody is there")
        board.employ("li-na", "wang-wei")
        board.roster("li-na", "wang-wei")
        heard_by(board, caller)
        board.now_s = 60
        eventually(lambda: push.ids() == ["G-1.2.li-na"], "at once")
        eventually(lambda: caller.nobody == {}, "somebody knows")
        board.now_s = 890
        board.happens("E-9", "raised", "dewar-9")
        eventually(lambda: len(push.heard) == 2, "nothing before the next")
        board.now_s = 900
        eventually(lambda: push.ids()[2:] == ["G-1.3.li-na"], "the step, when it is due")
    assert called(board) == [
        ("G-1.1", [], (0,)),
        ("G-1.2", ["li-na"], (0,)),
        ("G-9.1", ["li-na"], (0,)),
        ("G-1.3", ["li-na"], (1,)),
    ]


def test_who_gets_a_way_that_works_is_called_by_it(board: Switchboard) -> None:
    push = Phone()
    push.never = {"li-na@push", "li-na@sms"}
    board.employ("li-na")
    board.roster("li-na", "li-na")
    with board.running(board.caller({"push": push, "sms": push})) as caller:
        board.happens("E-1", "raised")
        eventually(lambda: caller.nobody.keys() == {"G-1"}, "no way works")
        board.now_s = 30
        board.happens("E-9", "raised", "dewar-9")
        eventually(lambda: caller.nobody.keys() == {"G-1", "G-9"}, "and none is tried again and again")
        assert len(board.calls()) == 2
        board.employ("li-na", ways=(Way("push", "new"),))
        heard_by(board, caller)
        board.now_s = 60
        eventually(lambda: sorted(push.ids("new")) == ["G-1.2.li-na", "G-9.2.li-na"], "by the new one")


def test_who_comes_after_its_end_is_told_once(board: Switchboard) -> None:
    push = Phone()
    with board.running(board.caller({"push": push, "sms": Phone()})) as caller:
        board.happens("E-1", "raised")
        eventually(lambda: caller.nobody.keys() == {"G-1"}, "nobody is there")
        board.now_s = 10
        board.happens("E-1", "returned")
        eventually(lambda: len(board.calls()) == 2, "heard, and still nobody")
        board.employ("li-na")
        board.roster("li-na", "li-na")
        heard_by(board, caller)
        board.now_s = 60
        eventually(lambda: len(push.heard) == 1, "told")
        board.now_s = 5000
        board.happens("E-9", "raised", "dewar-9")
        eventually(lambda: len(push.heard) == 2, "and nothing before the next")
    assert [(call.group, call.kind, call.is_late) for call, _ in push.heard] == [
        ("G-1", CallKind.ALARM, True),
        ("G-9", CallKind.ALARM, False),
    ]


def test_steps_that_have_come_are_each_meant_once() -> None:
    assert [past_steps(POLICY, done) for done in ((0, 0), (0, 2), (1, 0), (1, 9))] == [
        (0,),
        (0, 1, 2),
        (1, 2, 0),
        (0, 1, 2),
    ]


@pytest.mark.parametrize(("ways", "addresses"), [(0, 3), (2, 2), (1, 1)])
def test_a_summary_goes_by_as_many_ways_as_its_alarms_would(
    board: Switchboard, ways: int, addresses: int
) -> None:
    board.policies = (Policy("p", (Step(0, (ON_DUTY,), ways),), 0),)
    board.employ("li-na", ways=[Way("push", f"way-{k}") for k in range(3)])
    board.roster("li-na", "li-na")
    push, limits = Phone(), FloodLimits(flood_count=2)
    with board.running(board.caller({"push": push}, flood=limits)):
        for k in range(4):
            board.happens(f"E-{k}", "raised", f"dewar-{k}")
        eventually(lambda: len(board.calls()) == 4, "two are held")
        board.now_s = 60
        eventually(lambda: len(board.attempts()) == 3 * addresses, "the summary")
    summaries = [at for call, at in push.heard if call.kind is CallKind.SUMMARY]
    assert sorted(summaries) == [f"way-{k}" for k in range(addresses)]


def test_a_summary_of_what_is_over_goes_where_that_was_told(board: Switchboard) -> None:
    board.policies = (Policy("p", (Step(0, (ON_DUTY,)), Step(30, (ON_DUTY,), 0)), 0),)
    board.employ("li-na", ways=[Way("push", "phone"), Way("push", "text")])
    board.roster("li-na", "li-na")
    push, limits = Phone(), FloodLimits(flood_count=4)
    with board.running(board.caller({"push": push}, flood=limits)):
        for k in range(2):
            board.happens(f"E-{k}", "raised", f"dewar-{k}")
        eventually(lambda: len(push.ids("phone")) == 2, "by the first")
        board.now_s = 30
        eventually(lambda: len(push.ids("text")) == 2, "by both")
        for k in range(2):
            board.happens(f"E-{k}", "returned", f"dewar-{k}")
        eventually(lambda: sum(bool(one.held) for one in board.calls()) == 2, "its end is held")
        board.now_s = 90
        eventually(lambda: len(board.attempts()) == 8, "the summary")
    summaries = [(at, call.over) for call, at in push.heard if call.kind is CallKind.SUMMARY]
    assert sorted(summaries) == [("phone", 2), ("text", 2)]


@pytest.mark.parametrize("loses_records", [False, True])
def test_what_somebody_had_taken_who_has_left_is_nobodys(board: Switchboard, loses_records: bool) -> None:
    push = Phone()
    board.employ("li-na", "wang-wei")
    board.roster("li-na")
    with board.running(board.caller({"push": push})):
        board.happens("E-1", "raised")
        eventually(lambda: len(push.heard) == 1, "told")
        board.happens("E-1", "taken", by="Wang-Wei")
        eventually(lambda: push.heard[-1][0].kind is CallKind.OVER, "taken")
    if loses_records:
        board.lose_records()
    with board.running(board.caller({"push": push})) as caller:
        board.now_s = 60
        board.employ("wang-wei", ways=(), state=GONE)
        eventually(lambda: push.heard[-1][0].kind is CallKind.AGAIN, "who is on duty is called again")
        with caller.looking() as seen:
            assert seen is not None
            view = CallsView(seen[0], seen[1], board.now_ns())
            [shown] = view.alarms(board.site.alarms.values())
    assert push.heard[-1][0].taken_by == "" and len(push.heard) == 3
    assert shown["remarks"] == ["nobody is on it: Wang-Wei has left"]
    assigned = {"to": "wang-wei", "by": "Li Na", "at": shown["raised"]}
    [shown] = view.alarms([board.site.alarms["E-1"] | {"taken": None, "assigned": assigned}])
    assert shown["remarks"] == ["assigned to Wang-Wei, who has left"]
    assert view.with_names(shown)["assigned"]["to"] == "wang-wei (Wang-Wei) (has left)"
