"""Delays between two calls are of time that passes, whatever somebody does to the clock."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.errors import JournalError
from gateway.followers import caller as calling
from gateway.followers.uncounted import Uncounted, since_boot
from gateway.followers.voice import Voice
from gateway.journal.records import Records
from gateway.model import SECOND
from tests.unit.alarming.alarm_desk import eventually
from tests.unit.alarms.happenings import ns
from tests.unit.followers.switchboard import Phone, Switchboard


def test_what_the_clock_does_not_count_is_counted_once() -> None:
    clocks = {"now": 0, "steady": 0}
    uncounted = Uncounted(lambda: clocks["now"], lambda: clocks["steady"])
    taken = []
    for now_s, steady_s in (
        (0, 0),
        (10, 10),
        (15, 20),
        (15, 20),
        (20, 30),
        (3620, 40),
        (3630, 50),
        (-90_000, 60),
    ):
        clocks |= {"now": now_s * SECOND, "steady": steady_s * SECOND}
        taken.append(uncounted.take() / SECOND)
    assert taken == [0, 0, 5, 0, 5, -3590, 0, 93_640]
    assert since_boot() <= since_boot()


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Switchboard:
    monkeypatch.setattr(calling, "WAIT_S", 0.02)
    made = Switchboard(tmp_path)
    made.employ("li-na", "wang-wei")
    made.roster("li-na", "wang-wei")
    return made


def running(board: Switchboard, push: Phone, steady_s: list[float]) -> Any:
    def voice(journal: Any, gateway: str, now_ns: Any) -> Voice:
        return Voice(journal, gateway, now_ns, lambda: ns(steady_s[0]))

    return board.running(board.caller({"push": push, "sms": Phone()}, voice))  # type: ignore[arg-type]


def test_steps_come_in_time_while_the_clock_goes_half_as_fast(board: Switchboard) -> None:
    push, steady_s = Phone(), [0.0]
    with running(board, push, steady_s):
        board.happens("E-1", "raised")
        eventually(lambda: push.ids() == ["G-1.1.li-na"], "told")
        board.now_s, steady_s[0] = 90.0, 180.0
        eventually(lambda: push.ids() == ["G-1.1.li-na", "G-1.2.li-na"], "the next step")
        board.now_s, steady_s[0] = 180.0, 360.0
        eventually(lambda: "G-1.3.wang-wei" in push.ids(), "and the deputy")


def test_a_kill_after_the_clock_was_set_forward_brings_no_step_early(
    board: Switchboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    push, steady_s, saved = Phone(), [0.0], list[float]()
    save = Records.save

    def saving(self: Records, *state: Any) -> None:
        save(self, *state)
        saved.append(board.now_s)

    monkeypatch.setattr(Records, "save", saving)
    with running(board, push, steady_s) as caller:
        board.happens("E-1", "raised")
        eventually(lambda: push.ids() == ["G-1.1.li-na"], "told")
        board.now_s = 7200.0
        eventually(lambda: 7200.0 in saved, "saved, long before it is time to save")
        monkeypatch.setattr(caller, "_save", lambda: None)  # it is killed
    with running(board, push, steady_s):
        board.happens("E-2", "raised", "dewar-2")
        eventually(lambda: "G-2.1.li-na" in push.ids(), "it runs, and has decided what is due")
        assert push.ids() == ["G-1.1.li-na", "G-2.1.li-na"]
        board.now_s, steady_s[0] = 7380.0, 180.0
        eventually(lambda: "G-1.2.li-na" in push.ids(), "in its time")


def test_a_clock_that_goes_half_as_fast_is_saved_as_seldom_as_all_else(
    board: Switchboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    push, steady_s, saved, counted = Phone(), [0.0], list[int](), list[int]()
    take = Uncounted.take

    def taking(self: Uncounted) -> int:
        counted.append(take(self))
        return counted[-1]

    monkeypatch.setattr(Uncounted, "take", taking)
    monkeypatch.setattr(calling, "SAVE_EVERY_S", 1e9)
    monkeypatch.setattr(Records, "save", lambda _, name, seq, state: saved.append(seq))
    with running(board, push, steady_s) as caller:
        for _ in range(5):
            steady_s[0] += 2.0
            seen = sum(counted)
            eventually(lambda seen=seen: sum(counted) > seen, "counted on")  # type: ignore[misc]
        eventually(lambda: not caller.problem, "it goes on")
        assert saved == []
        monkeypatch.setattr(calling, "SAVE_EVERY_S", 0.0)
        eventually(lambda: saved, "when it is time, although nothing was stated")


def test_records_that_cannot_be_written_stop_neither_retries_nor_sirens(
    board: Switchboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    push, steady_s = Phone(), [0.0]
    save = Records.save

    def full(*_: Any) -> None:
        raise JournalError("no room on the disk")

    monkeypatch.setattr(Records, "save", full)
    monkeypatch.setattr(calling, "SAVE_EVERY_S", 0.0)
    with running(board, push, steady_s) as caller:
        board.happens("E-1", "raised")
        eventually(lambda: push.ids() == ["G-1.1.li-na"], "told")
        board.now_s = 7200.0  # to be saved at once
        eventually(lambda: caller.unsaved, "said")
        board.now_s, steady_s[0] = 7380.0, 180.0
        eventually(lambda: "G-1.2.li-na" in push.ids(), "the next step")
        assert caller.unsaved == "no room on the disk" and not caller.problem
        monkeypatch.setattr(Records, "save", save)
        eventually(lambda: not caller.unsaved, "saved after all")


def test_no_step_comes_because_the_clock_is_set_forward(board: Switchboard) -> None:
    push, steady_s = Phone(), [0.0]
    with running(board, push, steady_s):
        board.happens("E-1", "raised")
        eventually(lambda: push.ids() == ["G-1.1.li-na"], "told")
        board.happens("E-1", "taken", by="Wang Wei")
        eventually(lambda: len(push.heard) == 2, "taken")
        board.happens("E-2", "raised", "dewar-2")
        eventually(lambda: push.ids()[2:] == ["G-2.1.li-na"], "another one")
        board.now_s, steady_s[0] = 7200.0, 0.0
        board.happens("E-3", "raised", "dewar-3")  # in the new time, before anybody sees that it is another
        eventually(lambda: len(push.heard) > 3, "that alone, at once")
        board.now_s, steady_s[0] = 7380.0, 180.0
        eventually(lambda: len(push.heard) > 5, "the next step of both")
        board.now_s, steady_s[0] = 9001.0, 1801.0
        eventually(lambda: any(one.startswith("G-1.3") for one in push.ids()), "who took it has not acted")
    assert push.ids()[3:4] == ["G-3.1.li-na"]
    assert sorted(push.ids()[4:6]) == ["G-2.2.li-na", "G-3.2.li-na"]
