"""The three clocks add up, whatever the readings and however the interval is cut."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.screening.clocks import clocks, mean_kinetic_temperature_degC
from gateway.screening.gaps import Gaps
from tests.oracle.automaton import is_usable, stretch
from tests.oracle.strategies import EPOCH, MAX_GAP, SECOND, channel_rows, columns

Rows = list[tuple[int, int, float, int]]
LIMITS = st.sampled_from([(None, None), (None, 0.3), (-0.5, None), (-0.5, 0.3), (0.0, 0.0), (-1.0, 1.0)])
MOMENTS = st.integers(-4, 80).map(lambda k: EPOCH + k * SECOND // 3)


def slow(rows: Rows, start: int, end: int, low: float | None, high: float | None) -> tuple[int, int, int]:
    """Stretch by stretch."""
    inside = outside = 0
    usable = [k for k, r in enumerate(rows) if is_usable(r[2], r[3])]
    for one, other in pairwise(usable):
        (t0, _, v0, _), (t1, _, v1, _) = rows[one], rows[other]
        if t1 - t0 > MAX_GAP or other - one > 1:
            continue
        below = 0 if low is None else stretch(t1 - t0, low - v0, low - v1)[0]
        above = 0 if high is None else min(stretch(t1 - t0, v0 - high, v1 - high)[0], t1 - t0 - below)
        parts = [(t0, t0 + below) if low is not None and v0 < low else (t1 - below, t1)]
        parts.append((t0, t0 + above) if high is not None and v0 > high else (t1 - above, t1))
        out = sum(max(0, min(e, end) - max(b, start)) for b, e in parts)
        outside += out
        if rows[one][3] == rows[other][3] == 0:  # what is uncertain never shows that all was well
            inside += max(0, min(t1, end) - max(t0, start)) - out
    return inside, outside, end - start - inside - outside


@settings(max_examples=150, deadline=None)
@given(channel_rows(3), LIMITS, st.lists(MOMENTS, min_size=2, max_size=5))
def test_clocks_equal_the_twin_and_add_up(rows: Rows, limits: tuple, moments: list[int]) -> None:
    moments.sort()
    samples = columns(rows)
    parts = []
    for start, end in pairwise(moments):
        found = clocks(samples, Gaps.always(MAX_GAP), start, end, *limits)
        parts.append((found.in_range_ns, found.out_of_range_ns, found.unproven_ns))
        assert parts[-1] == slow(rows, start, end, *limits)
        assert sum(parts[-1]) == end - start
        assert min(parts[-1]) >= 0
    whole = clocks(samples, Gaps.always(MAX_GAP), moments[0], moments[-1], *limits)
    added = tuple(sum(column) for column in zip(*parts, strict=True))
    assert added == (whole.in_range_ns, whole.out_of_range_ns, whole.unproven_ns)


def test_nothing_read_proves_nothing() -> None:
    found = clocks(columns([]), Gaps.always(MAX_GAP), 0, 10, -1.0, 1.0)
    assert (found.in_range_ns, found.out_of_range_ns, found.unproven_ns) == (0, 0, 10)


def test_an_uncertain_reading_never_shows_that_all_was_well_but_may_show_that_it_was_not() -> None:
    rows = [
        (EPOCH + k * SECOND, 3, v, q) for k, (v, q) in enumerate([(0.0, 0), (0.0, 1), (5.0, 1), (5.0, 0)])
    ]
    found = clocks(columns(rows), Gaps.always(MAX_GAP), EPOCH, EPOCH + 3 * SECOND, -1.0, 2.5)
    assert found.in_range_ns == 0
    assert found.out_of_range_ns == 3 * SECOND // 2
    assert found.unproven_ns == 3 * SECOND // 2


def test_contradictions_are_refused() -> None:
    with pytest.raises(ValueError, match="ends before"):
        clocks(columns([]), Gaps.always(MAX_GAP), 10, 0, None, None)
    with pytest.raises(ValueError, match="no value lies"):
        clocks(columns([]), Gaps.always(MAX_GAP), 0, 10, 8.0, 2.0)


def kinetic_mean(values: list[float], lowest: float = 2.0) -> float | None:
    rows = [(EPOCH + k * SECOND, 3, value, 0) for k, value in enumerate(values)]
    return mean_kinetic_temperature_degC(columns(rows), Gaps.always(MAX_GAP), lowest)


def test_kinetic_mean_of_a_constant_is_the_constant() -> None:
    assert kinetic_mean([5.0] * 7) == pytest.approx(5.0, abs=1e-9)


def test_kinetic_mean_leans_to_the_warm_side_as_the_formula_says() -> None:
    values = [2.0, 8.0, 8.0, 2.0]
    weights = np.array([0.5, 1.0, 1.0, 0.5])
    rate = (weights * np.exp(-10_000.0 / (np.array(values) + 273.15))).sum() / weights.sum()
    assert kinetic_mean(values) == pytest.approx(10_000.0 / -math.log(rate) - 273.15, abs=1e-9)
    assert kinetic_mean(values) > 6.0


def test_kinetic_mean_does_not_apply_to_the_cold() -> None:
    assert kinetic_mean([-180.0, -181.0], lowest=-196.0) is None
    assert kinetic_mean([5.0, 5.0], lowest=0.0) is None
    assert kinetic_mean([5.0]) is None
