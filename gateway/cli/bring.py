"""`cryogate import`: what a logger recorded while nobody was listening."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli.each_file import each_file
from gateway.cli.import_screen import after_import, preview_lines
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.terminal import print_json, say
from gateway.commands.author import at_this_box
from gateway.commands.desk import Desk, open_desk
from gateway.commands.imports import Brought, import_file
from gateway.config.load import load
from gateway.config.timeline import timeline_of
from gateway.config.types import Configuration
from gateway.errors import InputError
from gateway.questions.import_alarms import alarms_in
from gateway.questions.import_preview import preview_import
from gateway.writing.described import numbers_of
from gateway.writing.logged import check_mapped
from gateway.writing.mapping import Mapped, files_of, read_mapping


def add_to(app: typer.Typer) -> None:
    app.command("import")(import_)


def import_(
    files: Annotated[
        list[Path], typer.Argument(help="Logger downloads, or folders of them, all of the same format.")
    ],
    mapping: Annotated[
        Path, typer.Option("--map", help="TOML: format, [options], [channels]; see docs/imports.md.")
    ],
    by: Annotated[str, typer.Option("--by", help="Who brings them; not needed with --dry.")] = "",
    dry: Annotated[bool, typer.Option("--dry", help="Show what would be taken, and take nothing.")] = False,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Take logger downloads into the journal, where they are screened like any other reading.

    The gateway may be running or not. A file is taken whole or not at all; of several, those that can be
    are, and the others are named at the end (exit code 1). Its SHA-256 is recorded, and the same file under
    the same mapping again changes nothing. Look first with --dry: first and last time, lowest and highest
    value, and gaps show at once whether zone, unit and columns are right.

    Example: cryogate import box-7.csv --map hobo.toml --dry

    Example: cryogate import box-7.csv --map hobo.toml --by "Li Na"

    Example: cryogate import /mnt/bluefors --map bluefors.toml --by "Li Na"
    """
    configuration, mapped = load(config), read_mapping(mapping)
    check_mapped(mapped, configuration)
    paths = files_of(files, mapped)
    if dry:
        _preview(paths, mapped, configuration, as_json)
    elif not by.strip():
        raise InputError('say who brings them: --by "NAME"; or look at them only: --dry')
    else:
        _import(paths, mapped, configuration, by, as_json)


def _preview(paths: Sequence[Path], mapped: Mapped, configuration: Configuration, as_json: bool) -> None:
    def look(path: Path) -> dict[str, Any]:
        preview = preview_import(path, mapped, configuration)
        for line in () if as_json else preview_lines(preview):
            say(line)
        return preview.plain()

    done = each_file(paths, look)
    if as_json:
        print_json(done.answers)
    else:
        say("nothing was taken")
    done.complain()


def _import(
    paths: Sequence[Path], mapped: Mapped, configuration: Configuration, by: str, as_json: bool
) -> None:
    author = at_this_box(by)

    def take(path: Path) -> dict[str, Any]:
        done = import_file(desk, author, path, mapped)
        alarms = _alarms(done, mapped, desk)
        for line in () if as_json else after_import(path, done, alarms):
            say(line)
        return {**_plain(path, done), "alarms": alarms}

    with open_desk(configuration) as desk:
        done = each_file(paths, take)
    if as_json:
        print_json(done.answers)
    done.complain()


def _alarms(done: Brought, mapped: Mapped, desk: Desk) -> list[dict[str, Any]]:
    """That follow from what is new."""
    if not done.fresh:
        return []
    numbers = numbers_of(desk.configuration, desk.journal, mapped.channels.values())
    return alarms_in(desk.configuration, numbers, done.samples, timeline_of(desk.journal))


def _plain(path: Path, done: Brought) -> dict[str, Any]:
    return {
        "file": str(path),
        "sha256": done.sha256,
        "readings": done.readings,
        "new": done.fresh,
        "contradicting": done.contradicting,
        "no_data": done.marks,
        "lines_not_understood": len(done.lines.not_understood),
        "remarks": list(done.lines.remarks),
    }
