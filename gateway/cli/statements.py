"""`cryogate statements` and `withdraw`: who said what, and taking it back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Annotated, Any

import typer

from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.saying import By, answer
from gateway.cli.terminal import print_json, say
from gateway.commands import withdrawals
from gateway.commands.author import at_this_box
from gateway.commands.desk import open_desk
from gateway.config.load import load
from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.published import statements as published
from gateway.published.labels import Labels, labels_of
from gateway.questions import statements as ask
from gateway.statements import GATEWAY, Statement
from gateway.statements.kinds import about as names_in
from gateway.text import counted, one_line
from gateway.times import parse_rfc3339


def add_to(app: typer.Typer) -> None:
    app.command()(statements)
    app.command()(withdraw)


def statements(
    about: Annotated[
        str | None,
        typer.Option("--about", metavar="NAME", help="A channel, asset, code, alarm, hold or statement."),
    ] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="Only of this kind, e.g. placement.")] = None,
    since: Annotated[str | None, typer.Option("--since", help="Said since then, RFC 3339.")] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """What people and the gateway stated: who, when, from where, why, and whether it still counts.

    Nothing stated is ever deleted. Changes of alarms and notifications are shown with --kind or of one alarm.

    Examples: cryogate statements --about shipper-1; cryogate statements --kind placement --json
    """
    configuration = load(config)
    folder, labels = configuration.data_dir, labels_of(configuration)
    if not (folder / "journal.sqlite").exists():
        raise InputError(f"{folder}: no journal yet; start a gateway with `cryogate run`, or state something")
    since_ns = None if since is None else parse_rfc3339(since)
    with Journal.open_reading(folder / "journal.sqlite") as journal:
        found = ask.statements(journal, about, kind, since_ns)
        if about is not None and not found.statements and kind is since is None:
            ask.check_named(journal, about)
    if as_json:
        print_json(published.statements(found.statements, found.effects))
        return
    for one in found.statements:
        row, site = published.statement_row(one), labels.site_of(*names_in(one))
        for line in lines_of(row, labels, site, _undone(found.effects.answer_to(one.id))):
            typer.echo(line)
    say(counted(len(found.statements), "statement"))


def withdraw(
    identity: Annotated[
        str, typer.Argument(metavar="ID", help="Of the statement, as `statements` shows it.")
    ],
    by: By,
    reason: Annotated[str, typer.Option("--reason", help="Why it is taken back.")],
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Take a statement back. It stays visible, with who and why; what it said does not count any more.

    Withdrawing a correction brings back what it corrected. The gateway may be running or not.

    Example: cryogate withdraw 7Q2M9XKD-412 --by "Li Na" --reason "wrong bag scanned"
    """
    with open_desk(load(config)) as desk:
        done = withdrawals.withdraw(desk, at_this_box(by), identity, reason)
    if as_json:
        look = {"statements": [one.id for one in done.leaning], "alarms": list(done.alarms)}
        withdrawn, counts = done.statement.id, None if done.again is None else done.again.id
        print_json(
            answer(
                done.stated, withdrawn=withdrawn, counts_again=counts, follows=done.follows, look_again=look
            )
        )
        return
    was = f"{done.statement.by} {published.words(done.statement)}"
    say(f"withdrawn: {was}; in the journal as {done.stated.id}")
    if done.again is not None:
        say(f"{done.again.id} counts again: {done.again.by} {published.words(done.again)}")
    say(f"what follows: {done.follows}")
    if done.alarms:
        say(f"alarms to look at again: {', '.join(done.alarms)}")
    if done.leaning:
        say("said since about the same, to be looked at again:")
    for one in done.leaning:
        say(f"  {one.id} {one.by} {published.words(one)}")


def lines_of(row: Mapping[str, Any], labels: Labels, site: str, undone: str) -> Iterator[str]:
    """A statement as it is published. `undone`: by what it does not count any more."""
    named = typer.style(one_line(row["id"]), bold=row["actor"] != GATEWAY, dim=bool(undone))
    who = f"{row['by']} ({row['user']})" if row["user"] else row["by"]
    first = f"{labels.beside(row['stated'], site)} {who} {row['words']}"
    yield f"{named} {one_line(first)}"
    for line in _details(row, partial(labels.beside, site=site)):
        yield f"    {one_line(line)}"
    if undone:
        yield typer.style(f"    {one_line(undone)}", fg="yellow")


def _undone(by: Statement | None) -> str:
    if by is None:
        return ""
    return f"{'corrected' if by.corrects else 'withdrawn'} by {by.by} in {by.id}"


def _details(row: Mapping[str, Any], shown: Callable[[str], str]) -> Iterator[str]:
    """What does not stand in the first line."""
    at = row["at"][:19]
    if at != row["stated"][:19] and at not in row["words"]:
        yield f"of {shown(row['at'])}"
    if row["origin"] not in ("", "cli"):
        yield f"from {row['origin']}"
    if not row["clock_trusted"]:
        yield "stated while the gateway's clock was not trusted"
    if row["reason"] and not row["words"].endswith(f": {row['reason']}"):
        yield f"because: {row['reason']}"
    if row["corrects"] or row["withdraws"]:
        yield f"{'corrects' if row['corrects'] else 'withdraws'} {row['corrects'] or row['withdraws']}"
