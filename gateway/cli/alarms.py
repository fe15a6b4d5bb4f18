"""`cryogate alarms`: what needs somebody, chosen and in order."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Final

import typer

from gateway.alarms.guidance import with_guidance
from gateway.alarms.priority import Judging, Priorities
from gateway.cli.liveness import known_at_ns
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.reading import journal_in
from gateway.cli.terminal import console, print_json
from gateway.config.load import load
from gateway.errors import InputError
from gateway.journal.alarm_tables import AlarmRow
from gateway.journal.opened import open_records
from gateway.published.alarm import most_urgent_rows, of_known_in_parts
from gateway.published.few import with_few_units
from gateway.published.labels import Labels, labels_of
from gateway.published.selection import Order, Selection, selected
from gateway.questions.alarm_filters import check_known, names_known, under_every_name
from gateway.questions.calls import calls_at
from gateway.text import safe

MOST_SHOWN: Final = 200  # alarms on a screen; nobody reads more, and each takes milliseconds


def add_to(app: typer.Typer) -> None:
    app.command()(alarms)


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
    is_taken = one_of("--taken", taken, "--not-taken", not_taken)
    is_quiet = one_of("--quiet", quiet, "--speaking", speaking)
    selection = Selection(state, severity, asset, site, rule, is_taken, assigned, is_quiet)
    configuration = load(config)
    folder = configuration.data_dir
    with open_records(folder) as records, journal_in(folder) as journal:
        check_known(selection, configuration, journal, records)
        known_at_ns(configuration)
        if asset or site:
            selection = under_every_name(selection, names_known(configuration, journal))
        if assigned:
            from gateway.cli.saying import names_known as persons_known

            selection = replace(selection, names=persons_known(journal, assigned))
        rows = records.book.alarms(closed=everything)
        most = None if as_json else MOST_SHOWN
        wanted, more = _chosen(rows, selection, sort, most, configuration.priorities)
        chosen = [with_guidance(alarm, configuration.guidance) for alarm in wanted]
        calls = calls_at(configuration, journal, records, time.time_ns())
        found = list(calls.alarms(chosen))
    if as_json:
        print_json(found)
    else:
        shown = [calls.with_names(with_few_units(alarm)) for alarm in found]
        print_alarms(shown, more, labels_of(configuration))


def _chosen(
    rows: Sequence[AlarmRow], selection: Selection, sort: Order, most: int | None, by: Priorities
) -> tuple[list[Mapping[str, Any]], int]:
    """As they are published, at most so many, and how many more there are."""
    judging = Judging(by)
    if selection == Selection() and sort is Order.URGENCY:
        shown = [of_known_in_parts(row.body, row.number) for row in most_urgent_rows(rows, by)[:most]]
        return [judging.told(alarm) for alarm in shown], len(rows) - len(shown)
    told = (judging.told(of_known_in_parts(row.body, row.number)) for row in rows)
    found = selected(told, selection, sort)
    return found[:most], len(found) - len(found[:most])


def print_alarms(found: Sequence[Mapping[str, Any]], more: int, labels: Labels) -> None:
    from gateway.cli.alarm_screen import alarm_lines, alarms_table

    out, shown = console(), safe(found)
    out.print(alarms_table(shown, labels, out.width) if shown else "no alarms")
    for line in alarm_lines(shown, labels):
        out.print(line, soft_wrap=True)
    if more:
        out.print(f"... and {more} more: choose with --severity and others; --json has all")


def one_of(yes: str, is_yes: bool, no: str, is_no: bool) -> bool | None:
    """None: whichever."""
    if is_yes and is_no:
        raise InputError(f"{yes} or {no}, not both: no alarm is of both kinds")
    return True if is_yes else False if is_no else None
