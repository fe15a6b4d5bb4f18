"""Plans that change while readings come: the record is that of the last plan, as if it had always been."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.screening.plan import Plan
from tests.oracle.rule_strategies import other_plans, plans
from tests.oracle.screening import comparable, excursions
from tests.oracle.strategies import EPOCH, SECOND, raw_rows
from tests.unit.screening.test_screener import Desk, Rows

Step = tuple[str, object]  # what is done, between portions of readings


@st.composite
def lives(draw: st.DrawFn) -> tuple[Plan, Rows, list[tuple[int, str, object]]]:
    """A last plan, readings, and what happens after how many of them."""
    last = draw(plans())
    rows = draw(raw_rows())
    steps: list[tuple[int, str, object]] = []
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(rows)))
        what = draw(st.sampled_from(["plan", "plan", "restart", "clock", "past", "cut"]))
        with_it = draw(other_plans(last)) if what == "plan" else draw(st.integers(0, 40))
        steps.append((at, what, with_it))
    return last, rows, sorted(steps, key=lambda s: s[0])


def lived(first: Plan, last: Plan, rows: Rows, steps: list[tuple[int, str, object]]) -> Desk:
    """A desk to which all of it happened, in the end under the last plan."""
    desk, taken = Desk(first), 0
    for at, what, with_it in steps:
        desk.take(rows[taken:at])
        taken = at
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
    life: tuple[Plan, Rows, list[tuple[int, str, object]]], data: st.DataObject
) -> None:
    last, rows, steps = life
    desk = lived(data.draw(other_plans(last)), last, rows, steps)
    now = max((r[0] for r in rows), default=EPOCH) + 2 * SECOND
    now = max([now, *(EPOCH + w * SECOND // 2 for _, what, w in steps if what == "clock")])
    desk.advance(now)
    assert comparable(desk.standing()) == excursions(last, rows, now)
