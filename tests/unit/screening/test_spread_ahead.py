"""spread does not wait for the channel that is behind; what that one says later amends what was said."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.model import Severity
from gateway.screening.plan import FOREVER, ChannelPlan, Instance, Plan
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


def test_what_was_over_before_its_rule_ended_is_not_told_anew_by_the_clock():
    ends = replace(APART, valid_to_ns=EPOCH + 60 * SECOND, ends_by="moved")
    desk = Desk(Plan(CHANNELS, (ends,)))
    desk.take([one(0, 0), other(0, 0), one(10, 5), one(20, 0)])
    desk.leave_past()
    desk.advance(EPOCH + 70 * SECOND)
    assert told(desk) == [(10, 20, 1, False)]


def test_a_silent_partner_ends_nothing_and_is_not_held_for_ever():
    desk = Desk(Plan(CHANNELS, (APART,)))
    desk.take([one(0, 0), other(0, 0)])
    for second in (10, 30, 50):
        desk.take([one(second, 5)])
    desk.take([one(70, 5)])  # other is 70 s old, more than max_gap: nothing is known here
    assert told(desk) == [(10, None, 1, False)]
    assert [e.last_ns for e in desk.standing()] == [EPOCH + 50 * SECOND]


@pytest.mark.parametrize("gap_s", [1, 3, 60])
@pytest.mark.parametrize("later", [4, 10])
def test_a_rule_that_is_over_ends_what_it_had_open_once_however_far_the_pair_is_settled(gap_s, later):
    """With a max_gap of 1 s or 3 s the pair is settled beyond the end of the rule as soon as one of its
    channels goes on, but no settled moment of it shows that."""
    over = replace(APART, valid_to_ns=EPOCH + SECOND // 2, ends_by="moved")
    after = replace(APART, valid_from_ns=over.valid_to_ns, version="2")
    channels = tuple(replace(c, max_gap_ns=gap_s * SECOND) for c in CHANNELS)
    rows = [one(0, 5), other(0, 0), one(later, 5)]
    more = [other(later, 5), one(later + 1, 5), other(later + 70, 5)]
    for size in (1, 2, 3):
        for restarts, leaves in product((False, True), repeat=2):
            desk = Desk(Plan(channels, (over, after)))
            for k in range(0, len(rows + more), size):
                desk.take((rows + more)[k : k + size])
                assert comparable(desk.standing()) == excursions(desk.plan, desk.journal.rows, EPOCH)
                if leaves:
                    desk.leave_past()
                if restarts:
                    desk.restart()
            mine = [e for e in desk.known.values() if e.start_ns == EPOCH]
            assert [(*seconds(e), e.ended_by, e.revision, e.withdrawn) for e in mine] == [
                (0, 0.5, "moved", 1, False)
            ]


NAN = float("nan")
MOVED = replace(
    APART,
    parameters=spread.Parameters("other", 0.0),
    valid_to_ns=EPOCH + SECOND // 2,
    ends_by="moved",
)


@example(  # hypothesis found two excursions of the same start, one of them open
    Plan(
        (
            replace(CHANNELS[0], max_gap_ns=3 * SECOND, later_gaps=((EPOCH, 1),)),
            replace(CHANNELS[1], max_gap_ns=3 * SECOND),
        ),
        (MOVED, replace(MOVED, valid_from_ns=MOVED.valid_to_ns + 1, valid_to_ns=FOREVER, version="2")),
    ),
    [
        (EPOCH, 5, -1.0, 1),
        (EPOCH + 1, 5, NAN, 2),
        (EPOCH + 2, 5, NAN, 2),
        (EPOCH, 3, -2.0, 0),
        *((EPOCH + 4 * SECOND + k, 3, NAN, 2) for k in range(5)),
        (EPOCH + 4 * SECOND + 5, 3, -2.0, 1),
    ],
    [],
    set(),
    set(),
)
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
