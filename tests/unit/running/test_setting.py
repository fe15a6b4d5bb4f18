"""What messages say beside an alarm, from a configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.alarming.versions import own_version
from gateway.config.load import load
from gateway.running.setting import SettingNow

TEXT = """
[gateway]
name = "test"
[sites.pudong]
time_zone = "Asia/Shanghai"
[assets.dewar]
site = "pudong"
[sources.device]
kind = "download"
[channels.dewar]
asset = "dewar"
source = "device"
address = "dewar"
profile = "p"
[[channels.dewar.rules]]
id = "fast"
kind = "rate"
side = "rising"
severity = "major"
window_s = 600.0
limit_degC_per_min = 1.5
[[profiles.p]]
version = "1"
rules = [{ id = "high", kind = "limit", side = "high", limit_degC = -150.0, severity = "major" }]
[[profiles.p]]
version = "2"
valid_from = 2026-01-05T00:00:00Z
rules = [
  { id = "high", kind = "limit", side = "high", limit_degC = -140.0, severity = "major" },
  { id = "still", kind = "stuck", epsilon_degC = 0.1, window_s = 600.0, severity = "major" },
]
"""


@pytest.fixture
def setting(tmp_path: Path) -> SettingNow:
    path = tmp_path / "cryogate.toml"
    path.write_text(TEXT)
    return SettingNow(load(path))


def test_the_clock_at_a_site(setting: SettingNow) -> None:
    assert (setting.time_zone("pudong"), setting.time_zone("gone"), setting.time_zone("")) == (
        "Asia/Shanghai",
        "UTC",
        "UTC",
    )


def test_what_was_renamed_while_an_alarm_is_open(tmp_path: Path) -> None:
    """The alarm has the names of then: of site, asset and channel."""
    text = TEXT.replace("dewar.rules", "probe.rules").replace('"pudong"', '"lab"')
    for before, now in (("sites.pudong", "sites.lab"), ("assets.dewar", "assets.vessel")):
        text = text.replace(f"[{before}]", f'[{now}]\nwas = "{before.partition(".")[2]}"')
    text = text.replace("[channels.dewar]", '[channels.probe]\nwas = "dewar"')
    (tmp_path / "cryogate.toml").write_text(text.replace('asset = "dewar"', 'asset = "vessel"'))
    configuration = load(tmp_path / "cryogate.toml")
    setting = SettingNow(configuration)
    assert [setting.name_now(name) for name in ("dewar", "vessel", "gone")] == ["vessel", "", ""]
    assert setting.time_zone("pudong") == setting.time_zone("", ["dewar"]) == "Asia/Shanghai"
    (rule,) = configuration.channels["probe"].rules
    assert setting.limit("dewar", "fast", own_version(rule.kind, rule.parameters)) == (1.5, "degC/min")


def test_the_clock_where_the_assets_of_a_fault_are(setting: SettingNow) -> None:
    asset = next(iter(setting._configuration.assets))
    assert setting.time_zone("", [asset]) == setting.time_zone("", [asset, "gone"]) == "Asia/Shanghai"
    assert setting.time_zone("gone", [asset]) == setting.time_zone("", ["gone"]) == "UTC"


def test_the_limit_of_a_rule_in_its_version(setting: SettingNow) -> None:
    assert setting.limit("dewar", "high", "p 1") == (-150.0, "degC")
    assert setting.limit("dewar", "high", "p 2") == (-140.0, "degC")


def test_the_limit_of_a_rule_of_its_own(setting: SettingNow, tmp_path: Path) -> None:
    """Under other parameters it was another rule: its alarms must not show the limit of today."""
    (rule,) = load(tmp_path / "cryogate.toml").channels["dewar"].rules
    version = own_version(rule.kind, rule.parameters)
    assert setting.limit("dewar", "fast", version) == (1.5, "degC/min")
    assert setting.limit("dewar", "fast", version[:-1] + "-") is None
    assert setting.limit("gone", "fast", version) is None


@pytest.mark.parametrize(
    "of",
    [
        ("dewar", "still", "p 2"),
        ("dewar", "high", "p 3"),
        ("dewar", "no-data", "p 2"),
        ("gone", "fast", "p 1"),
    ],
)
def test_rules_without_a_limit(setting: SettingNow, of: tuple[str, str, str]) -> None:
    assert setting.limit(*of) is None
