"""Silence is counted by the monotonic clock, whatever wall clocks do."""

from __future__ import annotations

import numpy as np
import pytest

from gateway.clocks.silence import NEVER, Silences
from gateway.model import SECOND

NOW_NS = 1_767_610_800 * SECOND


def heard(silences: Silences, now_s: float, monotonic_s: float, *readings: tuple[int, float]) -> None:
    """(channel, time s), times from NOW."""
    channels = np.array([channel for channel, _ in readings], np.int32)
    times = np.array([NOW_NS + round(time_s * SECOND) for _, time_s in readings], np.int64)
    silences.heard(channels, times, NOW_NS + round(now_s * SECOND), monotonic_s)


def test_what_was_never_heard_has_no_age() -> None:
    silences = Silences(2)
    heard(silences, 0.0, 50.0, (1, 0.0))
    assert silences.age_s(0, 60.0) is None
    assert silences.ages_s(60.0).tolist() == [np.inf, 10.0]


def test_the_age_at_receipt_counts_and_then_the_monotonic_clock() -> None:
    silences = Silences(1)
    heard(silences, 30.0, 1000.0, (0, 10.0))
    assert silences.age_s(0, 1000.0) == 20.0
    assert silences.age_s(0, 1005.0) == 25.0


def test_a_wall_clock_that_jumps_changes_no_age() -> None:
    silences = Silences(2)
    heard(silences, 0.0, 100.0, (0, 0.0), (1, 0.0))
    heard(silences, 1e7, 101.0, (0, 1e7))  # the wall clock was set forward; both clocks of the message know
    assert silences.ages_s(103.0).tolist() == [2.0, 3.0]
    heard(silences, -1e7, 102.0, (0, -1e7))  # and back
    assert silences.ages_s(103.0).tolist() == [1.0, 3.0]


def test_a_late_reading_does_not_make_a_silence_longer_or_shorter() -> None:
    silences = Silences(1)
    heard(silences, 100.0, 1000.0, (0, 99.0))
    heard(silences, 105.0, 1005.0, (0, 40.0), (0, 98.0))
    assert silences.age_s(0, 1005.0) == 6.0


def test_a_reading_from_the_future_has_no_negative_age() -> None:
    silences = Silences(1)
    heard(silences, 0.0, 10.0, (0, 3600.0))
    assert silences.age_s(0, 10.0) == 0.0
    assert silences.age_s(0, 15.0) == 5.0  # it does not hide the silence that follows


def test_after_a_restart_the_wall_clock_counts() -> None:
    silences = Silences(4)
    saved = np.array([NOW_NS, NEVER, NOW_NS - 60 * SECOND], np.int64)  # a channel is new
    silences.restore(saved, NOW_NS + 90 * SECOND, 5.0)
    assert [silences.age_s(channel, 7.0) for channel in range(4)] == [92.0, None, 152.0, None]


def test_after_a_restart_behind_what_was_saved_silence_begins_anew() -> None:
    silences = Silences(1)
    silences.restore(np.array([NOW_NS], np.int64), NOW_NS - 3600 * SECOND, 5.0)
    assert silences.age_s(0, 6.0) == pytest.approx(1.0)


def told_s(silences: Silences, monotonic_s: float) -> float:
    """For how long the first channel may be called silent."""
    newest = np.full(len(silences.ages_s(monotonic_s)), NOW_NS)
    return float(silences.until(newest, monotonic_s, NOW_NS, 0.0)[0] - NOW_NS) / SECOND


def test_who_was_not_listened_to_has_its_time_again() -> None:
    silences = Silences(1)
    heard(silences, 0.0, 100.0, (0, 0.0))
    assert told_s(silences, 150.0) == 50.0
    silences.excuse(1000.0, 1160.0)
    assert (told_s(silences, 1160.0), told_s(silences, 1190.0)) == (0.0, 30.0)
    assert silences.age_s(0, 1190.0) == 1090.0  # what people are shown


def test_who_stays_silent_has_no_second_time_however_often_the_program_stands_still() -> None:
    silences = Silences(2)
    heard(silences, 0.0, 100.0, (0, 0.0))
    for k in range(1, 11):  # for 10 s of each 60
        silences.excuse(10.0, 100.0 + 60.0 * k)
    assert told_s(silences, 700.0) == 450.0
    heard(silences, 0.0, 705.0, (0, 0.0))
    silences.excuse(10.0, 720.0)
    assert told_s(silences, 721.0) == 1.0


def test_more_room_keeps_what_is_excused() -> None:
    silences = Silences(1)
    heard(silences, 0.0, 100.0, (0, 0.0))
    silences.excuse(50.0, 200.0)
    silences.grow(3)
    until = silences.until(np.full(3, NOW_NS), 210.0, NOW_NS, 190.0) - NOW_NS
    assert until.tolist() == [10 * SECOND, 20 * SECOND, 20 * SECOND]
