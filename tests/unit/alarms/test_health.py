"""Figures of alarm health beside their slow twin, goals, and what another parameter would have meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.alarms.advice import Change, Span, best, changes, effect
from gateway.alarms.goals import goals
from gateway.alarms.health import DAY, Life, by_group, health
from gateway.model import SECOND
from tests.oracle import alarm_health as twin

MINUTE = 60 * SECOND
START_NS = 1_767_614_400 * SECOND
END_NS = START_NS + 4 * DAY


@st.composite
def many_lives(draw):
    """Bursts and quiet hours, a few causes, short and long."""
    lives, at = [], 0
    for number in range(draw(st.integers(0, 60))):
        at += draw(st.sampled_from([0, 1, 20, 59, 60, 119, 600, 3600, 30_000]))
        lasted = draw(st.sampled_from([None, 1, 300, 86_400, 86_401, 200_000]))
        raised = START_NS + at * SECOND
        over = None if lasted is None else raised + lasted * SECOND
        done = None if draw(st.booleans()) else raised + draw(st.integers(0, 5000)) * SECOND
        cause = draw(st.sampled_from(["a", "b", "c"]))
        lives.append(Life(f"E-{number:02}", cause, "s", cause, "major", "high", raised, over, done, done))
    return [x for x in lives if x.raised_ns < END_NS]


@given(many_lives())
def test_the_same_as_one_alarm_after_the_other(lives) -> None:
    found = health(lives, START_NS, END_NS)
    raised = [x.raised_ns for x in lives]
    median, share, worst = twin.rate(raised, START_NS, END_NS)
    rate = found.rate
    assert (rate.median_per_10_min, rate.worst_per_10_min) == (median, worst)
    assert rate.share_above_10 == pytest.approx(share)
    assert [(f.start_ns, f.end_ns, f.alarms) for f in found.floods] == twin.floods(raised)
    assert {c.cause: (c.stretches, c.alarms) for c in found.chatter} == twin.chatter(lives)
    assert (found.stale, found.most_stale_at_once) == twin.stale(lives, END_NS)
    waits = sorted(x.taken_ns - x.raised_ns for x in lives if x.taken_ns is not None and x.taken_ns < END_NS)
    assert found.to_take.done == len(waits) and found.to_take.never == len(lives) - len(waits)
    assert found.to_take.worst_s == (waits[-1] / SECOND if waits else None)
    assert sum(a.alarms for a in found.actors) == len(lives) == found.rate.alarms


def life(at_min, cause="top above-150", **more):
    raised = START_NS + round(at_min * MINUTE)
    return Life(f"E-{at_min}-{cause}", "freezer", "s", cause, "major", "low", raised, **more)


def test_a_flood_begins_with_ten_and_ends_when_it_is_calm() -> None:
    ten = [life(k * 0.5) for k in range(10)]
    assert health(ten[:9], START_NS, END_NS).floods == ()
    (flood,) = health([*ten, life(11), life(40)], START_NS, END_NS).floods
    assert (flood.start_ns, flood.end_ns, flood.alarms) == (START_NS, START_NS + 11 * MINUTE, 11)


def test_a_flood_goes_on_while_five_came_in_the_last_ten_minutes() -> None:
    lives = [*(life(k / 100) for k in range(10)), *(life(9 + k / 100) for k in range(4)), life(10.5)]
    (flood,) = health(lives, START_NS, END_NS).floods
    assert flood.alarms == 15


def test_five_in_half_an_hour_are_chatter_and_five_in_more_are_not() -> None:
    assert health([life(m) for m in (0, 5, 10, 20, 30)], START_NS, END_NS).chatter == ()
    (one,) = health([life(m) for m in (0, 5, 10, 20, 29.9)], START_NS, END_NS).chatter
    assert (one.stretches, one.alarms) == (1, 5)


def test_what_lies_outside_does_not_count() -> None:
    found = health([life(-1), life(0), life(4 * 24 * 60)], START_NS, END_NS)
    assert found.rate.alarms == 1 and found.rate.per_day == 0.25


def test_what_was_done_after_the_end_was_not_done() -> None:
    late = life(0, acknowledged_ns=END_NS, over_ns=END_NS + 1)
    found = health([late], START_NS, END_NS)
    assert found.to_acknowledge.never == found.to_return.never == 1 and found.still_stale == 1


def test_by_group_the_one_with_most_first() -> None:
    found = by_group([life(0), life(1, "b"), life(2, "b")], lambda x: x.cause, START_NS, END_NS)
    assert [(name, h.rate.alarms) for name, h in found.items()] == [("b", 2), ("top above-150", 1)]


def test_goals_say_what_is_too_much_and_what_is_too_little_to_tell() -> None:
    def met(lives):
        return {g.name: g.is_met for g in goals(health(lives, START_NS, END_NS))}

    few = met([life(0)])
    assert few["alarms a day"] and few["share of the ten worst causes"] is None
    many = met([life(k / 10) for k in range(700)])
    assert not any(
        many[name] for name in ("alarms a day", "most in ten minutes", "floods", "chattering causes")
    )
    assert not many["share of the ten worst causes"] and many["share of priorities high and urgent"]


def span(start, confirmed, end):
    over = None if end is None else end * SECOND
    return Span(start * SECOND, confirmed * SECOND, over, over)


@pytest.mark.parametrize("end_s", [1000, 10**6])
def test_what_would_not_return_any_more_is_no_advice(end_s):
    now = [span(k * 100, k * 100, k * 100 + 50) for k in range(8)]
    found = effect(now, [span(0, 0, None)], end_s * SECOND)
    assert (found.spared, found.unended, found.return_delay_s) == (7, 1, 0.0)
    assert not found.is_worth_it, "it hides the next one, however little has passed"
    going_on = [*now[:-1], span(700, 700, None)]
    assert effect(going_on, [span(0, 0, None)], end_s * SECOND).is_worth_it, "nor has it returned now"


def test_three_that_become_one_are_spared_and_nothing_is_late() -> None:
    now = [span(0, 0, 10), span(20, 20, 30), span(40, 40, 50)]
    found = effect(now, [span(0, 0, 55)], 1000 * SECOND)
    assert (found.spared, found.lost, found.delay_s, found.return_delay_s) == (2, 0, 0.0, 5.0)


def test_short_ones_that_are_lost_are_told_and_long_ones_late() -> None:
    now = [span(0, 0, 10), span(100, 100, 900), span(2000, 2000, None)]
    found = effect(now, [span(100, 160, 900), span(2000, 2060, None)], 3000 * SECOND)
    assert (found.lost, found.longest_lost_s, found.delay_s) == (1, 10.0, 60.0)
    assert not found.is_worth_it  # one of three


def test_what_would_lose_a_long_one_is_no_advice() -> None:
    now = [span(k * 5000, k * 5000, k * 5000 + 700) for k in range(10)]
    assert not effect(now, [], 10**6 * SECOND).is_worth_it
    short = [span(k * 5000, k * 5000, k * 5000 + 500) for k in range(10)]
    assert effect(short, [], 10**6 * SECOND).is_worth_it


def test_what_would_be_late_or_hide_the_next_one_is_no_advice() -> None:
    now = [span(k * 100, k * 100, k * 100 + 10) for k in range(10)]
    assert effect(now, [span(0, 600, 910)], 10**6 * SECOND).is_worth_it
    assert not effect(now, [span(0, 601, 910)], 10**6 * SECOND).is_worth_it
    assert not effect(now, [span(0, 0, 910 + 1801)], 10**6 * SECOND).is_worth_it


def test_what_loses_nothing_stands_before_what_spares_more() -> None:
    now = [span(k * 5000, k * 5000, k * 5000 + 10) for k in range(10)]
    half = [one for k, one in enumerate(now) if k % 2]
    merged = [span(k * 10_000, k * 10_000, k * 10_000 + 5010) for k in range(5)]
    free = effect(now, [*merged], 10**6 * SECOND)
    costly = effect(now, half[:2], 10**6 * SECOND)
    assert costly.spared > free.spared and free.lost == 0
    tried = {Change("on_delay_s", 0.0, 60.0): costly, Change("deadband", 2.0, 3.0): free}
    assert (best(tried) or (None,))[0] == Change("deadband", 2.0, 3.0)


def test_the_best_spares_most_and_then_delays_least() -> None:
    now = [span(k * 100, k * 100, k * 100 + 10) for k in range(10)]
    all_in_one, late = [span(0, 0, 910)], [span(0, 50, 910)]
    tried = {
        Change("on_delay_s", 0.0, 60.0): effect(now, late, 10**6 * SECOND),
        Change("deadband", 2.0, 3.0): effect(now, all_in_one, 10**6 * SECOND),
    }
    change, found = best(tried) or (None, None)
    assert change == Change("deadband", 2.0, 3.0) and found.spared == 9
    assert best({}) is None


def test_what_is_tried_of_a_rule() -> None:
    tried = changes({"deadband": 2.0, "on_delay_s": 100.0, "off_delay_s": 600.0, "limit": -150.0})
    assert [(c.parameter, c.after) for c in tried] == [
        ("deadband", 3.0),
        ("deadband", 4.0),
        ("deadband", 6.0),
        ("on_delay_s", 120.0),
        ("on_delay_s", 300.0),
        ("on_delay_s", 600.0),
    ]
    assert [c.after for c in changes({"deadband": 0.0})] == [0.5, 1.0, 2.0]
    assert [c.after for c in changes({"timeout_s": 60.0})] == [90.0, 120.0, 180.0]
