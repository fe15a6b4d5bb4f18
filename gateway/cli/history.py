"""`cryogate history`: what was known of one alarm, when, and what changed it."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.terminal import console, print_json
from gateway.config.load import load
from gateway.journal.journal import Journal
from gateway.journal.opened import open_records
from gateway.published.alarm import of_known_in_parts
from gateway.published.labels import labels_of
from gateway.questions.history import find
from gateway.questions.history import history as of_alarm


def add_to(app: typer.Typer) -> None:
    app.command()(history)


def history(
    alarm: Annotated[str, typer.Argument(help="The alarm's id, or as much of its start as is unique.")],
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Every change of an alarm: when it was recorded, and what was known before and after it.

    Example: cryogate history E-7Q2M
    """
    configuration = load(config)
    folder, labels = configuration.data_dir, labels_of(configuration)
    with open_records(folder) as records, Journal.open_reading(folder / "journal.sqlite") as journal:
        row = find(records, alarm)
        known = of_alarm(journal, records, row.id, of_known_in_parts)
        if as_json:
            print_json(known)
        else:
            from gateway.cli.history_screen import print_history

            print_history(console(), of_known_in_parts(row.body, row.number), known, labels)
