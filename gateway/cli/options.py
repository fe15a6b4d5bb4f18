"""Options that several commands share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

Config = Annotated[
    Path,
    typer.Option(
        "--config", "-c", envvar="CRYOGATE_CONFIG", help="The configuration file.", show_default=True
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
DEFAULT_CONFIG = Path("cryogate.toml")
WIDTH_OF_A_PIPE = 140  # characters


def console() -> Console:
    """For people; a pipe is as wide as tables need."""
    terminal = Console()
    return terminal if terminal.is_terminal else Console(width=WIDTH_OF_A_PIPE)


def print_json(data: Any) -> None:
    """Data for a script, one indented document."""
    typer.echo(json.dumps(data, indent=2, ensure_ascii=False))
