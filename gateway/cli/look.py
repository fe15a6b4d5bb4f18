"""What people look at in a terminal: status, alarms, what was refused, and the live view."""

from __future__ import annotations

import contextlib
import time
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.live import Live
from rich.text import Text

from gateway.api.control import ask
from gateway.cli.history import open_records
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.screen import alarm_lines, alarms_table, status_panel, watch_screen
from gateway.cli.terminal import console, print_json
from gateway.config.load import load
from gateway.errors import InputError, NotRunning
from gateway.journal.journal import Journal
from gateway.published.alarm import of_known
from gateway.text import safe
from gateway.times import format_rfc3339

REFRESH_S = 1.0


def add_to(app: typer.Typer) -> None:
    app.command()(status)
    app.command()(alarms)
    app.command()(refused)
    app.command()(watch)


def status(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """What the running gateway does: sources, channels, journal, sinks, what was refused.

    Exit code 0: it runs. 1: it does not, or nobody answers.
    """
    found = ask(load(config).data_dir, "status")
    if as_json:
        print_json(found)
    else:
        console().print(status_panel(safe(found)))


def alarms(
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
    everything: Annotated[bool, typer.Option("--all", help="Closed alarms too.")] = False,
) -> None:
    """Alarms that need somebody, newest first, with the product units inside. Works without the gateway.

    Example: cryogate alarms --all --json
    """
    with open_records(load(config).data_dir) as records:
        found = [of_known(row.body, row.number) for row in records.book.alarms(closed=everything)]
    if as_json:
        print_json(found)
    else:
        out = console()
        shown = safe(found)
        out.print(alarms_table(shown) if shown else "no alarms")
        for line in alarm_lines(shown):
            out.print(line, soft_wrap=True)


def refused(
    config: Config = DEFAULT_CONFIG,
    source: Annotated[str | None, typer.Option(help="Only of this source.")] = None,
    most: Annotated[int, typer.Option(min=1, max=10_000, help="The newest so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """What came in and could not be taken: the bytes themselves, with the reason."""
    path = load(config).data_dir / "journal.sqlite"
    if not path.exists():
        raise InputError(f"{path.parent}: no journal yet; start a gateway with `cryogate run`")
    with Journal.open_reading(path) as journal:
        rows = [
            {
                "source": name,
                "received": format_rfc3339(kept.received_ns),
                "reason": kept.reason.value,
                "detail": kept.detail,
                "topic": kept.topic,
                "payload": kept.payload.decode("latin-1"),
            }
            for name, kept in journal.refused(source, most)
        ]
    if as_json:
        print_json(rows)
        return
    out = console()
    for row in safe(rows):
        head = f"{row['received']} {row['source']} "
        out.print(Text.assemble(head, (row["reason"], "yellow"), f" {row['detail']}"))
        out.print(f"    {row['topic']}  {row['payload'][:200]!r}")
    out.print(f"{len(rows)} shown")


def watch(
    config: Config = DEFAULT_CONFIG,
    seconds: Annotated[float | None, typer.Option(min=1, help="End after this long.")] = None,
) -> None:
    """The fleet live: values, states, alarms and the product units inside. Ctrl-C ends it."""
    folder = load(config).data_dir
    until = time.monotonic() + (seconds if seconds is not None else float("inf"))
    out = console()
    with contextlib.suppress(KeyboardInterrupt):
        (_live if out.is_terminal else _lines)(out, folder, until)


def _live(out: Console, folder: Any, until: float) -> None:
    with Live(console=out, refresh_per_second=4, screen=False) as live:
        while time.monotonic() < until:
            try:
                live.update(watch_screen(safe(ask(folder, "status")), safe(ask(folder, "alarms"))))
            except NotRunning as error:
                live.update(Text(str(error), "red"))
            time.sleep(REFRESH_S)


def _lines(out: Console, folder: Any, until: float) -> None:
    """Without a terminal: one line whenever an alarm changes. A gateway that restarts is waited for."""
    told: dict[str, str] = {}
    while time.monotonic() < until:
        for alarm in reversed(_alarms(folder)):
            if told.get(alarm["id"]) != alarm["state"]:
                told[alarm["id"]] = alarm["state"]
                out.print(alarm_lines([alarm])[0], soft_wrap=True)
        time.sleep(REFRESH_S)


def _alarms(folder: Any) -> list[Any]:
    """Those of the running gateway; none while it does not run."""
    with contextlib.suppress(NotRunning):
        return list(safe(ask(folder, "alarms")))
    return []
