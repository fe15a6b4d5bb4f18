"""Numbers as loggers write them: every minus sign, units behind, decimal commas; and what is none."""

from __future__ import annotations

import math
from typing import Any

import pytest

from gateway.errors import InputError
from gateway.tables.cells import Column, plain, reading


@pytest.mark.parametrize(
    ("text", "suffix", "decimal", "number"),
    [
        ("-190.2°C", "°C", ".", -190.2),
        ("231 mm", " mm", ".", 231.0),
        ("\N{MINUS SIGN}195,8", "", ",", -195.8),
        ("- 195.8", "", ".", -195.8),
        ("+\N{NO-BREAK SPACE}4.5 °C", "°C", ".", 4.5),
        ("\N{MINUS SIGN} 80", "", ".", -80.0),
        ("7.735000e+01", "", ".", 77.35),
    ],
)
def test_a_number(text: str, suffix: str, decimal: str, number: float) -> None:
    assert reading(text, Column("A", suffix=suffix), decimal) == number


@pytest.mark.parametrize(
    ("text", "suffix", "decimal"),
    [
        ("-190.2", "°C", "."),
        ("-190.", "", "."),
        ("-77,", "", ","),
        ("4,°C", "°C", ","),
        ("-190.2°F", "°C", "."),
        ("-190.2", "", ","),
        ("1.234,5", "", ","),
        ("1,234.5", "", "."),
        ("1 234", "", "."),
        ("- - 4", "", "."),
        ("--4", "", "."),
        ("\N{EN DASH}4", "", "."),
        ("nano", "", "."),
        ("NaN", "°C", "."),
        ("٣", "", "."),
    ],
)
def test_what_is_no_number(text: str, suffix: str, decimal: str) -> None:
    with pytest.raises(InputError):
        reading(text, Column("A", suffix=suffix), decimal)


@pytest.mark.parametrize(
    "text", ["1e10", "9.91e37", "-3.4028235e38", "1e400", "NaN", "-inf", "Infinity", "9" * 400]
)
@pytest.mark.parametrize("suffix", ["", " °C"])
def test_a_number_that_no_instrument_has_is_bad(text: str, suffix: str) -> None:
    assert math.isnan(reading(text + suffix, Column("A", suffix=suffix), "."))


def test_a_unit_alone_is_no_number() -> None:
    assert plain("°C", "°C", ".") == ""
    with pytest.raises(InputError):
        reading("°C", Column("A", suffix="°C"), ".")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lowest": 5.0, "highest": 1.0}, r"lowest \(5\) must lie below highest \(1\)"),
        ({"suffix": "5"}, "can be part of a number"),
        ({"suffix": "e1"}, "can be part of a number"),
        ({"suffix": ".5 mm"}, "can be part of a number"),
    ],
)
def test_a_column_that_cannot_be_meant(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Column("A", **changes)


@pytest.mark.parametrize("suffix", ["°C", " mmH2O", ".", " e", "-"])
def test_a_suffix_that_is_no_number(suffix: str) -> None:
    assert reading(f"4{suffix}", Column("A", suffix=suffix), ".") == 4.0
