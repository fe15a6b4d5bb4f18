"""A program that did not run notices it, whoever looks first."""

from __future__ import annotations

import pytest

from gateway.clocks import standstill as standing
from gateway.clocks.standstill import LONGEST_S, Standstill
from tests.unit.alarming.alarm_desk import eventually


class Clock:
    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_looks_in_their_usual_distance_are_no_standstill(clock: Clock) -> None:
    standstill = Standstill(clock)
    for _ in range(100):
        clock.now_s += LONGEST_S
        assert standstill.look() == 0.0
    assert standstill.runs_for_s() == 100 * LONGEST_S


def test_a_longer_distance_is_one_and_adds_up(clock: Clock) -> None:
    standstill = Standstill(clock)
    clock.now_s += 40.0
    assert standstill.runs_for_s() == 0.0  # also by who looks for that alone
    clock.now_s += 2.0
    assert (standstill.look(), standstill.runs_for_s()) == (40.0, 2.0)
    clock.now_s += 3600.0
    assert standstill.look() == 3640.0


def test_while_somebody_looks_all_the_time_only_a_real_one_counts(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever looks every five seconds beside a disk that hangs sees none; nor is a long start one."""
    monkeypatch.setattr(standing, "LOOK_S", 0.01)
    standstill = Standstill(clock)
    clock.now_s += 60.0  # before anybody looked
    with standstill.looked_at():
        assert standstill.look() == 0.0
        for _ in range(20):
            clock.now_s += LONGEST_S
            eventually(lambda: standstill._looked_s == clock.now_s, "looked at")
        assert standstill.look() == 0.0
        clock.now_s += 40.0
        eventually(lambda: standstill._looked_s == clock.now_s, "looked at")
    assert standstill.look() == 40.0
