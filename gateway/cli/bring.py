"""`cryogate import`: what a logger recorded while nobody was listening."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config, print_json
from gateway.config.load import load
from gateway.journal.journal import Journal
from gateway.times import format_rfc3339
from gateway.writing.bring import bring, read_mapping


def add_to(app: typer.Typer) -> None:
    app.command("import")(import_)


def import_(
    files: Annotated[list[Path], typer.Argument(help="Logger downloads, all of the same format.")],
    mapping: Annotated[
        Path, typer.Option("--map", help=r"TOML: format, \[options], \[channels]; see docs/imports.md.")
    ],
    by: Annotated[str, typer.Option("--by", help="Who imports.")] = "",
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Take logger downloads into the journal, where they are screened like any other reading.

    The gateway may be running or not. A file is taken whole or not at all; its SHA-256 is recorded, and the
    same file again changes nothing.

    Example: cryogate import fridge-tag-april.txt --map fridgetag.toml --by "Li Na"
    """
    configuration = load(config)
    mapped = read_mapping(mapping)
    configuration.data_dir.mkdir(parents=True, exist_ok=True)
    results = []
    with Journal.open(configuration.data_dir / "journal.sqlite") as journal:
        for path in files:
            done = bring(
                path, mapped, configuration, journal, by or configuration.gateway.name, time.time_ns()
            )
            results.append(
                {"file": str(path), "sha256": done.sha256, "readings": done.readings, "new": done.fresh}
            )
            if as_json:
                continue
            if done.before is not None:
                when = format_rfc3339(done.before.at_ns)[:19]
                typer.echo(f"{path}: was imported by {done.before.by} at {when}Z; nothing changes")
            else:
                typer.echo(
                    f"{path}: {done.readings} readings, {done.fresh} of them new; SHA-256 {done.sha256}"
                )
    if as_json:
        print_json(results)
