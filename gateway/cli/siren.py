"""`cryogate siren`: whether each siren should be on, because of which alarms, and its test button."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from gateway.cli.liveness import known_at_ns
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.reading import journal_in
from gateway.cli.terminal import print_json, say
from gateway.commands import sirens as commands
from gateway.commands.sirens import sirens_of
from gateway.config.load import load
from gateway.config.types import Configuration
from gateway.journal.opened import open_records


def add_to(app: typer.Typer) -> None:
    app.command()(siren)


def siren(
    config: Config = DEFAULT_CONFIG,
    test: Annotated[str | None, typer.Option(help="Switch the siren of this name on for a moment.")] = None,
    seconds: Annotated[float, typer.Option(min=1, max=60, help="How long the test takes.")] = 5.0,
    as_json: AsJson = False,
) -> None:
    """Whether each siren or lamp should be on, and because of which alarms. Works without the gateway.

    With --test it is on for some seconds, and then what it should be. Say so to the people who hear it.

    Example: cryogate siren --test lamp --seconds 3
    """
    configuration = load(config)
    if test is not None:
        _press(configuration, test, seconds)
        return
    because = {name: _because(configuration, name) for name in sirens_of(configuration)}
    if because:
        known_at_ns(configuration)
    rows = [{"siren": name, "on": bool(ids), "because": ids} for name, ids in because.items()]
    show_sirens(rows, as_json)


def show_sirens(rows: Sequence[Mapping[str, Any]], as_json: bool) -> None:
    """As `--json` and the API have them."""
    if as_json:
        print_json(rows)
        return
    for row in rows:
        say(line_of(row["siren"], row["because"]))
    if not rows:
        say('no siren: the configuration has no notifier with kind = "siren"')


def _press(configuration: Configuration, name: str, seconds: float) -> None:
    options, ids = commands.siren_named(configuration, name), list[str]()

    def should_be_on() -> bool:
        ids[:] = _because(configuration, name)
        return bool(ids)

    def tell(answer: str) -> None:
        say(f"{name}: {answer}")

    commands.press(options, seconds, should_be_on, tell)
    say(line_of(name, ids))


def _because(configuration: Configuration, name: str) -> list[str]:
    folder, options = configuration.data_dir, commands.siren_named(configuration, name)
    with open_records(folder) as records, journal_in(folder) as journal:
        return commands.because(configuration, name, options, journal, records, time.time_ns())


def line_of(name: str, because: Sequence[str]) -> str:
    why = f"on, because of {', '.join(because)}" if because else "off: no alarm asks for it"
    return f"{name}: should be {why}"
