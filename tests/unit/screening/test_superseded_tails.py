"""Where other limits come into force between two readings: the line between them belongs to both versions."""

from __future__ import annotations

from dataclasses import replace

from gateway.model import Severity
from gateway.screening.excursion import Excursion
from gateway.screening.plan import MOVED, ChannelPlan, Instance, Plan
from gateway.screening.rules import limit
from tests.oracle.screening import comparable, excursions
from tests.oracle.strategies import EPOCH, SECOND
from tests.unit.screening.test_screener import Desk

FIRST = Instance(
    3, "hi", "limit", limit.Parameters("high", 8.0), Severity.CRITICAL, "1", valid_to_ns=EPOCH + 25 * SECOND
)
SECOND_VERSION = Instance(
    3, "hi", "limit", limit.Parameters("high", 6.0), Severity.CRITICAL, "2", EPOCH + 25 * SECOND
)


def plan(first: Instance = FIRST, max_gap_s: int = 300) -> Plan:
    return Plan((ChannelPlan(3, "c", max_gap_s * SECOND),), (first, SECOND_VERSION))


def rows(*told: tuple[int, float]) -> list[tuple[int, int, float, int]]:
    return [(EPOCH + s * SECOND, 3, value, 2 if value != value else 0) for s, value in told]


BOTH_SIDES = rows((0, 5.0), (5, 10.0), (15, 10.0), (20, 10.0), (30, 10.0), (40, 5.0))


def first_of(desk: Desk) -> Excursion:
    return min(desk.standing(), key=lambda e: e.start_ns)


def figures(found: Excursion) -> tuple[float | None, ...]:
    """Beyond, unproven, degree-seconds: s, s, K s."""
    return (found.beyond_ns or 0) / SECOND, found.unproven_ns / SECOND, found.degree_seconds


def screened(taken: list, of: Plan) -> Desk:
    """All at once; as the twin has it, too."""
    desk = Desk(of)
    desk.take(taken)
    assert comparable(desk.standing()) == excursions(of, taken)
    return desk


def test_beyond_both_limits_it_is_beyond_up_to_the_change():
    desk = screened(BOTH_SIDES, plan())
    ended, later = sorted(desk.standing(), key=lambda e: e.start_ns)
    assert (figures(ended), ended.contains_gap, ended.ended_by) == ((20.0, 0.0, 40.0), False, "superseded")
    assert (later.start_ns - EPOCH, figures(later)[:2]) == (30 * SECOND, (8.0, 0.0))


def test_a_line_that_falls_is_beyond_up_to_its_crossing():
    ended = first_of(screened(rows((20, 10.0), (30, 0.0)), plan()))
    assert figures(ended) == (2.0, 0.0, 2.0)


def test_a_line_that_rises_is_beyond_from_its_crossing_on():
    dull = replace(FIRST, parameters=limit.Parameters("high", 8.0, deadband=4.0))
    ended = first_of(screened(rows((10, 10.0), (20, 6.0), (30, 11.0)), plan(dull)))
    assert figures(ended) == (5.0 + 1.0, 0.0, 5.0 + 0.25)


def test_no_line_is_drawn_over_a_silence_a_fault_or_a_move():
    silent = first_of(screened(rows((20, 10.0), (30, 10.0)), plan(max_gap_s=9)))
    faulty = first_of(screened(rows((20, 10.0), (26, float("nan")), (30, 10.0)), plan()))
    moved = first_of(screened(rows((20, 10.0), (30, 10.0)), plan(replace(FIRST, ends_by=MOVED))))
    assert [figures(one) for one in (silent, faulty, moved)] == [(0.0, 5.0, 0.0)] * 3


def test_until_the_next_reading_is_there_it_is_not_proven():
    desk = Desk(plan())
    desk.take(BOTH_SIDES[:4])
    (ended,) = desk.advance(EPOCH + 28 * SECOND)
    assert figures(ended.excursion) == (15.0, 5.0, 30.0)
    desk.leave_past()
    desk.restart()
    desk.take(BOTH_SIDES[4:])
    known = first_of(desk)
    assert (figures(known), known.revision) == ((20.0, 0.0, 40.0), 1)  # it is progress: no reading was late


def test_a_late_reading_on_that_line_gives_what_it_had_given_in_order():
    late = rows((23, 6.0))
    desk = Desk(plan())
    desk.take(BOTH_SIDES)
    assert figures(first_of(desk))[0] == 20.0
    desk.take(late)
    assert comparable(desk.standing()) == excursions(plan(), BOTH_SIDES + late)
