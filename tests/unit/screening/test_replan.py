"""Plans that change while readings come: the record is that of the last plan, as if it had always been."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model import Severity
from gateway.screening.plan import MOVED, ChannelPlan, Instance, Plan
from gateway.screening.rules import limit
from tests.oracle.rule_strategies import other_plans, plans
from tests.oracle.screening import comparable, excursions
from tests.oracle.strategies import EPOCH, SECOND, raw_rows
from tests.unit.screening.test_screener import Desk, Rows, at, seconds


@st.composite
def lives(draw: st.DrawFn) -> tuple[Plan, Rows, list[tuple[int, str, Any]]]:
    """A last plan, readings, most of the time in order, and what happens after how many of them."""
    last = draw(plans())
    rows = draw(raw_rows())
    if draw(st.integers(0, 3)) > 0:
        rows = sorted(rows)
    steps: list[tuple[int, str, Any]] = [
        (at, "cut", 0) for at in range(0, len(rows), draw(st.integers(1, 9)))
    ]
    for _ in range(draw(st.integers(0, 5))):
        at = draw(st.integers(0, len(rows)))
        what = draw(st.sampled_from(["plan", "plan", "restart", "clock", "past"]))
        with_it = draw(other_plans(last)) if what == "plan" else draw(st.integers(0, 40))
        steps.append((at, what, with_it))
    return last, rows, sorted(steps, key=lambda s: s[0])


def lived(first: Plan, last: Plan, rows: Rows, steps: list[tuple[int, str, Any]]) -> Desk:
    """A desk to which all of it happened, in the end under the last plan."""
    desk, taken = Desk(first), 0
    for end, what, with_it in steps:
        desk.take(rows[taken:end])
        taken = end
        if what == "plan":
            desk.replan(with_it)
        elif what == "restart":
            desk.restart()
        elif what == "clock":
            desk.advance(EPOCH + with_it * SECOND // 2)
        elif what == "past":
            desk.leave_past()
    desk.take(rows[taken:])
    desk.replan(last)
    return desk


@settings(max_examples=80, deadline=None)
@given(lives(), st.data())
def test_any_life_ends_in_the_record_of_the_last_plan(
    life: tuple[Plan, Rows, list[tuple[int, str, Any]]], data: st.DataObject
) -> None:
    last, rows, steps = life
    desk = lived(data.draw(other_plans(last)), last, rows, steps)
    now = max((r[0] for r in rows), default=EPOCH) + 2 * SECOND
    now = max([now, *(EPOCH + w * SECOND // 2 for _, what, w in steps if what == "clock")])
    desk.advance(now)
    assert comparable(desk.standing()) == excursions(last, rows, now)


WARM = Instance(3, "warm", "limit", limit.Parameters("high", 1.0), Severity.MAJOR, "1")


def plan_of(*instances: Instance) -> Plan:
    return Plan((ChannelPlan(3, "probe", 60 * SECOND),), instances)


def test_what_the_clock_ended_is_not_another_one_once_readings_say_so_too() -> None:
    """It is kept until then, though it is over: readings of before its end may still come."""
    desk = Desk(plan_of(replace(WARM, valid_to_ns=EPOCH + 5 * SECOND, ends_by=MOVED)))
    (opened,) = desk.take([at(0, 2.0)])
    (ended,) = desk.advance(EPOCH + 6 * SECOND)
    assert (seconds(ended.excursion), ended.excursion.ended_by) == ((0, 5), "moved")
    desk.leave_past()
    desk.restart()
    (more,) = desk.take([at(3, 3.0)])
    assert (more.excursion.id, more.excursion.extreme, more.excursion.revision) == (
        opened.excursion.id,
        3.0,
        2,
    )
    desk.leave_past()
    assert desk.take([at(9, 2.0)]) == []
    desk.leave_past()
    assert desk.screener.known() == []
