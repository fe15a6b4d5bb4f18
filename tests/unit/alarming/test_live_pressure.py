"""A floor that follows a pressure channel, through configuration, screening, preview, replay, clocks."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.config.load import parse
from gateway.errors import ConfigurationError
from gateway.model import SECOND
from gateway.questions.preview import preview
from gateway.questions.proof import prove
from gateway.questions.replay import replay
from gateway.times import format_rfc3339
from gateway.traceability.containment import Containments
from gateway.traceability.statements import from_body
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS, Desk, body

RANGE = """
[[profiles.p.rules]]
id = "range"
kind = "plausible"
ceiling_degC = 100.0
ln2_pressure_channel = "ambient"
severity = "minor"
[[profiles.p.rules]]
id = "below-197"
kind = "limit"
side = "low"
limit_degC = -197.0
severity = "major"
"""
AMBIENT = """
[channels.ambient]
asset = "freezer"
source = "broker"
address = "ambient"
quantity = "pressure"
unit = "hPa"
no_data_after_s = 300000000.0
max_gap_s = 60.0
"""
LIVE = CONFIG.replace("[channels.top]", RANGE + "[channels.top]", 1) + AMBIENT
SEA_PA, CABIN_PA = 101_325.0, 75_300.0
READINGS = (("top", 0, -196.0), ("top", 10, -198.0), ("top", 20, -198.0), ("top", 30, -196.0))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "cryogate.toml").write_text(LIVE.replace('name = "test"', 'name = "test"\ndata_dir = "."', 1))
    return Desk(tmp_path, LIVE)


def found(desk: Desk) -> list[tuple[str, bool]]:
    return [(a["rule"], a["withdrawn"]) for a in desk.alarms()]


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        parse(tomllib.loads(text), Path("cryogate.toml"))
    return caught.value.problems


def test_the_floor_is_that_of_the_pressure(desk: Desk) -> None:
    desk.read(("ambient", 0, SEA_PA), *READINGS)
    desk.run()
    assert found(desk) == []
    desk.read(("ambient", 100, CABIN_PA), *((name, at + 100, value) for name, at, value in READINGS))
    desk.run()
    assert found(desk) == [("below-197", False)]


def test_a_pressure_that_comes_late_amends_the_record_also_after_a_restart(desk: Desk) -> None:
    desk.read(*READINGS)
    desk.run()
    assert found(desk) == [("below-197", False)]
    desk.read(("ambient", 5, SEA_PA))
    desk.run()
    assert found(desk) == [("below-197", True)]
    assert desk.changes() == ["raised", "returned", "withdrawn"]


def test_units_that_stayed_in_part_of_an_excursion_are_measured_under_the_same_floor(desk: Desk) -> None:
    desk.contain("BAG-1", "freezer", 12)
    desk.read(("ambient", 0, CABIN_PA), ("top", 0, -196.0), ("top", 10, -197.5), ("top", 20, -201.0))
    desk.read(("top", 30, -198.0), ("top", 40, -196.0))
    desk.run()
    (alarm,) = desk.alarms()
    assert (alarm["extreme"], alarm["readings"]) == (-198.0, 2)
    assert alarm["units"][0]["extreme"] == -198.0
    assert alarm["units"][0]["beyond_s"] == alarm["beyond_s"] == 5.0  # from 30 s to the crossing


def test_replay_finds_the_same(desk: Desk) -> None:
    for pressure, rules in ((SEA_PA, []), (CABIN_PA, ["below-197"])):
        folder = desk.folder / f"{pressure:g}"
        folder.mkdir()
        other = Desk(folder, LIVE)
        other.read(("ambient", 0, pressure), *READINGS)
        inside = Containments()
        inside.state(from_body(body("BAG-1", "freezer", 0), "Li Na", NOON_NS))
        samples = other.journal.read(None, 0, None).samples
        assert [e["rule"] for e in replay(other.configuration, other.numbers, [samples], inside)] == rules


def test_preview_honours_it_on_both_sides(desk: Desk) -> None:
    desk.read(("ambient", 0, SEA_PA), *READINGS)
    (version,) = desk.configuration.profiles["p"]
    blind = tuple(
        replace(r, parameters=replace(r.parameters, ln2_pressure_channel=None, ln2_pressure_Pa=61_600.0))  # type: ignore[type-var]
        if r.id == "range"
        else r
        for r in version.rules
    )
    window = (NOON_NS - SECOND, NOON_NS + 100 * SECOND)
    same = preview(desk.configuration, {"p": (version,)}, desk.journal, *window)
    assert same == []
    effects = preview(desk.configuration, {"p": (replace(version, rules=blind),)}, desk.journal, *window)
    assert [d.effect for d in effects] == ["appears"]


def test_a_preview_that_names_a_channel_that_is_not_there_is_refused(desk: Desk) -> None:
    desk.read(*READINGS)
    (version,) = desk.configuration.profiles["p"]
    astray = tuple(
        replace(r, parameters=replace(r.parameters, ln2_pressure_channel="ambiant"))  # type: ignore[type-var]
        if r.id == "range"
        else r
        for r in version.rules
    )
    with pytest.raises(ConfigurationError, match="did you mean 'ambient'"):
        preview(
            desk.configuration,
            {"p": (replace(version, rules=astray),)},
            desk.journal,
            NOON_NS,
            NOON_NS + SECOND,
        )


def test_the_clocks_count_what_is_no_reading_as_not_proven(desk: Desk) -> None:
    desk.read(("ambient", 0, SEA_PA), *READINGS, ("top", 100, -196.0), ("top", 110, -196.0))
    proof = prove(desk.journal, "top", NOON_NS, NOON_NS + 110 * SECOND)
    assert proof.clocks.unproven_ns == (30 + 70) * SECOND
    assert proof.without_pressure == 1  # at 100 s; that at 110 s lies outside
    window = ["--from", format_rfc3339(NOON_NS), "--to", format_rfc3339(NOON_NS + 110 * SECOND)]
    common = ["clocks", "top", *window, "--config", str(desk.folder / "cryogate.toml")]
    assert "1 reading had no usable ambient pressure" in CliRunner().invoke(app, common).stdout
    shown = json.loads(CliRunner().invoke(app, [*common, "--json"]).stdout)
    assert (shown["unproven_s"], shown["readings_without_pressure"]) == (100.0, 1)


def test_a_channel_without_such_a_floor_says_nothing_of_pressure(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.read(*READINGS)
    assert prove(desk.journal, "top", NOON_NS, NOON_NS + SECOND).without_pressure is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('ln2_pressure_channel = "ambient"', 'ln2_pressure_channel = "ambiant"', "did you mean 'ambient'?"),
        (
            'ln2_pressure_channel = "ambient"',
            'ln2_pressure_channel = "shipper"',
            "'shipper' is in degC, not in Pa",
        ),
        ('ln2_pressure_channel = "ambient"', 'ln2_pressure_channel = "top"', "its own ln2_pressure_channel"),
        ('ln2_pressure_channel = "ambient"', "", "give either floor, or"),
        (
            "ceiling_degC = 100.0",
            "ceiling_Pa = 100.0",
            "is for limits in degC, but those of the rule are in Pa",
        ),
    ],
)
def test_what_can_not_be_meant_is_refused(old: str, new: str, message: str) -> None:
    assert any(message in problem for problem in problems(LIVE.replace(old, new)))


def test_check_says_what_holds_while_the_pressure_is_silent(desk: Desk) -> None:
    shown = CliRunner().invoke(app, ["check", "--config", str(desk.folder / "cryogate.toml")]).stdout
    assert "while 'ambient' gives no usable pressure, readings down to -200.78 degC" in shown.replace(
        "\n", " "
    )
    told = LIVE.replace(
        'ln2_pressure_channel = "ambient"', 'ln2_pressure_channel = "ambient"\nln2_pressure_Pa = 95000.0'
    )
    assert not any("usable pressure" in r for r in parse(tomllib.loads(told), Path("cryogate.toml")).remarks)
