"""`cryogate convert` as people at a bench type it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.errors import InputError

CURVE = Path(__file__).parents[2] / "data" / "probes" / "lakeshore_dt670_standard_curve.txt"
THERMOCOUPLE = ("--probe", "thermocouple", "--unit", "mV", "type=T", "cold_junction_degC=0")


def converted(*arguments: str) -> list[dict[str, Any]]:
    result = CliRunner().invoke(app, ["convert", *arguments, "--json"])
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = json.loads(result.output)
    return found


def values(*arguments: str) -> list[float | None]:
    return [row["value"] for row in converted(*arguments)]


def test_the_pt100_in_liquid_nitrogen() -> None:
    (row,) = converted("--probe", "pt100", "20.2465")
    assert row["value"] == pytest.approx(-196.0, abs=0.001)
    assert (row["raw"], row["raw_unit"], row["unit"], row["quality"]) == (20.2465, "ohm", "degC", "good")


def test_several_values_and_what_none_can_be() -> None:
    rows = converted("--probe", "pt100", "100", "15", "0", "-5", "1e9")
    assert [row["quality"] for row in rows] == ["good", "uncertain", "bad", "bad", "bad"]
    assert [row["value"] is None for row in rows] == [False, False, True, True, True]


def test_a_negative_voltage_is_a_number_and_no_option() -> None:
    assert values(*THERMOCOUPLE, "-5.5389", "0") == pytest.approx([-196.0, 0.0], abs=0.003)


def test_volts_are_the_default() -> None:
    assert values("--probe", "dt670", "1.027594") == pytest.approx([77.3 - 273.15])


def test_a_curve_file_and_options_of_the_probe() -> None:
    assert values("--probe", "curve", f"curve_file={CURVE}", "1.027594") == pytest.approx([77.3 - 273.15])
    assert values("--probe", "pt100", "lead_resistance_ohm=0.4", "100.4") == pytest.approx([0.0])


def test_the_way_back() -> None:
    rows = converted("--probe", "pt100", "--reverse", "-196", "-205", "-230")
    assert [row["raw"] for row in rows] == [
        pytest.approx(20.2465, abs=5e-5),
        pytest.approx(16.354, abs=5e-4),
        None,
    ]
    assert [row["quality"] for row in rows] == ["good", "uncertain", "bad"]
    (row,) = converted(*THERMOCOUPLE, "--reverse", "-196")
    assert (row["raw"], row["raw_unit"]) == (pytest.approx(-5.5389, abs=5e-5), "mV")


def test_for_people_it_is_a_table() -> None:
    result = CliRunner().invoke(app, ["convert", "--probe", "pt100", "20.2465", "0"])
    assert "20.2465 ohm" in result.output and "-196.0000" in result.output and "bad" in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--probe", "pt10", "1"], "unknown probe 'pt10'; did you mean 'pt100'?"),
        (["--probe", "pt100", "twenty"], "'twenty' is neither a number nor KEY=VALUE"),
        (["--probe", "pt100", "r0_ohm=100"], "give at least one value"),
        (["--probe", "pt100", "r_ohm=100", "1"], "did you mean 'r0_ohm'?"),
        (["--probe", "pt100", "r0_ohm=x", "1"], "pt100.r0_ohm: expected a number, found str 'x'"),
        (["--probe", "pt100", "--unit", "mV", "1"], "'mV' is no unit of what pt100 takes; known: ohm"),
        (["--probe", "thermocouple", "type=T", "1"], "cold_junction_degC: missing; expected a number"),
        (["--probe", "curve", "curve_file=nothing.340", "1"], "nothing.340 cannot be read: No such file"),
    ],
)
def test_a_mistake_is_a_sentence(arguments: list[str], message: str) -> None:
    result = CliRunner().invoke(app, ["convert", *arguments])
    assert isinstance(result.exception, InputError)
    assert message in str(result.exception)


def test_the_help_has_examples_that_work() -> None:
    text = CliRunner().invoke(app, ["convert", "--help"], env={"COLUMNS": "200"}).output
    lines = text.replace("\\\n", " ").splitlines()
    examples = [line.split("cryogate convert ")[1] for line in lines if "cryogate convert --" in line]
    assert len(examples) == 4
    for example in examples:
        result = CliRunner().invoke(app, ["convert", *example.replace("D6012345.340", str(CURVE)).split()])
        assert result.exit_code == 0, result.output
