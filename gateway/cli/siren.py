"""`cryogate siren`: whether each siren should be on, because of which alarms, and its test button."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from gateway.cli.liveness import known_at_ns
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.reading import journal_in, open_records
from gateway.cli.terminal import console, print_json
from gateway.config.escalations import in_steps
from gateway.config.load import load
from gateway.config.types import Configuration
from gateway.errors import InputError
from gateway.notifiers.siren import Options, sounding
from gateway.published.alarm import of_known
from gateway.questions.calls import calls_at
from gateway.text import one_line

KIND = "siren"
AGAIN_S = 1.0  # the gateway sets it, too, to what it should be


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
    sirens = {name: told.options for name, told in configuration.notifiers.items() if told.kind == KIND}
    if test is not None:
        _press(configuration, _named(sirens, test), test, seconds)
        return
    because = {name: _because(configuration, name, options) for name, options in sirens.items()}
    if because:
        known_at_ns(configuration)
    if as_json:
        print_json([{"siren": name, "on": bool(ids), "because": ids} for name, ids in because.items()])
        return
    for name, ids in because.items():
        console().print(_line(name, ids), soft_wrap=True)
    if not because:
        console().print('no siren: the configuration has no notifier with kind = "siren"')


def _named(sirens: Mapping[str, Any], name: str) -> Options:
    if name not in sirens:
        known = ", ".join(map(one_line, sirens)) or "none"
        raise InputError(f"no siren {one_line(name)!r}; known: {known}")
    options: Options = sirens[name]
    return options


def _press(configuration: Configuration, options: Options, name: str, seconds: float) -> None:
    """On, and in any case what it should be afterwards."""
    until_s = time.monotonic() + seconds
    try:
        console().print(f"{one_line(name)}: {options.lamp.switch(True, {}) or 'on'}", soft_wrap=True)
        while (left_s := until_s - time.monotonic()) > 0:
            time.sleep(min(AGAIN_S, left_s))
            options.lamp.switch(True, {})
    finally:
        because = _because(configuration, name, options)
        options.lamp.switch(bool(because), {})
        console().print(_line(name, because), soft_wrap=True)


def _because(configuration: Configuration, name: str, options: Options) -> list[str]:
    """Alarms for which it should be on now; groups of them where steps say when."""
    with open_records(configuration.data_dir) as records:
        if name in in_steps(configuration.escalations):
            with journal_in(configuration.data_dir) as journal:
                return calls_at(configuration, journal, records, time.time_ns()).sounding(name)
        alarms = [of_known(row.body, row.number) for row in records.book.alarms()]
    return sounding(alarms, options, time.time_ns())


def _line(name: str, because: list[str]) -> str:
    why = f"on, because of {', '.join(because)}" if because else "off: no alarm asks for it"
    return f"{one_line(name)}: should be {why}"
