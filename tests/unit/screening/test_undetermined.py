"""A rule that cannot say anything does not go on saying yes; a drift says how far, and to which side."""

from __future__ import annotations

import pytest

from gateway.model import SECOND, Severity
from gateway.screening.excursion import Excursion
from gateway.screening.plan import ChannelPlan, Instance, Plan
from gateway.screening.rules import drift, forecast, rate
from tests.oracle.screening import comparable, excursions
from tests.unit.screening.test_screener import Desk

EPOCH = 1_700_000_000 * SECOND
CHANNEL = ChannelPlan(3, "channel-3", 60 * SECOND)


def found(kind: str, parameters: object, *values: tuple[float, float]) -> list[Excursion]:
    """(seconds, value); with the twin's word for it."""
    plan = Plan((CHANNEL,), (Instance(3, "rule", kind, parameters, Severity.MAJOR, "1"),))
    rows = [(EPOCH + round(s * SECOND), 3, v, 0) for s, v in values]
    desk = Desk(plan)
    for row in rows:
        desk.take([row])
    assert comparable(desk.standing()) == excursions(plan, rows)
    return desk.standing()


RISING = rate.Parameters("rising", 30.0, 4.0)
SOON = forecast.Parameters("high", 10.0, 60.0, 4.0)


@pytest.mark.parametrize(("kind", "parameters"), [("rate", RISING), ("forecast", SOON)])
def test_the_first_reading_after_a_silence_ends_it(kind: str, parameters: object) -> None:
    """Its window holds one reading: no slope."""
    (one,) = found(kind, parameters, *[(s, s * 1.0) for s in range(6)], (30, 5.0))
    assert (one.start_ns, one.end_ns) == (EPOCH + 2 * SECOND, EPOCH + 30 * SECOND)


@pytest.mark.parametrize(("kind", "parameters"), [("rate", RISING), ("forecast", SOON)])
def test_too_short_a_span_ends_it(kind: str, parameters: object) -> None:
    """Three readings, within less than half the window."""
    rows = [*[(s, s * 1.0) for s in range(6)], (30.0, 30.0), (30.5, 30.5), (31.0, 31.0), (33.0, 33.0)]
    one, other = found(kind, parameters, *rows)
    assert (one.end_ns, other.start_ns, other.end_ns) == (EPOCH + 30 * SECOND, EPOCH + 33 * SECOND, None)


def test_a_drift_tells_the_reading_furthest_away_on_the_side_that_fired() -> None:
    both = drift.Parameters("both", 0.0, 0.5, 1.0)
    (one,) = found("drift", both, (0, -1.0), (1, -1.0), (2, -3.0), (3, 4.0), (4, -2.0))
    assert (one.start_ns, one.extreme, one.extreme_at_ns) == (EPOCH + 2 * SECOND, -3.0, EPOCH + 2 * SECOND)


@pytest.mark.parametrize(("side", "extreme"), [("up", 3.0), ("both", 3.0)])
def test_a_drift_upwards(side: str, extreme: float) -> None:
    rule = drift.Parameters(side, 1.0, 0.0, 1.0)  # type: ignore[arg-type]
    (one,) = found("drift", rule, (0, 2.5), (1, 3.0), (2, 2.0))
    assert (one.extreme, one.end_ns) == (extreme, None)


def test_a_drift_that_changes_sides_within_its_delay_keeps_its_own() -> None:
    both = drift.Parameters("both", 0.0, 0.0, 1.0, off_delay_s=10.0)
    (one,) = found("drift", both, (0, 2.0), (1, -2.0), (2, -5.0), (3, 0.5))
    assert (one.start_ns, one.extreme) == (EPOCH, 2.0)
