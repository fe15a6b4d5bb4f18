"""`cryogate watch`: the fleet live, in a terminal or line by line."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Annotated, Any

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
from gateway.dataclass import dataclass
from gateway.errors import LinkDown, NotRunning
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
    folder = configuration.data_dir
    look = Look(lambda: ask(folder, "status"), lambda: ask(folder, "alarms"))
    watch_on(look, labels_of(configuration), seconds)


@dataclass(frozen=True, slots=True)
class Look:
    """Asked again and again; `every_s` apart. Both raise NotRunning or LinkDown while nobody answers."""

    status: Callable[[], Any]
    alarms: Callable[[], Any]
    every_s: float = live.REFRESH_S


def watch_on(look: Look, labels: Labels, seconds: float | None) -> None:
    """A screen that stays, or without a terminal a line whenever an alarm changes."""
    until = time.monotonic() + (seconds if seconds is not None else float("inf"))
    out = console()
    with contextlib.suppress(KeyboardInterrupt):
        if out.is_terminal:
            live.watch(out, lambda: _looked(look, labels, out), until, look.every_s)
        else:
            _lines(out, look, labels, until)


def _looked(look: Look, labels: Labels, out: Console) -> live.Shown:
    try:
        status, alarms = safe(look.status()), safe(look.alarms())
    except (NotRunning, LinkDown) as error:
        return Text(f"{now_text()}  nothing is known", "bold white on red"), Text(one_line(str(error)), "red")
    return watch_title(status, labels), watch_body(status, alarms, labels, out)


def _lines(out: Console, look: Look, labels: Labels, until: float) -> None:
    """One line whenever an alarm changes, or the gateway comes or goes."""
    told: dict[str, str] = {}
    answers = True
    while time.monotonic() < until:
        try:
            found = safe(look.alarms())
        except (NotRunning, LinkDown) as error:
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
        time.sleep(look.every_s)
