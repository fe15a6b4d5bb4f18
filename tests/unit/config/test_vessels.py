"""What is said of a vessel fits the channels that measure it, or is a mistake with its place."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from gateway.config.load import parse
from gateway.config.types import Configuration, Vessel
from gateway.errors import ConfigurationError

WEIGHT = """
[channels.weight]
asset = "a"
source = "p"
address = "b"
quantity = "mass"
unit = "kg"
"""


def configured(vessel: str, more: str = "") -> Configuration:
    text = f"""
[gateway]
name = "g"
[sites.s]
[assets.a]
site = "s"
[assets.a.vessel]
{vessel}
[sources.p]
kind = "download"
[channels.top]
asset = "a"
source = "p"
address = "a"
{more}"""
    return parse(tomllib.loads(text), Path("cryogate.toml"))


def test_what_is_not_said_is_not_known() -> None:
    assert configured("").assets["a"].vessel == Vessel()


def test_all_of_it() -> None:
    said = configured("rated_hold_d = 13\ncapacity_L = 3.6\ntare_kg = 4.5\nearly_h = 24", WEIGHT)
    assert said.assets["a"].vessel == Vessel(13.0, 3.6, None, 4.5, 22.0, 24.0)


@pytest.mark.parametrize(
    ("vessel", "more", "problem"),
    [
        ("rated_hold_d = 0", "", "assets.a.vessel: rated_hold_d must lie above 0"),
        ("capacity_L = -1", "", "assets.a.vessel: capacity_L must lie above 0"),
        ("early_h = 1e9", "", "assets.a.vessel: early_h must lie above 0 and not above 8760"),
        ("tare_kg = -4.5", WEIGHT, "assets.a.vessel: tare_kg must lie between 0"),
        ("surroundings_degC = 295", "", "assets.a.vessel: surroundings_degC must lie between -60 and 60"),
        ("tare_kg = 4.5", "", "assets.a.vessel.tare_kg: no channel of this asset measures a mass"),
        ("full_mm = 400", "", "assets.a.vessel.full_mm: no channel of this asset measures a level in mm"),
        ("early_h = 24", WEIGHT, "assets.a.vessel.tare_kg: missing"),
        ("hold_d = 13", "", "assets.a.vessel.hold_d: unknown key 'hold_d'; did you mean 'rated_hold_d'?"),
    ],
)
def test_mistakes(vessel: str, more: str, problem: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        configured(vessel, more)
    assert [p for p in refused.value.problems if p.startswith(problem)], refused.value.problems
