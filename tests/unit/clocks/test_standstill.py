"""A program that did not run notices it, whoever looks first."""

from __future__ import annotations

import pytest

from gateway.clocks.standstill import LONGEST_S, Standstill


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
