"""A number means its decimals: every unit, compared with fractions; float32 by its shortest decimal."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from gateway.model import LARGEST_VALUE
from gateway.units import CONVERSIONS, DECIMALS, DIGITS, decimals, shortest, shortest_of

TENTHS = range(-2000, 361)  # of a degC: from boiling nitrogen to a warm room
EXACT = {
    "degC": (1, 0),
    "K": (1, Fraction("-273.15")),
    "degF": (Fraction(5, 9), Fraction(-160, 9)),
    "Pa": (1, 0),
    "hPa": (100, 0),
    "mbar": (100, 0),
    "kPa": (1000, 0),
    "bar": (100_000, 0),
    "percent": (1, 0),
    "mm": (1, 0),
    "cm": (10, 0),
    "inch": (Fraction("25.4"), 0),
    "kg": (1, 0),
    "g": (Fraction(1, 1000), 0),
    "V": (1, 0),
    "mV": (Fraction(1, 1000), 0),
    "ohm": (1, 0),
    "state": (1, 0),
}
FLOATS32 = st.floats(width=32, allow_nan=False, allow_infinity=False, allow_subnormal=False)


def steps_per_unit(exact: Fraction) -> int:
    """To which a canonical value is rounded: 1e-9, or 15 significant digits where that is coarser."""
    before_the_point = len(str(abs(int(exact))))
    return int(10 ** min(DECIMALS, DIGITS - before_the_point))


def as_decimal(exact: Fraction) -> float:
    """The slow twin; half a step is up to the fast one."""
    steps = exact * steps_per_unit(exact)
    assume(abs(abs(steps - int(steps)) - Fraction(1, 2)) > Fraction(1, 100))
    return float(Fraction(round(steps), steps_per_unit(exact)))


def of(unit: str, text: str) -> float:
    return float(CONVERSIONS[unit].of(np.array([float(text)]))[0])


def test_every_unit_has_a_twin() -> None:
    assert EXACT.keys() == CONVERSIONS.keys()


def test_all_limits_in_tenths_hold_exactly_in_kelvin_and_fahrenheit() -> None:
    limits = [Decimal(tenths) / 10 for tenths in TENTHS]
    assert len(limits) == 2361
    expected = [float(limit) for limit in limits]
    kelvin = np.array([float(limit + Decimal("273.15")) for limit in limits])
    fahrenheit = np.array([float(limit * 9 / 5 + 32) for limit in limits])
    assert CONVERSIONS["K"].of(kelvin).tolist() == expected
    assert CONVERSIONS["degF"].of(fahrenheit).tolist() == expected
    assert CONVERSIONS["K"].of(shortest(kelvin.astype(np.float32))).tolist() == expected
    assert CONVERSIONS["degF"].of(shortest(fahrenheit.astype(np.float32))).tolist() == expected


@example("K", Decimal("123.15"))
@example("degF", Decimal(-238))
@example("bar", Decimal("1.01325"))
@given(st.sampled_from(sorted(EXACT)), st.decimals(-(10**7), 10**7, places=6))
def test_a_conversion_gives_the_decimal(unit: str, number: Decimal) -> None:
    scale, offset = EXACT[unit]
    exact = Fraction(number) * scale + offset
    assume(abs(exact) < LARGEST_VALUE)
    assert of(unit, str(number)) == as_decimal(exact)


@given(st.decimals(-(10**9), 10**9, places=3), st.integers(-32768, 32767), st.integers(-3, 3))
def test_scale_and_offset_give_the_decimal(offset: Decimal, raw: int, places: int) -> None:
    scale = Decimal(1).scaleb(places)
    exact = Fraction(raw) * Fraction(scale) + Fraction(offset)
    assume(abs(exact) < LARGEST_VALUE)
    cancelled = abs(exact) * 10**6 < abs(Fraction(offset))  # digits that no float64 had any more
    assume(not cancelled and abs(offset) < 10**6)
    assert decimals(np.array([raw * float(scale) + float(offset)]))[0] == as_decimal(exact)


@given(st.floats(-LARGEST_VALUE, LARGEST_VALUE))
def test_decimals_of_decimals_are_the_same(value: float) -> None:
    once = decimals(np.array([value]))
    assert decimals(once).tobytes() == once.tobytes()
    assert abs(once[0] - value) <= max(0.5 * 10.0**-DECIMALS, abs(value) * 10.0 ** (1 - DIGITS))


def test_what_is_no_measurement_stays_as_it_is() -> None:
    given_ = np.array([np.nan, np.inf, -np.inf, 1e300, -1.7e308, 1e12])
    np.testing.assert_array_equal(decimals(given_), given_)


def test_there_is_no_negative_zero() -> None:
    assert not np.signbit(decimals(np.array([-0.0, -1e-12, -4e-10, 0.0]))).any()
    assert not np.signbit(decimals(np.array([-0.0, 2e6]))[:1]).any()


@example(-195.8000030517578)
@given(FLOATS32)
def test_a_float32_is_its_shortest_decimal(value: float) -> None:
    expected = float(str(np.float32(value)))
    assert shortest(np.array([value], np.float32))[0] == shortest_of(value) == expected


@pytest.mark.parametrize("beside", [-np.inf, 0.0, np.inf])
def test_float32_at_the_powers_of_two_and_of_ten(beside: float) -> None:
    """Where the spacing of floats changes, and where a decimal gets one more digit."""
    powers = np.concatenate([np.exp2(np.arange(-126.0, 128.0)), 10.0 ** np.arange(-37.0, 39.0)])
    value = powers.astype(np.float32)
    if beside:
        value = np.nextafter(value, np.float32(beside))
    expected = [float(str(v)) for v in value]
    assert shortest(value).tolist() == expected
    assert [shortest_of(float(v)) for v in value] == expected


@given(st.lists(st.decimals(-999, 999, places=3), min_size=1, max_size=50))
def test_what_a_device_meant_comes_back(meant: list[Decimal]) -> None:
    wire = np.array([float(m) for m in meant], np.float32)
    assert shortest(wire).tolist() == [float(m) for m in meant]


def test_four_bytes_that_are_no_number() -> None:
    value = np.array([np.nan, np.inf, -np.inf, 0.0], np.float32)
    np.testing.assert_array_equal(shortest(value), value.astype(np.float64))
    assert [shortest_of(v) for v in (np.inf, -np.inf, 0.0)] == [np.inf, -np.inf, 0.0]
    assert np.isnan(shortest_of(np.nan))
