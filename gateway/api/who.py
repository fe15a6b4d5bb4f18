"""Who asks, and whether they may: by the token or the session of a request, and the action of its route.

A session comes in a cookie, which a browser also sends when another site makes it ask. So whatever changes
something needs the header `X-CSRF-Token`, too, which only our own pages can know. A route names its action
with `told` (describing.py). One that names none is refused to everybody.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Annotated, Any, Final, Protocol

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from gateway.accounts.lockouts import source_of
from gateway.api import cookies
from gateway.api.acting import record_look
from gateway.api.problems import Problem
from gateway.rights.principal import Principal
from gateway.rights.table import ACTIONS

ACTION: Final = "x-action"  # in the schema, too
TOLD_ONCE: Final = "x-told-once"  # how to get another secret, of a route that answers with one
OPEN: Final = "open"  # the action of what everybody may ask
NAMES: Final = ("alarm", "asset", "channel", "code", "site", "statement", "about", "name")
FREE: Final = ("/api/v1/alive",)  # it costs no more than a refusal
BEARER: Final = "bearer "
LONGEST_TOKEN: Final = 200  # characters


class Known(Protocol):
    """Whom a secret belongs to; asked from any thread, one at a time."""

    def by_token(self, token: str, now_ns: int) -> Principal | None: ...
    def by_session(self, secret: str, now_ns: int) -> Principal | None: ...
    def stands(self, who: Principal, now_ns: int) -> bool: ...


class Gate:
    """Asks the accounts; `now_ns` is the gateway's clock."""

    def __init__(self, known: Known, now_ns: Callable[[], int]) -> None:
        self._known, self._now_ns = known, now_ns
        self._turn = threading.Lock()

    def by_token(self, token: str) -> Principal | None:
        with self._turn:
            return self._known.by_token(token, self._now_ns())

    def by_session(self, secret: str) -> Principal | None:
        with self._turn:
            return self._known.by_session(secret, self._now_ns())

    def stands(self, who: Principal) -> bool:
        """Whether they could ask again now, and be shown the same; that is no use of their session."""
        with self._turn:
            return self._known.stands(who, self._now_ns())


async def admit(request: Request) -> None:
    """For every route. Raises Problem 401 where nobody is known, 403 where it is not theirs to do.

    Once for each request: what takes files asks before it reads them, see uploads.py.
    """
    if not getattr(request.state, "is_admitted", False):
        await _admit(request)
        request.state.is_admitted = True


async def _admit(request: Request) -> None:
    action = action_of(request.scope["route"])
    request.state.action = action
    rates, path = request.app.state.rates, str(request.scope["path"])
    if action == OPEN:
        if path not in FREE and rates.wait_s(_address(request)) > 0:
            raise Problem(429, "too many requests of this address: ask slower", {"Retry-After": "1"})
        return
    principal = await _authenticated(request)
    request.state.principal = principal
    if rates.wait_s(principal.account, request.scope["route"].path) > 0:
        raise Problem(429, "too many requests of this account: ask slower", {"Retry-After": "1"})
    if not action or not principal.may_somewhere(action):
        raise Problem(403, _why_not(principal, action))
    if principal.looks_are_recorded and ACTIONS[action].reads:
        asked = f"{request.method} {request.url.path}?{request.url.query}".rstrip("?")
        await run_in_threadpool(
            record_look, request.app.state.world, principal, action, asked, _names(request)
        )


def _why_not(principal: Principal, action: str) -> str:
    if principal.by_token and action and not ACTIONS[action].by_token:
        return f"a program with an API token may not do this ({action}): a person who is logged in has to"
    return f"{principal.account} may not do this ({action}): ask an administrator for a role that may"


def _address(request: Request) -> str:
    """No account is called so."""
    return f"at {source_of(request.client.host)}" if request.client else "at nowhere"


async def _admitted(request: Request) -> Principal:
    principal: Principal = request.state.principal
    return principal


Who = Annotated[Principal, Depends(_admitted)]


def _names(request: Request) -> list[str]:
    """What a question is about, as far as it is named."""
    told = (*request.path_params.items(), *request.query_params.multi_items())
    return [str(value) for name, value in told if name in NAMES]


def action_of(route: Any) -> str:
    """Empty where it names none."""
    return str((getattr(route, "openapi_extra", None) or {}).get(ACTION, ""))


async def _authenticated(request: Request) -> Principal:
    header = request.headers.get("authorization", "")
    token = header[len(BEARER) :].strip()
    gate: Gate = request.app.state.gate
    if header[: len(BEARER)].lower() == BEARER and 0 < len(token) <= LONGEST_TOKEN:
        principal = await run_in_threadpool(gate.by_token, token)
        if principal is not None:
            return principal
    elif not header and (secret := cookies.session_of(request)):
        cookies.check_origin(request)
        principal = await run_in_threadpool(gate.by_session, secret)
        if principal is not None:
            request.state.principal = principal  # also where it is refused: whose refusal it was
            cookies.check_csrf(request, secret)
            return principal
    raise Problem(
        401,
        "log in, or send the header `Authorization: Bearer TOKEN` with a token that is still valid",
        {"WWW-Authenticate": "Bearer"},
    )
