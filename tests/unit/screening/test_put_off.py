"""What comes very late is screened again slice by slice: in the end the record is the twin's."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.model import Samples, Severity
from gateway.screening import job, put_off
from gateway.screening.plan import Instance, Plan
from gateway.screening.rules import limit
from gateway.screening.screener import Screener
from tests.oracle.rule_strategies import plans
from tests.oracle.screening import comparable, excursions
from tests.oracle.strategies import EPOCH, SECOND, columns, raw_rows
from tests.unit.screening import test_live_floor as live_floor
from tests.unit.screening.test_live_floor import AMBIENT, ambient, liquid
from tests.unit.screening.test_screener import HIGH, Desk, Rows, a_desk, at, seconds


class Patient(Desk):
    """One that reads two readings at a time where it may, and as they were when it began."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self.restart()

    def restart(self, plan: Plan | None = None) -> None:
        saved = self.screener.save()
        self.screener = Screener(
            self.screener.plan, self.journal.read, self.spacing_ns, self.past, scan=self.scan
        )
        self.screener.restore(saved)
        if plan is not None:
            self.replan(plan)

    def scan(self, channels: Sequence[int], start_ns: int, end_ns: int) -> Iterator[Samples]:
        rows = sorted(r for r in self.journal.rows if r[1] in channels and start_ns <= r[0] < end_ns)
        return (columns(rows[k : k + 2]) for k in range(0, len(rows), 2))

    def catch_up(self, parts: int) -> None:
        """For so many parts; each is enough once the count is 0."""
        left = iter(range(parts, -1, -1))
        self.publish(self.screener.catch_up(lambda: next(left, 0) == 0))


@dataclass(frozen=True)
class Course:
    """How readings come, and how what is late of them is read again."""

    cuts: list[int]
    slices: list[int]  # parts of each turn
    restarts: set[int]  # turns
    left: set[int]  # turns after which the past is left
    together: int
    patience_ns: int
    portion: int


COURSES = st.builds(
    Course,
    st.lists(st.integers(0, 60), max_size=10),
    st.lists(st.integers(0, 4), min_size=1, max_size=5),
    st.sets(st.integers(0, 8), max_size=3),
    st.sets(st.integers(0, 8), max_size=3),
    st.sampled_from([1, 16]),
    st.sampled_from([0, SECOND]),
    st.sampled_from([1, 3, 50_000]),
)


@settings(max_examples=80, deadline=None)
@given(plans(), raw_rows(), COURSES)
def test_any_order_and_any_slices_give_the_twins_record(plan: Plan, rows: Rows, course: Course) -> None:
    in_slices(plan, rows, course)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(live_floor.plans(), live_floor.arrivals(), COURSES)
def test_so_does_a_floor_that_follows_a_pressure(plan: Plan, rows: Rows, course: Course) -> None:
    in_slices(plan, rows, course)


def in_slices(plan: Plan, rows: Rows, course: Course) -> None:
    now = max((r[0] for r in rows), default=EPOCH) + 2 * SECOND
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(put_off, "PATIENCE_NS", course.patience_ns)
        patch.setattr(put_off, "MOST_TOGETHER", course.together)
        patch.setattr(job, "PORTION", course.portion)
        desk, turns = Patient(plan), itertools.cycle(course.slices)
        for k, (begin, end) in enumerate(pairwise([0, *sorted(course.cuts), len(rows)])):
            desk.take(rows[begin:end])
            desk.catch_up(next(turns))
            if k in course.left:
                desk.leave_past()
            if k in course.restarts:
                desk.restart()
        desk.catch_up(10**9)
        desk.advance(now)
    assert comparable(desk.standing()) == excursions(plan, rows, now)
    assert desk.screener.behind() == []


def test_a_pressure_that_comes_after_what_it_judges_was_screened(monkeypatch: pytest.MonkeyPatch) -> None:
    """In order for its own channel, and about what is screened again just now."""
    monkeypatch.setattr(job, "PORTION", 1)
    plan = live_floor.a_plan()
    warm = [liquid(s, -185.0) for s in (400, *range(600, 1000, 50))]
    rows = [ambient(5, live_floor.CABIN_PA), liquid(10), liquid(11, -185.0), *warm]
    desk = Patient(plan)
    for row in rows:
        desk.take([row])
    desk.take([liquid(500), liquid(501, -185.0)])  # where nobody knows the pressure it may be that cold
    desk.catch_up(4)
    (under_way,) = desk.screener.behind()
    assert under_way == live_floor.LIQUID
    desk.take([ambient(499.5, live_floor.SEA_PA)])  # there it may not
    desk.catch_up(10**9)
    told = [*rows, liquid(500), liquid(501, -185.0), ambient(499.5, live_floor.SEA_PA)]
    assert comparable(desk.standing()) == excursions(plan, told, None)
    assert len(desk.standing()) == 1


def test_a_pressure_and_what_it_judges_go_on_from_states_of_their_own() -> None:
    """What it judges has none, and is not late itself: both come to an end."""
    plan = live_floor.a_plan()
    warm = [liquid(s, -185.0) for s in (400, *range(600, 1000, 50))]
    rows = [ambient(5, live_floor.CABIN_PA), liquid(10), liquid(11, -185.0), *warm]
    late = [liquid(500), liquid(501, -185.0)], [ambient(499.5, live_floor.SEA_PA)]
    desk = Patient(plan)
    for some in (rows, *late):
        desk.take(some)
        desk.catch_up(4)
    for _ in range(20):
        desk.catch_up(4)
    assert desk.screener.behind() == []
    assert comparable(desk.standing()) == excursions(plan, [*rows, *late[0], *late[1]], None)


def test_a_pressure_that_is_late_only_for_what_it_judges_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Screened again, that proves less doubtful than it was: then the pressure would not be late any more."""
    monkeypatch.setattr(put_off, "PATIENCE_NS", 0)
    monkeypatch.setattr(put_off, "MOST_TOGETHER", 1)
    monkeypatch.setattr(job, "PORTION", 1)
    high = Instance(AMBIENT, "high", "limit", limit.Parameters("high", 105_000.0), Severity.MAJOR, "1")
    plan = live_floor.a_plan(high)
    rows = [ambient(5, live_floor.CABIN_PA), liquid(320), *(liquid(s, -185.0) for s in (330, 340, 350))]
    for restarts in (False, True):
        desk = Patient(plan)
        desk.take(rows)
        desk.take([ambient(345, 108_000.0)])
        assert desk.screener.behind() == [live_floor.LIQUID, AMBIENT]
        desk.catch_up(1)
        if restarts:
            desk.restart()
        desk.catch_up(10**9)
        found = comparable(desk.standing())
        assert found == excursions(plan, [*rows, ambient(345, 108_000.0)], None)
        assert [e.rule for e in desk.standing() if e.channel == AMBIENT] == ["high"]


def test_what_is_new_goes_on_while_something_is_put_off() -> None:
    desk = Patient(a_desk().plan)
    desk.take([at(s, 0.0) for s in range(0, 2000, 100)])
    assert desk.take([at(50, 2.0), at(150, 2.0)]) == []
    assert desk.screener.behind() == [HIGH.channel]
    (opened,) = desk.take([at(2000, 3.0)])
    assert seconds(opened.excursion) == (2000, None)
    desk.catch_up(3)
    assert [seconds(e) for e in desk.standing()] == [(2000, None)]
    desk.restart()  # what is put off is part of what is saved
    desk.take([at(1950, 2.0)])  # late by little, but the channel is to be screened again anyway
    desk.catch_up(10**9)
    assert sorted(seconds(e) for e in desk.standing()) == [(50, 100), (150, 200), (1950, None)]


def test_another_plan_keeps_what_is_put_off() -> None:
    desk = Patient(a_desk().plan)
    desk.take([at(s, 0.0) for s in range(0, 2000, 100)])
    desk.take([at(50, 2.0)])
    desk.catch_up(2)
    desk.replan(Plan(desk.plan.channels, ()))
    desk.catch_up(10**9)
    assert desk.standing() == []
    assert desk.screener.behind() == []
