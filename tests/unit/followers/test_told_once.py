"""Whatever waits for one person at the end of an alarm tells the end once: calls, updates and summaries."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from gateway.alarms.call import Call, CallKind
from gateway.alarms.flood import FloodLimits
from gateway.alarms.guidance import Advice, Guidances
from gateway.alarms.policy import ON_DUTY, Policy, Step
from gateway.followers import caller as calling
from gateway.followers.caller import Caller
from tests.unit.alarming.alarm_desk import eventually
from tests.unit.followers.switchboard import Phone, Switchboard

FLOOD = FloodLimits(flood_count=2, flood_within_s=600, summary_after_s=60)
TWICE = Policy("p", (Step(0, (ON_DUTY,)), Step(180, (ON_DUTY,))), 0)
AWAY = {"li-na@push"}
ADVICE = Advice({"en": ("close the lid",)})


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Switchboard:
    monkeypatch.setattr(calling, "WAIT_S", 0.02)
    made = Switchboard(tmp_path, (TWICE,))
    made.employ("li-na")
    made.roster("li-na")
    return made


def has_decided(board: Switchboard, kind: str, number: int) -> bool:
    return sum(one.kind == kind for one in board.calls()) >= number


def has_tried(board: Switchboard, kind: str) -> bool:
    """A later try, or the first of a newer call."""
    return any(one.kind == kind for one in board.attempts())


def knows_the_end(caller: Caller) -> bool:
    """Of the first two."""
    with caller.looking() as seen:
        assert seen is not None
        groups = seen[0].escalations.groups
        return all(f"G-{k}" not in groups or groups[f"G-{k}"].is_over for k in range(2))


def told_about(push: Phone, alarm: str) -> list[Call]:
    return [call for call, _ in push.heard if alarm in {one["id"] for one in call.alarms}]


def waits_for_the_next(board: Switchboard, push: Phone, at_s: float) -> None:
    """Everything that waited is told by then."""
    board.now_s = at_s
    board.happens("E-9", "raised", "dewar-9")
    eventually(lambda: told_about(push, "E-9"), "the next")


@pytest.mark.parametrize("ends_first", [True, False], ids=["while it gathers", "while it waits"])
@pytest.mark.parametrize("loses_records", [True, False])
def test_a_call_and_a_summary_that_wait_tell_the_end_once(
    board: Switchboard, ends_first: bool, loses_records: bool
) -> None:
    push = Phone()
    push.down = set(AWAY)
    with board.running(board.caller({"push": push}, flood=FLOOD)) as caller:
        for k in range(2):
            board.happens(f"E-{k}", "raised", f"dewar-{k}")
        eventually(partial(has_decided, board, "alarm", 2), "called")
        board.now_s = 180
        eventually(partial(has_decided, board, "alarm", 4), "the next step is held")
        if not ends_first:
            board.now_s = 240
            eventually(partial(has_tried, board, "summary"), "the summary fails, too")
        for k in range(2):
            board.happens(f"E-{k}", "returned", f"dewar-{k}")
        eventually(partial(knows_the_end, caller), "heard")
    if loses_records:
        board.lose_records()
    with board.running(board.caller({"push": push}, flood=FLOOD)):
        push.down.clear()
        eventually(lambda: told_about(push, "E-0") and told_about(push, "E-1"), "through at last")
        waits_for_the_next(board, push, 900)
    told = [(call.is_late, call.kind) for k in range(2) for call in told_about(push, f"E-{k}")]
    kind = CallKind.ALARM if ends_first else CallKind.SUMMARY
    assert told == [(True, kind)] * 2


def test_what_is_in_two_summaries_that_wait_is_told_by_the_newer_one(board: Switchboard) -> None:
    push, flood = Phone(), replace(FLOOD, flood_count=1)
    with board.running(board.caller({"push": push}, flood=flood)) as caller:
        for k in range(2):
            board.happens(f"E-{k}", "raised", f"dewar-{k}")
        eventually(lambda: len(push.heard) == 1, "the second is held")
        push.down = set(AWAY)
        board.now_s = 60
        eventually(partial(has_decided, board, "summary", 1), "the first")
        board.now_s = 180
        eventually(partial(has_decided, board, "alarm", 4), "the next step is held")
        board.now_s = 240
        eventually(partial(has_decided, board, "summary", 2), "the second")
        for k in range(2):
            board.happens(f"E-{k}", "returned", f"dewar-{k}")
        eventually(partial(knows_the_end, caller), "heard")
        push.down.clear()
        eventually(lambda: told_about(push, "E-1"), "through at last")
        waits_for_the_next(board, push, 900)
    assert [(call.kind, call.is_late) for call in told_about(push, "E-1")] == [(CallKind.SUMMARY, True)]
    assert len(told_about(push, "E-0")) == 2, "the first call and the second summary"


def test_what_a_summary_says_is_over_is_not_told_again(board: Switchboard) -> None:
    push = Phone()
    with board.running(board.caller({"push": push}, flood=FLOOD)):
        for k in range(2):
            board.happens(f"E-{k}", "raised", f"dewar-{k}")
        eventually(lambda: len(push.heard) == 2, "told")
        board.now_s = 180
        eventually(partial(has_decided, board, "alarm", 4), "the next step is held")
        board.happens("E-0", "returned", "dewar-0")
        eventually(partial(has_decided, board, "over", 1), "so is the end")
        board.now_s = 240
        eventually(lambda: len(push.heard) == 3, "the summary")
        waits_for_the_next(board, push, 900)
    assert [call.kind for call in told_about(push, "E-0")] == [
        CallKind.ALARM,
        CallKind.SUMMARY,
    ]
    summary = push.heard[2][0]
    assert (summary.ended, summary.over_names, summary.over) == (("G-0",), ("dewar-0",), 1)


def test_a_summary_says_who_sees_to_what_and_what_to_do_about_the_rest(board: Switchboard) -> None:
    push = Phone()
    flood, guidances = replace(FLOOD, flood_count=1), Guidances({}, {"above-150": ADVICE}, {}, {})
    linking = lambda call, who, alarms, at_ns: f"https://lab.example/{who}/{'+'.join(alarms)}"  # noqa: E731
    plan = {"flood": flood, "guidances": guidances}
    with board.running(board.caller({"push": push}, linking=linking, **plan)):
        for k in range(3):
            board.happens(f"E-{k}", "raised", f"dewar-{k}")
        eventually(partial(has_decided, board, "alarm", 3), "two are held")
        board.happens("E-1", "taken", "dewar-1", by="Wang Wei")
        board.now_s = 60
        eventually(lambda: len(push.heard) == 2, "the summary")
    summary, _ = push.heard[1]
    assert (summary.answered, summary.answered_by, summary.taken_by) == (1, ("Wang Wei",), "")
    assert summary.guidance is not None and summary.guidance.steps == ("close the lid",)
    assert (summary.next_name, summary.link) == ("Li-Na", "https://lab.example/li-na/E-2+E-1")
