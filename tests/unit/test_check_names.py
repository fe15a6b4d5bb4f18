"""`check` refuses names that terminals and pages cannot show, and counts what has them once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from tests.unit.test_check_command import SITE


@pytest.mark.parametrize("text", ["a\\nb", "\\u001b[31m", "\\u202e", "   ", "x" * 201])
@pytest.mark.parametrize("where", ["sites.s", "assets.dewar"])
def test_names_that_terminals_cannot_show(tmp_path: Path, text: str, where: str) -> None:
    path = tmp_path / "cryogate.toml"
    site = SITE.format(data_dir="data", kind="ln2_freezer")
    path.write_text(site.replace(f"[{where}]\n", f'[{where}]\nname = "{text}"\n'))
    told = CliRunner().invoke(app, ["check", "--json", "--config", str(path)])
    assert told.exit_code == 2
    problems = json.loads(told.output)["problems"]
    assert any("name: expected one line" in one and one.startswith(where) for one in problems), problems


def test_rules_of_sites_assets_and_channels_are_counted_once(tmp_path: Path) -> None:
    def rule(of: str, name: str, degC: float) -> str:
        return (
            f'[[{of}.rules]]\nid = "{name}"\nkind = "limit"\nside = "high"\nlimit_degC = {degC}\n'
            'severity = "major"\n'
        )

    channels = "".join(
        f'[channels.{name}]\nasset = "dewar"\nsource = "in"\naddress = "{name}"\n' for name in ("top", "low")
    )
    path = tmp_path / "cryogate.toml"
    path.write_text(
        SITE.format(data_dir="data", kind="ln2_freezer")
        + rule("sites.s", "warm", -140.0)
        + rule("assets.dewar", "warmer", -130.0)
        + '[sources.in]\nkind = "download"\n'
        + channels
        + rule("channels.top", "warmest", -120.0)
    )
    told = CliRunner().invoke(app, ["check", "--config", str(path)])
    assert told.exit_code == 0, told.output
    assert "2 channels, 0 profiles, 3 rules" in told.output
