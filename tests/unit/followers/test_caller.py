"""The caller: whoever is responsible is told, once, whatever fails and whenever it is killed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time
from pathlib import Path
from typing import Any

import pytest

from gateway.alarms.call import CallKind, Priority, TimeLeft
from gateway.alarms.flood import FloodLimits
from gateway.alarms.policy import ON_DUTY, Policy, Step
from gateway.errors import InputError
from gateway.followers import caller as calling
from gateway.followers import pauses
from gateway.statements.clock_times import Hours
from gateway.statements.person import Way
from tests.unit.alarming.alarm_desk import eventually
from tests.unit.followers.switchboard import BEGAN_NS, Dying, Phone, Siren, Switchboard


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "WAIT_S", 0.02)
    monkeypatch.setattr(pauses, "SHORTEST_S", 0.01)
    monkeypatch.setattr(pauses, "LONGEST_S", 0.02)


@pytest.fixture
def board(tmp_path: Path) -> Switchboard:
    made = Switchboard(tmp_path)
    made.employ("li-na", "wang-wei", "zhou-yu")
    made.roster("li-na", "wang-wei", "zhou-yu")
    return made


def test_who_is_on_duty_then_the_deputy_then_everybody_until_it_is_taken(board: Switchboard) -> None:
    push, sms = Phone(), Phone()
    with board.running(board.caller({"push": push, "sms": sms})):
        board.happens("E-1", "raised")
        eventually(lambda: push.ids() == ["G-1.1.li-na"], "on duty")
        told = push.heard[0][0]
        assert (told.kind, told.priority, told.next_name) == (CallKind.ALARM, Priority.URGENT, "Li-Na")
        assert [alarm["id"] for alarm in told.alarms] == ["E-1"] and told.alarms[0]["priority"] == "urgent"
        board.now_s = 180
        eventually(lambda: sms.ids() == ["G-1.2.li-na"], "by all ways")
        board.now_s = 360
        eventually(lambda: "G-1.3.wang-wei" in push.ids(), "the deputy")
        board.happens("E-1", "taken", by="Wang-Wei")
        eventually(lambda: push.ids("li-na@push")[-1] == "G-1.4.li-na", "it is taken")
        over = push.heard[-1][0]
        assert (over.kind, over.taken_by) == (CallKind.OVER, "Wang-Wei")
        board.now_s = 720
        board.happens("E-1", "returned")
        eventually(lambda: "G-1.5.wang-wei" in push.ids(), "and who took it hears that it is over")
    assert sms.ids() == ["G-1.2.li-na", "G-1.4.li-na"]
    assert all(one.outcome == "delivered" and one.answer.startswith("took") for one in board.attempts())


@pytest.mark.parametrize(
    ("change", "by", "told"),
    [
        ("acknowledged", "Wang-Wei", ("", "Wang-Wei", False)),
        ("shelved", "", ("", "", True)),
        ("returned", "", ("", "", False)),
    ],
)
def test_who_is_called_no_more_hears_why(
    board: Switchboard, change: str, by: str, told: tuple[str, str, bool]
) -> None:
    push = Phone()
    with board.running(board.caller({"push": push, "sms": Phone()})):
        board.happens("E-1", "raised")
        eventually(lambda: push.ids() == ["G-1.1.li-na"], "told")
        board.happens("E-1", change, by=by)
        eventually(lambda: len(push.heard) == 2, "called no more")
        over = push.heard[-1][0]
        eventually(lambda: len(board.attempts()) == 2, "stated")
        board.happens("E-2", "raised", "dewar-2")
        eventually(lambda: "G-2.1.li-na" in push.ids(), "told of another one")
    assert (over.kind, over.taken_by, over.acknowledged_by, over.is_quiet) == (CallKind.OVER, *told)
    assert push.ids() == ["G-1.1.li-na", "G-1.2.li-na", "G-2.1.li-na"], "each of them once"


def test_what_asks_has_a_link_for_who_is_told_and_what_is_over_has_none(board: Switchboard) -> None:
    def linking(call: str, person: str, alarms: Sequence[str], at_ns: int) -> str:
        return f"{call} {person} {' '.join(alarms)} {at_ns}"

    push = Phone()
    with board.running(board.caller({"push": push, "sms": Phone()}, linking=linking)):
        board.happens("E-1", "raised")
        eventually(lambda: push.ids() == ["G-1.1.li-na"], "told")
        board.happens("E-1", "returned")
        eventually(lambda: push.heard[-1][0].kind is CallKind.OVER, "it is over")
    asked, over = push.heard[0][0], push.heard[-1][0]
    assert (asked.link, over.link) == (f"G-1.1.li-na li-na E-1 {asked.at_ns}", "")


def test_what_was_taken_and_is_over_is_told_as_over(board: Switchboard) -> None:
    push = Phone()
    with board.running(board.caller({"push": push, "sms": Phone()})):
        board.happens("E-1", "raised")
        eventually(lambda: push.ids() == ["G-1.1.li-na"], "told")
        board.happens("E-1", "taken", by="Li-Na")
        board.happens("E-1", "returned")
        eventually(lambda: len(push.heard) == 2, "it is over")
    over = push.heard[-1][0]
    assert (over.kind, over.taken_by, over.over) == (CallKind.OVER, "", 1)


def test_of_what_became_worse_the_worst_is_told_first(board: Switchboard) -> None:
    push = Phone()
    with board.running(board.caller({"push": push, "sms": Phone()})):
        board.happens("E-1", "raised", severity="warning")
        eventually(lambda: push.ids() == ["G-1.1.li-na"], "told")
        board.happens("E-1", "acknowledged", by="Wang-Wei", severity="warning")
        eventually(lambda: len(push.heard) == 2, "it is acknowledged")
        board.now_s = 1
        board.happens("E-2", "raised")
        eventually(lambda: push.heard[-1][0].kind is CallKind.WORSE, "it is worse")
    assert [alarm["id"] for alarm in push.heard[-1][0].alarms] == ["E-2", "E-1"]


def test_a_clock_that_is_set_back_keeps_nobody_from_being_called(board: Switchboard) -> None:
    push = Phone()
    board.now_s = 3600
    with board.running(board.caller({"push": push, "sms": Phone()})):
        board.happens("E-1", "raised")
        eventually(lambda: push.ids() == ["G-1.1.li-na"], "told")
        board.happens("E-1", "acknowledged", by="Li-Na")
        board.now_s = 1800
        board.happens("E-2", "raised")
        eventually(lambda: push.ids()[-1] == "G-1.2.li-na", "told of the other one, half an hour before")
    assert push.heard[-1][0].alarms[0]["id"] == "E-2"


def test_how_long_there_is_stands_in_the_call_and_keeps_nobody_from_being_called(board: Switchboard) -> None:
    push, left, asked = Phone(), TimeLeft("empty", 60.0, 120.0, "level"), list[str]()

    def remaining(alarm: Mapping[str, Any], now_ns: int) -> TimeLeft:
        assert now_ns >= BEGAN_NS
        asked.append(str(alarm["id"]))
        if alarm["id"] == "E-2":
            raise InputError("no asset of that name")
        return left

    with board.running(board.caller({"push": push}, remaining=remaining)):
        board.happens("E-1", "raised")
        eventually(lambda: push.ids() == ["G-1.1.li-na"], "with the time left")
        board.happens("E-1", "taken", by="Wang-Wei")
        eventually(lambda: len(push.heard) == 2, "it is taken")
        board.happens("E-2", "raised", "dewar-2")
        eventually(lambda: len(push.heard) == 3, "without it")
    assert [call.time_left for call, *_ in push.heard] == [left, None, None]
    assert asked == ["E-1", "E-2"]


@pytest.mark.parametrize("loses_records", [False, True])
def test_a_restart_neither_repeats_nor_forgets(board: Switchboard, loses_records: bool) -> None:
    push = Phone()
    with board.running(board.caller({"push": push, "sms": Phone()})):
        board.happens("E-1", "raised")
        eventually(lambda: len(board.attempts()) == 1, "told")
    if loses_records:
        board.lose_records()
    board.happens("E-2", "raised", "dewar-2")
    with board.running(board.caller({"push": push, "sms": Phone()})):
        eventually(lambda: len(board.attempts()) == 2, "what came meanwhile")
    with board.running(board.caller({"push": push, "sms": Phone()})) as caller:
        eventually(lambda: caller.going_on == 2, "it knows")
    assert push.ids() == ["G-1.1.li-na", "G-2.1.li-na"]


@pytest.mark.parametrize("loses_records", [False, True])
@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("moment", [1, 2])
def test_killed_at_any_moment_nobody_is_told_twice_under_another_id(
    board: Switchboard, moment: int, before: bool, loses_records: bool
) -> None:
    """Before or after the call is stated, and before or after what came of it is."""
    push = Phone()
    for name, asset in (("E-1", "dewar-1"), ("E-2", "dewar-2")):
        board.happens(name, "raised", asset)
    dying = board.caller({"push": push, "sms": Phone()}, Dying)
    dying._voice.die_at(moment, before=before)  # type: ignore[attr-defined]
    with board.running(dying):
        eventually(lambda: dying._voice.left <= 0, "killed")  # type: ignore[attr-defined]
    if loses_records:
        board.lose_records()
    with board.running(board.caller({"push": push, "sms": Phone()})):
        eventually(lambda: {a.call for a in board.attempts()} == {"G-1.1", "G-2.1"}, "told")
        board.now_s = 180
        eventually(lambda: {c.id for c in board.calls()} >= {"G-1.2", "G-2.2"}, "it goes on")
    assert {c.id for c in board.calls()} == {"G-1.1", "G-1.2", "G-2.1", "G-2.2"}
    assert {i for i in push.ids() if ".1." in i} == {"G-1.1.li-na", "G-2.1.li-na"}


def test_who_acknowledged_hears_the_end_of_what_is_closed_then(board: Switchboard) -> None:
    push = Phone()
    with board.running(board.caller({"push": push, "sms": Phone()})) as caller:
        board.happens("E-1", "raised")
        eventually(lambda: push.ids() == ["G-1.1.li-na"], "told")
        board.happens("E-1", "acknowledged", by="Li-Na")
        board.happens("E-1", "returned")
        eventually(lambda: push.ids() == ["G-1.1.li-na", "G-1.2.li-na"], "it is over")
        eventually(lambda: len(board.attempts()) == 2, "stated")
        with caller.looking() as seen:
            assert seen and not seen[0].escalations.courses and not seen[0].attempts
    assert push.heard[-1][0].kind is CallKind.OVER and push.heard[-1][0].alarms[0]["state"] == "closed"


def test_the_usual_policy_holds_after_a_restart_where_there_is_a_roster(tmp_path: Path) -> None:
    board = Switchboard(tmp_path, ())
    board.employ("li-na", "wang-wei")
    board.roster("li-na", "wang-wei")
    push = Phone()
    board.happens("E-1", "raised")
    with board.running(board.caller({"push": push})):
        eventually(lambda: len(board.attempts()) == 1, "told")
    with board.running(board.caller({"push": push})):
        board.now_s = 180
        eventually(lambda: push.ids() == ["G-1.1.li-na", "G-1.2.li-na"], "the next step")


def test_a_way_that_fails_falls_over_to_the_next_at_once_and_is_a_fault(board: Switchboard) -> None:
    push, sms = Phone(), Phone()
    push.down = {"li-na@push"}
    with board.running(board.caller({"push": push, "sms": sms})) as caller:
        board.happens("E-1", "raised")
        eventually(lambda: sms.ids() == ["G-1.1.li-na"], "by the next way")
        assert caller.failing == {"push li-na": "li-na@push: busy"} and not caller.nobody
        push.down = set()
        board.now_s = 180
        eventually(lambda: not caller.failing, "it works again")
    outcomes = [(a.notifier, a.outcome, a.answer) for a in board.attempts()[:2]]
    assert outcomes == [("push", "retry", "li-na@push: busy"), ("sms", "delivered", "took G-1.1.li-na")]


def test_who_cannot_be_reached_by_any_way_is_tried_again_and_said(board: Switchboard) -> None:
    push, sms = Phone(), Phone()
    push.down, sms.never = {"li-na@push"}, {"li-na@sms"}
    with board.running(board.caller({"push": push, "sms": sms})) as caller:
        board.happens("E-1", "raised")
        eventually(lambda: len(board.attempts()) >= 4, "tried again")
        assert list(caller.nobody) == ["G-1"]
        push.down = set()
        eventually(lambda: push.ids() == ["G-1.1.li-na"], "reached")
        eventually(lambda: not caller.nobody, "and no fault any more")
    assert [a.notifier for a in board.attempts() if a.outcome == "rejected"] == ["sms"]


def test_one_that_hangs_holds_up_nobody(board: Switchboard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "PATIENCE_S", 0.1)
    push, sms = Phone(), Phone()
    push.hangs_s = 1.0
    with board.running(board.caller({"push": push, "sms": sms})) as caller:
        board.happens("E-1", "raised")
        board.happens("E-2", "raised", "dewar-2")
        eventually(lambda: set(sms.ids()) == {"G-1.1.li-na", "G-2.1.li-na"}, "by the next way")
        eventually(lambda: "within" in caller.failing.get("push li-na", ""), "its way hangs")
        eventually(lambda: push.ids() == ["G-1.1.li-na"], "late, and only what it had begun")
        eventually(lambda: len(board.attempts()) == 5, "stated all the same")


def test_one_that_breaks_in_a_way_nobody_foresaw_is_tried_again(board: Switchboard) -> None:
    push, sms = Phone(), Phone()
    push.breaks = 1
    with board.running(board.caller({"push": push, "sms": sms})):
        board.happens("E-1", "raised")
        eventually(lambda: sms.ids() == ["G-1.1.li-na"], "by the next way")
        board.now_s = 180
        eventually(lambda: push.ids() == ["G-1.2.li-na"], "it was started again")


def test_what_is_over_before_it_could_be_told_is_told_once_and_says_so(board: Switchboard) -> None:
    push, sms = Phone(), Phone()
    push.down, sms.down = {"li-na@push"}, {"li-na@sms"}
    with board.running(board.caller({"push": push, "sms": sms})):
        board.happens("E-1", "raised")
        eventually(lambda: len(board.attempts()) >= 2, "tried")
        board.happens("E-1", "returned")
        board.happens("E-2", "raised", "dewar-2")
        push.down = set()
        eventually(lambda: {"G-1.1.li-na", "G-2.1.li-na"} <= set(push.ids()), "both")
    late = {call.group: call.is_late for call, _ in push.heard}
    assert late == {"G-1": True, "G-2": False} and len(push.heard) == 2 and not sms.ids()


def test_more_than_a_person_can_read_becomes_a_summary(board: Switchboard) -> None:
    push = Phone()
    limits = FloodLimits(flood_count=3, flood_within_s=600, summary_after_s=60)
    with board.running(board.caller({"push": push, "sms": Phone()}, flood=limits)):
        for k in range(8):
            board.happens(f"E-{k}", "raised", f"dewar-{k}")
        eventually(lambda: len(board.calls()) == 8 and len(push.heard) == 3, "three by themselves")
        board.now_s = 60
        eventually(lambda: len(push.heard) == 4, "and a summary")
    summary = push.heard[-1][0]
    assert (summary.kind, summary.group, summary.more) == (CallKind.SUMMARY, "", 0)
    held = {one.group for one in board.calls() if one.held}
    assert {f"G{alarm['id'][1:]}" for alarm in summary.alarms} == held and len(held) == 5


def test_a_summary_of_what_was_answered_meanwhile_is_not_urgent(board: Switchboard) -> None:
    push = Phone()
    limits = FloodLimits(flood_count=3, flood_within_s=600, summary_after_s=60)
    with board.running(board.caller({"push": push, "sms": Phone()}, flood=limits)):
        for k in range(5):
            board.happens(f"E-{k}", "raised", f"dewar-{k}")
        eventually(lambda: len(board.calls()) == 5 and len(push.heard) == 3, "three by themselves")
        for k in range(5):
            board.happens(f"E-{k}", "acknowledged", f"dewar-{k}")
        board.now_s = 60
        eventually(lambda: any(call.kind is CallKind.SUMMARY for call, _ in push.heard), "a summary")
    summary = next(call for call, _ in push.heard if call.kind is CallKind.SUMMARY)
    assert summary.is_answered and summary.priority == Priority.MEDIUM and summary.over == 0


def test_a_message_begins_with_what_is_most_urgent_not_with_what_is_most_severe(board: Switchboard) -> None:
    push = Phone()
    with board.running(board.caller({"push": push, "sms": Phone()})):
        board.happens("E-1", "raised", severity="critical", units=[])
        board.happens("E-2", "raised", severity="minor", units="unknown")
        board.now_s = 180
        eventually(lambda: any(len(call.alarms) == 2 for call, _ in push.heard), "both")
    told = next(call for call, _ in push.heard if len(call.alarms) == 2)
    assert [alarm["id"] for alarm in told.alarms] == ["E-2", "E-1"]


def test_a_siren_is_told_without_a_person(tmp_path: Path) -> None:
    policy = Policy("p", (Step(0, (ON_DUTY,)), Step(60, (), notifiers=("siren",))))
    board = Switchboard(tmp_path, (policy,))
    board.employ("li-na")
    board.roster("li-na", "li-na")
    push, siren = Phone(), Siren()
    with board.running(board.caller({"push": push, "siren": siren})):
        board.happens("E-1", "raised")
        board.now_s = 60
        eventually(lambda: siren.ids() == ["G-1.1.notifier:siren"] or len(siren.heard) > 0, "it sounds")
        board.happens("E-1", "acknowledged")
        eventually(lambda: siren.heard[-1][0].kind is CallKind.OVER, "and is quiet again")


def test_nobody_on_duty_is_said_and_stays_said_until_somebody_is_reached(tmp_path: Path) -> None:
    board = Switchboard(tmp_path)
    board.employ("li-na", ways=())
    with board.running(board.caller({"push": Phone()})) as caller:
        board.happens("E-1", "raised")
        eventually(lambda: list(caller.nobody) == ["G-1"], "nobody")
        board.happens("E-1", "acknowledged")
        eventually(lambda: not caller.nobody, "somebody saw it")
    assert board.calls()[0].receivers == ()


def test_who_may_not_be_woken_is_told_in_the_morning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    board = Switchboard(tmp_path)
    quiet = Hours(time(11), time(13))
    board.employ("li-na", ways=(Way("push", "li-na@push", quiet=quiet),))
    board.roster("li-na", "li-na")
    push = Phone()
    with board.running(board.caller({"push": push})) as caller:
        board.happens("E-1", "raised", severity="minor", units=[])  # noon
        board.happens("E-2", "raised", "dewar-2")  # urgent
        eventually(lambda: push.ids() == ["G-2.1.li-na"], "what breaks the quiet")
        assert not caller.nobody
        board.now_s = 3601
        eventually(lambda: any(i.startswith("G-1") for i in push.ids()), "after the quiet hours")


def test_the_address_of_who_has_left_is_not_used(board: Switchboard) -> None:
    push, sms = Phone(), Phone()
    push.down, sms.down = {"li-na@push"}, {"li-na@sms"}
    with board.running(board.caller({"push": push, "sms": sms})) as caller:
        board.happens("E-1", "raised")
        eventually(lambda: len(board.attempts()) >= 2, "tried")
        board.employ("li-na", ways=(Way("push", "li-na@elsewhere"),))
        eventually(lambda: caller._book.seq == board.journal.last_seq(), "the caller knows it")
        board.now_s = 180
        eventually(lambda: push.ids() == ["G-1.2.li-na"], "at the new address")
    assert [address for _, address in push.heard] == ["li-na@elsewhere"] and not sms.heard
