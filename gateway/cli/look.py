"""What people look at in a terminal: status, alarms, and the live view."""

from __future__ import annotations

import contextlib
import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.text import Text

from gateway.alarms.guidance import with_guidance
from gateway.alarms.priority import with_priority
from gateway.api.control import ask
from gateway.cli import live
from gateway.cli.alarm_screen import alarm_lines, alarms_table
from gateway.cli.history import open_records
from gateway.cli.liveness import known_at_ns
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.reading import journal_in
from gateway.cli.saying import names_known
from gateway.cli.screen import status_panel, watch_body, watch_title
from gateway.cli.terminal import console, print_json
from gateway.config.load import load
from gateway.errors import InputError, NotRunning
from gateway.published.alarm import of_known
from gateway.published.few import with_few_units
from gateway.published.labels import Labels, labels_of, now_text
from gateway.published.quiet import handling_words, overlay_words
from gateway.published.selection import Order, Selection, selected
from gateway.questions.alarm_filters import check_known
from gateway.running.calling import calls_at
from gateway.text import one_line, safe

MOST_SHOWN: Final = 500  # alarms on a screen; nobody reads more, and each takes milliseconds


def add_to(app: typer.Typer) -> None:
    app.command()(status)
    app.command()(alarms)
    app.command()(watch)


def status(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """What the running gateway does: sources, channels, journal, sinks, what was refused.

    Exit code 0: it runs. 1: it does not, or nobody answers.
    """
    configuration = load(config)
    found = ask(configuration.data_dir, "status")
    if as_json:
        print_json(found)
    else:
        out = console()
        out.print(status_panel(safe(found), labels_of(configuration), out.width))


def alarms(
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
    everything: Annotated[bool, typer.Option("--all", help="Closed alarms too.")] = False,
    state: Annotated[str, typer.Option("--state", help='Only in this state, e.g. "acknowledged".')] = "",
    severity: Annotated[str, typer.Option("--severity", help="Only of this severity, or worse.")] = "",
    asset: Annotated[str, typer.Option("--asset", help="Only about this asset.")] = "",
    site: Annotated[str, typer.Option("--site", help="Only of this site.")] = "",
    rule: Annotated[str, typer.Option("--rule", help="Only of this rule.")] = "",
    taken: Annotated[bool, typer.Option("--taken", help="Only if somebody is on it.")] = False,
    not_taken: Annotated[bool, typer.Option("--not-taken", help="Only if nobody is.")] = False,
    assigned: Annotated[str, typer.Option("--assigned", help="Only what is assigned to this person.")] = "",
    quiet: Annotated[bool, typer.Option("--quiet", help="Only if it is shelved or the like.")] = False,
    speaking: Annotated[bool, typer.Option("--speaking", help="Only if it is not.")] = False,
    sort: Annotated[Order, typer.Option("--sort", help="What stands first.")] = Order.URGENCY,
) -> None:
    """Alarms that need somebody, the most urgent first, with the units inside. Works without the gateway.

    Examples: cryogate alarms --all --json; cryogate alarms --severity major --not-taken --sort oldest
    """
    is_taken = _one_of("--taken", taken, "--not-taken", not_taken)
    is_quiet = _one_of("--quiet", quiet, "--speaking", speaking)
    selection = Selection(state, severity, asset, site, rule, is_taken, assigned, is_quiet)
    configuration = load(config)
    folder = configuration.data_dir
    with open_records(folder) as records, journal_in(folder) as journal:
        check_known(selection, configuration, journal, records)
        known_at_ns(configuration)
        if assigned:
            selection = replace(selection, names=names_known(journal, assigned))
        rows = records.book.alarms(closed=everything)
        known = (of_known(row.body, row.number) for row in rows)
        wanted = selected(known, selection, sort)
        judged = (with_priority(alarm, configuration.priorities) for alarm in wanted)
        chosen = [with_guidance(alarm, configuration.guidance) for alarm in judged]
        calls = calls_at(configuration, journal, records, time.time_ns())
        found = list(calls.alarms(chosen))
    if as_json:
        print_json(found)
    else:
        out = console()
        shown = safe(list(map(with_few_units, found[:MOST_SHOWN])))
        labels = labels_of(configuration)
        out.print(alarms_table(shown, labels, out.width) if shown else "no alarms")
        for line in alarm_lines(shown, labels):
            out.print(line, soft_wrap=True)
        if len(found) > MOST_SHOWN:
            out.print(
                f"... and {len(found) - MOST_SHOWN} more: choose with --severity and others; --json has all"
            )


def _one_of(yes: str, is_yes: bool, no: str, is_no: bool) -> bool | None:
    """None: whichever."""
    if is_yes and is_no:
        raise InputError(f"{yes} or {no}, not both: no alarm is of both kinds")
    return True if is_yes else False if is_no else None


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
