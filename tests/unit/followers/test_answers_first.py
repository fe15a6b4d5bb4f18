"""Whoever answered while the gateway was away is heard before anybody is called."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.alarms.call import CallKind
from gateway.alarms.policy import ON_DUTY, Policy, Step
from gateway.followers import caller as calling
from gateway.running.answers_first import PATIENCE_S, AnswersFirst
from tests.unit.alarming.alarm_desk import eventually
from tests.unit.followers.switchboard import Phone, Switchboard


@dataclass
class Progress:
    cursor: int = 0
    moved_s: float = 1.0


def test_an_answer_of_before_the_start_is_heard_before_a_step_that_is_due(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "WAIT_S", 0.02)
    board = Switchboard(tmp_path, (Policy("p", (Step(0, (ON_DUTY,)), Step(180, ("wang-wei",))), 0),))
    board.employ("li-na", "wang-wei")
    board.roster("li-na")
    push, asked, known = Phone(), list[int](), list[bool]()
    with board.running(board.caller({"push": push})):
        board.happens("E-1", "raised")
        eventually(lambda: len(push.heard) == 1, "told")
    board.now_s = 200

    def knows_answers() -> bool:
        asked.append(1)
        return bool(known)

    with board.running(board.caller({"push": push}, knows_answers=knows_answers)):
        eventually(lambda: len(asked) > 3, "it looks")
        board.happens("E-1", "acknowledged", by="Zhao-Min")
        board.happens("E-1", "returned")
        known.append(True)
        eventually(lambda: len(push.heard) == 2, "over")
        board.happens("E-9", "raised", "dewar-9")
        eventually(lambda: push.heard[-1][0].group == "G-9", "nothing before the next")
    assert [(call.kind, at) for call, at in push.heard[:3]] == [
        (CallKind.ALARM, "li-na@push"),
        (CallKind.OVER, "li-na@push"),
        (CallKind.ALARM, "li-na@push"),
    ]


def test_answers_are_known_once_the_turn_that_came_to_the_last_of_them_is_over() -> None:
    screening = Progress()
    answers = AnswersFirst(screening, 7)
    assert not answers()
    screening.cursor, screening.moved_s = 6, 2.0
    assert not answers()
    screening.cursor = 7
    assert not answers() and not answers(), "it states what follows from that in this turn"
    screening.moved_s = 3.0
    assert answers()
    screening.cursor = 0
    assert answers(), "for good: screening begins anew"


def test_nobody_waits_for_answers_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now_s[0])
    answers = AnswersFirst(Progress(), 7)
    assert not answers()
    now_s[0] += PATIENCE_S
    assert answers()
