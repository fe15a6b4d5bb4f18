"""`cryogate watch`: the fleet live, in a terminal or line by line."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from gateway.api.asking import ask
from gateway.cli import live
from gateway.cli.alarm_screen import alarm_lines
from gateway.cli.options import DEFAULT_CONFIG, Config
from gateway.cli.screen import watch_body, watch_title
from gateway.cli.terminal import console
from gateway.config.load import load
from gateway.errors import NotRunning
from gateway.published.labels import Labels, labels_of, now_text
from gateway.published.quiet import handling_words, overlay_words
from gateway.text import one_line, safe


def add_to(app: typer.Typer) -> None:
    app.command()(watch)


def watch(
    config: Config = DEFAULT_CONFIG,
    seconds: Annotated[float | None, typer.Option(min=1, help="End after this long.")] = None,
) -> None:
    """The fleet live, the worst first: values, states, alarms and the product units inside.

    Arrows, page up and page down scroll; q or Ctrl-C ends it. Without a terminal: a line whenever an alarm
    changes.
    """
    configuration = load(config)
    folder, labels = configuration.data_dir, labels_of(configuration)
    until = time.monotonic() + (seconds if seconds is not None else float("inf"))
    out = console()
    with contextlib.suppress(KeyboardInterrupt):
        if out.is_terminal:
            live.watch(out, lambda: _looked(folder, labels, out), until)
        else:
            _lines(out, folder, labels, until)


def _looked(folder: Path, labels: Labels, out: Console) -> live.Shown:
    try:
        status, alarms = safe(ask(folder, "status")), safe(ask(folder, "alarms"))
    except NotRunning as error:
        return Text(f"{now_text()}  nothing is known", "bold white on red"), Text(one_line(str(error)), "red")
    return watch_title(status, labels), watch_body(status, alarms, labels, out)


def _lines(out: Console, folder: Path, labels: Labels, until: float) -> None:
    """One line whenever an alarm changes, or the gateway comes or goes."""
    told: dict[str, str] = {}
    answers = True
    while time.monotonic() < until:
        try:
            found = safe(ask(folder, "alarms"))
        except NotRunning as error:
            if answers:
                out.print(f"{now_text()} {one_line(str(error))}", soft_wrap=True)
            answers, found = False, None
        if found is not None and not answers:
            answers = True
            out.print(f"{now_text()} the gateway answers again", soft_wrap=True)
        for alarm in sorted(found or (), key=lambda alarm: str(alarm["raised"])):
            now = f"{alarm['state']} {handling_words(alarm)} {overlay_words(alarm)}"
            if told.get(alarm["id"]) != now:
                told[alarm["id"]] = now
                out.print(alarm_lines([alarm], labels)[0], soft_wrap=True)
        time.sleep(live.REFRESH_S)
