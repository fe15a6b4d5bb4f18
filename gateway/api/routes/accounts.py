"""Accounts of others: made, changed, locked and reset by an administrator, who cannot change the own one."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request, Response
from pydantic import Field

from gateway.accounts.register import Account
from gateway.api.acting import Lasting, Moment, Said, Text, author_of
from gateway.api.acting import Name as Short
from gateway.api.answers import secret_answer
from gateway.api.asked import Name
from gateway.api.describing import told
from gateway.api.members import office
from gateway.api.problems import Problem
from gateway.api.refusals import Refusals
from gateway.api.routes.session import LISTED
from gateway.api.who import Who
from gateway.api.world import Asked
from gateway.commands import accounts as commands
from gateway.commands.desk import Desk
from gateway.commands.until import until_ns
from gateway.published.accounts import account_row, rights_row, session_row

router = APIRouter(tags=["accounts"])
LINK_AGAIN: Final = "its link was shown once: reset the account for another one"
Names = Annotated[list[Short] | None, Field(max_length=200)]


class Rights(Said):
    """What is left out stays as it is; of a new account: every site, every asset, without an end."""

    roles: Names = None
    sites: Names = None
    assets: Names = None
    until: Moment = None
    lasting: Lasting = None
    reason: Text = ""


class New(Rights):
    """`account`: the id of its person."""

    account: Annotated[Short, Field(examples=["li.na"])]


class Why(Said):
    reason: Text = ""


ROW: Final = {
    "account": "li.na",
    "roles": ["operator"],
    "sites": ["lab"],
    "assets": None,
    "until": None,
    "locked": False,
    "usable": True,
    "password": True,
    "app": True,
    "passkeys": 1,
    "recovery_codes": 10,
    "sessions": 1,
    "tokens": 0,
}
CHANGED: Final = {"id": "7DAB1RC5-12", "account": "li.na"}
LINK: Final = {**CHANGED, "link": "cgl_0V3..."}


REFUSED: Final = {
    "who": "li.na",
    "status": 403,
    "kind": "not allowed",
    "action": "account.write",
    "last_asked": "POST /api/v1/accounts",
    "first": "2026-01-05T12:00:00.000000000Z",
    "last": "2026-01-05T12:00:00.000000000Z",
    "times": 1,
}


@router.get("/refusals", **told("account.read", {"schema": 1, "refusals": [REFUSED]}))
async def refusals(request: Request) -> Response:
    """What the API refused to whom since its start: not known, not allowed, too slow, too often ..."""
    noted: Refusals = request.app.state.refusals
    return secret_answer({"schema": 1, "refusals": noted.rows()})


@router.get("/accounts", **told("account.read", {"schema": 1, "accounts": [ROW]}))
def accounts(world: Asked) -> Response:
    """Every account: what it may, and what is set up; never a secret."""
    with office(world.configuration) as (desk, there):
        now_ns = desk.clock.now_ns()
        return secret_answer(
            {"schema": 1, "accounts": [account_row(there, one, now_ns) for one in there.register.all()]}
        )


@router.post("/accounts", **told("account.write", LINK, told_once=LINK_AGAIN))
def add(world: Asked, who: Who, given: New) -> Response:
    """Make an account for a person; the one-time link is for that person alone, and shown this once."""
    with office(world.configuration) as (desk, there):
        made = _with(desk, Account(given.account, ()), given)
        done = commands.add(desk, there, author_of(desk, who), made)
    return secret_answer({"id": done.stated.id, "account": given.account, "link": done.link})


@router.post("/accounts/{account}/rights", **told("account.write", {**CHANGED, "roles": ["quality"]}))
def change(world: Asked, who: Who, account: Name, given: Rights) -> Response:
    """Other roles, sites, assets or another end; it counts from the next request on."""
    _check_other(who.account, account)
    with office(world.configuration) as (desk, there):
        changed = _with(desk, there.register.known(account), given)
        author = author_of(desk, who)
        done = commands.change(desk, there, author, changed, given.reason)
    return secret_answer({"id": done.id, "account": account, **rights_row(changed)})


@router.post("/accounts/{account}/lock", **told("account.write", CHANGED))
def lock(world: Asked, who: Who, account: Name, given: Why) -> Response:
    """Nobody acts by it or its tokens any more; its sessions end."""
    _check_other(who.account, account)
    with office(world.configuration) as (desk, there):
        author = author_of(desk, who)
        done = commands.lock(desk, there, author, account, given.reason)
    return secret_answer({"id": done.id, "account": account})


@router.post("/accounts/{account}/unlock", **told("account.write", CHANGED))
def unlock(world: Asked, who: Who, account: Name, given: Why) -> Response:
    """Undo a lock, and end the waiting after wrong passwords."""
    _check_other(who.account, account)
    with office(world.configuration) as (desk, there):
        author = author_of(desk, who)
        done = commands.unlock(desk, there, author, account, given.reason)
    return secret_answer({"id": done.id, "account": account})


@router.post("/accounts/{account}/reset", **told("account.write", LINK, told_once=LINK_AGAIN))
def reset(world: Asked, who: Who, account: Name, given: Why) -> Response:
    """End password, factors, sessions, tokens at once. Whoever gets the link is this person from then on."""
    _check_other(who.account, account)
    with office(world.configuration) as (desk, there):
        author = author_of(desk, who)
        done = commands.reset(desk, there, author, account, given.reason)
    return secret_answer({"id": done.stated.id, "account": account, "link": done.link})


@router.get("/accounts/{account}/sessions", **told("account.read", {"schema": 1, "sessions": [LISTED]}))
def sessions(world: Asked, account: Name) -> Response:
    """Where an account is logged in."""
    with office(world.configuration) as (desk, there):
        there.register.known(account)
        rows = [session_row(one) for one in there.sessions.of(account, desk.clock.now_ns())]
    return secret_answer({"schema": 1, "sessions": rows})


@router.delete("/accounts/{account}/sessions", **told("account.write", {**CHANGED, "ended": 2}))
def end_sessions(world: Asked, who: Who, account: Name) -> Response:
    """Log an account out everywhere."""
    with office(world.configuration) as (desk, there):
        author = author_of(desk, who)
        done, count = commands.end_sessions(desk, there, author, account)
    return secret_answer({"id": done.id, "account": account, "ended": count})


def _with(desk: Desk, before: Account, given: Rights) -> Account:
    """With what is given. Raises InputError."""
    named: dict[str, Any] = {"roles": given.roles, "sites": given.sites, "assets": given.assets}
    changed: dict[str, Any] = {name: tuple(names) for name, names in named.items() if names is not None}
    if given.until is not None or given.lasting is not None:
        changed["until_ns"] = until_ns(desk.clock.now_ns(), given.until, given.lasting)
    return replace(before, **changed)


def _check_other(own: str, account: str) -> None:
    """Raises Problem: nobody gives more rights to herself or himself."""
    if own == account:
        raise Problem(403, "another administrator has to change your own account, or `cryogate account`")
