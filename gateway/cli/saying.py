"""Options that every command has by which people state something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from gateway.cli.terminal import say
from gateway.commands.desk import Desk, Stated
from gateway.commands.names import names_of, remarks
from gateway.journal.journal import Journal
from gateway.published.statements import statement_row
from gateway.questions.duty import duty_of

By = Annotated[str, typer.Option("--by", help="Who says so.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; needed where something is corrected.")]
Corrects = Annotated[
    str | None,
    typer.Option("--corrects", metavar="ID", help="The statement that this one replaces; with --reason."),
]
At = Annotated[str | None, typer.Option("--at", help="Since when, RFC 3339 with zone; default: now.")]


def said_by(stated: Stated) -> str:
    """How an answer ends: under which id it stands in the journal, or who had said it before."""
    if stated.before is not None:
        row = statement_row(stated.before)
        return (
            f"{row['by']} stated that before, at {row['stated'][:19]}Z ({stated.before.id}); nothing changes"
        )
    ids = [statement.id for statement in stated.new]
    return f"in the journal as {ids[0]}" if len(ids) == 1 else f"in the journal as {ids[0]} to {ids[-1]}"


def remark_on(desk: Desk, *names: str) -> None:
    """Say what is odd about the names that were given, beside the answer."""
    for remark in remarks(duty_of(desk.journal), *names):
        say(f"remark: {remark}", err=True)


def names_known(journal: Journal, name: str) -> tuple[str, ...]:
    """What a person of the journal is called besides; what is odd about the name is said."""
    duty = duty_of(journal)
    for remark in remarks(duty, name):
        say(f"remark: {remark}", err=True)
    return names_of(duty, name)


def answer(stated: Stated, **more: Any) -> Mapping[str, Any]:
    """The same for scripts."""
    return {**more, "new": stated.is_new, "id": stated.id}
