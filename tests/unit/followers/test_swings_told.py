"""Who is called about an alarm that chatters reads that it does, and hears of its end once."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from gateway.alarms.call import CallKind, Priority
from gateway.alarms.chatter import Limits
from gateway.alarms.policy import ON_DUTY, Policy, Step
from gateway.alarms.summing import judged_together
from gateway.cli.calls_screen import group_lines
from gateway.followers import caller as calling
from gateway.followers.caller import Caller
from gateway.notifiers.call_words import call_message
from gateway.published.calls import CallsView
from gateway.published.labels import UNLABELLED
from tests.unit.alarming.alarm_desk import eventually
from tests.unit.alarms.happenings import text
from tests.unit.followers.switchboard import Phone, Switchboard
from tests.unit.notifiers.test_messages_to_people import Shanghai

OFTEN = Limits(chatter_count=3, chatter_within_s=1800, chatter_calm_s=600)


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Switchboard:
    monkeypatch.setattr(calling, "WAIT_S", 0.02)
    made = Switchboard(tmp_path, (Policy("p", (Step(0, (ON_DUTY,)), Step(180, (ON_DUTY,)))),))
    made.employ("li-na", "wang-wei")
    made.roster("li-na", "wang-wei")
    return made


def has_heard(phone: Phone, number: int) -> bool:
    return len(phone.heard) == number


def has_called(board: Switchboard, number: int) -> bool:
    return len(board.calls()) == number


def is_over_for(caller: Caller, number: int) -> bool:
    """Whether it has heard that this one has returned."""
    with caller.looking() as seen:
        assert seen is not None
        return seen[0].escalations.groups["G-0"].members[f"E-{number}"].is_over


@pytest.mark.parametrize("loses_records", [False, True])
def test_it_says_that_it_comes_and_goes_until_it_is_calm(board: Switchboard, loses_records: bool) -> None:
    push = Phone()
    with board.running(board.caller({"push": push}, chatter=OFTEN)):
        for k in range(3):
            board.now_s = 60 * k
            board.happens(f"E-{k}", "raised")
            eventually(partial(has_heard, push, 2 * k + 1), "called")
            board.now_s = 60 * k + 30
            board.happens(f"E-{k}", "returned")
            eventually(partial(has_heard, push, min(2 * k + 2, 5)), "over, until it is recognised")
    if loses_records:
        board.lose_records()
    with board.running(board.caller({"push": push}, chatter=OFTEN)) as caller:
        board.now_s = 200
        board.happens("E-3", "raised")
        board.now_s = 220
        board.happens("E-3", "returned")
        board.now_s = 300
        eventually(lambda: len(push.heard) == 6, "the next step, although it is over for now")
        with_it = call_message(push.heard[-1][0], Shanghai())
        with caller.looking() as seen:
            assert seen is not None
            [shown] = CallsView(seen[0], seen[1], board.now_ns()).groups()
            together = judged_together(seen[0], list(seen[0].groups.by_id.values()), {})
        assert (shown["over"], shown["swings"], together.priority) == (True, 4, Priority.URGENT)
        lines = [str(line) for line in group_lines(shown, UNLABELLED, "2026-01-05T12:05:00Z")]
        assert lines[0].endswith("comes and goes (4 times), people are called")
        board.now_s = 821
        eventually(lambda: len(push.heard) == 7, "calm")
    assert with_it.title.startswith("URGENT, comes and goes, 4 times in 30 min: dewar-1")
    assert with_it.rows[0][1].startswith("it comes and goes, 4 times in 30 min")
    swings = [(call.kind, call.swings, call.is_late) for call, _ in push.heard[4:]]
    assert swings == [(CallKind.WORSE, 3, False), (CallKind.ALARM, 4, False), (CallKind.OVER, 0, False)]
    assert not any(one.over for one in board.attempts())


def test_a_message_about_swings_that_comes_through_when_they_are_over_says_so_and_nothing_follows(
    board: Switchboard,
) -> None:
    push = Phone()
    push.down = {"li-na@push"}
    with board.running(board.caller({"push": push}, chatter=OFTEN)) as caller:
        for k in range(3):
            board.now_s = 60 * k
            board.happens(f"E-{k}", "raised")
            eventually(partial(has_called, board, k + 1), "called")
            board.now_s = 60 * k + 30
            board.happens(f"E-{k}", "returned")
            eventually(partial(is_over_for, caller, k), "heard")
        board.now_s = 900
        eventually(lambda: any(one.kind == "over" for one in board.calls()), "calm")
        push.down.clear()
        eventually(lambda: len(push.heard) == 1, "through at last")
        board.happens("E-9", "raised", "dewar-9")
        eventually(lambda: len(push.heard) == 2, "and nothing before the next")
    assert [(call.kind, call.is_late) for call, _ in push.heard] == [
        (CallKind.WORSE, True),
        (CallKind.ALARM, False),
    ]


def test_gaps_that_late_data_bring_do_not_come_and_go_now(board: Switchboard) -> None:
    """Five silences of two hours ago, each over after minutes."""
    push, began_s = Phone(), 7200
    board.now_s = began_s
    with board.running(board.caller({"push": push}, chatter=OFTEN)) as caller:
        board.happens("E-0", "raised")
        eventually(partial(has_heard, push, 1), "called")
        with board.in_one_commit():
            for k in range(5):
                end = text(300.0 * k + 200)
                board.happens(f"E-{k + 1}", "raised", rule="no-data", kind="no_data", end=end)
                board.happens(f"E-{k + 1}", "returned")
        board.now_s = began_s + 60
        eventually(lambda: "G-0.2.li-na" in push.ids(), "they are told")
        board.now_s = began_s + 180
        eventually(lambda: any(call.steps == (1,) for call in board.calls()), "the next step")
        step = next(call for call in board.calls() if call.steps == (1,))
        eventually(lambda: f"{step.id}.li-na" in push.ids(), "told")
        with caller.looking() as seen:
            assert seen is not None and seen[0].swings.known == {}
    assert {call.swings for call, _ in push.heard} == {0}
