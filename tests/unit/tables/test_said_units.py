"""Units in headers and rows of units: a logger that is set to another unit is never read as before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gateway.downloads import csv
from gateway.errors import InputError
from gateway.tables.cells import Column
from gateway.tables.options import Options
from gateway.tables.said_units import Cell, contradiction
from gateway.writing.mapping import read_mapping

LOGGERS = Path(__file__).parents[3] / "docs" / "examples" / "loggers"
START = 1_767_610_800
PLAIN = Options((Column("A"), Column("B", "percent")), time_format="unix_s", skip_rows=1)


def says(text: str, unit: str = "degC", is_alone: bool = False) -> bool:
    """Whether the cell contradicts the unit."""
    return contradiction(Cell(text, Column("A", unit), is_alone)) != ""


@pytest.mark.parametrize(
    "text",
    [
        *("°F", "[°F]", "Temp, °F (LGR S/N: 1)", "Temperature (F)", "T [F]", "degF", "temp_degF", "deg F"),
        *("ºF", "\N{DEGREE FAHRENHEIT}", "Fahrenheit", "Temperatur in Fahrenheit", "Degrees F", "DEG F"),
    ],
)
def test_fahrenheit_in_all_its_ways(text: str) -> None:
    assert says(text) and says(text, "K") and says(text, "percent")
    assert not says(text, "degF")


@pytest.mark.parametrize("text", ["°C", "Temp [°C]", "degC", "T (C)", "Celsius", "\N{DEGREE CELSIUS}", "Â°C"])
def test_celsius_in_all_its_ways(text: str) -> None:
    assert says(text, "degF") and says(text, "K") and not says(text)


@pytest.mark.parametrize("text", ["K", "[K]", "T (K)", "Kelvin", "degK"])
def test_kelvin_in_all_its_ways(text: str) -> None:
    assert says(text, is_alone=True) and not says(text, "K", is_alone=True)


@pytest.mark.parametrize(
    "text",
    [
        *("", "Temp A", "Temp C", "Probe F", "F", "K", "Temperature", "defrost", "degassing (flow)", "-80"),
        *("Type K", "TC (K)", "Thermocouple (K)", "Temp °C (K)", "degree of frost", "Kanal C"),
    ],
)
def test_what_is_no_unit_of_temperature(text: str) -> None:
    """A letter alone in a header is the name of a probe."""
    assert not says(text)


def table(header: str, units: str) -> str:
    return f"{header}\n{units}\n{START},40.1,55.0\n"


@pytest.mark.parametrize("unit", ["°F", "F", "degF", "Fahrenheit", "K", "(F)"])
def test_a_row_of_units_that_are_not_the_columns(unit: str) -> None:
    with pytest.raises(InputError) as caught:
        csv.read(table("time,A,B", f"s,{unit},%").encode(), PLAIN)
    assert str(caught.value).startswith(f"line 2: {unit!r} stands at column 'A': that is ")


def test_a_unit_at_another_column_or_of_the_column_is_none_of_it() -> None:
    for units in ("s,°C,%", "s,C,%", ",,", "F,,", "°F,degC,%"):
        (first, _) = csv.read(table("time,A,B", units).encode(), PLAIN).series
        assert first.value.tolist() == [40.1]
    fahrenheit = replace(PLAIN, columns=(Column("A", "degF"), Column("B", "percent")))
    assert csv.read(table("time,A,B", "s,°F,%").encode(), fahrenheit).series[0].unit == "degF"
    with pytest.raises(InputError, match="line 2: '°C' stands at column 'A'"):
        csv.read(table("time,A,B", "s,°C,%").encode(), fahrenheit)


def test_a_header_that_a_pattern_or_a_position_fits() -> None:
    for column in ("Temp*", 2):
        options = Options((Column(column),), time_columns=(1,), time_format="unix_s")
        with pytest.raises(InputError, match=r"line 1: 'Temp \(°F\)' stands at column"):
            csv.read(f"time,Temp (°F)\n{START},40.1\n".encode(), options)
        assert csv.read(f"time,Temp (°C)\n{START},4.1\n".encode(), options).series[0].value.tolist() == [4.1]


def test_a_row_of_units_above_the_header() -> None:
    options = replace(PLAIN, header="found", skip_rows=0)
    text = f"box 1\n,°F,\ntime,A,B\n{START},40.1,55.0\n".encode()
    for skipped in (0, 1, 2):
        with pytest.raises(InputError, match="line 2: '°F' stands at column 'A'"):
            csv.read(text, replace(options, skip_lines=skipped))


@pytest.mark.parametrize(
    ("line", "is_taken"),
    [
        ("Temperature unit: °F", False),
        ("Temperature unit,°F", False),
        ("Units:,,Fahrenheit", False),
        ("UNIT,K", False),
        ("Unit,C", True),
        ("Units: °C", True),
        ("Unit,17", True),
        ("Handling unit,F", True),
        ("F,Unit", True),
        ("Unit,F,9", True),
    ],
)
def test_a_line_about_the_logger_that_says_its_unit(line: str, is_taken: bool) -> None:
    options = replace(PLAIN, header="found", skip_rows=0)
    for skipped in (0, 2):
        text = f"box 1\n{line}\ntime,A,B\n{START},40.1,55.0\n".encode()
        if is_taken:
            assert csv.read(text, replace(options, skip_lines=skipped)).series[0].value.tolist() == [40.1]
            continue
        with pytest.raises(InputError, match=r"line 2: 'U|line 2: 'Temperature unit' is"):
            csv.read(text, replace(options, skip_lines=skipped))


@pytest.mark.parametrize(
    ("name", "there", "instead"),
    [
        ("hobo", "°C", "°F"),
        ("ibutton", ",C,", ",F,"),
        ("libero", "°C", "°F"),
        ("libero", "°C", "F"),
        ("logtag", "°C", "°F"),
        ("mve", "°C", "°F"),
        ("temptale", "(F)", "(C)"),
        ("testo", "°C", "°F"),
    ],
)
def test_no_ready_mapping_takes_its_sample_in_another_unit(name: str, there: str, instead: str) -> None:
    mapped, sample = read_mapping(LOGGERS / f"{name}.toml"), (LOGGERS / f"{name}.csv").read_bytes()
    encoding = mapped.options.encoding
    text = sample.decode(encoding)
    assert there in text
    csv.read(text.encode(encoding), mapped.options)
    try:
        taken = csv.read(text.replace(there, instead).encode(encoding), mapped.options)
    except InputError:
        return
    assert not {series.name for series in taken.series} & set(mapped.channels)  # a long one names its series


@pytest.mark.parametrize(
    ("suffix", "unit"), [(" °F", "degC"), ("K", "degC"), (" K", "degF"), ("℉", "degC"), (" deg C", "K")]
)
def test_what_stands_behind_each_number_is_the_unit_of_the_column(suffix: str, unit: str) -> None:
    with pytest.raises(ValueError, match=f"and unit is {unit}: say the same in both"):
        Column("A", unit=unit, suffix=suffix)


@pytest.mark.parametrize(("suffix", "unit"), [("°C", "degC"), (" K", "K"), (" mm", "mm"), (" %", "percent")])
def test_the_same_in_both_is_taken(suffix: str, unit: str) -> None:
    assert Column("A", unit=unit, suffix=suffix).suffix == suffix
