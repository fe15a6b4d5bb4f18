"""How long liquid lasts: what the readings say, no more, and the same however they are written down."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.alarms.call import TimeLeft
from gateway.alarms.holdtime import (
    LEVEL,
    RATED,
    WEIGHT,
    Estimate,
    NotKnown,
    Standing,
    Vessel,
    by_amount,
    by_rating,
)
from gateway.model import SECOND, Floats, Times

NOW_NS = 1_767_614_400 * SECOND
HOUR_NS = 3600 * SECOND
HOUR_S, DAY_S = 3600.0, 86_400.0


def hours(*at: float) -> Times:
    return NOW_NS + np.round(np.array(at) * HOUR_NS).astype(np.int64)


def falling(
    per_day: float = 7.0, now: float = 50.0, days: float = 3.0, every_h: float = 0.25, noise: float = 0.1
) -> tuple[Times, Floats]:
    """A level in percent that falls steadily, up to now."""
    at = np.arange(-days * 24.0, 0.0, every_h)
    value = now - per_day / 24.0 * at + np.random.default_rng(7).normal(0.0, noise, len(at))
    return hours(*at), np.round(value, 2)


def middle_h(of: Estimate) -> float:
    assert isinstance(of, TimeLeft), of
    return float(np.sqrt(of.lowest_s * of.highest_s)) / HOUR_S


def test_a_steady_fall_ends_when_nothing_is_left() -> None:
    found = by_amount(*falling(per_day=7.0, now=50.0), NOW_NS)
    assert isinstance(found, TimeLeft)
    assert (found.until, found.method) == ("empty", LEVEL)
    assert found.lowest_s < 50.0 / 7.0 * DAY_S < found.highest_s < 1.3 * found.lowest_s


def test_what_was_before_a_fill_does_not_count() -> None:
    before = falling(per_day=7.0, now=20.0, days=2.0)
    time, value = falling(per_day=7.0, now=80.0, days=1.0)
    filled = (np.concatenate([before[0] - 24 * HOUR_NS, time]), np.concatenate([before[1], value]))
    assert middle_h(by_amount(*filled, NOW_NS)) == pytest.approx(80.0 / 7.0 * 24.0, rel=0.1)


def test_just_after_the_first_fill_there_is_no_trend() -> None:
    time, value = hours(*np.arange(-3.0, 0.0, 0.25)), np.array([0.0, 0.1] * 3 + [98.0, 97.9] * 3)
    found = by_amount(time, value, NOW_NS)
    assert isinstance(found, NotKnown)
    assert "only 6 readings" in found.why and "no rated hold time" in found.why


def test_with_a_rated_hold_time_there_is_an_answer_then_and_it_is_wide() -> None:
    time, value = hours(-0.5, -0.25), np.array([98.0, 98.0])
    found = by_amount(time, value, NOW_NS, Vessel(full=100.0, rated_s=14 * DAY_S))
    assert isinstance(found, TimeLeft)
    assert found.method == RATED
    assert found.highest_s > 1.6 * found.lowest_s
    assert found.lowest_s < 0.98 * 14 * DAY_S < found.highest_s


def test_a_leak_that_became_worse_decides_and_not_the_days_before() -> None:
    at = np.arange(-72.0, 0.0, 0.25)
    value = np.where(at < -8.0, 90.0 - 7.0 / 24.0 * (at + 72.0), 71.3 - 4.0 * (at + 8.0))
    found = by_amount(hours(*at), value, NOW_NS)
    assert middle_h(found) == pytest.approx((71.3 - 32.0) / 4.0, rel=0.15)


def test_wild_bad_and_missing_readings_change_nothing_much() -> None:
    time, value = falling()
    sound = middle_h(by_amount(time, value, NOW_NS))
    spoilt = value.copy()
    spoilt[::40] = 0.0
    spoilt[7::53] = np.nan
    there = np.ones(len(value), np.bool_)
    there[100:160] = False
    assert middle_h(by_amount(time[there], spoilt[there], NOW_NS)) == pytest.approx(sound, rel=0.05)


def test_a_vessel_that_is_lifted_off_the_scale_comes_back() -> None:
    time, kg = falling(per_day=0.2, now=1.5, noise=0.01)
    sound = middle_h(by_amount(time, kg, NOW_NS, method=WEIGHT))
    kg[30:40] = -7.0
    assert middle_h(by_amount(time, kg, NOW_NS, method=WEIGHT)) == pytest.approx(sound, rel=0.05)


def test_a_weight_that_falls_at_once_says_nothing_of_the_liquid() -> None:
    time, kg = falling(per_day=0.2, now=1.5, noise=0.01)
    kg[-60:] -= 0.5
    found = by_amount(time, kg, NOW_NS, method=WEIGHT)
    assert isinstance(found, NotKnown) and "something was taken out" in found.why


def ran_out(standing_h: float, floor: float = 0.0) -> Estimate:
    """A shipper that loses 4 % of 3.2 kg an hour, and has stood for a while at the end of it."""
    hour = np.arange(0.0, 25.0 + standing_h, 1 / 6)
    kg = np.round(3.232 * np.maximum(floor, 1.0 - 0.04 * hour), 3)
    return by_amount((NOW_NS + (hour - hour[-1]) * HOUR_NS).astype(np.int64), kg, NOW_NS, method=WEIGHT)


@pytest.mark.parametrize("standing_h", [1, 10, 12, 13, 15, 26, 40, 200])
def test_a_weight_that_ran_out_is_empty_however_long_ago(standing_h: float) -> None:
    """Most of the readings then stand still, and the fall before them is steeper than what is usual."""
    found = ran_out(standing_h)
    assert isinstance(found, NotKnown)
    assert (found.why, found.standing) == ("it is there already, or nearly", Standing.THERE)


@pytest.mark.parametrize("standing_h", [10, 26, 40, 200])
def test_a_weight_that_fell_steadily_and_stands_did_not_fall_at_once(standing_h: float) -> None:
    found = ran_out(standing_h, floor=0.12)
    assert isinstance(found, NotKnown)
    assert "at once" not in found.why and found.standing is Standing.UNKNOWN


@pytest.mark.parametrize("before", [20, 90, 200])
def test_a_weight_that_falls_at_once_some_time_ago_too(before: int) -> None:
    time, kg = falling(per_day=0.2, now=1.5, noise=0.01)
    kg[-before:] -= 0.5
    found = by_amount(time, kg, NOW_NS, method=WEIGHT)
    assert isinstance(found, NotKnown) and "something was taken out" in found.why


def test_a_level_that_falls_at_once_is_what_is_left() -> None:
    time, value = falling(per_day=7.0, now=60.0)
    value[-60:] -= 30.0
    assert middle_h(by_amount(time, value, NOW_NS)) == pytest.approx(30.0 / 7.0 * 24.0, rel=0.2)


def test_what_stands_still_has_no_end_that_is_known() -> None:
    time, _ = falling()
    for value in (np.full(len(time), 50.0), 50.0 + np.random.default_rng(1).normal(0.0, 1.0, len(time))):
        assert isinstance(by_amount(time, value, NOW_NS), NotKnown)


def test_empty_is_no_time_left() -> None:
    time, value = falling(now=0.0)
    found = by_amount(time, np.maximum(value - value.min(), 0.0), NOW_NS)
    assert isinstance(found, NotKnown)


def test_old_readings_are_no_answer() -> None:
    time, value = falling(days=1.0)
    assert isinstance(by_amount(time, value, NOW_NS), TimeLeft)
    found = by_amount(time, value, NOW_NS + 72 * HOUR_NS)
    assert isinstance(found, NotKnown) and "old" in found.why


def test_readings_behind_now_are_not_looked_at() -> None:
    time, value = falling()
    ahead = np.concatenate([time, time[-50:] + 30 * HOUR_NS]), np.concatenate([value, np.full(50, 99.0)])
    assert by_amount(*ahead, NOW_NS) == by_amount(time, value, NOW_NS)


def cooled(days_ago: float, days: float = 20.0) -> tuple[Times, Floats]:
    at = np.arange(-days * 24.0, 0.0, 4.0)
    return hours(*at), np.where(at < -days_ago * 24.0, 20.0, -195.0)


def test_the_rated_hold_time_alone_is_the_widest() -> None:
    found = by_rating(*cooled(2.0), NOW_NS, 14 * DAY_S)
    assert isinstance(found, TimeLeft)
    assert found.method == RATED and found.highest_s > 2.0 * found.lowest_s
    assert found.lowest_s < 12.0 * DAY_S < found.highest_s


@pytest.mark.parametrize(
    ("days_ago", "why"),
    [(30.0, "when it was filled"), (0.0, "it is warm"), (13.0, "longer ago than its rated hold time")],
)
def test_without_a_time_of_filling_the_rated_hold_time_says_nothing(days_ago: float, why: str) -> None:
    found = by_rating(*cooled(days_ago), NOW_NS, 14 * DAY_S)
    assert isinstance(found, NotKnown) and why in found.why


def test_a_fill_that_was_stated_counts_from_its_end() -> None:
    none = np.empty(0, np.int64), np.empty(0)
    alone = by_rating(*none, NOW_NS, 14 * DAY_S, NOW_NS - 48 * HOUR_NS)
    assert alone == by_rating(*cooled(9.0), NOW_NS, 14 * DAY_S, NOW_NS - 48 * HOUR_NS)
    assert isinstance(alone, TimeLeft) and alone.lowest_s < 12.0 * DAY_S < alone.highest_s
    filling = by_rating(*none, NOW_NS, 14 * DAY_S, NOW_NS + HOUR_NS)
    assert filling == NotKnown("it is being filled")


def test_just_after_a_fill_the_rate_before_it_holds() -> None:
    before = falling(per_day=7.0, now=20.0)
    time, value = hours(*np.arange(-2.0, 0.0, 0.25)), np.full(8, 98.0)
    filled = np.concatenate([before[0] - 3 * HOUR_NS, time]), np.concatenate([before[1], value])
    found = by_amount(*filled, NOW_NS)
    assert isinstance(found, TimeLeft) and found.method == "level trend before it was filled"
    assert middle_h(found) == pytest.approx(98.0 / 7.0 * 24.0, rel=0.1)


@settings(max_examples=30)
@given(st.integers(0, 7), st.randoms(use_true_random=False))
def test_no_answer_from_few_readings(count: int, dice: object) -> None:
    time, value = falling(noise=0.0)
    which = np.sort(np.random.default_rng(count).choice(len(time), count, replace=False))
    assert isinstance(by_amount(time[which], value[which], NOW_NS), NotKnown)


@settings(max_examples=20)
@given(st.sampled_from([0.001, 0.01, 4.0, 25.4]), st.floats(2.0, 20.0), st.floats(10.0, 90.0))
def test_another_unit_gives_the_same_answer(scale: float, per_day: float, now: float) -> None:
    time, value = falling(per_day=per_day, now=now)
    here, there = by_amount(time, value, NOW_NS), by_amount(time, value * scale, NOW_NS)
    assert isinstance(here, TimeLeft) and isinstance(there, TimeLeft)
    assert (there.lowest_s, there.highest_s) == pytest.approx((here.lowest_s, here.highest_s), rel=1e-6)


@settings(max_examples=20)
@given(st.randoms(use_true_random=False))
def test_the_order_of_readings_and_repeats_change_nothing(dice: object) -> None:
    time, value = falling()
    order = np.random.default_rng(dice.randint(0, 10**6)).permutation(len(time))  # type: ignore[attr-defined]
    twice = np.concatenate([order, order[:40]])
    assert by_amount(time[twice], value[twice], NOW_NS) == by_amount(time, value, NOW_NS)


@settings(max_examples=10)
@given(st.sampled_from([1, 2, 5]), st.floats(3.0, 20.0))
def test_a_slower_sampling_rate_gives_nearly_the_same(every: int, per_day: float) -> None:
    time, value = falling(per_day=per_day, every_h=0.05)
    whole = middle_h(by_amount(time, value, NOW_NS))
    assert middle_h(by_amount(time[::every], value[::every], NOW_NS)) == pytest.approx(whole, rel=0.05)


@settings(max_examples=20)
@given(st.floats(2.0, 20.0), st.floats(1.2, 3.0))
def test_more_heat_leak_means_less_time(per_day: float, worse: float) -> None:
    good, bad = (by_amount(*falling(per_day=rate), NOW_NS) for rate in (per_day, per_day * worse))
    assert isinstance(good, TimeLeft) and isinstance(bad, TimeLeft)
    assert bad.lowest_s < good.lowest_s and bad.highest_s < good.highest_s


@settings(max_examples=10)
@given(st.floats(0.05, 0.5))
def test_more_scatter_means_a_wider_range(noise: float) -> None:
    def width(of: Estimate) -> float:
        return of.highest_s / of.lowest_s if isinstance(of, TimeLeft) else float("inf")

    calm, rough = (by_amount(*falling(noise=n, days=1.0), NOW_NS) for n in (noise, 6.0 * noise))
    assert width(calm) <= width(rough)


def dense(seed: int, history_h: float, live_s: float, every_s: float = 1.0) -> Estimate:
    """30 h are left: one reading in five minutes, then many in a short time."""
    at_s = (
        np.concatenate([np.arange(-history_h * HOUR_S, 0.0, 300.0), np.arange(0.0, live_s, every_s)]) - live_s
    )
    value = 100.0 / 102.0 * (30.0 - at_s / HOUR_S) + np.random.default_rng(seed).normal(0.0, 0.3, len(at_s))
    return by_amount(hours(*at_s / HOUR_S), np.round(value, 3), NOW_NS)


@pytest.mark.parametrize("live_s", [20.0, 60.0, 200.0])
def test_many_readings_in_the_last_minutes_do_not_outvote_three_days(live_s: float) -> None:
    found = [dense(seed, 72.0, live_s) for seed in range(20)]
    sound = [one for one in found if isinstance(one, TimeLeft) and 25.0 < middle_h(one) < 36.0]
    assert len(sound) >= 18


def test_the_first_minutes_are_no_trend_by_chance() -> None:
    found = [dense(seed, 0.0, live_s) for seed in range(40) for live_s in (20.0, 60.0, 150.0)]
    assert sum(isinstance(one, TimeLeft) for one in found) <= 1  # of 120


def test_a_leak_that_empties_it_within_the_hour_is_seen_in_the_first_minutes() -> None:
    at_s = np.arange(-180.0, 0.0, 1.0)
    value = 50.0 - at_s / 36.0 + np.random.default_rng(7).normal(0.0, 0.3, len(at_s))
    assert middle_h(by_amount(hours(*at_s / HOUR_S), value, NOW_NS)) == pytest.approx(0.5, rel=0.15)


def standing(still_s: float, every_s: float, noise: float, vessel: Vessel) -> Estimate:
    """A level that fell for three days so that 30 h are left, and then shows the same number all the time."""
    at_s = np.arange(-72.0 * HOUR_S, 0.0, 300.0)
    value = 100.0 / 102.0 * (30.0 - at_s / HOUR_S) + np.random.default_rng(3).normal(0.0, noise, len(at_s))
    at_s = np.concatenate([at_s, np.arange(0.0, still_s, every_s)]) - still_s
    value = np.concatenate([value, np.full(len(at_s) - len(value), 29.4)])
    return by_amount(hours(*at_s / HOUR_S), np.round(value, 3), NOW_NS, vessel)


@pytest.mark.parametrize("vessel", [Vessel(), Vessel(full=100.0, rated_s=13 * DAY_S)])
@pytest.mark.parametrize("noise", [0.0, 0.3])
@pytest.mark.parametrize(
    ("still_s", "every_s"), [(60.0, 1.0), (600.0, 1.0), (600.0, 10.0), (4 * HOUR_S, 60.0)]
)
def test_readings_that_stand_still_do_not_hide_the_trend_of_days(
    still_s: float, every_s: float, noise: float, vessel: Vessel
) -> None:
    """The sensor holds its value, or the liquid falls more slowly: the range has both."""
    found = standing(still_s, every_s, noise, vessel)
    assert isinstance(found, TimeLeft) and found.method == LEVEL
    assert 0.85 * (30.0 * HOUR_S - still_s) < found.lowest_s < 30.0 * HOUR_S - still_s
    assert 29.4 * 1.02 * HOUR_S < found.highest_s < 33.0 * HOUR_S


def test_readings_that_stand_still_for_days_are_no_trend() -> None:
    found = standing(40 * HOUR_S, 300.0, 0.3, Vessel(full=100.0, rated_s=13 * DAY_S))
    assert isinstance(found, TimeLeft) and found.method == RATED
