"""`cryogate audit`: who did what, when, why and from where, with the values before and after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Annotated, Any

import typer

from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.reading import journal_in
from gateway.cli.terminal import print_json, say
from gateway.config.load import load
from gateway.errors import InputError
from gateway.published.labels import Labels, labels_of
from gateway.questions.audit import Wanted, trail
from gateway.questions.audit_rows import SCHEMA, change_words, csv_lines, plain
from gateway.questions.differences import Difference
from gateway.statements import GATEWAY
from gateway.text import counted, one_line
from gateway.times import parse_rfc3339

SHOWN = 20  # values that changed, under one action on a screen


def add_to(app: typer.Typer) -> None:
    app.command()(audit)


def audit(
    by: Annotated[str, typer.Option("--by", help="By this person, account or login.")] = "",
    about: Annotated[
        str,
        typer.Option("--about", metavar="NAME", help="A channel, asset, code, alarm, person or statement."),
    ] = "",
    kind: Annotated[
        list[str] | None, typer.Option("--kind", help="Of this kind, e.g. placement; may be repeated.")
    ] = None,
    since: Annotated[str | None, typer.Option("--since", help="Said since then, RFC 3339.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Said before that, RFC 3339.")] = None,
    origin: Annotated[str, typer.Option("--origin", help="From there: cli, api, a file, a token.")] = "",
    text: Annotated[str, typer.Option("--text", help="With this text in words or reason.")] = "",
    people: Annotated[
        bool, typer.Option("--people", help="Without what the gateway noticed itself.")
    ] = False,
    after: Annotated[int, typer.Option("--after", metavar="ENTRY", min=0, help="Behind this entry.")] = 0,
    most: Annotated[int | None, typer.Option("--most", min=1, help="At most so many actions.")] = None,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print CSV, a row for each value that changed.")
    ] = False,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """The audit trail: every action with who, when, from where, why, and the values before and after.

    It is the journal itself: nobody can change it, and `cryogate journal verify --key FILE` finds whoever
    tried. Changes of alarms and attempts to reach people are shown with --kind.

    Examples: cryogate audit --people --since 2026-11-01T00:00:00Z; cryogate audit --about shipper-1 --csv
    """
    if as_csv and as_json:
        raise InputError("--csv or --json, not both")
    wanted = Wanted(tuple(kind or ()), by, about, origin, text, _time(since), _time(until), people)
    configuration = load(config)
    with journal_in(configuration.data_dir) as journal:
        found = islice(trail(journal, wanted, after), most)
        if as_csv:
            for line in csv_lines(found):
                typer.echo(line, nl=False)
        elif as_json:
            print_json({"schema": SCHEMA, "actions": [plain(one) for one in found]})
        else:
            print_actions(map(plain, found), labels_of(configuration))


def _time(text: str | None) -> int | None:
    return None if text is None else parse_rfc3339(text)


def print_actions(actions: Iterable[Mapping[str, Any]], labels: Labels) -> None:
    """Each as `plain` has it."""
    shown = 0
    for action in actions:
        shown += 1
        for line in _lines(action, labels):
            typer.echo(line)
    say(counted(shown, "action"))


def _lines(row: Mapping[str, Any], labels: Labels) -> Iterator[str]:
    when = labels.beside(row["stated"], labels.site_of(*row["about"]))
    who = f"{row['by']} ({row['user']})" if row["user"] else row["by"]
    named = typer.style(one_line(row["id"]), bold=row["actor"] != GATEWAY)
    first = f"{when} {who} {row['words']}"
    yield f"{named} {one_line(first)}"
    if not row["clock_trusted"]:
        yield "    the gateway's clock was not trusted then"
    if row["origin"]:
        yield f"    from {one_line(row['origin'])}"
    if target := row["corrects"] or row["withdraws"]:
        yield f"    {'corrects' if row['corrects'] else 'withdraws'} {one_line(target)}"
    if row["reason"]:
        yield f"    because: {one_line(row['reason'])}"
    yield from (f"    {change_words(Difference(**one))}" for one in row["changes"][:SHOWN])
    if len(row["changes"]) > SHOWN:
        yield f"    and {counted(len(row['changes']) - SHOWN, 'value')} more: --json or --csv"
