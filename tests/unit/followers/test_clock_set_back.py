"""Delays between two calls are of time that passes, also while the gateway's clock counts half of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.followers import caller as calling
from gateway.followers.uncounted import Uncounted, since_boot
from gateway.followers.voice import Voice
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
    assert taken == [0, 0, 5, 0, 5, 0, 0, 93_640]
    assert since_boot() <= since_boot()


def test_steps_come_in_time_while_the_clock_goes_half_as_fast(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "WAIT_S", 0.02)
    board, push, steady_s = Switchboard(tmp_path), Phone(), [0.0]

    def voice(journal: Any, gateway: str, now_ns: Any) -> Voice:
        return Voice(journal, gateway, now_ns, lambda: ns(steady_s[0]))

    board.employ("li-na", "wang-wei")
    board.roster("li-na", "wang-wei")
    with board.running(board.caller({"push": push, "sms": Phone()}, voice)):  # type: ignore[arg-type]
        board.happens("E-1", "raised")
        eventually(lambda: push.ids() == ["G-1.1.li-na"], "told")
        board.now_s, steady_s[0] = 90.0, 180.0
        eventually(lambda: push.ids() == ["G-1.1.li-na", "G-1.2.li-na"], "the next step")
        board.now_s, steady_s[0] = 180.0, 360.0
        eventually(lambda: "G-1.3.wang-wei" in push.ids(), "and the deputy")
