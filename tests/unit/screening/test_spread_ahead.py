"""spread does not wait for the channel that is behind; what that one says later amends what was said."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model import Severity
from gateway.screening.plan import ChannelPlan, Instance, Plan
from gateway.screening.rules import spread
from tests.oracle.rule_strategies import plans
from tests.oracle.screening import comparable, excursions
from tests.oracle.strategies import EPOCH, SECOND, raw_rows
from tests.unit.screening.test_screener import Desk, Rows, seconds

APART = Instance(3, "apart", "spread", spread.Parameters("other", 1.0), Severity.CRITICAL, "1")
CHANNELS = (ChannelPlan(3, "probe", 60 * SECOND), ChannelPlan(5, "other", 60 * SECOND))


def one(second: float, value: float) -> tuple[int, int, float, int]:
    return EPOCH + round(second * SECOND), 3, value, 0


def other(second: float, value: float) -> tuple[int, int, float, int]:
    return EPOCH + round(second * SECOND), 5, value, 0


def told(desk: Desk) -> list[tuple[float, float | None, int, bool]]:
    return [(*seconds(e), e.revision, e.withdrawn) for e in desk.known.values()]


def test_it_is_said_at_the_reading_that_shows_it():
    desk = Desk(Plan(CHANNELS, (APART,)))
    desk.take([one(0, 0), other(0, 0)])
    desk.take([one(10, 5)])
    assert told(desk) == [(10, None, 1, False)]
    assert [(s.raw, s.open) for s in desk.screener.rule_states()] == [(True, True)]
    desk.restart()
    assert [(s.raw, s.open) for s in desk.screener.rule_states()] == [(True, True)]
    desk.take([one(20, 0)])
    assert told(desk) == [(10, 20, 1, False)]
    desk.take([other(20, 0)])
    assert told(desk) == [(10, 20, 1, False)]


def test_a_partner_that_comes_late_confirms_amends_or_withdraws():
    for late, found in (
        ([other(5, 0)], [(10, 20, 1, False)]),
        ([other(10, 5)], [(10, 20, 2, True), (20, None, 1, False)]),
        ([other(5, 4.5)], [(10, 20, 2, True), (5, 10, 1, False), (20, None, 1, False)]),
        ([other(5, -2)], [(5, None, 2, False)]),
    ):
        for restarts in (False, True):
            desk = Desk(Plan(CHANNELS, (APART,)))
            desk.take([one(0, 0), other(0, 0)])
            desk.take([one(10, 5)])
            desk.take([one(20, 0)])
            if restarts:
                desk.leave_past()
                desk.restart()
            for row in late:
                desk.take([row])
            assert told(desk) == found, (late, told(desk))
            assert comparable(desk.standing()) == excursions(desk.plan, desk.journal.rows, EPOCH)


def test_a_silent_partner_ends_nothing_and_is_not_held_for_ever():
    desk = Desk(Plan(CHANNELS, (APART,)))
    desk.take([one(0, 0), other(0, 0)])
    for second in (10, 30, 50):
        desk.take([one(second, 5)])
    desk.take([one(70, 5)])  # other is 70 s old, more than max_gap: nothing is known here
    assert told(desk) == [(10, None, 1, False)]
    assert [e.last_ns for e in desk.standing()] == [EPOCH + 50 * SECOND]


@settings(max_examples=40, deadline=None)
@given(
    plans(("spread", "limit")),
    raw_rows(),
    st.lists(st.integers(0, 60), max_size=12),
    st.sets(st.integers(0, 12), max_size=4),
    st.sets(st.integers(0, 12), max_size=4),
)
def test_after_each_portion_it_is_the_twins_record_of_what_came(
    plan: Plan, rows: Rows, cuts: list[int], restarts: set[int], left: set[int]
) -> None:
    desk = Desk(plan)
    for k, (begin, end) in enumerate(pairwise([0, *sorted(cuts), len(rows)])):
        desk.take(rows[begin:end])
        assert comparable(desk.standing()) == excursions(plan, rows[:end], EPOCH)
        if k in left:
            desk.leave_past()
        if k in restarts:
            desk.restart()
