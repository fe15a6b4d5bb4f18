"""Parameters of each rule, on the edges that the readings of `strategies` lie on."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from gateway.screening.plan import ENDS, FOREVER, FOREVER_PAST, Instance, Plan, Reset
from gateway.screening.rules import budget, drift, forecast, limit, no_data, plausible, rate, spread, stuck
from gateway.times import format_rfc3339
from tests.oracle.strategies import (
    CHANNELS,
    DELAYS_S,
    EPOCH,
    MOMENTS,
    SECOND,
    SEVERITIES,
    expected_from,
    gaps_that_change,
    later_versions,
    sees_from,
    versioned,
)

AMBIENT = CHANNELS[-1]  # gives the pressure for others, so its own range is never judged by one
BESIDE_AMBIENT = CHANNELS[:-1]

PARAMETERS: dict[str, st.SearchStrategy] = {
    "limit": st.builds(
        limit.Parameters,
        side=st.sampled_from(["high", "low"]),
        limit=st.sampled_from([-1.0, 0.0, 0.3, 0.5, 1.0]),
        deadband=st.sampled_from([0.0, 0.0, 0.2, 0.5, 1.0]),
        on_delay_s=DELAYS_S,
        off_delay_s=DELAYS_S,
    ),
    "plausible": st.one_of(
        st.builds(
            plausible.Parameters,
            floor=st.sampled_from([-1e9, -2.0, -1.0]),
            ceiling=st.sampled_from([1.0, 1.5, 7.25, 1e9]),
        ),
        st.builds(
            plausible.Parameters,
            ceiling=st.sampled_from([1.0, 1.5, 7.25, 1e9]),
            ln2_pressure_channel=st.just(f"channel-{AMBIENT}"),
            ln2_pressure_Pa=st.sampled_from([None, 95_000.0]),
        ),
    ),
    "rate": st.builds(
        lambda side, limit, **rest: rate.Parameters(side, limit if side == "rising" else -limit, **rest),
        st.sampled_from(["rising", "falling"]),
        st.sampled_from([1e-7, 1.0, 30.0, 60.0, 1e9]),
        window_s=st.sampled_from([1e-6, 0.5, 1.0, 2.0, 5.0, 100.0, 1e8]),
        deadband=st.sampled_from([0.0, 1.0, 90.0]),
        min_readings=st.sampled_from([2, 3, 4]),
        on_delay_s=DELAYS_S,
        off_delay_s=DELAYS_S,
    ),
    "stuck": st.builds(
        stuck.Parameters,
        epsilon=st.sampled_from([0.0, 0.1, 0.3, 0.5, 1.0, 2.5, 1e9]),
        window_s=st.sampled_from([1e-6, 0.5, 1.0, 2.0, 5.0, 100.0]),
        min_readings=st.sampled_from([2, 3, 4]),
        on_delay_s=DELAYS_S,
        off_delay_s=DELAYS_S,
    ),
    "forecast": st.builds(
        forecast.Parameters,
        side=st.sampled_from(["high", "low"]),
        limit=st.sampled_from([-1.0, 0.0, 1.5, 7.25]),
        horizon_s=st.sampled_from([0.0, 1.0, 5.0, 1e8]),
        window_s=st.sampled_from([1e-6, 1.0, 2.0, 5.0, 100.0]),
        min_readings=st.sampled_from([2, 3, 4]),
        on_delay_s=DELAYS_S,
        off_delay_s=DELAYS_S,
    ),
    "drift": st.builds(
        drift.Parameters,
        side=st.sampled_from(["up", "down", "both"]),
        target=st.sampled_from([-1.0, 0.0, 0.3, 1.0]),
        slack=st.sampled_from([0.0, 0.5, 0.7]),
        h=st.sampled_from([1e-9, 0.5, 1.0, 3.0, 1e6]),
        on_delay_s=DELAYS_S,
        off_delay_s=DELAYS_S,
    ),
    "budget": st.builds(
        budget.Parameters,
        side=st.sampled_from(["high", "low"]),
        limit=st.sampled_from([-1.0, 0.0, 0.3, 1.0, 1.5]),
        budget_s=st.sampled_from([1e-9, 0.5, 1.0, 3.0, 10.0]),
        resets=st.lists(
            st.integers(-2, 40).map(lambda k: format_rfc3339(EPOCH + k * SECOND // 2)), max_size=3
        ).map(tuple),
    ),
    "spread": st.builds(
        lambda limit, share, **rest: spread.Parameters(limit=limit, deadband=limit * share, **rest),
        st.sampled_from([0.0, 0.1, 0.5, 1.0, 2.0]),
        st.sampled_from([0.0, 0.0, 0.5, 1.0]),
        partner=st.sampled_from([f"channel-{c}" for c in CHANNELS]),
        on_delay_s=DELAYS_S,
        off_delay_s=DELAYS_S,
    ),
    "no_data": st.builds(no_data.Parameters, timeout_s=st.sampled_from([1e-9, 0.5, 1.0, 3.0, 4.0, 60.0])),
}


@st.composite
def plans(draw: st.DrawFn, kinds: tuple[str, ...] = tuple(PARAMETERS)) -> Plan:
    """A few instances of these kinds on some of the channels, in any order, some with versions."""
    made: list[Instance] = []
    for n in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from(kinds))
        channel = draw(st.sampled_from(CHANNELS if kind != "plausible" else BESIDE_AMBIENT))
        made += draw(versioned(channel, f"rule-{n}", kind, PARAMETERS[kind]))
    channels = tuple(draw(gaps_that_change(c)) for c in CHANNELS)
    return Plan(channels, tuple(draw(st.permutations(made))))


@st.composite
def other_plans(draw: st.DrawFn, plan: Plan) -> Plan:
    """Nearly the same: rules that end otherwise, are called otherwise, are not there, are others; other gaps,
    other resets; channels that are not there."""
    alone = all(i.kind != "spread" for i in plan.instances)
    gone = {draw(st.sampled_from(BESIDE_AMBIENT))} if alone and draw(st.integers(0, 9)) == 0 else set()
    made: list[Instance] = []
    for instance in plan.instances:
        if instance.channel not in gone and draw(st.integers(0, 9)) > 0:
            made.append(draw(other_instances(instance)))
    channels = tuple(
        draw(gaps_that_change(c.channel)) if draw(st.integers(0, 4)) == 0 else c
        for c in plan.channels
        if c.channel not in gone
    )
    budgets = [i for i in plan.instances if i.kind == "budget"]
    resets = {Reset(i.channel, i.rule, draw(MOMENTS)) for i in budgets if draw(st.booleans())}
    return Plan(channels, tuple(made), frozenset(resets))


@st.composite
def other_instances(draw: st.DrawFn, instance: Instance) -> Instance:
    """Within the time that it is in force."""
    what = draw(st.integers(0, 6))
    valid_from, valid_to = instance.valid_from_ns, instance.valid_to_ns
    if what == 0 and valid_from > FOREVER_PAST:
        return replace(instance, parameters=draw(PARAMETERS[instance.kind]))
    if what == 1:
        return replace(instance, later=draw(later_versions(valid_from, valid_to)), severity=draw(SEVERITIES))
    if what in (2, 3):
        moments = [EPOCH + k * SECOND // 2 for k in range(35)] if valid_to == FOREVER else []
        end = draw(st.sampled_from([valid_to, *(m for m in moments if m > valid_from)]))
        later = tuple(v for v in instance.later if v.from_ns < end)
        return replace(instance, valid_to_ns=end, ends_by=draw(st.sampled_from(ENDS)), later=later)
    if what == 4:
        looks = replace(instance, sees_from_ns=draw(sees_from(valid_from)), expected_from_ns=None)
        return replace(looks, expected_from_ns=draw(expected_from(looks.kind, looks.looks_from_ns)))
    return instance
