"""What cannot be is BAD: each border of each quantity, and the sentinels that devices send undeclared."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model import LARGEST_VALUE, Quality
from gateway.possible import ANYTHING, POSSIBLE, judge, possible
from gateway.units import CONVERSIONS, QUANTITIES
from tests.unit.test_units import EXACT

SENTINELS_degC = (-999.9, -3276.8, -327.68, -273.2, -273.15, -9999.0, 9999.0, 3276.7, 6553.5, 1e300)


def judged(quantity: str, unit: str, *values: float) -> list[Quality]:
    value, quality = judge(np.array(values), np.zeros(len(values), np.uint8), *possible(quantity, unit))
    assert np.array_equal(np.isnan(value), quality >= Quality.BAD)
    return [Quality(q) for q in quality]


def test_every_quantity_is_in_the_table() -> None:
    assert POSSIBLE.keys() == {(quantity, unit) for quantity, units in QUANTITIES.items() for unit in units}
    assert possible("of another program", "lux") == ANYTHING


@pytest.mark.parametrize("sentinel", SENTINELS_degC)
def test_no_temperature(sentinel: float) -> None:
    assert judged("temperature", "degC", sentinel) == [Quality.BAD]


def test_what_is_cold_or_hot_but_possible() -> None:
    assert set(judged("temperature", "degC", -273.1, -268.9, -196.0, 0.0, 121.0, 1372.0)) == {Quality.GOOD}


@pytest.mark.parametrize(("quantity", "unit"), POSSIBLE)
def test_borders(quantity: str, unit: str) -> None:
    lowest, highest = possible(quantity, unit)
    inside = (lowest, highest, (lowest + highest) / 2)
    assert set(judged(quantity, unit, *inside)) == {Quality.GOOD}
    outside = (lowest - 1e-6 * max(1.0, abs(lowest)), highest + 1e-6 * highest, -np.inf, np.inf, np.nan)
    assert set(judged(quantity, unit, *outside)) == {Quality.BAD}


@pytest.mark.parametrize("unit", CONVERSIONS)
@pytest.mark.parametrize("quantity", QUANTITIES)
def test_borders_in_every_unit(quantity: str, unit: str) -> None:
    """In the unit of the device: what is at a border can be, what is a step beyond it cannot."""
    conversion = CONVERSIONS[unit]
    if conversion.canonical not in QUANTITIES[quantity]:
        return
    scale, offset = EXACT[unit]
    lowest, highest = possible(quantity, conversion.canonical)
    for border, outwards in ((lowest, -1), (highest, 1)):
        exact = Fraction(Decimal(repr(border)))
        for steps, expected in ((0, Quality.GOOD), (outwards, Quality.BAD), (-outwards, Quality.GOOD)):
            beside = exact + steps * max(Fraction(1, 10**6), abs(exact) / 10**12)
            said = float((beside - offset) / scale)
            value, quality = judge(conversion.of(np.array([said])), np.zeros(1, np.uint8), lowest, highest)
            assert quality.tolist() == [expected], (border, steps)
            assert steps or value.tolist() == [border]


@given(
    st.lists(st.tuples(st.floats(), st.sampled_from(list(Quality))), max_size=30),
    st.sampled_from(list(POSSIBLE)),
)
def test_it_only_ever_makes_worse(rows: list[tuple[float, Quality]], what: tuple[str, str]) -> None:
    given_value = np.array([v for v, _ in rows], np.float64)
    given_quality = np.array([q for _, q in rows], np.uint8)
    value, quality = judge(given_value, given_quality, *possible(*what))
    for (before, was), after, now in zip(rows, value.tolist(), quality.tolist(), strict=True):
        if was >= Quality.BAD or not abs(before) <= LARGEST_VALUE:
            assert np.isnan(after) and now == max(was, Quality.BAD)
        else:
            assert (np.isnan(after) and now == Quality.BAD) or (abs(after - before) < 1e-6 and now == was)
