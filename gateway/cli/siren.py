"""`cryogate siren`: whether each siren should be on, because of which alarms, and its test button."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from gateway.cli.liveness import known_at_ns
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.reading import journal_in, open_records
from gateway.cli.terminal import console, print_json
from gateway.commands import sirens as commands
from gateway.commands.sirens import sirens_of
from gateway.config.load import load
from gateway.config.types import Configuration
from gateway.text import one_line


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
    if as_json:
        print_json([{"siren": name, "on": bool(ids), "because": ids} for name, ids in because.items()])
        return
    for name, ids in because.items():
        console().print(_line(name, ids), soft_wrap=True)
    if not because:
        console().print('no siren: the configuration has no notifier with kind = "siren"')


def _press(configuration: Configuration, name: str, seconds: float) -> None:
    options, ids = commands.siren_named(configuration, name), list[str]()

    def should_be_on() -> bool:
        ids[:] = _because(configuration, name)
        return bool(ids)

    def tell(answer: str) -> None:
        console().print(f"{one_line(name)}: {answer}", soft_wrap=True)

    commands.press(options, seconds, should_be_on, tell)
    console().print(_line(name, ids), soft_wrap=True)


def _because(configuration: Configuration, name: str) -> list[str]:
    folder, options = configuration.data_dir, commands.siren_named(configuration, name)
    with open_records(folder) as records, journal_in(folder) as journal:
        return commands.because(configuration, name, options, journal, records, time.time_ns())


def _line(name: str, because: list[str]) -> str:
    why = f"on, because of {', '.join(because)}" if because else "off: no alarm asks for it"
    return f"{one_line(name)}: should be {why}"
