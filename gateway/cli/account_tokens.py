"""`cryogate account token`: API tokens of programs, and setting up an account on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.accounts.tokens import Token
from gateway.cli.account_office import SCHEMA, Identity, Lasting, Site, Until, office, some
from gateway.cli.listing import Whole
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.saying import By, answer, said_by
from gateway.cli.terminal import print_json, say
from gateway.commands import accounts as commands
from gateway.commands.author import at_this_box
from gateway.commands.until import until_ns
from gateway.published.accounts import token_row
from gateway.statements.fields import shown
from gateway.text import counted

token = typer.Typer(
    cls=Whole, no_args_is_help=True, help="API tokens: what a program may do in somebody's name."
)
Name = Annotated[str, typer.Argument(metavar="NAME", help="What the token is called, e.g. reports.")]


def add(
    identity: Identity,
    name: Name,
    by: By,
    role: Annotated[
        list[str] | None, typer.Option("--role", help="Only as this role of the account; several.")
    ] = None,
    action: Annotated[
        list[str] | None, typer.Option("--action", help="Only this action, e.g. readings.read; several.")
    ] = None,
    site: Site = None,
    until: Until = None,
    lasting: Lasting = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Make a token and print it; it is shown this once. It never may more than its account, and has an end.

    Example: cryogate account token add li.na reports --action readings.read --for 90d --by "Wang Wei"
    """
    with office(config) as (desk, accounts):
        now_ns = desk.clock.now_ns()
        ends_ns = until_ns(now_ns, until, lasting)
        wanted = Token("", identity, name, some(role), some(action), some(site), now_ns, ends_ns)
        done, secret, made = commands.new_token(desk, accounts, at_this_box(by), wanted)
    if as_json:
        print_json(answer(done, account=identity, **token_row(made), secret=secret))
        return
    say(f"token {name} of {identity} until {shown(made.until_ns)[:16]}Z; {said_by(done)}")
    say(secret)


def list_tokens(identity: Identity, config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Tokens of an account: what they may, and until when; never the tokens themselves.

    Example: cryogate account token list li.na
    """
    with office(config) as (desk, accounts):
        accounts.register.known(identity)
        there = accounts.tokens.of(identity, desk.clock.now_ns())
    if as_json:
        print_json({"schema": SCHEMA, "account": identity, "tokens": [token_row(one) for one in there]})
        return
    for one in there:
        say(f"{commands.token_words(one)}; until {shown(one.until_ns)[:16]}Z")
    say(counted(len(there), "token"))


def end(
    identity: Identity, name: Name, by: By, config: Config = DEFAULT_CONFIG, as_json: AsJson = False
) -> None:
    """End a token at once, by its name or id.

    Example: cryogate account token end li.na reports --by "Wang Wei"
    """
    with office(config) as (desk, accounts):
        done = commands.end_token(desk, accounts, at_this_box(by), identity, name)
    if as_json:
        print_json(answer(done, account=identity, name=name))
    else:
        say(f"token {name} of {identity} is over; {said_by(done)}")


token.command(name="add")(add)
token.command(name="list")(list_tokens)
token.command(name="end")(end)
