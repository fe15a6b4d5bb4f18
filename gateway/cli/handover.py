"""`cryogate handover`: what is open, what happened since the last one, and the names of both people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.console import Console

from gateway.cli.alarm_screen import alarm_lines, alarms_table
from gateway.cli.liveness import known_at_ns
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.quieting import rest_words
from gateway.cli.saying import answer, remark_on, said_by
from gateway.cli.terminal import console, print_json, say
from gateway.commands.author import at_this_box
from gateway.commands.desk import open_desk
from gateway.commands.handover import hand_over
from gateway.commands.out_of_service import rest_row, rests_of
from gateway.config.load import load
from gateway.errors import InputError
from gateway.journal.opened import open_records
from gateway.published.few import with_few_units
from gateway.published.labels import Labels, labels_of
from gateway.published.quiet import is_quiet
from gateway.questions.handover import report
from gateway.text import counted, safe
from gateway.times import parse_rfc3339

MOST_SHOWN = 50  # changes on a screen; --json has more


def add_to(app: typer.Typer) -> None:
    app.command()(handover)


def handover(
    by: Annotated[str, typer.Option("--by", help="Who hands over; left out: nothing is stated.")] = "",
    to: Annotated[str, typer.Option("--to", help="Who takes over.")] = "",
    notes: Annotated[str, typer.Option("--notes", help="What the next one has to know.")] = "",
    site: Annotated[str, typer.Option("--site", help="Of this site alone.")] = "",
    since: Annotated[
        str | None, typer.Option("--since", help="RFC 3339; left out: since the last handover.")
    ] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """What is open, what happened since the last handover, and its notes; with --by and --to it is stated.

    Examples: cryogate handover; cryogate handover --by "Li Na" --to "Wang Wei" --notes "dewar-1 is emptied"
    """
    if bool(by) != bool(to) or (notes and not by):
        raise InputError("a handover has two names: --by who hands over, --to who takes over")
    configuration = load(config)
    if site and site not in configuration.sites:
        raise InputError(f"there is no site {site!r}; known: {', '.join(configuration.sites)}")
    since_ns = None if since is None else parse_rfc3339(since)
    with open_records(configuration.data_dir) as records, open_desk(configuration) as desk:
        known_ns = known_at_ns(configuration)
        by_table, now_ns = configuration.priorities, desk.clock.now_ns()
        found = report(desk.journal, records, by_table, site, since_ns, now_ns, known_ns)
        resting = [rest_row(rest) for rest in rests_of(desk, site, desk.clock.now_ns())]
        stated = hand_over(desk, at_this_box(by), to, found, notes) if by else None
        if by:
            remark_on(desk, by, to)
    shown = {**found.plain(), "out_of_service": resting}
    if stated is None:
        show_handover(shown, labels_of(configuration), as_json)
        return
    ends = f"handed over by {by} to {to}; {said_by(stated)}"
    shown |= answer(stated, by=by, to=to, notes=notes)
    show_handover(shown, labels_of(configuration), as_json, ends)


def show_handover(found: Mapping[str, Any], labels: Labels, as_json: bool, ends: str = "") -> None:
    """As `--json` and the API have it; `ends`: where it was stated."""
    if as_json:
        print_json(found)
        return
    _print(console(), found, labels)
    for rest in found["out_of_service"]:
        say(f"out of service: {rest_words(rest)}")
    if ends:
        say(ends)


def _print(out: Console, found: Mapping[str, Any], labels: Labels) -> None:
    opened = found["open"]
    taken = sum(1 for alarm in opened if alarm["taken"])
    quiet = sum(map(is_quiet, opened))
    out.print(f"open: {counted(len(opened), 'alarm')}, {taken} taken, {quiet} quiet for a while")
    if opened:
        shown = [with_few_units(one) for one in safe(opened[:MOST_SHOWN])]
        out.print(alarms_table(shown, labels, out.width))
        for line in alarm_lines(shown, labels):
            out.print(line, soft_wrap=True)
        if len(opened) > MOST_SHOWN:
            out.print(f"... and {len(opened) - MOST_SHOWN} more: cryogate alarms")
    told = ", ".join(f"{number} {change}" for change, number in sorted(found["counts"].items()))
    since = labels.beside(found["since"], found["site"] or "")
    out.print(f"since {since}: {told or 'nothing happened'}", soft_wrap=True)
    for change in safe(found["changes"][-MOST_SHOWN:]):
        out.print(f"  {_line(change, labels)}", soft_wrap=True)
    if found["last"] is not None:
        _print_last(out, found["last"], labels)


def _line(change: Mapping[str, Any], labels: Labels) -> str:
    about = " ".join(change[key] for key in ("asset", "channel", "rule") if change[key]) or "gateway"
    return f"{labels.beside(change['at'], change['site'])} {change['alarm']} {change['change']}: {about}"


def _print_last(out: Console, before: Mapping[str, Any], labels: Labels) -> None:
    at = labels.beside(before["at"], before["site"] or "")
    notes = f": {before['notes']}" if before["notes"] else ""
    out.print(safe(f"last handover {at}, {before['by']} to {before['to']}{notes}"), soft_wrap=True)
