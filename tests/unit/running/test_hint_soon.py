"""What an alarm looks like, in the language of who is told, and never for longer than a message may wait."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from gateway.alarms.call import CallKind
from gateway.errors import InputError
from gateway.followers import caller as calling
from gateway.running.hint_soon import MOST_S, HintSoon
from gateway.running.minutes import MINUTE_S
from gateway.statements import transition
from gateway.statements.transition import Transition
from tests.unit.alarming.alarm_desk import NOON_NS, Desk, eventually
from tests.unit.followers.switchboard import Phone, Switchboard
from tests.unit.questions.test_causes_of_alarms import SILENT, lid_opened

LATER_NS = NOON_NS + 600 * 10**9


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "cryogate.toml").write_text(SILENT)
    return Desk(tmp_path, SILENT)


def stated(desk: Desk, identity: str) -> Transition:
    every = (transition.of(s.body) for _, s in desk.journal.statements(transition.KIND))
    return [one for one in every if one.alarm == identity][-1]


def test_it_is_said_in_both_languages(desk: Desk) -> None:
    identity = lid_opened(desk)
    soon, said = HintSoon(desk.journal), stated(desk, identity)
    assert soon(identity, said, LATER_NS, "en").startswith("looks like an open lid or door (it warmed by")
    assert soon(identity, said, LATER_NS, "zh").startswith("似乎是盖或门开着（每分钟升温")


def test_a_flood_does_not_wait(desk: Desk) -> None:
    """By a clock that goes on by the time of a whole minute whenever it is looked at."""
    identity = lid_opened(desk)
    now_s, said = [5.0], stated(desk, identity)

    def slow() -> float:
        now_s[0] += MOST_S
        return now_s[0]

    soon = HintSoon(desk.journal, slow)
    assert soon(identity, said, LATER_NS, "en")
    other = dataclasses.replace(said, number=said.number + 1)
    assert soon(identity, other, LATER_NS, "en") == "", "the time of this minute is spent"
    assert soon(identity, said, LATER_NS, "zh"), "what is known already costs nothing"
    now_s[0] += MINUTE_S
    assert soon(identity, other, LATER_NS, "en")


def test_it_stands_in_the_call_and_keeps_nobody_from_being_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "WAIT_S", 0.02)
    board, push = Switchboard(tmp_path), Phone()
    board.employ("li-na", languages=("zh",))
    board.roster("li-na", "li-na")

    def hinting(alarm: str, said: Transition, _now_ns: int, language: str) -> str:
        if alarm == "E-2":
            raise InputError("the archive is damaged")
        return f"{alarm} {said.change} {language}"

    with board.running(board.caller({"push": push, "sms": Phone()}, hinting=hinting)):
        board.happens("E-1", "raised")
        eventually(lambda: len(push.heard) == 1, "with a hint")
        board.happens("E-1", "acknowledged")
        eventually(lambda: len(push.heard) == 2, "over")
        board.happens("E-2", "raised", "dewar-2")
        eventually(lambda: len(push.heard) == 3, "without one")
    assert [call.hint for call, _ in push.heard] == ["E-1 raised zh", "", ""]
    assert push.heard[1][0].kind is CallKind.OVER
