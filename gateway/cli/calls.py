"""`cryogate calls`: who was told of what with what answer, and who is next."""

from __future__ import annotations

import time
from typing import Annotated, Any, Final

import typer

from gateway.cli.liveness import known_at_ns
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.reading import journal_in
from gateway.cli.terminal import console, print_json
from gateway.config.load import load
from gateway.errors import InputError
from gateway.journal.opened import open_records
from gateway.published.labels import labels_of, now_text
from gateway.questions.calls import calls_at
from gateway.text import safe

MOST_GROUPS: Final = 200  # on a screen, the most urgent


def add_to(app: typer.Typer) -> None:
    app.command()(calls)


def calls(
    group: Annotated[
        str | None, typer.Argument(help="One group, or as much of its id's start as is unique.")
    ] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Groups of alarms: how urgent, who was told when by what with what answer, who is next and when.

    Works without the gateway.

    Example: cryogate calls; cryogate calls G-7Q2M --json
    """
    configuration = load(config)
    with (
        open_records(configuration.data_dir) as records,
        journal_in(configuration.data_dir) as journal,
    ):
        known_at_ns(configuration)
        view = calls_at(configuration, journal, records, time.time_ns())
        found = view.groups(None if as_json or group is not None else MOST_GROUPS)
    if group is not None:
        found = starting_with(found, group)
    if as_json:
        print_json(found)
        return
    from gateway.cli.calls_screen import group_lines

    out, now, labels = console(), now_text(), labels_of(configuration)
    for one in safe(found):
        for line in group_lines(one, labels, now):
            out.print(line, soft_wrap=True)
    if not found:
        out.print("nobody is called")
    elif group is None and view.number > len(found):
        out.print(f"... and {view.number - len(found)} more: --json has all")


def starting_with(every: list[dict[str, Any]], start: str) -> list[dict[str, Any]]:
    """Raises InputError where it is none, or several."""
    found = [one for one in every if one["id"].upper().startswith(start.upper())]
    exact = [one for one in found if one["id"].upper() == start.upper()]
    if not found:
        raise InputError(f"no group {start!r} needs anybody; `cryogate calls` lists those that do")
    if len(found) > 1 and not exact:
        raise InputError(f"{start!r} is the start of {len(found)} groups; give more of it")
    return exact or found
