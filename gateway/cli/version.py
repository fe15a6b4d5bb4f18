"""`cryogate version`: which program this is."""

from __future__ import annotations

import typer

from gateway import __version__
from gateway.journal.database import SQLITE


def add_to(app: typer.Typer) -> None:
    app.command()(version)


def version() -> None:
    """Print the version, and that of SQLite, which keeps the journal."""
    typer.echo(f"{__version__}, SQLite {SQLITE}")
