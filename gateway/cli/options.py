"""Options that several commands share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

Config = Annotated[
    Path,
    typer.Option(
        "--config", "-c", envvar="CRYOGATE_CONFIG", help="The configuration file.", show_default=True
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
DEFAULT_CONFIG = Path("cryogate.toml")


def print_json(data: Any) -> None:
    """Data for a script, one indented document."""
    typer.echo(json.dumps(data, indent=2, ensure_ascii=False))
