"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Config = Annotated[
    Path,
    typer.Option(
        "--config", "-c", envvar="CRYOGATE_CONFIG", help="The configuration file.", show_default=True
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
AlarmId = Annotated[
    str, typer.Argument(metavar="ALARM", help="The alarm's id, or as much of its start as is unique.")
]
DEFAULT_CONFIG = Path("cryogate.toml")
