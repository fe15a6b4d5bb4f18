"""Logging in and out, what one has as sessions, and the own password."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from gateway.accounts.lockouts import source_of
from gateway.accounts.login import WRONG, Attempt, LoggedIn, Refused
from gateway.api import cookies
from gateway.api.acting import author_of, origin_of
from gateway.api.answers import secret_answer
from gateway.api.asked import Name
from gateway.api.describing import told
from gateway.api.members import office
from gateway.api.problems import Problem, problem_of
from gateway.api.who import OPEN, Who
from gateway.api.world import Asked
from gateway.commands import accounts as administration
from gateway.commands import logins
from gateway.commands.logins import Again
from gateway.published.accounts import session_row
from gateway.rights.principal import Principal
from gateway.rights.table import ACTIONS
from gateway.statements.fields import shown

ORIGIN: Final = "api"
AT_ONCE: Final = 3  # log-ins that are looked at: each takes memory and half a core for a moment
_room = threading.BoundedSemaphore(AT_ONCE)
router = APIRouter(tags=["session"])
CODES_AGAIN: Final = "the codes were shown once: ask for new ones again, with a new code and another key"


Password = Annotated[str, Field(max_length=1000, examples=["violet teapots glide"])]
Code = Annotated[str, Field(max_length=100, examples=["287082"])]


class LogIn(BaseModel):
    """All three together: nobody learns which of them is wrong."""

    account: Annotated[str, Field(max_length=200, examples=["li.na"])]
    password: Password
    code: Code


class NewPassword(BaseModel):
    """With the old one and a code: whoever took over a session has neither."""

    old: Password
    code: Code
    new: Password


class Proof(BaseModel):
    """Password and a code of now: whoever took over a session has neither."""

    password: Password
    code: Code

    @property
    def again(self) -> Again:
        return Again(self.password, self.code)


SESSION: Final = {
    "schema": 1,
    "account": "li.na",
    "roles": ["operator"],
    "sites": ["lab"],
    "assets": None,
    "actions": ["alarm.acknowledge", "alarms.read"],
    "authenticated": "password+totp",
    "session": "5f1c0a9be2d4",
    "until": "2026-01-05T12:30:00Z",
    "csrf": "9f86d081884c7d65...",
}
LISTED: Final = {
    "session": "5f1c0a9be2d4",
    "authenticated": "password+totp",
    "begun": "2026-01-05T12:00:00Z",
    "seen": "2026-01-05T12:00:00Z",
    "until": "2026-01-05T12:30:00Z",
    "source": "10.0.0.7",
    "program": "Mozilla/5.0",
    "own": True,
}
DONE: Final = {"id": "7DAB1RC5-12"}


@router.post("/session", **told(OPEN, SESSION))
def log_in(request: Request, world: Asked, typed: LogIn) -> Response:
    """Log in; the session comes in a cookie. 401 whatever is wrong, 429 where somebody has to wait."""
    cookies.check_origin(request)
    with room(), office(world.configuration) as (desk, accounts):
        earlier = accounts.sessions.named(cookies.session_of(request))
        attempt = attempt_of(request, earlier, (typed.account, typed.password, typed.code))
        done = logins.log_in(desk, accounts, attempt, ORIGIN)
        who = None if isinstance(done, Refused) else accounts.by_session(done.secret, desk.clock.now_ns())
    if isinstance(done, Refused):
        request.state.tried = done.account  # for the log, and never for who tries
        raise _refusal(done.wait_s)
    return begun(request, done, who)


@router.get("/session", **told("self.read", SESSION))
def session(request: Request, who: Who) -> Response:
    """Who is logged in, what they may do, until when; `csrf` is what changes need as header X-CSRF-Token."""
    return secret_answer(_described(who, cookies.session_of(request)))


@router.delete("/session", **told("self.write", DONE))
def log_out(request: Request, world: Asked, who: Who) -> Response:
    """Log out: the session is good no more."""
    with office(world.configuration) as (desk, accounts):
        done = logins.log_out(desk, accounts, who, origin_of(who))
    response = secret_answer({"id": done.id})
    cookies.end_session(request, response)
    return response


@router.get("/sessions", **told("self.read", {"schema": 1, "sessions": [LISTED]}))
def sessions(world: Asked, who: Who) -> Response:
    """Where the own account is logged in."""
    with office(world.configuration) as (desk, accounts):
        there = accounts.sessions.of(who.account, desk.clock.now_ns())
    rows = [{**session_row(one), "own": one.id == who.session} for one in there]
    return secret_answer({"schema": 1, "sessions": rows})


@router.delete("/sessions", **told("self.write", {**DONE, "ended": 2}))
def end_others(world: Asked, who: Who) -> Response:
    """Log out everywhere else."""
    with office(world.configuration) as (desk, accounts):
        author = author_of(desk, who)
        done, count = administration.end_sessions(desk, accounts, author, who.account, but=who.session)
    return secret_answer({"id": done.id, "ended": count})


@router.delete("/sessions/{session}", **told("self.write", {**DONE, "ended": 1}))
def end_one(world: Asked, who: Who, session: Name) -> Response:
    """End one session of the own account."""
    with office(world.configuration) as (desk, accounts):
        author = author_of(desk, who)
        done, count = administration.end_sessions(desk, accounts, author, who.account, session)
    return secret_answer({"id": done.id, "ended": count})


@router.post("/session/password", **told("self.write", DONE))
def change_password(world: Asked, who: Who, typed: NewPassword) -> Response:
    """Change the own password, with the old one and a code; all other sessions end."""
    with office(world.configuration) as (desk, accounts):
        old = Again(typed.old, typed.code)
        done = logins.change_password(desk, accounts, who, old, typed.new, origin_of(who))
    return secret_answer({"id": done.id})


@router.post(
    "/session/recovery-codes",
    **told(
        "self.write",
        {**DONE, "recovery_codes": ["K7QF-2M4X-4RTB-6WYA-HN5C-UD3P-X5ZE"]},
        told_once=CODES_AGAIN,
    ),
)
def recovery_codes(world: Asked, who: Who, typed: Proof) -> Response:
    """New recovery codes, with password and a code, shown this once; those of before are good no more."""
    with office(world.configuration) as (desk, accounts):
        origin = origin_of(who)
        done, codes = logins.new_recovery_codes(desk, accounts, who, typed.again, origin)
    return secret_answer({"id": done.id, "recovery_codes": codes})


@contextmanager
def room() -> Iterator[None]:
    """So many log-ins are looked at; who comes besides is told to come again. Raises Problem."""
    if not _room.acquire(blocking=False):
        raise Problem(503, "others log in right now: try again in a moment", {"Retry-After": "1"})
    try:
        yield
    finally:
        _room.release()


def attempt_of(request: Request, earlier: str, typed: tuple[str, str, str] = ("", "", "")) -> Attempt:
    """Of this browser, whose session of before is `earlier`."""
    source = "" if request.client is None else source_of(request.client.host)
    program = request.headers.get("user-agent", "")
    return Attempt(*typed, source, cookies.device_of(request), program, earlier)


def begun(request: Request, done: LoggedIn, who: Principal | None) -> Response:
    """Who is logged in now, with the cookies. Raises Problem where the account was locked just now."""
    if who is None:
        raise _refusal(0)
    response = secret_answer(_described(who, done.secret))
    cookies.set_session(request, response, done.secret)
    cookies.set_device(request, response, done.device)
    return response


def _refusal(wait_s: int) -> Problem:
    return problem_of(logins.too_soon(wait_s)) if wait_s else Problem(401, WRONG)


def _described(who: Principal, secret: str) -> dict[str, Any]:
    return {
        "schema": 1,
        "account": who.account,
        "roles": list(who.roles),
        "sites": None if who.sites is None else list(who.sites),
        "assets": None if who.assets is None else list(who.assets),
        "actions": sorted(filter(who.may_somewhere, ACTIONS)),
        "authenticated": who.authenticated,
        "session": who.session,
        "until": shown(who.until_ns),
        "csrf": cookies.csrf_of(secret),
    }
