"""The floor of liquid nitrogen under a live pressure: any order of arrival, pressure late or never."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, nan

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.model import SECOND, Samples, Severity
from gateway.screening.judged import judged
from gateway.screening.plan import ChannelPlan, Instance, Plan
from gateway.screening.resolve import resolve
from gateway.screening.rules import budget, drift, limit, no_data, plausible, rate, spread, stuck
from gateway.screening.screen import Screen
from tests.oracle import plausible as twin
from tests.oracle.screening import channel_readings, comparable, excursions
from tests.oracle.strategies import BROKEN, EPOCH, MAX_GAP, columns, versioned
from tests.unit.screening import test_screener as desks

LIQUID, LID, AMBIENT = 3, 7, 11
CABIN_PA, SEA_PA = 75_300.0, 101_325.0
POSSIBLE = (-199.23, -198.2, -197.0, -196.8, -196.795, -196.0, -195.0, -196.09, -190.0, -140.0)
TEMPERATURES = st.sampled_from([-211.0, -205.0, -200.79, -200.78, -200.0, *POSSIBLE])
PRESSURES = st.sampled_from(
    [CABIN_PA, CABIN_PA, SEA_PA, SEA_PA, 61_600.0, 110_000.0, 110_001.0, 95_123.4, 61_599.0, 5.0]
)
STEPS = st.sampled_from(
    [1, SECOND // 2, SECOND, SECOND, SECOND, 2 * SECOND, MAX_GAP, MAX_GAP + 1, 20 * SECOND]
)
Rows = list[tuple[int, int, float, int]]

LIVE = st.builds(
    plausible.Parameters,
    ceiling=st.sampled_from([-150.0, 100.0]),
    ln2_pressure_channel=st.just(f"channel-{AMBIENT}"),
    ln2_pressure_Pa=st.sampled_from([None, CABIN_PA, SEA_PA, 150_000.0]),
    ln2_tolerance_K=st.sampled_from([0.0, 1.0, 30.0]),
)
FIXED = st.builds(plausible.Parameters, ceiling=st.just(110_000.0), floor=st.sampled_from([-1e9, 70_000.0]))
OTHERS = st.sampled_from(
    [
        ("limit", limit.Parameters("low", -196.9, 0.5, 1.0, 1.0)),
        ("limit", limit.Parameters("high", -195.0)),
        ("budget", budget.Parameters("low", -196.0, 1.5)),
        ("spread", spread.Parameters(f"channel-{LID}", 0.5)),
        ("stuck", stuck.Parameters(0.5, 3.0)),
        ("rate", rate.Parameters("falling", -5.0, 5.0)),
        ("drift", drift.Parameters("both", -196.0, 0.2, 1.0)),
        ("no_data", no_data.Parameters(2.0)),
    ]
)


@st.composite
def channel_rows(draw: st.DrawFn, channel: int, values: st.SearchStrategy) -> Rows:
    time, made = EPOCH + draw(st.integers(0, 2)) * SECOND // 2, []
    for _ in range(draw(st.integers(0, 14))):
        kind = draw(st.integers(0, 11))
        value, quality = (
            (draw(values), int(kind == 1)) if kind > 0 else (draw(BROKEN), draw(st.integers(0, 3)))
        )
        made.append((time, channel, value, quality))
        time += draw(STEPS)
    return made


@st.composite
def arrivals(draw: st.DrawFn) -> Rows:
    """In order of arrival: anything, or all pressure at the end."""
    parts = [draw(channel_rows(c, TEMPERATURES)) for c in (LIQUID, LID)] + [
        draw(channel_rows(AMBIENT, PRESSURES))
    ]
    rows = [row for part in parts for row in part]
    if rows and draw(st.booleans()):
        rows += [(t, c, draw(PRESSURES if c == AMBIENT else TEMPERATURES), 0) for t, c, _, _ in draw(
            st.lists(st.sampled_from(rows), max_size=3))]  # fmt: skip
    order = draw(st.sampled_from(["as it is", "by time", "any"]))
    return {"as it is": rows, "by time": sorted(rows)}.get(order) or draw(st.permutations(rows))


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    made = draw(versioned(LIQUID, "plausible", "plausible", LIVE))
    if draw(st.booleans()):
        made += draw(versioned(LID, "plausible", "plausible", LIVE))
    if draw(st.booleans()):
        made += draw(versioned(AMBIENT, "plausible", "plausible", FIXED))
    for k in range(draw(st.integers(1, 3))):
        kind, parameters = draw(OTHERS)
        made += draw(versioned(LIQUID, f"rule-{k}", kind, st.just(parameters)))
    channels = tuple(ChannelPlan(c, f"channel-{c}", MAX_GAP) for c in (LIQUID, LID, AMBIENT))
    return Plan(channels, tuple(draw(st.permutations(made))))


CUTS = st.one_of(st.just(list(range(45))), st.lists(st.integers(0, 45), max_size=12))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plans(), arrivals(), CUTS, st.sets(st.integers(0, 12), max_size=3))
def test_any_order_gives_the_twins_record(
    plan: Plan, rows: Rows, cuts: list[int], restarts: set[int]
) -> None:
    now = max((r[0] for r in rows), default=EPOCH) + 2 * SECOND
    desk = desks.final_record(plan, rows, cuts, restarts, now)
    assert comparable(desk.standing()) == excursions(plan, rows, now)


@settings(max_examples=60, deadline=None)
@given(plans(), arrivals())
def test_readings_judged_alone_are_those_the_twin_takes(plan: Plan, rows: Rows) -> None:
    journal = desks.Journal()
    journal.rows = rows
    mine = resolve(columns([r for r in rows if r[1] in (LIQUID, LID)]))
    if len(mine) == 0:
        return
    found = judged(Screen(plan), journal.read, mine)
    told = {c: channel_readings(rows, c) for c in (LIQUID, LID, AMBIENT)}
    for channel in (LIQUID, LID):
        expected = [r.usable for r in twin.marked(plan, channel, told.__getitem__)]
        assert (found.quality[found.channel == channel] <= 1).tolist() == expected


def a_plan(*more: Instance, **parameters: object) -> Plan:
    follows = plausible.Parameters(-150.0, ln2_pressure_channel="channel-11", **parameters)  # type: ignore[arg-type]
    cold = Instance(LIQUID, "cold", "limit", limit.Parameters("low", -190.0), Severity.MAJOR, "1")
    channels = (ChannelPlan(LIQUID, "channel-3", MAX_GAP), ChannelPlan(AMBIENT, "channel-11", MAX_GAP))
    return Plan(channels, (Instance(LIQUID, "range", "plausible", follows, Severity.MINOR, "1"), cold, *more))


def liquid(second: float, value: float = -198.0) -> tuple[int, int, float, int]:
    return EPOCH + round(second * SECOND), LIQUID, value, 0


def ambient(second: float, value: float) -> tuple[int, int, float, int]:
    return EPOCH + round(second * SECOND), AMBIENT, value, 0


def test_what_is_impossible_at_sea_level_is_not_in_the_air() -> None:
    for pressure, taken in ((SEA_PA, 0), (CABIN_PA, 1)):
        desk = desks.Desk(a_plan())
        desk.take([ambient(0, pressure), liquid(1)])
        assert len(desk.standing()) == taken


def test_without_a_usable_pressure_the_floor_is_that_of_the_lowest_one() -> None:
    for said in ([], [ambient(0, nan)], [ambient(0, 5.0)], [ambient(-3.1, SEA_PA)]):
        assert len(taken(a_plan(), said)) == 1
        assert len(taken(a_plan(ln2_pressure_Pa=SEA_PA), said)) == 0


def taken(plan: Plan, said: Rows) -> list:
    desk = desks.Desk(plan)
    desk.take([*said, liquid(0)])
    return desk.standing()


def test_a_late_pressure_withdraws_what_was_no_reading_and_brings_it_back() -> None:
    desk = desks.Desk(a_plan())
    (opened,) = desk.take([liquid(1)])
    (gone,) = desk.take([ambient(0.5, SEA_PA)])
    assert (gone.excursion.id, gone.excursion.withdrawn) == (opened.excursion.id, True)
    (back,) = desk.take([ambient(0.7, CABIN_PA)])
    assert (back.excursion.id, back.excursion.revision, back.excursion.withdrawn) == (
        opened.excursion.id,
        3,
        False,
    )


def test_a_late_pressure_that_can_decide_nothing_reads_nothing() -> None:
    desk = desks.Desk(a_plan())
    desk.take([ambient(0, SEA_PA), liquid(1, -185.0), liquid(2, -195.8)])  # boiling at sea level
    assert desk.take([ambient(1.5, CABIN_PA)]) == []
    assert desk.journal.reads == 0


def test_a_probe_that_was_offline_is_judged_by_the_pressure_of_its_time() -> None:
    desk = desks.Desk(a_plan())
    desk.take([liquid(0, -190.0), *(ambient(s, SEA_PA if s < 50 else CABIN_PA) for s in range(100))])
    assert desk.take([liquid(10)]) == []  # in order, but the pressure is long gone from memory
    assert len(desk.take([liquid(60)])) == 1


def test_a_probe_a_little_behind_is_judged_by_what_is_remembered() -> None:
    desk = desks.Desk(a_plan())
    desk.take([ambient(0, SEA_PA), ambient(4, SEA_PA)])
    assert desk.take([liquid(1.5)]) == []
    assert desk.journal.reads == 0


def test_a_late_reading_of_one_probe_leaves_the_others_of_the_same_pressure_alone() -> None:
    base = a_plan()
    other = Instance(LID, "range", "plausible", base.instances[0].parameters, Severity.MINOR, "1")
    plan = Plan((*base.channels, ChannelPlan(LID, "channel-7", MAX_GAP)), (*base.instances, other))
    desk = desks.Desk(plan)
    desk.take([ambient(0, SEA_PA), liquid(1), liquid(3), (EPOCH + SECOND, LID, -198.0, 0)])
    read: list[list[int]] = []

    def watched(channels: Sequence[int], start_ns: int, end_ns: int | None) -> Samples:
        read.append(list(channels))
        return desk.journal.read(channels, start_ns, end_ns)

    desk.screener._read = watched
    desk.take([liquid(2, -190.0)])
    assert read == [[LIQUID], [AMBIENT]]


def test_pressures_do_not_judge_each_other() -> None:
    plan = a_plan()
    itself = plausible.Parameters(1e6, ln2_pressure_channel="channel-3")
    chained = Plan(
        plan.channels, (*plan.instances, Instance(AMBIENT, "range", "plausible", itself, Severity.MINOR, "1"))
    )
    with pytest.raises(ValueError, match="cannot be the pressure of another"):
        Screen(chained)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({}, "give either floor"),
        ({"floor": -210.0, "ln2_pressure_channel": "p"}, "give either floor"),
        ({"floor": -210.0, "ln2_pressure_Pa": SEA_PA}, "give either floor"),
        ({"ln2_pressure_channel": ""}, "name of a channel"),
        ({"ln2_pressure_channel": "p", "ln2_pressure_Pa": 5.0}, "between 61600 and 150000"),
        ({"ln2_pressure_channel": "p", "ceiling": -205.0}, "floor must lie below ceiling"),
        (
            {"ln2_pressure_channel": "p", "ceiling": -197.0},
            "floor must lie below ceiling",
        ),  # at high pressure
    ],
)
def test_ranges_that_contradict_themselves_are_refused(keys: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plausible.Parameters(**{"ceiling": 100.0, **keys})


def test_the_table_is_that_of_span_and_others() -> None:
    """Against the vapour pressure equation of the same paper, which is 0.02 % off."""
    for pressure_Pa in range(61_600, 150_000, 700):
        boils_K = plausible.boiling_point_degC(pressure_Pa) + 273.15
        assert vapour_pressure_Pa(boils_K - 0.06) < pressure_Pa < vapour_pressure_Pa(boils_K + 0.06)


def vapour_pressure_Pa(temperature_K: float) -> float:
    theta = 1.0 - temperature_K / 126.192
    terms = zip((-6.12445284, 1.26327220, -0.765910082, -1.77570564), (1.0, 1.5, 2.5, 5.0), strict=True)
    return 3_395_800.0 * exp(126.192 / temperature_K * sum(n * theta**power for n, power in terms))
