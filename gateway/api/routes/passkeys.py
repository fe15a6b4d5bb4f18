"""Passkeys: add and remove them, and log in with one; where the page was opened by a name."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from gateway.accounts import ceremonies
from gateway.accounts.accounts import open_accounts
from gateway.accounts.passkeys import Passkey, Site, site_of
from gateway.api import cookies
from gateway.api.acting import origin_of
from gateway.api.answers import secret_answer
from gateway.api.asked import Name
from gateway.api.describing import told
from gateway.api.members import office
from gateway.api.problems import Problem
from gateway.api.routes.session import ORIGIN, SESSION, Proof, attempt_of, begun, room
from gateway.api.who import OPEN, Who
from gateway.api.world import Asked
from gateway.commands import passkeys as commands
from gateway.errors import InputError
from gateway.statements.fields import shown

router = APIRouter(tags=["passkeys"])
Answer = Annotated[dict[str, Any], Field(description="PublicKeyCredential.toJSON() of the browser.")]


class Added(BaseModel):
    name: Annotated[str, Field(max_length=60, examples=["key on the blue ring"])]
    answer: Answer


class Proven(BaseModel):
    answer: Answer


PASSKEY: Final = {
    "passkey": "5f1c0a9be2d4",
    "name": "key on the blue ring",
    "host": "gateway.lab.example",
    "begun": "2026-01-05T12:00:00Z",
}
CREATE: Final = {"rp": {"id": "gateway.lab.example", "name": "Cryogate"}, "challenge": "q83vEjRW..."}
GET: Final = {"rpId": "gateway.lab.example", "challenge": "q83vEjRW...", "userVerification": "required"}


@router.get("/passkeys", **told("self.read", {"schema": 1, "passkeys": [PASSKEY]}))
def passkeys(world: Asked, who: Who) -> Response:
    """Passkeys of the own account."""
    with office(world.configuration) as (_, accounts):
        there = accounts.passkeys.of(who.account)
    return secret_answer({"schema": 1, "passkeys": [_row(one) for one in there]})


@router.post("/passkeys/options", **told("self.write", CREATE))
def offer(request: Request, world: Asked, who: Who, typed: Proof) -> Response:
    """What `navigator.credentials.create` takes (`publicKey`), for password and code."""
    with office(world.configuration) as (desk, accounts):
        return secret_answer(commands.offer(desk, accounts, who, typed.again, _site(request)))


@router.post("/passkeys", **told("self.write", {**PASSKEY, "id": "7DAB1RC5-12"}))
def add(request: Request, world: Asked, who: Who, given: Added) -> Response:
    """Add the passkey that the browser made."""
    with office(world.configuration) as (desk, accounts):
        done, one = commands.add(
            desk, accounts, who, given.name, given.answer, _site(request), origin_of(who)
        )
    return secret_answer({**_row(one), "id": done.id})


@router.post("/passkeys/{passkey}/end", **told("self.write", {"id": "7DAB1RC5-12"}))
def end(world: Asked, who: Who, passkey: Name, typed: Proof) -> Response:
    """Remove one, with password and code; nobody logs in with it any more."""
    with office(world.configuration) as (desk, accounts):
        done = commands.end(desk, accounts, who, typed.again, passkey, origin_of(who))
    return secret_answer({"id": done.id})


@router.post("/session/passkey/options", **told(OPEN, GET))
def ask(request: Request, world: Asked) -> Response:
    """What `navigator.credentials.get` takes (`publicKey`); no account is named."""
    cookies.check_origin(request)
    site = _site(request)
    with open_accounts(world.folder) as accounts:
        return secret_answer(ceremonies.ask(accounts.passkeys, site, world.now_ns()))


@router.post("/session/passkey", **told(OPEN, SESSION))
def log_in(request: Request, world: Asked, given: Proven) -> Response:
    """Log in with what the browser answered; the session comes in a cookie."""
    cookies.check_origin(request)
    site = _site(request)
    with room(), office(world.configuration) as (desk, accounts):
        attempt = attempt_of(request, accounts.sessions.named(cookies.session_of(request)))
        try:
            done = commands.log_in(desk, accounts, given.answer, site, attempt, ORIGIN)
        except InputError as error:
            raise Problem(401, str(error)) from None
        who = accounts.by_session(done.secret, desk.clock.now_ns())
    return begun(request, done, who)


def _site(request: Request) -> Site:
    """Where the page is that asks. Raises InputError where browsers have no passkeys."""
    return site_of(f"{request.url.scheme}://{request.headers.get('host', '')}")


def _row(one: Passkey) -> dict[str, Any]:
    return {"passkey": one.id, "name": one.name, "host": one.host, "begun": shown(one.begun_ns)}
