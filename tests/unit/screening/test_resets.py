"""Resets that people state: any order among readings, late ones, repeats, restarts; the twin's record."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model import SECOND, Severity
from gateway.screening.plan import ChannelPlan, Instance, Plan, Reset
from gateway.screening.rules import budget, limit
from tests.oracle.rule_strategies import plans
from tests.oracle.screening import comparable, excursions
from tests.oracle.strategies import CHANNELS, EPOCH, raw_rows
from tests.unit.screening import test_screener as desks

Rows = list[tuple[int, int, float, int]]
RESETS = st.builds(
    Reset,
    st.sampled_from([*CHANNELS, 99]),
    st.sampled_from(["rule-0", "rule-1", "rule-2", "gone"]),
    st.integers(-4, 60).map(lambda k: EPOCH + k * SECOND // 2),
)


@settings(max_examples=120, deadline=None)
@given(
    plans(("budget", "budget", "limit", "spread")),
    raw_rows(),
    st.lists(st.tuples(st.integers(0, 60), RESETS), max_size=6),
    st.lists(st.integers(0, 60), max_size=6),
    st.sets(st.integers(0, 8), max_size=3),
)
def test_any_order_gives_the_twins_record(
    plan: Plan, rows: Rows, said: list[tuple[int, Reset]], cuts: list[int], restarts: set[int]
) -> None:
    desk = desks.Desk(plan)
    bounds = [0, *sorted([*cuts, *(at for at, _ in said)]), len(rows)]
    for k, (begin, end) in enumerate(pairwise(bounds)):
        desk.take(rows[begin:end])
        for reset in [r for at, r in said if at == end]:
            desk.publish(desk.screener.reset(reset))
            desk.plan = replace(desk.plan, resets=desk.plan.resets | {reset})
        if k in restarts:
            desk.restart()
    now = max((r[0] for r in rows), default=EPOCH) + 2 * SECOND
    desk.advance(now)
    assert comparable(desk.standing()) == excursions(desk.plan, rows, now)


WARM = Instance(3, "warm", "limit", limit.Parameters("high", 1.0), Severity.CRITICAL, "1")
SPENT = Instance(3, "spent", "budget", budget.Parameters("high", 1.0, 10.0), Severity.MAJOR, "1")


def a_desk(until: int = 20) -> desks.Desk:
    desk = desks.Desk(Plan((ChannelPlan(3, "probe", 60 * SECOND),), (WARM, SPENT)))
    for second in range(until):
        desk.take([desks.at(second, 2.0)])
    return desk


def at(second: float) -> Reset:
    return Reset(3, "spent", EPOCH + round(second * SECOND))


def budgets(desk: desks.Desk) -> list[tuple[float, float | None]]:
    return [desks.seconds(e) for e in desk.standing() if e.rule == "spent"]


def test_a_reset_ends_what_is_open_at_the_next_reading() -> None:
    desk = a_desk()
    assert budgets(desk) == [(10, None)]
    assert desk.publish(desk.screener.reset(at(19.5))) == []
    (closed,) = [c for c in desk.take([desks.at(20, 2.0)]) if c.excursion.rule == "spent"]
    assert (desks.seconds(closed.excursion), closed.excursion.revision) == ((10, 20), 1)
    desk.take([desks.at(s, 2.0) for s in range(21, 31)])
    assert budgets(desk) == [(10, 20), (30, None)]  # 10 s after 19.5 s is 29.5 s


def test_one_that_is_stated_late_amends_and_the_same_again_does_nothing() -> None:
    desk = a_desk()
    (ended,) = desk.publish(desk.screener.reset(at(10.5)))
    assert (desks.seconds(ended.excursion), ended.excursion.revision) == ((10, 11), 2)
    assert desk.publish(desk.screener.reset(at(10.5))) == []
    desk.restart(replace(desk.plan, resets=frozenset({at(10.5)})))
    assert desk.publish(desk.screener.reset(at(10.5))) == []
    assert budgets(desk) == [(10, 11)]


def test_one_before_it_was_spent_withdraws() -> None:
    desk = a_desk(until=14)
    (gone,) = desk.publish(desk.screener.reset(at(5)))
    assert gone.excursion.withdrawn
    assert budgets(desk) == []


def test_one_that_is_about_nothing_has_no_effect() -> None:
    desk = a_desk()
    for reset in (Reset(3, "warm", EPOCH), Reset(3, "gone", EPOCH), Reset(4, "spent", EPOCH)):
        assert desk.screener.reset(reset) == []
    assert desk.journal.reads == 0
