"""`cryogate import`: what a logger recorded while nobody was listening."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.saying import By
from gateway.cli.terminal import print_json, say
from gateway.commands.author import at_this_box
from gateway.commands.desk import open_desk
from gateway.commands.imports import import_file
from gateway.commands.words import who_and_when
from gateway.config.load import load
from gateway.writing.bring import read_mapping


def add_to(app: typer.Typer) -> None:
    app.command("import")(import_)


def import_(
    files: Annotated[list[Path], typer.Argument(help="Logger downloads, all of the same format.")],
    by: By,
    mapping: Annotated[
        Path, typer.Option("--map", help=r"TOML: format, \[options], \[channels]; see docs/imports.md.")
    ],
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
    author, results = at_this_box(by), []
    with open_desk(configuration) as desk:
        for path in files:
            done = import_file(desk, author, path, mapped)
            results.append(
                {"file": str(path), "sha256": done.sha256, "readings": done.readings, "new": done.fresh}
            )
            if as_json:
                continue
            if done.before is not None:
                say(f"{path}: was imported by {who_and_when(done.before)}; nothing changes")
            else:
                say(f"{path}: {done.readings} readings, {done.fresh} of them new; SHA-256 {done.sha256}")
    if as_json:
        print_json(results)
