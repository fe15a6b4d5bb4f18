"""`cryogate status`: what the running gateway does."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from gateway.api.asking import ask
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.terminal import console, print_json, say
from gateway.config.load import load
from gateway.errors import JournalError, NotRunning
from gateway.journal.opened import records_if_any
from gateway.published.alarm import needing
from gateway.published.labels import labels_of
from gateway.text import safe

LOOK_AGAIN_S: Final = 0.2


def add_to(app: typer.Typer) -> None:
    app.command()(status)


def status(
    config: Config = DEFAULT_CONFIG,
    wait: Annotated[
        float, typer.Option(metavar="SECONDS", min=0, help="Wait so long for a gateway that starts.")
    ] = 0.0,
    as_json: AsJson = False,
) -> None:
    """What the running gateway does: alarms in short, sources, channels, journal, sinks, what was refused.

    Exit code 0: it runs. 1: it does not, or nobody answers.

    Example: cryogate status --wait 60
    """
    configuration = load(config)
    found = _status_within(wait, configuration.data_dir)
    alarms = _alarms(configuration.data_dir)
    if as_json:
        print_json({**found, "alarms": in_rows(alarms)})
    else:
        from gateway.cli.screen import status_panel
        from gateway.doctor.alarms import in_short

        out = console()
        out.print(status_panel(safe(found), labels_of(configuration), out.width, in_short(alarms)))


def _status_within(wait_s: float, folder: Path) -> Any:
    """Raises NotRunning where no gateway answers in this time."""
    until = time.monotonic() + wait_s
    while True:
        try:
            return ask(folder, "status")
        except NotRunning:
            if not time.monotonic() < until:  # also where it is `nan`
                raise
        time.sleep(LOOK_AGAIN_S)


def _alarms(folder: Path) -> Mapping[tuple[str, str], int]:
    """By severity and state; what keeps them from being counted keeps nothing else back."""
    try:
        with records_if_any(folder) as records:
            return {} if records is None else needing(records)
    except JournalError as error:
        say(f"remark: nobody knows how many alarms need somebody: {error}", err=True)
        return {}


def in_rows(alarms: Mapping[tuple[str, str], int]) -> list[dict[str, Any]]:
    """How many alarms need somebody, for scripts."""
    return [
        {"severity": severity, "state": state, "count": n} for (severity, state), n in sorted(alarms.items())
    ]
