"""A wall clock that is set silences nobody: neither who speaks, nor who was never heard."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from gateway.alarming import present
from gateway.alarming import screening as follower
from gateway.model import SECOND
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS, Desk, eventually, now_ns

HOUR_NS = 3600 * SECOND
TWO_MINUTES = CONFIG.replace("no_data_after_s = 300000000.0", "no_data_after_s = 120.0")


def _value(screening: follower.Screening, now_ns: int) -> float | None:
    (value,) = (state["value"] for state in screening.channel_states(now_ns) if state["channel"] == "top")
    return value  # type: ignore[no-any-return]


@pytest.mark.parametrize("ahead_ns", [5 * HOUR_NS, -5 * HOUR_NS])
def test_a_jump_of_hours_is_no_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ahead_ns: int
) -> None:
    monkeypatch.setattr(follower, "LOOK_S", 0.005)
    monkeypatch.setattr(follower, "GRACE_S", 0.0)
    desk, stop = Desk(tmp_path, TWO_MINUTES), threading.Event()
    screening = desk.screening()
    thread = threading.Thread(target=screening.run, args=(stop,))
    thread.start()
    desk.read(("top", (now_ns() - NOON_NS) / SECOND, -190.0))
    eventually(
        lambda: _value(screening, desk.now_ns()) == -190.0, "it counts: its time is not ahead of a look"
    )
    desk.clock.ahead_ns = ahead_ns
    time.sleep(0.3)  # many turns
    stop.set()
    thread.join(60)
    assert desk.alarms() == []


class Steady:
    """A clock that the test moves."""

    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def test_a_gateway_that_did_not_run_gives_sources_their_time_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was stopped for ten minutes; a source that is silent after that is told 120 s later."""
    steady = Steady()
    monkeypatch.setattr(follower, "GRACE_S", -1.0)
    monkeypatch.setattr(present, "steady_s", steady)
    desk = Desk(tmp_path, TWO_MINUTES)
    screening = desk.screening()
    desk.read(("top", (now_ns() - NOON_NS) / SECOND, -190.0))
    screening._step()
    steady.now_s += 600.0
    desk.clock.stood += 600.0
    for passed_s in (0.0, 20.0, 95.0):
        steady.now_s += passed_s
        screening._step()
        assert desk.alarms() == []
    steady.now_s += 30.0
    while screening._step():
        pass
    assert "top" in [alarm["channel"] for alarm in desk.alarms() if alarm["rule"] == "no-data"]
