"""A connection that comes and goes is told from one that was lost now and then; time is an argument."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.ingestion.flaps import FLAPS, QUIET_S, WINDOW_S, Losses
from gateway.ingestion.link import Link, LinkState


def after(times_s: list[float]) -> Losses:
    losses = Losses()
    for time_s in times_s:
        losses = losses.and_at(time_s)
    return losses


def test_up_two_seconds_down_two_seconds_is_known_within_two_minutes_and_over_when_it_is_quiet() -> None:
    times_s = [2.0 + 4.0 * i for i in range(60)]
    first = next(i for i in range(1, 60) if after(times_s[:i]).flap_at(times_s[i - 1]))
    assert times_s[first - 1] <= 120.0
    losses = after(times_s)
    end_s = times_s[-1]
    assert losses.flap_at(end_s + QUIET_S - 1.0)
    assert not losses.flap_at(end_s + QUIET_S)


def test_a_broker_that_is_restarted_twice_does_not_flap() -> None:
    assert not after([0.0, 10.0]).flap_at(10.0)


def test_after_it_was_quiet_it_needs_as_many_again() -> None:
    losses = after([0.0, 1.0, 2.0])
    again_s = 2.0 + QUIET_S
    losses = losses.and_at(again_s)
    assert not losses.flap_at(again_s)
    assert losses.and_at(again_s + 1.0).and_at(again_s + 2.0).flap_at(again_s + 2.0)


def test_a_loss_now_and_then_keeps_it_going() -> None:
    losses = after([0.0, 1.0, 2.0, 200.0, 450.0, 700.0])
    assert losses.flap_at(900.0)
    assert losses.count_at(900.0) == 1


@given(st.lists(st.floats(0.0, 1e5), min_size=1, max_size=50).map(sorted), st.floats(0.0, 1000.0))
def test_as_looking_at_every_loss_says(times_s: list[float], later_s: float) -> None:
    """The slow twin: flaps from the loss that is one too many, until a quiet stretch."""
    flaps, last_s = False, times_s[0]
    for i, time_s in enumerate(times_s):
        flaps = flaps and time_s - last_s < QUIET_S
        flaps = flaps or sum(time_s - t < WINDOW_S for t in times_s[: i + 1]) >= FLAPS
        last_s = time_s
    now_s = last_s + later_s
    losses = after(times_s)
    assert losses.flap_at(now_s) == (flaps and now_s - last_s < QUIET_S)
    assert losses.count_at(now_s) == sum(now_s - t < WINDOW_S for t in times_s)


class Clock:
    s = 0.0

    def __call__(self) -> float:
        return self.s


def test_a_link_says_how_often_it_was_lost_and_why_it_was_last() -> None:
    clock = Clock()
    link = Link("broker", clock)
    for i in range(4):
        link.change(LinkState.UP)
        clock.s += 2.0
        link.change(LinkState.DOWN, f"reason {i}")
        link.change(LinkState.CONNECTING)
        link.change(LinkState.DOWN, "nobody listens there")
        clock.s += 2.0
    assert link.flapping == "flaps: 4 times in the last 5 minutes; the last time: reason 3"
    link.change(LinkState.UP)
    clock.s += QUIET_S
    assert link.flapping == ""
    assert link.age_s == QUIET_S


def test_a_silent_instrument_is_a_loss_and_a_stop_is_none() -> None:
    link = Link("line", Clock())
    for state in (LinkState.SILENT, LinkState.STOPPED, LinkState.SILENT, LinkState.CONNECTING):
        link.change(LinkState.UP)
        link.change(state, f"it is {state}")
    assert link.flapping == ""
    link.change(LinkState.UP)
    link.change(LinkState.SILENT)
    assert "3 times" in link.flapping and "it was silent" in link.flapping
