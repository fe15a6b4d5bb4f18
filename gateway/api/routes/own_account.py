"""Setting up an account with a one-time link, and API tokens of the own account."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from gateway.accounts.tokens import Token
from gateway.api import cookies
from gateway.api.acting import author_of
from gateway.api.answers import secret_answer
from gateway.api.asked import Name
from gateway.api.describing import told
from gateway.api.members import office
from gateway.api.routes.session import Proof, room
from gateway.api.who import OPEN, Who
from gateway.api.world import Asked
from gateway.commands import accounts as administration
from gateway.commands import logins
from gateway.commands.until import until_ns
from gateway.published.accounts import token_row

ORIGIN: Final = "api"
MOST_NAMES: Final = 200
router = APIRouter(tags=["account"])
TOKEN_AGAIN: Final = "the token was shown once: end it and make another"


LinkText = Annotated[str, Field(max_length=200, examples=["cgl_0V3..."])]
Names = Annotated[list[Annotated[str, Field(max_length=200)]] | None, Field(max_length=MOST_NAMES)]


class Link(BaseModel):
    link: LinkText


class FirstPassword(BaseModel):
    link: LinkText
    password: Annotated[str, Field(max_length=1000, examples=["violet teapots glide"])]
    code: Annotated[str, Field(max_length=100, examples=["287082"])]


class WantedToken(Proof):
    """With password and a code again. What is left out narrows nothing.

    `lasting`: its end from now on.
    """

    name: Annotated[str, Field(max_length=60, examples=["reports"])]
    lasting: Annotated[str, Field(max_length=20, examples=["90d"])]
    roles: Names = None
    actions: Names = None
    sites: Names = None


OFFERED: Final = {"account": "li.na", "key": "GEZDGNBV...", "uri": "otpauth://totp/Cryogate:li.na?secret=..."}
SET_UP: Final = {
    "id": "7DAB1RC5-12",
    "account": "li.na",
    "recovery_codes": ["K7QF-2M4X-4RTB-6WYA-HN5C-UD3P-X5ZE"],
}
TOKEN: Final = {
    "token_id": "5f1c0a9be2d4",
    "name": "reports",
    "roles": None,
    "actions": ["readings.read"],
    "sites": None,
    "begun": "2026-01-05T12:00:00Z",
    "until": "2026-04-05T12:00:00Z",
}


@router.post("/set-up", **told(OPEN, OFFERED))
def offer(request: Request, world: Asked, given: Link) -> Response:
    """What an authenticator app takes; nothing is set yet, and the link stays good."""
    cookies.check_origin(request)
    with room(), office(world.configuration) as (desk, accounts):
        offered = logins.offer(desk, accounts, given.link)
    return secret_answer({"account": offered.account, "key": offered.key, "uri": offered.uri})


@router.post("/set-up/confirm", **told(OPEN, SET_UP))
def set_up(request: Request, world: Asked, given: FirstPassword) -> Response:
    """Set password and app, by a code of it; the link is used up. Recovery codes are shown this once."""
    cookies.check_origin(request)
    with room(), office(world.configuration) as (desk, accounts):
        done = logins.set_up(desk, accounts, given.link, given.password, given.code, ORIGIN)
    return secret_answer(
        {"id": done.stated.id, "account": done.account, "recovery_codes": done.recovery_codes}
    )


@router.get("/tokens", **told("self.read", {"schema": 1, "tokens": [TOKEN]}))
def tokens(world: Asked, who: Who) -> Response:
    """API tokens of the own account; never the tokens themselves."""
    with office(world.configuration) as (desk, accounts):
        there = accounts.tokens.of(who.account, desk.clock.now_ns())
    return secret_answer({"schema": 1, "tokens": [token_row(one) for one in there]})


@router.post(
    "/tokens",
    **told("token.write", {**TOKEN, "id": "7DAB1RC5-12", "secret": "cgt_..."}, told_once=TOKEN_AGAIN),
)
def new_token(world: Asked, who: Who, wanted: WantedToken) -> Response:
    """A token of the own account; it is shown this once, and never may more than the account."""
    with office(world.configuration) as (desk, accounts):
        now_ns = desk.clock.now_ns()
        narrowed = [
            None if names is None else tuple(names) for names in (wanted.roles, wanted.actions, wanted.sites)
        ]
        ends_ns = until_ns(now_ns, None, wanted.lasting)
        logins.prove_again(desk, accounts, who, wanted.again)
        author = author_of(desk, who)
        asked = Token("", who.account, wanted.name, narrowed[0], narrowed[1], narrowed[2], now_ns, ends_ns)
        done, secret, made = administration.new_token(desk, accounts, author, asked)
    return secret_answer({**token_row(made), "id": done.id, "secret": secret})


@router.delete("/tokens/{name}", **told("token.write", {"id": "7DAB1RC5-12"}))
def end_token(world: Asked, who: Who, name: Name) -> Response:
    """End a token of the own account, by its name or `token_id`."""
    with office(world.configuration) as (desk, accounts):
        author = author_of(desk, who)
        done = administration.end_token(desk, accounts, author, who.account, name)
    return secret_answer({"id": done.id})
