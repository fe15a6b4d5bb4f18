"""What somebody hears who is told late, at an address given up since, or in a flood of less urgent calls."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.alarms.call import LOUD, CallKind, Priority
from gateway.alarms.flood import FloodLimits
from gateway.alarms.policy import ON_DUTY, Policy, Step
from gateway.followers import caller as calling
from gateway.followers import pauses
from gateway.published.calls import CallsView
from gateway.statements.person import Way
from tests.unit.alarming.alarm_desk import eventually
from tests.unit.followers.switchboard import Dying, Phone, Switchboard


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "WAIT_S", 0.02)
    monkeypatch.setattr(pauses, "SHORTEST_S", 0.01)
    monkeypatch.setattr(pauses, "LONGEST_S", 0.02)


@pytest.fixture
def board(tmp_path: Path) -> Switchboard:
    made = Switchboard(tmp_path, (Policy("p", (Step(0, (ON_DUTY,)), Step(180, (ON_DUTY,))), 0),))
    made.employ("li-na", "wang-wei")
    made.roster("li-na", "wang-wei")
    return made


def kinds(phone: Phone) -> list[tuple[CallKind, bool]]:
    return [(call.kind, call.is_late) for call, _ in phone.heard]


@pytest.mark.parametrize("loses_records", [False, True])
def test_what_was_over_before_it_was_told_is_told_once_as_an_alarm(
    board: Switchboard, loses_records: bool
) -> None:
    """Killed between the decision and the message, and it returned before the next start."""
    board.happens("E-1", "raised")
    dying = board.caller({"push": Phone()}, Dying)
    dying._voice.die_at(1, before=False)  # type: ignore[attr-defined]
    with board.running(dying):
        eventually(lambda: len(board.calls()) == 1, "decided")
    board.happens("E-1", "returned")
    if loses_records:
        board.lose_records()
    push = Phone()
    with board.running(board.caller({"push": push})) as caller:
        eventually(lambda: len(board.attempts()) == 1, "told")
        board.happens("E-2", "raised", "dewar-2")
        eventually(lambda: len(board.attempts()) == 2, "and nothing else before the next")
        with caller.looking() as seen:
            assert seen is not None and not seen[0].escalations.courses["G-1"].told
    assert kinds(push) == [(CallKind.ALARM, True), (CallKind.ALARM, False)]
    assert [one.over for one in board.attempts()] == [True, False]


def test_who_knew_it_hears_that_it_is_over_and_who_did_not_hears_both_at_once(board: Switchboard) -> None:
    push = Phone()
    push.down = {"wang-wei@push"}
    board.policies = (Policy("p", (Step(0, ("li-na", "wang-wei")),), 0),)
    with board.running(board.caller({"push": push})):
        board.happens("E-1", "raised")
        eventually(lambda: push.ids() == ["G-1.1.li-na"], "one of them")
        board.happens("E-1", "returned")
        eventually(lambda: len(push.heard) == 2, "over")
        push.down.clear()
        eventually(lambda: push.ids("wang-wei@push") == ["G-1.1.wang-wei"], "late")
    assert kinds(push)[:2] == [(CallKind.ALARM, False), (CallKind.OVER, False)]
    assert [call.is_late for call, at in push.heard if at.startswith("wang")] == [True]


def test_who_acknowledges_what_is_over_spares_those_who_were_not_told(board: Switchboard) -> None:
    push = Phone()
    push.down = {"li-na@push"}
    with board.running(board.caller({"push": push})):
        board.happens("E-1", "raised")
        eventually(lambda: len(board.attempts()) > 1, "it fails")
        board.happens("E-1", "returned")
        board.happens("E-1", "acknowledged", by="Wang-Wei")
        board.happens("E-2", "raised", "dewar-2")
        eventually(lambda: any(one.group == "G-2" for one in board.attempts()), "heard")
        push.down.clear()
        eventually(lambda: push.ids() == ["G-2.1.li-na"], "only the other one")


def test_what_is_over_is_told_where_it_was_told(board: Switchboard) -> None:
    push = Phone()
    with board.running(board.caller({"push": push})):
        board.happens("E-1", "raised")
        eventually(lambda: len(board.attempts()) == 1, "told")
        board.employ("li-na", ways=(Way("push", "new"),))
        board.happens("E-1", "acknowledged", by="Wang-Wei")
        eventually(lambda: len(push.heard) == 2, "over")
    assert [at for _, at in push.heard] == ["li-na@push", "li-na@push"]


def test_who_took_it_and_takes_that_back_leaves_nobody_on_it(board: Switchboard) -> None:
    push = Phone()
    with board.running(board.caller({"push": push})):
        board.happens("E-1", "raised")
        eventually(lambda: len(push.heard) == 1, "told")
        board.happens("E-1", "taken", by="Wang-Wei")
        eventually(lambda: len(push.heard) == 2, "taken")
        board.now_s = 1
        board.happens("E-1", "taken back", taken=None)
        eventually(lambda: len(push.heard) == 3, "again")
        board.now_s = 181
        eventually(lambda: len(push.heard) == 4, "the next step")
    assert [call.kind.value for call, _ in push.heard] == ["alarm", "over", "again", "alarm"]


def test_an_urgent_alarm_is_not_held_back_by_less_urgent_ones(board: Switchboard) -> None:
    push, limits = Phone(), FloodLimits(flood_count=2, flood_within_s=600, summary_after_s=60)
    with board.running(board.caller({"push": push}, flood=limits)):
        for k in range(4):
            board.happens(f"E-{k}", "raised", f"dewar-{k}", severity="minor", units=[])
        eventually(lambda: len(board.calls()) == 4, "two are held")
        board.happens("E-9", "raised", "dewar-9")
        eventually(lambda: "G-9.1.li-na" in push.ids(), "at once")
        for k in range(3):
            board.happens(f"E-{k}", "returned", f"dewar-{k}")
        board.now_s = 60
        eventually(lambda: push.heard[-1][0].kind is CallKind.SUMMARY, "the summary")
    summary = push.heard[-1][0]
    assert push.heard[2][0].priority is Priority.URGENT
    assert 1 < summary.number == summary.over + 1
    assert summary.id.count("li-na") == 1


@pytest.mark.parametrize("restarts", [False, True])
def test_a_summary_names_what_was_closed_while_it_gathered(board: Switchboard, restarts: bool) -> None:
    """What was told by itself is corrected in it, and what was held is not told to nobody."""
    push = Phone()
    flood = FloodLimits(flood_count=3, flood_within_s=600, summary_after_s=60)
    with board.running(board.caller({"push": push}, flood=flood)):
        for k in range(5):
            board.happens(f"E-{k}", "raised", f"dewar-{k}")
        eventually(lambda: len(board.calls()) == 5 and len(push.heard) == 3, "three by themselves")
        for change in ("returned", "acknowledged"):
            for k in range(5):
                state = {"state": "closed"} if change == "acknowledged" else {}
                board.happens(f"E-{k}", change, f"dewar-{k}", **state)
        eventually(lambda: len(board.calls()) >= 8, "the ends of three are held")
        if not restarts:
            board.now_s = 60
            eventually(lambda: len(push.heard) == 4, "a summary")
    if restarts:
        board.now_s = 60
        with board.running(board.caller({"push": push}, flood=flood)):
            eventually(lambda: len(push.heard) == 4, "a summary")
    summary = push.heard[-1][0]
    assert summary.kind is CallKind.SUMMARY and summary.is_late
    assert {alarm["id"] for alarm in summary.alarms} == {f"E-{k}" for k in range(5)}


def test_a_call_to_act_names_nobody_while_part_of_it_is_nobodys(board: Switchboard) -> None:
    """Whoever reads that somebody has it leans back."""
    push = Phone()
    with board.running(board.caller({"push": push})):
        board.happens("E-1", "raised")
        board.happens("E-2", "raised")
        board.happens("E-1", "taken", by="Wang-Wei")
        eventually(lambda: len(push.heard) > 0, "told")
        board.now_s = 180
        eventually(lambda: any(one.steps == (1,) for one in board.calls()), "the next step")
        eventually(lambda: push.heard[-1][0].id.startswith(board.calls()[-1].id), "is told")
    assert {(call.taken_by, call.acknowledged_by) for call, _ in push.heard if call.kind in LOUD} == {
        ("", "")
    }


def test_who_took_it_and_does_nothing_is_not_named_as_on_it(tmp_path: Path) -> None:
    board = Switchboard(tmp_path, (Policy("p", (Step(0, (ON_DUTY,)),), 0, taken_for_s=60),))
    board.employ("li-na", "wang-wei")
    board.roster("li-na", "wang-wei")
    push = Phone()
    with board.running(board.caller({"push": push})):
        board.happens("E-1", "raised")
        eventually(lambda: len(push.heard) == 1, "told")
        board.happens("E-1", "taken", by="Wang-Wei")
        eventually(lambda: push.heard[-1][0].kind is CallKind.OVER, "taken")
        board.now_s = 120
        eventually(lambda: push.heard[-1][0].kind in LOUD, "she is called again")
    assert push.heard[-1][0].taken_by == ""


@pytest.mark.parametrize("restarts", [False, True])
def test_a_summary_that_waits_for_its_way_tells_the_end_too_and_nothing_else_does(
    board: Switchboard, restarts: bool
) -> None:
    board.policies = (Policy("p", (Step(0, (ON_DUTY,)),), 0),)
    push = Phone()
    flood = FloodLimits(flood_count=2, flood_within_s=600, summary_after_s=60)
    with board.running(board.caller({"push": push}, flood=flood)):
        for k in range(5):
            board.happens(f"E-{k}", "raised", f"dewar-{k}")
        eventually(lambda: len(board.calls()) == 5 and len(push.heard) == 2, "three are held")
        push.down = {"li-na@push"}
        board.now_s = 60
        eventually(lambda: any(one.kind == "summary" for one in board.attempts()), "the summary fails")
    if restarts:
        board.lose_records()
    with board.running(board.caller({"push": push}, flood=flood)):
        board.now_s = 700
        for k in range(2, 5):
            board.happens(f"E-{k}", "returned", f"dewar-{k}")
        board.happens("E-9", "raised", "dewar-9")
        eventually(lambda: any(one.group == "G-9" for one in board.attempts()), "heard")
        push.down.clear()
        eventually(lambda: len(push.heard) >= 4, "both")
        board.now_s = 760
        board.happens("E-10", "raised", "dewar-10")
        eventually(lambda: push.heard[-1][0].group == "G-10", "nothing before the next")
    told = [(call.kind, call.is_late) for call, _ in push.heard[2:]]
    assert sorted(told) == [(CallKind.ALARM, False), (CallKind.ALARM, False), (CallKind.SUMMARY, True)]


@pytest.mark.parametrize("is_taken", [False, True])
def test_who_was_told_of_what_never_was_hears_so_at_once(board: Switchboard, is_taken: bool) -> None:
    push = Phone()
    board.happens("E-1", "raised", severity="minor", units=[])
    with board.running(board.caller({"push": push})):
        eventually(lambda: len(push.heard) == 1, "told")
        board.happens("E-2", "raised")
        eventually(lambda: len(push.heard) == 2, "worse")
        if is_taken:
            for name in ("E-1", "E-2"):
                board.happens(name, "taken", by="Li-Na")
        board.happens("E-2", "withdrawn")
        eventually(lambda: len(push.heard) == 3, "it never was")
        board.happens("E-9", "raised", "dewar-9")
        eventually(lambda: push.heard[-1][0].group == "G-9", "and once")
    assert [call.is_correction for call, _ in push.heard] == [False, False, True, False]
    assert push.heard[2][0].alarms[0]["id"] == "E-1"


def test_the_end_of_a_shelf_is_nothing_worse(board: Switchboard) -> None:
    push = Phone()
    with board.running(board.caller({"push": push})):
        board.happens("E-1", "raised")
        eventually(lambda: len(push.heard) == 1, "told")
        board.happens("E-1", "shelved", by="Wang-Wei")
        eventually(lambda: len(push.heard) == 2, "quiet")
        board.happens("E-1", "speaks again", overlay=None)
        eventually(lambda: len(push.heard) == 3, "again")
    again = push.heard[2][0]
    assert (again.kind, again.was_quiet) == (CallKind.AGAIN, True)


def test_an_excursion_that_late_data_bring_is_told_behind_the_end_of_a_silence(board: Switchboard) -> None:
    push = Phone()
    with board.running(board.caller({"push": push})) as caller:
        board.happens("E-1", "raised", kind="no_data", severity="minor", units=[])
        eventually(lambda: len(push.heard) == 1, "silent")
        board.now_s = 60
        board.happens("E-1", "returned")
        eventually(lambda: len(push.heard) == 2, "it speaks again")
        board.now_s = 70
        for change in ("raised", "returned"):
            board.happens("E-2", change)
        eventually(lambda: len(push.heard) == 3, "what it was like meanwhile")
        with caller.looking() as seen:
            assert seen is not None
            shown = list(CallsView(seen[0], seen[1], board.now_ns()).alarms(board.site.alarms.values()))
    told, _ = push.heard[-1]
    assert (told.kind, told.is_late, told.priority) == (CallKind.WORSE, True, Priority.URGENT)
    assert told.alarms[0]["id"] == "E-2" and told.group == "G-1"
    told_of = {one["id"]: [who["at"] for who in one["told"]] for one in shown}
    assert all(at >= one["raised"] for one in shown for at in told_of[one["id"]])


@pytest.mark.parametrize("is_known", [True, False])
def test_the_end_that_waits_for_the_network_is_told_by_one_way(board: Switchboard, is_known: bool) -> None:
    """While somebody has to act, all ways are tried again."""
    push = Phone()
    both = {"li-na@push", "li-na@sms"}
    push.down = set() if is_known else set(both)
    with board.running(board.caller({"push": push, "sms": push})):
        board.happens("E-1", "raised")
        eventually(lambda: len(board.attempts()) >= (1 if is_known else 4), "told, or not")
        push.down = set(both)
        board.happens("E-1", "returned")
        eventually(lambda: len(board.attempts()) >= 8, "its end waits")
        push.down.clear()
        eventually(lambda: len(push.heard) == 1 + is_known, "it comes through")
        board.happens("E-9", "raised", "dewar-9")
        eventually(lambda: push.heard[-1][0].group == "G-9", "and once")
    assert [call.group for call, _ in push.heard] == ["G-1"] * (1 + is_known) + ["G-9"]


def test_a_call_to_act_that_waits_for_the_network_is_told_by_every_way(
    board: Switchboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pauses, "SHORTEST_S", 2.0)  # the network comes back between two rounds, not in one
    monkeypatch.setattr(pauses, "LONGEST_S", 2.0)
    push = Phone()
    push.down = {"li-na@push", "li-na@sms"}
    with board.running(board.caller({"push": push, "sms": push})):
        board.happens("E-1", "raised")
        eventually(lambda: len(board.attempts()) == 2, "it fails")
        push.down.clear()
        eventually(lambda: len(push.heard) == 2, "by both")


def test_who_acknowledges_what_had_been_taken_has_acknowledged_it(tmp_path: Path) -> None:
    board = Switchboard(tmp_path, (Policy("p", (Step(0, (ON_DUTY,)),), 0, taken_for_s=60),))
    board.employ("li-na", "wang-wei")
    board.roster("li-na", "wang-wei")
    push = Phone()
    with board.running(board.caller({"push": push})):
        board.happens("E-1", "raised")
        eventually(lambda: len(push.heard) == 1, "told")
        for change, at_s in (("taken", 0), ("acknowledged", 70)):
            board.now_s = at_s
            eventually(lambda: push.heard[-1][0].kind in LOUD, "called")
            board.happens("E-1", change, by="Wang-Wei")
            eventually(lambda: push.heard[-1][0].kind is CallKind.OVER, change)
            board.now_s = 65
    assert (push.heard[-1][0].taken_by, push.heard[-1][0].acknowledged_by) == ("", "Wang-Wei")
