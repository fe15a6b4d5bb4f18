"""What a channel declares of its device: values that mean a fault, and the range that is believed."""

from __future__ import annotations

import json
import math
import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.config.load import parse
from gateway.config.types import Configuration
from gateway.errors import ConfigurationError
from gateway.journal.journal import Journal
from gateway.model import Quality
from gateway.possible import EVERYTHING, Believed
from gateway.writing.introduction import introduce
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS, Desk


def told(keys: str) -> str:
    return CONFIG.replace("[channels.top]", f"[channels.top]\n{keys}")


def configured(keys: str) -> Configuration:
    return parse(tomllib.loads(told(keys)), Path("x"))


def believed(keys: str) -> Believed:
    return configured(keys).channels["top"].believed


def test_without_any_nothing_is_declared() -> None:
    assert believed("") is EVERYTHING


@pytest.mark.parametrize(
    ("keys", "lowest", "highest", "faults"),
    [
        ("faults = [85]\nlowest = -210", -210.0, 1e9, {85.0}),
        ('unit = "degF"\nfaults = [185]\nhighest = 212', -555555573.333333, 100.0, {85.0}),
        ('unit = "K"\nfaults = [0.15]\nlowest = 4.0', -269.15, 999999726.85, {-273.0}),
    ],
)
def test_they_are_in_the_unit_of_the_device(
    keys: str, lowest: float, highest: float, faults: set[float]
) -> None:
    found = believed(keys)
    assert (found.lowest, found.highest) == pytest.approx((lowest, highest), rel=1e-9)
    assert faults <= set(found.faults)


def test_behind_a_probe_they_are_what_the_probe_gives() -> None:
    found = believed('unit = "ohm"\nprobe = "pt100"\nlowest = -205.0\nhighest = 60.0\nfaults = [-200.0]')
    assert found == (-205.0, 60.0, (-200.0,))


def test_a_fault_that_came_in_four_bytes_is_the_same() -> None:
    assert -327.670013428 in believed("faults = [-327.67]").faults


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ("lowest = 5.0\nhighest = -5.0", "lowest must be below highest, found 5 and -5"),
        ("lowest = 5.0\nhighest = 5.0", "lowest must be below highest"),
        ("lowest = 2000.0", "nothing that can be is left: a temperature lies in -273.15 to 1400 degC"),
        ("highest = -300.0", "nothing that can be is left"),
        ("lowest = nan", "lowest: nan is no number that a device can say"),
        ("highest = inf", "highest: inf is no number"),
        ("faults = [85.0, nan]", "faults: nan is no number"),
        ("faults = [1e12]", "faults: 1e+12 is no number"),
        (f"faults = {list(range(101))}", "faults: at most 100 numbers, found 101"),
        ("highest = -150.0", "rule 'above-150' can never fire: beyond `highest`, -150 degC, all is BAD"),
        ('faults = ["85"]', "expected a list of numbers, found list"),
        ("faults = 85.0", "expected a list of numbers"),
    ],
)
def test_nonsense_is_refused(keys: str, problem: str) -> None:
    with pytest.raises(ConfigurationError, match=r"channels\.top") as why:
        configured(keys)
    assert any(problem in line for line in why.value.problems), why.value.problems


CALIBRATION = """
[channels.top.calibration]
certificate = "x"
date = 2025-01-05
due = 2036-01-05
expanded_uncertainty_degC = 0.1
offset_degC = 1.5
"""


def test_a_calibration_can_lift_what_is_believed_above_a_limit() -> None:
    text = told("highest = -150.0") + CALIBRATION
    assert parse(tomllib.loads(text), Path("x")).channels["top"].believed.highest == -150.0


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("faults = [-196.0]", True),  # as cold as what is stored there
        ("faults = [-150.0]", True),
        ("faults = [85.0]", False),
        ("faults = [-999.9]", False),  # cannot be anyway
        ("faults = [-196.0]\nlowest = -195.9", False),
    ],
)
def test_a_fault_that_the_product_can_have_is_a_remark(keys: str, expected: bool) -> None:
    remarks = [r for r in configured(keys).remarks if r.startswith("channels.top.faults")]
    assert bool(remarks) == expected
    assert not remarks or "is in range of all its limits" in remarks[0]


def test_a_channel_without_limits_has_no_usual_value() -> None:
    text = told("faults = [-196.0]").replace('profile = "p"\n', "")
    assert not [r for r in parse(tomllib.loads(text), Path("x")).remarks if "faults" in r]


def check(folder: Path, keys: str) -> dict[str, Any]:
    path = folder / "cryogate.toml"
    path.write_text(told(keys))
    done = CliRunner().invoke(app, ["check", "--json", "--config", str(path)])
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.output)
    return found


def test_what_came_before_stays_as_it_was_judged(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    desk = Desk(tmp_path / "data", told("faults = [-127.0]"))
    desk.read(("top", 0, -190.0), ("top", 10, 85.0), ("top", 20, None))
    before = desk.journal.read(None, 0, None).samples
    assert not [line for line in check(tmp_path, "faults = [-127.0]")["changes"] if "faults" in line]
    [line] = [
        line for line in check(tmp_path, "faults = [85.0]\nlowest = -200.0")["changes"] if "top" in line
    ]
    assert line == (
        "channels.top: other faults, lowest from the start on; what came before stays in the journal as it "
        "was judged then"
    )
    introduce(configured("faults = [85.0]\nlowest = -200.0"), desk.journal, NOON_NS + 3600 * 10**9)
    with Journal.open_reading(tmp_path / "data" / "journal.sqlite") as journal:
        after = journal.read(None, 0, None).samples
    assert after.quality.tolist() == before.quality.tolist() == [Quality.GOOD, Quality.GOOD, Quality.BAD]
    assert after.value.tolist()[:2] == [-190.0, 85.0] and math.isnan(after.value[2])


@pytest.mark.parametrize(("side", "limit"), [("high", -300.0), ("low", 1400.5)])
def test_a_limit_that_everything_is_beyond_is_refused(side: str, limit: float) -> None:
    rule = f'[[channels.top.rules]]\nid = "x"\nkind = "limit"\nside = "{side}"\nlimit_degC = {limit}\n'
    with pytest.raises(ConfigurationError, match="rule 'x' always fires: nothing can be"):
        parse(tomllib.loads(f'{CONFIG}\n{rule}severity = "minor"\n'), Path("x"))


@pytest.mark.parametrize(
    ("side", "limit"), [("low", -273.15), ("low", -300.0), ("high", 1400.0), ("high", 5e8)]
)
def test_a_limit_that_nothing_can_be_beyond_is_refused(side: str, limit: float) -> None:
    rule = f'[[channels.top.rules]]\nid = "x"\nkind = "limit"\nside = "{side}"\nlimit_degC = {limit}\n'
    with pytest.raises(ConfigurationError, match="rule 'x' can never fire: nothing can be beyond"):
        parse(tomllib.loads(f'{CONFIG}\n{rule}severity = "minor"\n'), Path("x"))
