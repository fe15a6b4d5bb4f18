"""A slope is decided as people write it: readings in tenths whose slope is the limit are not beyond it."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from gateway.model import Severity
from gateway.screening import history
from gateway.screening.plan import ChannelPlan, Instance, Plan
from gateway.screening.rules import forecast, rate
from tests.oracle.strategies import EPOCH, SECOND
from tests.unit.screening.test_screen import screened

WINDOW_S, HORIZON_S = 60, 600
TENTHS = st.lists(st.integers(-1960, -1300), min_size=5, max_size=12)
APART_S = st.sampled_from([6, 10, 15, 20])


def slope(tenths: list[int], apart_s: int) -> Fraction:
    """Per minute, of all of them, exactly."""
    n, times = len(tenths), [Fraction(k * apart_s, 60) for k in range(len(tenths))]
    values = [Fraction(v, 10) for v in tenths]
    across = n * sum((t * t for t in times), Fraction(0)) - sum(times, Fraction(0)) ** 2
    together = sum((t * v for t, v in zip(times, values, strict=True)), Fraction(0))
    return (n * together - sum(times, Fraction(0)) * sum(values, Fraction(0))) / across


def windows(tenths: list[int], apart_s: int) -> list[list[int]]:
    """Those in which a slope is determined, as their readings."""
    most = min(-(-WINDOW_S // apart_s), history.MOST)
    every = [tenths[max(0, k - most + 1) : k + 1] for k in range(len(tenths))]
    return [w for w in every if len(w) >= 3 and 2 * (len(w) - 1) * apart_s >= WINDOW_S]


def found(kind: str, parameters: object, tenths: list[int], apart_s: int) -> list[tuple]:
    channel = ChannelPlan(3, "probe", 300 * SECOND)
    plan = Plan((channel,), (Instance(3, "rule", kind, parameters, Severity.MAJOR, "1"),))
    rows = [(EPOCH + k * apart_s * SECOND, 3, v / 10, 0) for k, v in enumerate(tenths)]
    return screened(plan, rows, [])


@given(TENTHS, APART_S)
def test_the_steepest_is_not_beyond_itself(tenths: list[int], apart_s: int) -> None:
    steepest = max((slope(w, apart_s) for w in windows(tenths, apart_s)), default=Fraction(0))
    assume(steepest > 0)
    for limit, is_beyond in ((steepest, False), (steepest * Fraction(999, 1000), True)):
        rule = rate.Parameters("rising", float(limit), float(WINDOW_S))
        assert bool(found("rate", rule, tenths, apart_s)) == is_beyond


@given(TENTHS, APART_S)
def test_what_will_be_at_the_limit_is_not_beyond(tenths: list[int], apart_s: int) -> None:
    every = windows(tenths, apart_s)
    rising = [(Fraction(w[-1], 10), slope(w, apart_s)) for w in every if slope(w, apart_s) > 0]
    highest = max((last + slope_ * HORIZON_S / 60 for last, slope_ in rising), default=Fraction(-100))
    for limit, is_beyond in ((highest, False), (highest - Fraction(1, 100), True)):
        rule = forecast.Parameters("high", float(limit), float(HORIZON_S), float(WINDOW_S))
        assert bool(found("forecast", rule, tenths, apart_s)) == (is_beyond and rising != [])


def test_level_readings_at_the_limit_move_nowhere() -> None:
    rule = forecast.Parameters("low", -190.0, 600.0, 3.0)
    assert found("forecast", rule, [-1900, -1901, -1900], 1) == []
