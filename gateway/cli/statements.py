"""`cryogate statements` and `withdraw`: who said what, and taking it back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.markup import escape

from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config, console, print_json
from gateway.cli.saying import By, answer
from gateway.commands import withdrawals
from gateway.commands.author import at_this_box
from gateway.commands.desk import open_desk
from gateway.config.load import load
from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.published import statements as published
from gateway.questions import statements as ask
from gateway.statements import GATEWAY, Statement
from gateway.statements.effect import Effects
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
    folder = load(config).data_dir
    if not (folder / "journal.sqlite").exists():
        raise InputError(f"{folder}: no journal yet; start a gateway with `cryogate run`, or state something")
    since_ns = None if since is None else parse_rfc3339(since)
    with Journal.open_reading(folder / "journal.sqlite") as journal:
        found = ask.statements(journal, about, kind, since_ns)
    if as_json:
        print_json(published.statements(found.statements, found.effects))
        return
    out = console()
    for one in found.statements:
        for line in _lines(one, found.effects):
            out.print(line, highlight=False, soft_wrap=True)
    count = len(found.statements)
    out.print(f"{count} statement{'' if count == 1 else 's'}", highlight=False)


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
    out = console()
    was = f"{done.statement.by} {published.words(done.statement)}"
    told = f"withdrawn: {was}; in the journal as {done.stated.id}"
    out.print(escape(told), highlight=False, soft_wrap=True)
    if done.again is not None:
        again = f"{done.again.id} counts again: {done.again.by} {published.words(done.again)}"
        out.print(escape(again), highlight=False, soft_wrap=True)
    out.print(escape(f"what follows: {done.follows}"), highlight=False, soft_wrap=True)
    if done.alarms:
        out.print(f"alarms to look at again: {', '.join(done.alarms)}", highlight=False, soft_wrap=True)
    if done.leaning:
        out.print("said since about the same, to be looked at again:", highlight=False)
    for one in done.leaning:
        out.print(f"  {one.id} {escape(f'{one.by} {published.words(one)}')}", highlight=False, soft_wrap=True)


def _lines(of: Statement, effects: Effects) -> Iterator[str]:
    row, undone = published.statement_row(of), effects.undone_by(of.id)
    style = "dim" if undone is not None else "bold" if of.actor != GATEWAY else "cyan"
    who = f"{of.by} ({of.user})" if of.user else of.by
    when = f"{row['stated'][:19]}Z"
    yield f"[{style}]{escape(of.id)}[/] {when} {escape(who)} {escape(row['words'])}"
    if row["at"][:19] != row["stated"][:19] and row["at"][:19] not in row["words"]:
        yield f"    of {row['at'][:19]}Z"
    if of.origin and of.origin != "cli":
        yield f"    from {escape(of.origin)}"
    if not of.trusted:
        yield "    stated while the gateway's clock was not trusted"
    if of.reason:
        yield f"    because: {escape(of.reason)}"
    if of.corrects or of.withdraws:
        yield f"    {'corrects' if of.corrects else 'withdraws'} {escape(of.corrects or of.withdraws)}"
    if undone is not None:
        verb = "corrected" if undone.corrects else "withdrawn"
        yield f"    [yellow]{verb} by {escape(undone.by)} in {escape(undone.id)}[/]"
