"""`cryogate account set-up`: a person takes a set-up link on this machine: password, app, recovery codes."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.cli.account_office import office
from gateway.cli.options import DEFAULT_CONFIG, Config
from gateway.cli.terminal import say
from gateway.commands import logins


def set_up(
    link: Annotated[
        str,
        typer.Argument(
            metavar="[LINK]", help="As `account add` or `reset` printed it; else it is asked for."
        ),
    ] = "",
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Set password and authenticator app with a one-time link; prints recovery codes, once.

    Where others may log in to this machine leave LINK out: they could read it among its processes.

    Example: cryogate account set-up
    """
    link = link or typer.prompt("the link", hide_input=True)
    with office(config) as (desk, accounts):
        offered = logins.offer(desk, accounts, link)
        say(f"account {offered.account}; enter this key in an authenticator app: {offered.key}")
        say(f"or make a QR code of this: {offered.uri}")
        password = typer.prompt("password, at least 12 characters", hide_input=True, confirmation_prompt=True)
        code = typer.prompt("the 6 digits that the app shows now")
        done = logins.set_up(desk, accounts, link, password, code, "cli")
    say("it is set up. Recovery codes, each good once, to be kept on paper:")
    for one in done.recovery_codes:
        say(f"  {one}")
