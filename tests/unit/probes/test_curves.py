"""Curve files in the 340 format: the DT-670's own, resistors, and everything that a file can get wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model import Quality
from gateway.probes import curve, curve340, dt670

FILE = Path(__file__).parents[2] / "data" / "probes" / "lakeshore_dt670_standard_curve.txt"
TEXT = FILE.read_text()
KNOWN = {  # K: V, of the maker's tables
    300: 0.559639, 273: 0.621141, 200: 0.783720, 150: 0.889114, 100: 0.986974, 90: 1.005244, 80: 1.022984,
    77.3: 1.027594, 70: 1.040183, 50: 1.073099, 30: 1.106244, 20: 1.197748, 10: 1.383730, 4.2: 1.578480,
    1.4: 1.644290,
}  # fmt: skip
CERNOX = """Sensor Model:   CX-1050
Serial Number:
Data Format:    4      (Log Ohms/Kelvin)
Number of Breakpoints:   3

No.   Units      Temperature (K)

  1  1.0000000    300.0
  2  2.0000000    77.0
  3  4.0000000    4.0
"""


def test_the_standard_curve_is_the_one_of_the_makers_file() -> None:
    assert curve340.parse(TEXT) == dt670.STANDARD
    assert len(dt670.VOLTS) == 144


def test_known_points_both_ways() -> None:
    degC, volt = np.array(list(KNOWN)) - 273.15, np.array(list(KNOWN.values()))
    found, quality = dt670.convert(volt, dt670.Options())
    np.testing.assert_allclose(found, degC, rtol=0, atol=0.001)
    np.testing.assert_allclose(dt670.signal(degC, dt670.Options()), volt, rtol=0, atol=2e-6)
    assert (quality == Quality.GOOD).all()


def test_lines_are_straight_between_breakpoints() -> None:
    middle = (np.array(dt670.VOLTS[1:]) + dt670.VOLTS[:-1]) / 2
    expected = (np.array(dt670.KELVINS[1:]) + dt670.KELVINS[:-1]) / 2 - 273.15
    np.testing.assert_allclose(dt670.convert(middle, dt670.Options())[0], expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("volt", [0.0, 0.0906, 1.6443, 6.5, -1.0275, np.nan, np.inf, -np.inf])
def test_beyond_the_ends_is_a_fault(volt: float) -> None:
    value, quality = dt670.convert(np.array([volt]), dt670.Options())
    assert quality[0] == Quality.BAD and np.isnan(value[0])


def test_a_resistor_with_logarithmic_units() -> None:
    options = curve.Options(curve340.parse(CERNOX))
    assert curve.gives(options) == {"ohm": "degC"}
    raw = np.array([10.0, 100.0, 10_000.0, 10**1.5, 9.99, 10_001.0, 0.0, -100.0])
    value, quality = curve.convert(raw, options)
    np.testing.assert_allclose(value[:4] + 273.15, [300.0, 77.0, 4.0, 188.5])
    assert quality.tolist() == [Quality.GOOD] * 4 + [Quality.BAD] * 4
    np.testing.assert_allclose(curve.signal(value[:4], options), raw[:4])


def test_a_resistor_with_linear_units_and_windows_line_ends() -> None:
    text = (
        "Data Format: 3 (Ohms/Kelvin)\r\nNumber of Breakpoints: 2\r\n\r\n 1 20.0 77.0\r\n 2 1E+2 273.15\r\n"
    )
    options = curve.Options(curve340.parse(text))
    assert curve.gives(options) == {"ohm": "degC"}
    assert curve.convert(np.array([100.0]), options)[0].tolist() == [0.0]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Data Format:    2", "Data Format:    5", r"Data Format: expected 2 \(V/K\), 3 .*, found 5"),
        ("Data Format:", "Format:", "found None"),
        ("Breakpoints:   144", "Breakpoints:   145", "is 145, but 144 are there; is it cut off"),
        ("Number of Breakpoints:", "Breakpoints:", "is None, but 144"),
        ("1  0.090681", "1  0.190681", "units of the breakpoints must rise"),
        ("1  0.090681    500.0", "1  0.090681    300.0", "temperatures of the breakpoints must rise or fall"),
        ("  1  0.090681    500.0", "  1  0.090681    5O0.0", "143 are there"),
        ("  1  0.090681    500.0", "  1  0.090681    1E999", "no finite number"),
        ("  1  0.090681    500.0", "  1  0.09.0681   500.0", "could not convert"),
        ("144  1.644290    1.4", "144  1.644290    0.0", "a breakpoint at 0 K or below"),
        ("  3  0.135480", "  4  0.135480", "breakpoint 3 is missing: number 4 stands in its place"),
        ("1 (Negative)", "2 (Positive)", r"coefficient is 2 \(Positive\), but the temperature falls with"),
        (
            "2      (Volts/Kelvin)",
            "3      (Volts/Kelvin)",
            r"Format is 3, but its words say \(Volts/Kelvin\)",
        ),
        ("2      (Volts/Kelvin)", "2      (Ohms/Kelvin)", "Format is 2, but its words say"),
        ("2      (Volts/Kelvin)", "3      (Log Ohms/Kelvin)", "Format is 3, but its words say"),
        ("2      (Volts/Kelvin)", "2  (Millivolts/Kelvin)", "Format is 2, but its words say"),
        ("Temperature (K)", "Temperature (C)", r"must be kelvin, and the line of titles says \(c\)"),
    ],
)
def test_a_file_that_is_not_right_is_not_taken(old: str, new: str, message: str) -> None:
    assert old in TEXT
    with pytest.raises(ValueError, match=message):
        curve340.parse(TEXT.replace(old, new, 1))


def test_a_file_that_is_cut_off_anywhere_is_not_taken() -> None:
    for end in (*range(0, len(TEXT.rstrip()) - 8, 7), *range(len(TEXT.rstrip()) - 8, len(TEXT.rstrip()))):
        with pytest.raises(ValueError, match=r"Data Format|cut off|2 to 200"):
            curve340.parse(TEXT[:end])
    assert curve340.parse(TEXT.rstrip()) == dt670.STANDARD


@pytest.mark.parametrize(
    ("temperatures", "is_whole"),
    [
        (("320.0", "77.4"), True),
        (("320.0", "77."), False),
        (("320.0", "7"), False),
        (("320.25", "77.3"), False),
        (("320", "77"), False),
        (("320", "77.4"), True),
        (("3.2E+02", "7.7E+0"), False),
        (("3.2E+02", "7.7"), False),
    ],
)
def test_a_last_line_without_its_end(temperatures: tuple[str, str], is_whole: bool) -> None:
    """As many decimals as the others: whole. All the rest could have lost a digit."""
    lines = "\n".join(f" {n}  {n}.5  {value}" for n, value in enumerate(temperatures, start=1))
    text = f"Data Format: 2 (Volts/Kelvin)\nNumber of Breakpoints: 2\n\n{lines}"
    assert curve340.parse(f"{text}\n") == curve340.parse(f"{text}\r\n")
    if is_whole:
        assert curve340.parse(text) == curve340.parse(f"{text}\n")
        return
    with pytest.raises(ValueError, match="the last line has no end, and its temperature"):
        curve340.parse(text)


@pytest.mark.parametrize(("given", "unit"), [("2", "V"), ("4", "log ohm")])
def test_units_that_are_of_another_format(given: str, unit: str) -> None:
    """A resistor of 1000 ohm, whose file says volt, or the logarithm of ohm."""
    text = f"Data Format: {given}\nNumber of Breakpoints: 2\n\n 1 100.0 300.0\n 2 1000.0 30.0\n"
    with pytest.raises(
        ValueError, match=f"Format is {given}, but a breakpoint of 1000 {unit} is no sensor's"
    ):
        curve340.parse(text)


def test_too_many_breakpoints() -> None:
    lines = "\n".join(f"{i} {i}.0 {i}.0" for i in range(1, 300))
    with pytest.raises(ValueError, match="2 to 200 breakpoints, found 299"):
        curve340.parse(f"Data Format: 2\nNumber of Breakpoints: 299\n{lines}\n")


@given(st.text(max_size=300))
def test_any_text_is_a_curve_or_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        curve340.parse(text)
