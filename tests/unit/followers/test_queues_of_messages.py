"""Waiting for one's turn behind messages that are being delivered is no failure of a way."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from gateway.alarms.call import Call, CallKind, Priority
from gateway.alarms.policy import EVERYBODY, ON_DUTY, Policy, Step
from gateway.errors import NotYet
from gateway.followers import caller as calling
from gateway.statements.person import Way
from tests.unit.alarming.alarm_desk import eventually
from tests.unit.followers.switchboard import Phone, Switchboard

ALL = Policy("p", (Step(0, (ON_DUTY,)), Step(10, (EVERYBODY,))), 0)
PEOPLE = tuple(f"p{k:02}" for k in range(30))


class Turns(Phone):
    """One that tells as many as it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.turns = threading.Semaphore(0)

    def tell(self, call: Call, address: str) -> str:
        self.turns.acquire(timeout=60)
        return super().tell(call, address)

    def let(self, number: int = 1) -> None:
        self.turns.release(number)


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Switchboard:
    monkeypatch.setattr(calling, "WAIT_S", 0.02)
    made = Switchboard(tmp_path, (ALL,))
    made.employ("li-na", "wang-wei")
    made.roster("li-na", "wang-wei")
    return made


def test_many_who_wait_for_their_turn_are_told_once_and_nothing_is_said_to_fail(
    board: Switchboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "PATIENCE_S", 1.0)
    push = Phone()
    push.hangs_s = 0.1
    board.employ(*PEOPLE, ways=[Way("push", "hook")])
    board.roster(*PEOPLE)
    with board.running(board.caller({"push": push})) as caller:
        board.happens("E-1", "raised")
        eventually(lambda: board.calls(), "who is on duty")
        board.now_s = 10
        eventually(lambda: {one.person for one in board.attempts()} == set(PEOPLE), "all of them")
        assert not caller.failing and not caller.nobody
    assert {one.outcome for one in board.attempts()} == {"delivered"}
    assert len(set(push.ids())) == len(push.ids())


def test_who_has_to_wait_long_for_a_turn_is_told_by_the_next_way_and_not_by_both(
    board: Switchboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "PATIENCE_S", 1.0)
    push, sms = Phone(), Phone()
    push.hangs_s = 0.3
    people = PEOPLE[:8]
    board.employ(*people)
    board.roster(*people)
    with board.running(board.caller({"push": push, "sms": sms})) as caller:
        board.happens("E-1", "raised")
        eventually(lambda: board.calls(), "who is on duty")
        board.now_s = 10
        told = {f"G-1.2.{name}" for name in people}
        eventually(lambda: told <= {*push.ids(), *sms.ids()}, "everybody")
        assert not caller.failing
    assert sms.ids() and {one.outcome for one in board.attempts()} == {"delivered"}
    assert not set(push.ids()) & set(sms.ids())


class Paced(Phone):
    """A service that takes two messages, and more after a while."""

    def __init__(self, after_s: float) -> None:
        super().__init__()
        self.after_s, self.since_s = after_s, time.monotonic()

    def tell(self, call: Call, address: str) -> str:
        if len(self.heard) >= 2 and time.monotonic() - self.since_s < self.after_s:
            raise NotYet("it takes 2 messages for now", self.since_s + self.after_s - time.monotonic())
        return super().tell(call, address)


def test_what_a_service_takes_later_has_not_failed(
    board: Switchboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "PATIENCE_S", 1.0)
    push = Paced(3.0)
    board.employ(*PEOPLE[:5], ways=[Way("push", "hook")])
    board.roster(*PEOPLE[:5])
    with board.running(board.caller({"push": push})) as caller:
        board.happens("E-1", "raised")
        eventually(lambda: board.calls(), "who is on duty")
        board.now_s = 10
        eventually(lambda: {one.person for one in board.attempts()} == set(PEOPLE[:5]), "all of them")
        assert not caller.failing and not caller.nobody
    assert {one.outcome for one in board.attempts()} == {"delivered"}


def test_who_has_another_way_does_not_wait_for_such_a_service(board: Switchboard) -> None:
    push, sms = Paced(300.0), Phone()
    board.employ(*PEOPLE[:5])
    board.roster(*PEOPLE[:5])
    with board.running(board.caller({"push": push, "sms": sms})) as caller:
        board.happens("E-1", "raised")
        eventually(lambda: board.calls(), "who is on duty")
        board.now_s = 10
        eventually(lambda: {one.person for one in board.attempts()} == set(PEOPLE[:5]), "all of them")
        assert not caller.failing and len(push.heard) == 2 <= len(sms.heard)


def test_what_waits_for_its_turn_is_told_as_things_are_then(board: Switchboard) -> None:
    push = Turns()
    with board.running(board.caller({"push": push, "sms": Phone()})) as caller:
        board.happens("E-1", "raised")
        eventually(lambda: caller._under_way.ways("G-1.1.li-na"), "it is being told")
        board.happens("E-2", "raised", "dewar-2")
        eventually(lambda: caller._under_way.ways("G-2.1.li-na"), "it waits")
        board.happens("E-2", "amended", "dewar-2", zone="top")
        errand = caller._under_way.waiting("G-2.1.li-na")[0]
        eventually(lambda: errand.call.alarms[0]["zone"] == "top", "it knows")
        push.let(2)
        eventually(lambda: len(push.heard) == 2, "told")
    assert push.heard[1][0].alarms[0]["zone"] == "top"


def test_what_somebody_acknowledged_while_it_waited_for_its_turn_is_not_told(board: Switchboard) -> None:
    push = Turns()
    with board.running(board.caller({"push": push, "sms": Phone()})) as caller:
        board.happens("E-1", "raised")
        board.happens("E-2", "raised", "dewar-2")
        eventually(lambda: caller._under_way.ways("G-2.1.li-na"), "it waits")
        board.happens("E-2", "acknowledged", "dewar-2", by="Li-Na")
        eventually(lambda: not caller._under_way.ways("G-2.1.li-na"), "and does not any more")
        push.let(9)
        board.happens("E-3", "raised", "dewar-3")
        eventually(lambda: "G-3.1.li-na" in push.ids(), "what came later")
    assert push.ids() == ["G-1.1.li-na", "G-3.1.li-na"]


def test_who_has_not_heard_that_it_was_over_hears_it_once_when_it_is(board: Switchboard) -> None:
    push, sms = Phone(), Phone()
    with board.running(board.caller({"push": push, "sms": sms})):
        board.happens("E-1", "raised")
        eventually(lambda: board.calls(), "who is on duty")
        board.now_s = 10
        eventually(lambda: "G-1.2.wang-wei" in push.ids(), "everybody is told")
        push.down = {"wang-wei@push"}
        board.happens("E-1", "returned")
        eventually(
            lambda: any(a.kind == "over" and a.outcome == "retry" for a in board.attempts()), "not reached"
        )
        eventually(lambda: any(one.kind is CallKind.OVER for one, _ in push.heard), "the other one is")
        board.now_s = 70
        board.happens("E-1", "raised")
        eventually(lambda: any(one.kind is CallKind.WORSE for one, _ in push.heard), "it goes on, heard")
        push.down = set()
        board.happens("E-1", "returned")
        eventually(lambda: sum(one.kind == "over" for one in board.calls()) == 2, "it is over")
        board.happens("E-9", "raised", "dewar-9")
        eventually(lambda: "G-9.1.li-na" in push.ids(), "the next")
    ends = [call.person for call, _ in push.heard if call.kind is CallKind.OVER]
    assert sorted(ends) == ["li-na", "li-na", "wang-wei"]


def test_what_is_about_messages_waits_behind_what_is_not(board: Switchboard) -> None:
    push = Turns()
    with board.running(board.caller({"push": push, "sms": Phone()})) as caller:
        board.happens("E-1", "raised")
        eventually(lambda: caller._under_way.ways("G-1.1.li-na"), "it is being told")
        board.happens(
            "E-2", "raised", "dewar-9", kind="fault", rule="way:push", severity="critical", units="unknown"
        )
        eventually(lambda: caller._under_way.ways("G-2.1.li-na"), "one waits")
        board.happens("E-3", "raised", "dewar-3", severity="minor", units=[])
        eventually(lambda: caller._under_way.ways("G-3.1.li-na"), "and one more")
        push.let(3)
        eventually(lambda: len(push.heard) == 3, "told")
    assert push.ids() == ["G-1.1.li-na", "G-3.1.li-na", "G-2.1.li-na"]
    assert push.heard[1][0].priority < push.heard[2][0].priority <= Priority.URGENT
