"""Pt100 and Pt1000 beside the table of IEC 60751, with other coefficients, with leads, and with faults."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model import Quality
from gateway.probes import callendar, pt100, pt1000

TABLE = """
-200 18.5201; -196 20.2465; -195.798 20.3335; -190 22.8255; -180 27.0964; -150 39.7232; -135 45.9436;
-130 48.0048; -100 60.2558; -90 64.2996; -80 68.3255; -78.5 68.9279; -70 72.3345; -50 80.3063; -40 84.2707;
-25 90.1923; -20 92.1599; 0 100; 2 100.7814; 5 101.9527; 8 103.1229; 25 109.7347; 50 119.3971; 100 138.5055;
150 157.3251; 200 175.8560; 300 212.0515; 400 247.0920; 500 280.9775; 600 313.7080; 700 345.2835;
800 375.7040; 850 390.4811
"""
DEGC, OHM = np.array([point.split() for point in TABLE.split(";")], np.float64).T
EXTRAPOLATED = {-205.0: 16.354, -210.0: 14.178}  # below what the standard defines
LAST_DIGIT_K = 0.00005 / 0.38  # half of 0.0001 ohm where the slope is small, but above 300 degC
PT100, PT1000 = pt100.Options(), pt1000.Options()


def judged(ohm: float, options: pt100.Options = PT100) -> tuple[float, int]:
    value, quality = pt100.convert(np.array([ohm]), options)
    return float(value[0]), int(quality[0])


def test_the_table_both_ways() -> None:
    np.testing.assert_allclose(pt100.signal(DEGC, PT100), OHM, rtol=0, atol=0.000051)
    value, quality = pt100.convert(OHM, PT100)
    np.testing.assert_allclose(value, DEGC, rtol=0, atol=2 * LAST_DIGIT_K)
    assert (quality == Quality.GOOD).all()


def test_a_pt1000_is_ten_of_them() -> None:
    np.testing.assert_allclose(pt1000.signal(DEGC, PT1000), 10 * OHM, rtol=0, atol=0.00051)
    np.testing.assert_allclose(pt1000.convert(10 * OHM, PT1000)[0], DEGC, rtol=0, atol=2 * LAST_DIGIT_K)


def test_why_the_closed_form_is_not_the_inverse() -> None:
    """Without the C term below 0 degC it reads more than 2 K too cold in LN2: a warming would stay hidden."""
    ratio = OHM / 100.0
    error_K = callendar.closed_form(ratio, PT100) - DEGC
    at = dict(zip(DEGC.tolist(), error_K.tolist(), strict=True))
    assert at[-200.0] == pytest.approx(-2.42, abs=0.01)
    assert at[-196.0] == pytest.approx(-2.25, abs=0.01)
    assert at[-150.0] == pytest.approx(-0.86, abs=0.01)
    assert at[-80.0] == pytest.approx(-0.10, abs=0.01)
    assert np.abs(error_K[DEGC >= 0]).max() < 0.001
    assert abs(judged(20.2465)[0] + 196.0) < 0.001  # what is used instead


@pytest.mark.parametrize(("degC", "ohm"), EXTRAPOLATED.items())
def test_below_what_the_standard_defines_it_is_uncertain(degC: float, ohm: float) -> None:
    value, quality = judged(ohm + 0.001)
    assert value == pytest.approx(degC, abs=0.005)
    assert quality == Quality.UNCERTAIN


@pytest.mark.parametrize(
    ("ohm", "quality"),
    [
        (18.5201, Quality.GOOD),
        (18.519, Quality.UNCERTAIN),
        (14.17, Quality.BAD),
        (0.5, Quality.BAD),  # a short
        (0.0, Quality.BAD),
        (-20.0, Quality.BAD),
        (390.48, Quality.GOOD),
        (390.49, Quality.BAD),
        (1e6, Quality.BAD),  # a broken wire
        (np.inf, Quality.BAD),
        (-np.inf, Quality.BAD),
        (np.nan, Quality.BAD),
    ],
)
def test_what_can_not_be_a_temperature_is_none(ohm: float, quality: Quality) -> None:
    value, found = judged(ohm)
    assert found == quality
    assert np.isnan(value) == (quality == Quality.BAD)


def test_a_tenth_of_an_ohm_of_lead_reads_a_quarter_of_a_kelvin_too_warm() -> None:
    measured = 20.2465 + 0.1
    assert judged(measured)[0] == pytest.approx(-196 + 0.23, abs=0.005)
    assert judged(measured, pt100.Options(lead_resistance_ohm=0.1))[0] == pytest.approx(-196.0, abs=0.001)


ELEMENTS = st.builds(
    pt100.Options,
    r0_ohm=st.sampled_from([25.5, 99.94, 100.0, 500.0, 1000.0]),
    a_per_degC=st.floats(3.6e-3, 4.2e-3),
    b_per_degC2=st.floats(-8e-7, -4e-7) | st.just(0.0),
    c_per_degC4=st.floats(-1e-11, 0.0),
    lead_resistance_ohm=st.floats(0.0, 10.0),
)


@settings(max_examples=150, deadline=None)
@given(ELEMENTS)
def test_there_and_back_with_the_coefficients_of_any_element(options: pt100.Options) -> None:
    degC = np.linspace(-210.0, 850.0, 1001)
    ohm = pt100.signal(degC, options)
    real = ohm > options.lead_resistance_ohm
    found, _ = pt100.convert(ohm, options)
    np.testing.assert_allclose(found[real], degC[real], rtol=0, atol=1e-9)
    assert (np.diff(ohm) > 0).all()


def test_no_last_step_of_newton_is_missing() -> None:
    """One more step moves nothing: the number of steps is enough over the whole range."""
    degC = np.linspace(-210.0, 0.0, 10_001)
    assert np.abs(pt100.convert(pt100.signal(degC, PT100), PT100)[0] - degC).max() < 1e-10


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("r0_ohm", 0.0),
        ("r0_ohm", float("nan")),
        ("a_per_degC", 3.9083),
        ("b_per_degC2", 5.775e-7),
        ("c_per_degC4", -4.183e-10),
        ("lead_resistance_ohm", -0.1),
    ],
)
def test_coefficients_that_no_platinum_has(key: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"{key} must lie between"):
        pt100.Options(**{key: value})
