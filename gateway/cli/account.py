"""`cryogate account`: who may log in, as what and where; also the way in when nobody can."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import typer
from rich.table import Table

from gateway.accounts.register import Account
from gateway.cli.account_office import SCHEMA, Identity, Lasting, Site, Until, office, some
from gateway.cli.account_setup import set_up
from gateway.cli.account_tokens import token
from gateway.cli.listing import Whole
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.saying import By, answer, said_by
from gateway.cli.terminal import console, print_json, say
from gateway.commands import accounts as commands
from gateway.commands.author import at_this_box
from gateway.commands.desk import Desk, Stated
from gateway.commands.until import until_ns
from gateway.published.accounts import account_row, rights_row, session_row
from gateway.statements.fields import shown
from gateway.text import counted

account = typer.Typer(
    cls=Whole, no_args_is_help=True, help="Accounts: who may log in, with which rights; sessions and tokens."
)
Role = Annotated[
    list[str] | None,
    typer.Option("--role", help="E.g. operator; several: all of them; docs/accounts.md has the table."),
]
Asset = Annotated[
    list[str] | None, typer.Option("--asset", help="Of an inspector: only this asset; several; default: all.")
]
Why = Annotated[str, typer.Option("--reason", help="Why, and how it is known who asked for it.")]


def add_to(app: typer.Typer) -> None:
    account.command(name="list")(list_accounts)
    for command in (add, roles, setup_link, set_up, reset, lock, unlock, sessions, end_sessions, remake):
        account.command()(command)
    account.add_typer(token, name="token")
    app.add_typer(account, name="account")


def list_accounts(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Every account: roles, sites, its end, whether it is locked, and what is set up.

    Example: cryogate account list --json
    """
    with office(config) as (desk, accounts):
        now_ns = desk.clock.now_ns()
        rows = [account_row(accounts, one, now_ns) for one in accounts.register.all()]
        lost = {one.id for one in commands.accounts_stated(desk)} - {row["account"] for row in rows}
    if as_json:
        print_json({"schema": SCHEMA, "accounts": rows, "lost": sorted(lost)})
        return
    table = Table(
        "account",
        "roles",
        "sites",
        "state",
        "password",
        "app",
        "sessions",
        "tokens",
        box=None,
        padding=(0, 1),
    )
    for row in rows:
        cells = [" ".join(row["roles"]), _names(row["sites"]), _state(row)]
        known = ["yes" if row[name] else "no" for name in ("password", "app")]
        table.add_row(row["account"], *cells, *known, str(row["sessions"]), str(row["tokens"]))
    if rows:
        console().print(table)
    say(counted(len(rows), "account"))
    if lost:
        names = ", ".join(sorted(lost))
        say(f"in the journal, not in the accounts file: {names}; see `cryogate account remake`", err=True)


def add(
    identity: Identity,
    by: By,
    role: Role = None,
    site: Site = None,
    asset: Asset = None,
    until: Until = None,
    lasting: Lasting = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Make an account for a person, and print the one-time link with which that person sets it up.

    The person is one of `cryogate people list`. There is no default password.

    Examples: cryogate account add li.na --role operator --site lab --by "Wang Wei"; cryogate account add
    zhao.min --role inspector --asset d-7 --for 14d --by "Wang Wei"
    """
    with office(config) as (desk, accounts):
        end_ns = _end(desk, until, lasting)
        made = Account(identity, tuple(role or ()), some(site), some(asset), end_ns)
        done = commands.add(desk, accounts, at_this_box(by), made)
    _tell_link(done, identity, f"{identity} has an account", as_json)


def roles(
    identity: Identity,
    by: By,
    role: Role = None,
    site: Site = None,
    asset: Asset = None,
    every_site: Annotated[bool, typer.Option("--every-site", help="Bound to no site any more.")] = False,
    until: Until = None,
    lasting: Lasting = None,
    reason: Why = "",
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Give an account other roles, sites, or another end; what is not given stays. It counts at once.

    Example: cryogate account roles li.na --role operator --role quality --by "Wang Wei"
    """
    with office(config) as (desk, accounts):
        before = accounts.register.known(identity)
        sites = None if every_site else before.sites if site is None else tuple(site)
        changed = replace(
            before,
            roles=before.roles if role is None else tuple(role),
            sites=sites,
            assets=before.assets if asset is None else tuple(asset),
            until_ns=_end(desk, until, lasting) if until or lasting else before.until_ns,
        )
        done = commands.change(desk, accounts, at_this_box(by), changed, reason)
    if as_json:
        print_json(answer(done, account=identity, **rights_row(changed)))
    else:
        where = _names(rights_row(changed)["sites"])
        say(f"{identity} is {', '.join(changed.roles)} at {where}; {said_by(done)}")


def setup_link(identity: Identity, by: By, config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Print another one-time link; password and factors stay until it is used.

    Example: cryogate account setup-link li.na --by "Wang Wei"
    """
    with office(config) as (desk, accounts):
        done = commands.new_link(desk, accounts, at_this_box(by), identity)
    _tell_link(done, identity, f"a link for {identity}", as_json)


def reset(
    identity: Identity, by: By, reason: Why, config: Config = DEFAULT_CONFIG, as_json: AsJson = False
) -> None:
    """End password, factors, sessions and tokens of an account at once, and print a link to set new ones.

    Be sure who asks: whoever gets the link is this person from then on.

    Example: cryogate account reset li.na --by "Wang Wei" --reason "phone lost; she stands beside me"
    """
    with office(config) as (desk, accounts):
        done = commands.reset(desk, accounts, at_this_box(by), identity, reason)
    _tell_link(done, identity, f"{identity} has no password and no factor any more", as_json)


def lock(
    identity: Identity, by: By, reason: Why = "", config: Config = DEFAULT_CONFIG, as_json: AsJson = False
) -> None:
    """Let nobody act by this account or its tokens, from now on; its sessions end.

    Example: cryogate account lock li.na --by "Wang Wei" --reason "on leave until May"
    """
    with office(config) as (desk, accounts):
        done = commands.lock(desk, accounts, at_this_box(by), identity, reason)
    _tell(done, identity, f"{identity} is locked", as_json)


def unlock(
    identity: Identity, by: By, reason: Why = "", config: Config = DEFAULT_CONFIG, as_json: AsJson = False
) -> None:
    """Undo `lock`, and end the waiting after wrong passwords, at every source.

    Example: cryogate account unlock li.na --by "Wang Wei"
    """
    with office(config) as (desk, accounts):
        done = commands.unlock(desk, accounts, at_this_box(by), identity, reason)
    _tell(done, identity, f"{identity} is unlocked", as_json)


def sessions(identity: Identity, config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Where an account is logged in: since when, how, from where, until when.

    Example: cryogate account sessions li.na
    """
    with office(config) as (desk, accounts):
        accounts.register.known(identity)
        there = accounts.sessions.of(identity, desk.clock.now_ns())
    if as_json:
        rows = [session_row(one) for one in there]
        print_json({"schema": SCHEMA, "account": identity, "sessions": rows})
        return
    for one in there:
        how = f"since {shown(one.begun_ns)[:19]}Z by {one.authenticated} from {one.source}"
        say(f"{one.id}  {how}  {one.program}")
    say(counted(len(there), "session"))


def end_sessions(
    identity: Identity,
    by: By,
    session: Annotated[str, typer.Option("--session", help="Only this one.")] = "",
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Log an account out everywhere, or end one session.

    Example: cryogate account end-sessions li.na --by "Wang Wei"
    """
    with office(config) as (desk, accounts):
        done, count = commands.end_sessions(desk, accounts, at_this_box(by), identity, session)
    if as_json:
        print_json(answer(done, account=identity, ended=count))
    else:
        say(f"{counted(count, 'session')} of {identity} ended; {said_by(done)}")


def remake(by: By, reason: Why, config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Make accounts anew from the journal after their file was lost: roles and sites, but no password.

    Then print links with `cryogate account setup-link`, for each person one.

    Example: cryogate account remake --by "Wang Wei" --reason "disk replaced; the backup had no accounts"
    """
    with office(config) as (desk, accounts):
        done = commands.remake(desk, accounts, at_this_box(by), reason)
    names = [one.id for one, _ in done]
    if as_json:
        print_json({"schema": SCHEMA, "remade": names, "ids": [stated.id for _, stated in done]})
    else:
        say(f"{counted(len(names), 'account')} made anew{': ' if names else ''}{', '.join(names)}")


def _tell_link(done: commands.Linked, identity: str, what: str, as_json: bool) -> None:
    if as_json:
        print_json(answer(done.stated, account=identity, link=done.link))
        return
    say(f"{what}; {said_by(done.stated)}")
    say(f"link, for {identity} alone, good once within 24 h: {done.link}")
    say("`cryogate account set-up` takes it on this machine, POST /api/v1/set-up from afar", err=True)


def _tell(done: Stated, identity: str, what: str, as_json: bool) -> None:
    if as_json:
        print_json(answer(done, account=identity))
    else:
        say(f"{what}; {said_by(done)}")


def _state(row: dict[str, Any]) -> str:
    if row["locked"]:
        return "locked"
    until = f"until {row['until'][:16]}Z" if row["until"] else "open"
    return until if row["usable"] else f"ended {row['until'][:16]}Z"


def _names(names: list[str] | None) -> str:
    return "every site" if names is None else " ".join(names)


def _end(desk: Desk, until: str | None, lasting: str | None) -> int | None:
    return None if until is None and lasting is None else until_ns(desk.clock.now_ns(), until, lasting)
