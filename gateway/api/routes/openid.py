"""Logging in at the provider of the organization (OpenID Connect): there, and back.

The way back is a navigation that another site began: with it, and with redirects of it, no browser sends the
cookie of the session (`SameSite=Strict`). What binds it to this browser is a cookie of its own (`Lax`), for
some minutes. The answer sets the session, and is a page of ours that goes on by itself: that step begins
here, and has the cookie.
"""

from __future__ import annotations

import base64
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Query, Request, Response

from gateway.accounts.accounts import Accounts, open_accounts
from gateway.accounts.login import LoggedIn
from gateway.api import cookies
from gateway.api.answers import json_answer
from gateway.api.describing import told
from gateway.api.html import Page, answer_page
from gateway.api.members import office
from gateway.api.problems import Problem, answer
from gateway.api.routes.session import ORIGIN, attempt_of
from gateway.api.who import OPEN
from gateway.api.world import Asked, World
from gateway.commands import openid as commands
from gateway.commands.desk import Desk
from gateway.errors import InputError, LinkDown
from gateway.openid.attempt import HOME, LONGEST_PATH, Begun, begin, read
from gateway.openid.provider import Answered, Person, Provider
from gateway.text import one_line

log = logging.getLogger(__name__)
router = APIRouter(tags=["openid"])
BEGIN, RETURN = "/openid/begin", "/openid/return"
PREFIX: Final = "/api/v1"
AT_ONCE: Final = 3  # that may wait for the provider: all others are answered meanwhile
LONGEST: Final = 4000  # characters of what comes back
_room = threading.BoundedSemaphore(AT_ONCE)
NONE: Final = "[pages.openid] is not configured here: log in with account, password and code"
OVER: Final = "this log-in is over, was used, or was begun in another browser: begin again"
NOT_IN: Final = {"en": "Not logged in", "zh": "未能登录；本地账号仍可使用"}
IN: Final = {"en": "Logged in", "zh": "已登录"}
SHOWN: Final = {
    "openid": {
        "label": {"en": "Log in with your organization", "zh": "使用单位账号登录"},
        "begin": "/api/v1/openid/begin",
    }
}
Text = Annotated[str, Query(max_length=LONGEST)]
Where = Annotated[str, Query(max_length=LONGEST_PATH, description="A path of this gateway to go on at.")]
Again = Annotated[bool, Query(description="For a signature: who is logged in proves it anew.")]


class _Refused(Exception):
    """Why somebody is not let in, for a page."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@router.get("/openid", **told(OPEN, SHOWN))
def offered(request: Request) -> Response:
    """What the button says that leads to the provider, and where it leads; null where there is none."""
    provider: Provider | None = request.app.state.openid
    if provider is None:
        return json_answer(request, {"openid": None})
    label = {"en": provider.options.label_en, "zh": provider.options.label_zh}
    return json_answer(request, {"openid": {"label": label, "begin": f"{PREFIX}{BEGIN}"}})


@router.get(BEGIN, **told(OPEN, "", status=302, media="text/html"))
def to_provider(request: Request, world: Asked, path: Where = HOME, again: Again = False) -> Response:
    """Go to the provider; a cookie that is good for ten minutes knows this browser again."""
    try:
        return _sent(request, world, path, again)
    except _Refused as refused:
        return _not_in(request, refused)


@router.get(RETURN, **told(OPEN, "<!DOCTYPE html>...", media="text/html"))
def from_provider(
    request: Request, world: Asked, code: Text = "", state: Text = "", iss: Text = "", error: Text = ""
) -> Response:
    """Back from the provider: the session's cookie, and a page that goes on to the path."""
    try:
        response = _returned(request, world, state, error, Answered(code, iss or None))
    except _Refused as refused:
        response = _not_in(request, refused)
    cookies.end_openid(request, response)
    return response


def _sent(request: Request, world: World, path: str, again: bool) -> Response:
    provider, back = _provider(request), _back(world)
    _check_host(request, world)
    with _turn(), open_accounts(world.folder) as accounts:
        now_ns, session, own = world.now_ns(), "", cookies.session_of(request)
        try:
            if again:
                session = commands.session_of(accounts, own, now_ns).session
            begun = begin(path, session, "" if again else accounts.sessions.named(own))
            state = _text(accounts.openid.challenges.new(begun.purpose, now_ns))
            response = Response(status_code=302, headers={"Cache-Control": "no-store"})
            response.headers["Location"] = provider.address(begun, state, back, again)
        except InputError as error:
            raise _Refused(401, str(error)) from None
        except LinkDown as error:
            raise _Refused(502, str(error)) from None
    cookies.set_openid(request, response, begun.cookie)
    return response


def _returned(request: Request, world: World, state: str, error: str, answered: Answered) -> Response:
    provider, begun = _provider(request), read(cookies.openid_of(request))
    with _turn():
        since_ns = _used(world, begun, state)
        if begun is None or since_ns is None:
            raise _Refused(401, OVER)
        if error:
            raise _Refused(401, f"the provider says: {one_line(error)[:100]}")
        try:
            since = since_ns if begun.session else None
            person = provider.person(begun, answered, _back(world), world.now_ns(), since)
        except InputError as refused:
            raise _Refused(401, f"{refused}; begin again") from None
        except LinkDown as down:
            raise _Refused(502, str(down)) from None
        try:
            with office(world.configuration) as (desk, accounts):
                return _let_in(request, desk, accounts, provider, begun, person)
        except InputError as refused:
            raise _Refused(403, str(refused)) from None


def _let_in(
    request: Request, desk: Desk, accounts: Accounts, provider: Provider, begun: Begun, person: Person
) -> Response:
    """Raises InputError."""
    if begun.session:
        commands.prove_again(desk, accounts, begun.session, person)
        return _on(begun.path)
    attempt = attempt_of(request, begun.earlier)
    done: LoggedIn = commands.log_in(desk, accounts, provider.options, person, attempt, ORIGIN)
    response = _on(begun.path)
    cookies.set_session(request, response, done.secret)
    cookies.set_device(request, response, done.device)
    return response


def _used(world: World, begun: Begun | None, state: str) -> int | None:
    """When this browser began with this state, which is used up; None: it did not."""
    if begun is None:
        return None
    try:
        challenge = base64.urlsafe_b64decode(state + "==")
        if _text(challenge) != state:  # of several texts that are read as the same, one is ours
            return None
        with open_accounts(world.folder) as accounts, accounts.change():
            return accounts.openid.challenges.use(challenge, begun.purpose, world.now_ns())
    except ValueError:
        return None


def _provider(request: Request) -> Provider:
    provider: Provider | None = request.app.state.openid
    if provider is None:
        raise _Refused(404, NONE)
    return provider


def _back(world: World) -> str:
    """Where the provider sends people, to the letter as it is registered there."""
    return f"{world.configuration.pages.address.rstrip('/')}{PREFIX}{RETURN}"


def _check_host(request: Request, world: World) -> None:
    """The cookie is for the host at which people come back."""
    address = world.configuration.pages.address
    if urlsplit(address).netloc.casefold() != request.headers.get("host", "").casefold():
        raise _Refused(421, f"open the page as {address}: the provider sends people back there alone")


@contextmanager
def _turn() -> Iterator[None]:
    if not _room.acquire(blocking=False):
        raise _Refused(503, "others log in right now: try again in a moment")
    try:
        yield
    finally:
        _room.release()


def _on(path: str) -> Response:
    return answer_page(Page("en", f"{IN['en']} / {IN['zh']}", onward=path))


def _not_in(request: Request, refused: _Refused) -> Response:
    """A page for browsers, a problem for programs."""
    log.warning("not logged in by OpenID Connect: %s", one_line(str(refused)))
    headers = {"Retry-After": "5"} if refused.status in (502, 503) else {}
    if "text/html" not in request.headers.get("accept", ""):
        return answer(Problem(refused.status, str(refused), headers))
    page = answer_page(Page("en", NOT_IN["en"], (), (NOT_IN["zh"], str(refused))), refused.status)
    page.headers.update(headers)
    return page


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
