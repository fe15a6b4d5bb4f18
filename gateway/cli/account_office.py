"""What the commands about accounts share: where they are done, and how they are asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from gateway.accounts.accounts import Accounts, open_accounts
from gateway.commands.desk import Desk, open_desk
from gateway.config.load import load

SCHEMA = 1
Identity = Annotated[str, typer.Argument(metavar="ID", help="The account: the id of its person, e.g. li.na.")]
Site = Annotated[list[str] | None, typer.Option("--site", help="Only this site; several.")]
Until = Annotated[str | None, typer.Option("--until", help="Its end, RFC 3339 with zone.")]
Lasting = Annotated[str | None, typer.Option("--for", help="Its end from now on, e.g. 12h or 30d.")]


def some(names: list[str] | None) -> tuple[str, ...] | None:
    """What an option was given; None: it was not."""
    return None if names is None else tuple(names)


@contextmanager
def office(config: Path) -> Iterator[tuple[Desk, Accounts]]:
    """The desk where it is stated, and the file where it is done."""
    configuration = load(config)
    with open_desk(configuration) as desk, open_accounts(configuration.data_dir) as accounts:
        yield desk, accounts
