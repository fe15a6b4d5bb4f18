"""A step that falls due just after a call that was no step rings nobody who has heard all of it by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.alarms.policy import ON_DUTY, Policy, Step
from gateway.followers import caller as calling
from gateway.published.calls import CallsView
from gateway.statements import call, transition
from tests.unit.alarming.alarm_desk import eventually
from tests.unit.alarms.happenings import ns
from tests.unit.followers.switchboard import Phone, Switchboard

MINOR = {"rule": "above-170", "severity": "minor", "units": []}


def board_of(folder: Path, *steps: Step) -> Switchboard:
    made = Switchboard(folder, (Policy("p", steps, 0),))
    made.employ("li-na", "wang-wei")
    made.roster("li-na")
    return made


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "WAIT_S", 0.02)


def worsens_before_the_step(board: Switchboard, phone: Phone) -> None:
    """At 50 s; she hears that at once."""
    board.happens("E-1", "raised", **MINOR)
    eventually(lambda: len(board.attempts()) == 1, "told")
    board.now_s = 50
    board.happens("E-2", "raised")
    eventually(lambda: len(board.attempts()) == 2, "it is worse")
    assert [at for _, at in phone.heard] == ["li-na@push"] * 2


def test_whoever_has_just_heard_all_of_it_is_spared_and_the_others_are_called(tmp_path: Path) -> None:
    phone, board = Phone(), board_of(tmp_path, Step(0, (ON_DUTY,)), Step(60, (ON_DUTY, "wang-wei")))
    with board.running(board.caller({"push": phone, "sms": phone})):
        worsens_before_the_step(board, phone)
        board.now_s = 60
        eventually(lambda: len(board.attempts()) == 3, "the step")
    assert phone.heard[-1][1] == "wang-wei@push"
    assert board.calls()[-1].spared == ("li-na",)
    assert "li-na (who has just heard it)" in call.words(board.calls()[-1])


def test_a_step_by_more_ways_rings_by_the_others(tmp_path: Path) -> None:
    phone, board = Phone(), board_of(tmp_path, Step(0, (ON_DUTY,)), Step(60, (ON_DUTY,), ways=0))
    with board.running(board.caller({"push": phone, "sms": phone})):
        worsens_before_the_step(board, phone)
        board.now_s = 60
        eventually(lambda: len(board.attempts()) == 3, "the step")
    assert phone.heard[-1][1] == "li-na@sms"
    assert [(one.ways[0][0], one.at_once) for one in board.calls()[-1].receivers] == [("sms", 1)]


def test_where_the_other_way_fails_she_is_told_by_the_same_one_again(tmp_path: Path) -> None:
    phone, board = Phone(), board_of(tmp_path, Step(0, (ON_DUTY,)), Step(60, (ON_DUTY,), ways=0))
    phone.never = {"li-na@sms"}
    with board.running(board.caller({"push": phone, "sms": phone})) as caller:
        worsens_before_the_step(board, phone)
        board.now_s = 60
        eventually(lambda: len(phone.heard) == 3, "the step")
        assert not caller.nobody
    assert phone.heard[-1][1] == "li-na@push"


def test_a_step_that_has_nobody_left_to_ring_is_carried_out_and_is_no_fault(tmp_path: Path) -> None:
    steps = Step(0, (ON_DUTY,)), Step(60, (ON_DUTY,)), Step(120, (ON_DUTY,))
    phone, board = Phone(), board_of(tmp_path, *steps)
    with board.running(board.caller({"push": phone, "sms": phone})) as caller:
        worsens_before_the_step(board, phone)
        board.now_s = 60
        eventually(lambda: board.calls()[-1].steps == (1,), "the step")
        assert board.calls()[-1].receivers == () and len(phone.heard) == 2
        board.now_s = 120
        eventually(lambda: len(phone.heard) == 3, "the next one rings")
        assert not caller.nobody
    assert "nobody" not in call.words(board.calls()[-2])


def test_what_is_new_since_then_is_told_by_the_step(tmp_path: Path) -> None:
    phone, board = Phone(), board_of(tmp_path, Step(0, (ON_DUTY,)), Step(60, (ON_DUTY,)))
    with board.running(board.caller({"push": phone, "sms": phone})) as caller:
        worsens_before_the_step(board, phone)
        board.now_s = 55
        board.happens("E-3", "raised", rule="above-160")
        *_, (raised, _) = board.journal.statements(transition.KIND)
        eventually(lambda: caller._book.seq >= raised, "heard before the step is due")
        board.now_s = 60
        eventually(lambda: len(phone.heard) == 3, "the step")
    assert board.calls()[-1].steps == (1,) and phone.heard[-1][0].number == 3


def test_whoever_has_heard_since_then_that_it_was_over_is_called(tmp_path: Path) -> None:
    phone, board = Phone(), board_of(tmp_path, Step(0, (ON_DUTY,)), Step(10, ("wang-wei",)))
    with board.running(board.caller({"push": phone, "sms": phone})):
        board.happens("E-1", "raised", **MINOR)
        eventually(lambda: len(phone.heard) == 1, "told")
        board.now_s = 10
        eventually(lambda: len(phone.heard) == 2, "the step")
        board.now_s = 20
        board.happens("E-2", "raised")
        eventually(lambda: len(phone.heard) == 4, "both hear that it is worse")
        with board.in_one_commit():
            board.happens("E-1", "returned")
            board.happens("E-2", "returned")
        eventually(lambda: len(phone.heard) == 6, "both hear that it is over")
        board.now_s = 30
        board.happens("E-3", "raised", rule="above-160")
        eventually(lambda: len(phone.heard) == 7, "another alarm of it")
        board.now_s = 40
        eventually(lambda: board.calls()[-1].steps == (1,), "the step")
        eventually(lambda: len(phone.heard) == 8, "and a call")
    assert phone.heard[-1][1] == "wang-wei@push" and board.calls()[-1].spared == ()


@pytest.mark.parametrize(
    ("steps", "name", "at_s"),
    [
        ((Step(0, (ON_DUTY,)), Step(60, (ON_DUTY, "wang-wei"))), "Wang-Wei", 60),
        ((Step(0, (ON_DUTY,)), Step(60, (ON_DUTY,)), Step(120, (ON_DUTY,))), "Li-Na", 120),
        ((Step(0, (ON_DUTY,)), Step(60, (ON_DUTY,), ways=0)), "Li-Na", 60),
        ((Step(0, (ON_DUTY,)), Step(60, (ON_DUTY,))), "", None),
    ],
)
def test_a_message_names_who_will_be_rung_next(
    tmp_path: Path, steps: tuple[Step, ...], name: str, at_s: int | None
) -> None:
    """Not whom the next step spares, because this very message has just told all of it."""
    phone, board = Phone(), board_of(tmp_path, *steps)
    with board.running(board.caller({"push": phone, "sms": phone})) as caller:
        worsens_before_the_step(board, phone)
        with caller.looking() as seen:
            assert seen is not None
            found = CallsView(seen[0], seen[1], board.now_ns()).groups()[0]["next"]
    said = phone.heard[-1][0]
    assert (said.next_name, said.next_at_ns) == (name, None if at_s is None else ns(at_s))
    assert (found["names"][0] if found else "") == name
