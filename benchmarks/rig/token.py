"""An API token of an administrator, made by the commands as a person would."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from gateway.cli import app


def token_of(config: Path) -> str:
    """Of an account `bench` that is new."""
    by = ("--by", "bench", "--config", str(config), "--json")
    for words in (
        ("people", "set", "bench", "--name", "Bench"),
        ("account", "add", "bench", "--role", "administrator"),
    ):
        done = CliRunner().invoke(app, [*words, *by])
        assert done.exit_code == 0, done.output
    made = CliRunner().invoke(app, ["account", "token", "add", "bench", "api", "--for", "1d", *by])
    return str(json.loads(made.stdout)["secret"])
