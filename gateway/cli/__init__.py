"""The `cryogate` command: one file per group of commands."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from gateway.cli.listing import Listing
from gateway.errors import ConfigurationError, CryogateError
from gateway.text import counted, lines, one_line

COLLECT_AFTER: Final = 50_000, 20, 10
"""Objects, before garbage is looked for; how often so, before what is older, and what is oldest is looked
through: a command makes many that it needs to its end, and with the usual 700, 10, 10 a quarter of its time
went into looking through them. What `run` makes of it is in app.py."""

app = typer.Typer(
    cls=Listing,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # names in brackets are shown as they are
)


@app.callback()
def cryogate(
    server: Annotated[  # afar.py looks at all three
        str,
        typer.Option(envvar="CRYOGATE_SERVER", metavar="URL", help="Ask the gateway there, over its API."),
    ] = "",
    token: Annotated[
        str,
        typer.Option(envvar="CRYOGATE_TOKEN", help="With --server: an API token; better in the environment."),
    ] = "",
    ca_file: Annotated[
        Path | None,
        typer.Option(envvar="CRYOGATE_CA_FILE", help="With --server: the certificate that counts."),
    ] = None,
) -> None:
    """Gateway for cryogenic cold chains: readings that are never lost, excursions found exactly, alarms that
    name the product units inside.
    """


def main() -> None:
    """Run the command; a mistake ends in a sentence and exit code 1 or 2, never in a traceback."""
    gc.set_threshold(*COLLECT_AFTER)
    try:
        _run()
    finally:
        gc.freeze()  # Python looks through everything at its end: a fifth of what a short command costs


def _run() -> None:
    for stream in (sys.stdout, sys.stderr):  # a terminal that is not of UTF-8 shows escapes
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        app(prog_name="cryogate")
    except ConfigurationError as error:
        typer.echo(f"{counted(len(error.problems), 'problem')} in the configuration:", err=True)
        for problem in error.problems:
            typer.echo(f"  {one_line(problem)}", err=True)
        sys.exit(2)
    except CryogateError as error:
        typer.echo(f"cryogate: {lines(str(error))}", err=True)
        sys.exit(1)
    except PermissionError as error:  # the data folder is the gateway's alone
        what = f"{one_line(str(error.filename))}: {error.strerror}"
        typer.echo(f"cryogate: {what}; run it as the user of the gateway, or in its group", err=True)
        sys.exit(1)
