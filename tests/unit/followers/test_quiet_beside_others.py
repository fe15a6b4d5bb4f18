"""A happening of which one alarm is quiet: what people are told of the rest, and of it once it speaks."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.alarms.call import CallKind, Priority
from gateway.alarms.policy import ON_DUTY, Policy, Step
from gateway.followers import caller as calling
from gateway.notifiers.call_words import call_message
from gateway.notifiers.words import UnknownSetting
from tests.unit.alarming.alarm_desk import eventually
from tests.unit.followers.switchboard import Phone, Switchboard

MINOR = {"rule": "above-170", "severity": "minor", "units": []}
STEPS = (Step(0, (ON_DUTY,)), Step(180, ("wang-wei",)))


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Switchboard:
    monkeypatch.setattr(calling, "WAIT_S", 0.02)
    made = Switchboard(tmp_path, (Policy("p", STEPS, 0, taken_for_s=60),))
    made.employ("li-na", "wang-wei", "zhao-min")
    made.roster("li-na", "wang-wei")
    return made


def message(push: Phone) -> tuple[str, dict[str, str]]:
    said = call_message(push.heard[-1][0], UnknownSetting())
    return said.title, dict(said.rows)


def test_taken_by_stands_above_what_is_taken_and_the_rest_says_by_whom_it_is_quiet(
    board: Switchboard,
) -> None:
    push = Phone()
    with board.running(board.caller({"push": push})):
        board.happens("E-1", "raised")
        board.happens("E-2", "raised", **MINOR)
        eventually(lambda: len(push.heard) > 0 and push.heard[-1][0].number == 2, "told of both")
        board.now_s = 10
        board.happens("E-1", "shelved", by="Wang-Wei")
        board.happens("E-2", "taken", by="Zhao-Min")
        eventually(lambda: push.heard[-1][0].kind is CallKind.OVER, "taken")
    title, rows = message(push)
    assert title.startswith("Taken by Zhao-Min") and rows["Alarm"] == "E-2"
    assert push.heard[-1][0].priority < Priority.URGENT
    assert "(E-1)" in rows["Also"] and "shelved by Wang-Wei" in rows["Also"]


def test_an_acknowledgement_is_told_under_the_alarm_that_was_acknowledged(board: Switchboard) -> None:
    push = Phone()
    with board.running(board.caller({"push": push})):
        board.happens("E-1", "raised")
        board.happens("E-2", "raised", **MINOR)
        eventually(lambda: len(push.heard) > 0, "told")
        board.happens("E-2", "taken", by="Zhao-Min")
        board.happens("E-1", "acknowledged", by="Wang-Wei")
        eventually(lambda: push.heard[-1][0].kind is CallKind.OVER, "answered")
    title, rows = message(push)
    assert title.startswith("Acknowledged by Wang-Wei") and rows["Alarm"] == "E-1"


def test_a_call_is_as_urgent_as_what_asks_and_the_end_of_the_shelf_is_told_as_that(
    board: Switchboard,
) -> None:
    push = Phone()
    with board.running(board.caller({"push": push})):
        board.happens("E-1", "raised")
        board.happens("E-2", "raised", **MINOR)
        eventually(lambda: len(push.heard) > 0, "told")
        board.now_s = 10
        board.happens("E-1", "shelved", by="Wang-Wei")
        board.now_s = 180
        eventually(lambda: push.heard[-1][1] == "wang-wei@push", "the next step")
        step, told = push.heard[-1][0], len(push.heard)
        board.now_s = 250
        board.happens("E-1", "speaks again", overlay=None)
        eventually(lambda: len(push.heard) == told + 2, "to both")
    assert step.alarms[0]["id"] == "E-2" and step.priority < Priority.URGENT
    title, rows = message(push)
    assert title.startswith("URGENT, no longer quiet") and rows["Alarm"] == "E-1"


def test_what_was_quiet_from_its_first_moment_is_told_when_it_speaks_though_it_stood_below_before(
    board: Switchboard,
) -> None:
    push = Phone()
    with board.running(board.caller({"push": push})):
        with board.in_one_commit():
            for name, facts in (("E-1", {}), ("E-2", MINOR)):
                board.happens(name, "raised", **facts)
                board.happens(name, "shelved", by="Wang-Wei")
                board.happens(name, "returned")
        board.now_s = 60
        board.happens("E-2", "speaks again", overlay=None)
        eventually(lambda: len(push.heard) == 1, "the minor one")
        board.now_s = 61
        board.happens("E-1", "speaks again", overlay=None)
        eventually(lambda: len(push.heard) == 2, "the critical one, at once")
    first, second = (call for call, _ in push.heard)
    assert first.alarms[0]["id"] == "E-2" and first.priority < Priority.URGENT
    assert second.alarms[0]["id"] == "E-1" and second.priority is Priority.URGENT and second.is_late


def test_who_took_it_hears_that_somebody_else_has_acknowledged_it(board: Switchboard) -> None:
    push = Phone()
    with board.running(board.caller({"push": push})):
        board.happens("E-1", "raised")
        eventually(lambda: len(push.heard) == 1, "told")
        board.happens("E-1", "taken", by="Li-Na")
        board.now_s = 61
        eventually(lambda: len(push.heard) == 2, "she has not acted, and is called again")
        board.happens("E-1", "acknowledged", by="Zhao-Min")
        eventually(lambda: len(push.heard) == 3, "she need not go")
    assert [at for _, at in push.heard] == ["li-na@push"] * 3
    assert message(push)[0].startswith("Acknowledged by Zhao-Min")


@pytest.mark.parametrize("restarts", [False, True])
def test_who_heard_that_it_is_quiet_hears_once_that_it_is_over(board: Switchboard, restarts: bool) -> None:
    push = Phone()
    with board.running(board.caller({"push": push})):
        board.happens("E-1", "raised")
        eventually(lambda: len(push.heard) == 1, "told")
        board.now_s = 10
        board.happens("E-1", "shelved", by="Wang-Wei")
        eventually(lambda: len(push.heard) == 2, "quiet")
    if restarts:
        board.lose_records()
    with board.running(board.caller({"push": push})):
        board.now_s = 20
        board.happens("E-1", "returned")
        eventually(lambda: len(push.heard) == 3, "over")
        board.now_s = 90
        board.happens("E-1", "speaks again", overlay=None)
        board.happens("E-9", "raised", "dewar-9")
        eventually(lambda: push.heard[-1][0].group == "G-9", "nothing before the next")
    titles = [call_message(call, UnknownSetting()).title for call, _ in push.heard]
    assert [title.split(":")[0] for title in titles] == ["URGENT", "Quiet for now", "Over", "URGENT"]
