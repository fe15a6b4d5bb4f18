"""A machine that stands still again and again knows all the same who is silent."""

from __future__ import annotations

import numpy as np
import pytest

from gateway.alarming import present
from gateway.alarming.present import GRACE_S, Present
from gateway.model import SECOND, Samples
from tests.unit.alarming.alarm_desk import NOON_NS


class Clock:
    """Of a machine that stands still for as long as it is told."""

    trusted = True

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.steady, self.stood = 1000.0, 0.0
        monkeypatch.setattr(present, "steady_s", lambda: self.steady)

    def now_ns(self) -> int:
        return NOON_NS + round(self.steady * SECOND)

    def stood_s(self) -> float:
        return self.stood

    def stand_still(self, seconds: float) -> None:
        self.steady += seconds
        self.stood += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def heard(clock: Clock, channels: int = 1) -> Present:
    found = Present(channels, clock, lambda *_: None)  # type: ignore[arg-type]
    say(found, clock, *range(channels))
    return found


def say(found: Present, clock: Clock, *channels: int) -> None:
    number = np.array(channels, np.int32)
    time, value = np.full(len(number), clock.now_ns()), np.full(len(number), -190.0)
    found.take(Samples(time, number, value, np.zeros(len(number), np.uint8)), clock.now_ns())


def silent_s(found: Present, clock: Clock, channel: int = 0) -> float:
    """How long the channel is known to be silent, by our clock."""
    found.look()
    return float(found.silent_until(True)[channel] - found.latest.time[channel]) / SECOND


@pytest.mark.parametrize(("runs_s", "stands_s"), [(14, 6), (5, 6), (30, 6), (1, 40)])
@pytest.mark.parametrize("others_talk", [False, True])
def test_who_is_silent_is_known_although_it_stops_again_and_again(
    clock: Clock, runs_s: int, stands_s: int, others_talk: bool
) -> None:
    found, most_s, ran_s = heard(clock, 2), 0.0, 0
    while ran_s < 600:
        for _ in range(runs_s):
            clock.steady += 1.0
            most_s = max(most_s, silent_s(found, clock))
        if others_talk:
            say(found, clock, 1)
        ran_s += runs_s
        clock.stand_still(stands_s)
        found.look()
    assert 600 - 2 * GRACE_S - runs_s <= most_s <= 600


def test_what_waited_outside_has_its_time_to_come(clock: Clock) -> None:
    found = heard(clock)
    clock.stand_still(3600.0)
    assert silent_s(found, clock) == 0.0
    clock.steady += GRACE_S - 1.0
    assert silent_s(found, clock) == 0.0
    clock.steady += 1.0
    assert silent_s(found, clock) == GRACE_S
