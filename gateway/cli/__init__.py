"""The `cryogate` command: one file per group of commands."""

from __future__ import annotations

import sys

import typer

from gateway import __version__
from gateway.cli import (
    bring,
    check,
    contents,
    convert,
    doctor,
    history,
    journal,
    look,
    parked,
    place,
    preview,
    proof,
    replay,
    retention,
    run,
    statements,
    tell,
)
from gateway.cli.terminal import say
from gateway.errors import ConfigurationError, CryogateError
from gateway.journal.database import SQLITE
from gateway.text import counted, lines

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Gateway for cryogenic cold chains: readings that are never lost, excursions found exactly, "
    "alarms that name the product units inside.",
)
for module in (
    run,
    check,
    contents,
    look,
    history,
    tell,
    place,
    statements,
    parked,
    replay,
    preview,
    proof,
    bring,
    convert,
    journal,
    retention,
    doctor,
):
    module.add_to(app)


def main() -> None:
    """Run the command; a mistake ends in a sentence and exit code 1 or 2, never in a traceback."""
    try:
        app()
    except ConfigurationError as error:
        say(f"{counted(len(error.problems), 'problem')} in the configuration:", err=True)
        for problem in error.problems:
            say(f"  {problem}", err=True)
        sys.exit(2)
    except CryogateError as error:
        typer.echo(f"cryogate: {lines(str(error))}", err=True)
        sys.exit(1)


@app.command()
def version() -> None:
    """Print the version, and that of SQLite, which keeps the journal."""
    typer.echo(f"{__version__}, SQLite {SQLITE}")
