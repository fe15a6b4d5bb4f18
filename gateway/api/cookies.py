"""Cookies of a session and of a known device, and what protects them from other sites."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final, Literal
from urllib.parse import urlsplit

from fastapi import Request, Response

from gateway.accounts.lockouts import DEVICE_NS
from gateway.accounts.openid import LOG_IN_NS
from gateway.api.problems import Problem
from gateway.model import SECOND

SESSION: Final = "cryogate"
DEVICE: Final = "cryogate-device"
OPENID: Final = "cryogate-openid"
HOST: Final = "__Host-"  # a browser takes such a cookie by TLS alone, and gives it to no other host
CSRF_HEADER: Final = "x-csrf-token"
SAFE: Final = ("GET", "HEAD", "OPTIONS")
LONGEST: Final = 200  # characters
LONGEST_OPENID: Final = 900


def session_of(request: Request) -> str:
    return _cookie(request, SESSION)


def device_of(request: Request) -> str:
    return _cookie(request, DEVICE)


def set_session(request: Request, response: Response, secret: str) -> None:
    """Until the browser is closed; how long it is good is known to the gateway alone."""
    _set(request, response, SESSION, secret, None)


def set_device(request: Request, response: Response, secret: str) -> None:
    _set(request, response, DEVICE, secret, DEVICE_NS // SECOND)


def end_session(request: Request, response: Response) -> None:
    _set(request, response, SESSION, "", 0)


def openid_of(request: Request) -> str:
    return _cookie(request, OPENID, LONGEST_OPENID)


def set_openid(request: Request, response: Response, text: str) -> None:
    """Lax: the browser comes back by a link of the provider, and shall bring it."""
    _set(request, response, OPENID, text, LOG_IN_NS // SECOND, "lax")


def end_openid(request: Request, response: Response) -> None:
    _set(request, response, OPENID, "", 0, "lax")


def csrf_of(secret: str) -> str:
    """What our pages send with whatever changes something; who has not the session cannot make it."""
    return hmac.digest(secret.encode(errors="replace"), b"cryogate csrf 1", hashlib.sha256).hex()


def check_csrf(request: Request, secret: str) -> None:
    """Raises Problem 403 where a cookie alone would change something."""
    if request.method in SAFE:
        return
    given = request.headers.get(CSRF_HEADER, "")[:LONGEST]
    if not hmac.compare_digest(given.encode(errors="replace"), csrf_of(secret).encode()):
        raise Problem(403, "send the header X-CSRF-Token with `csrf` of GET /api/v1/session")


def check_origin(request: Request) -> None:
    """Raises Problem 403 where a page of somebody else makes a browser ask for a change."""
    origin = request.headers.get("origin")
    if request.method in SAFE or origin is None:
        return
    asking = urlsplit(origin)
    is_weaker = request.url.scheme == "https" and asking.scheme != "https"  # http is another origin
    if is_weaker or asking.netloc.casefold() != request.headers.get("host", "").casefold():
        raise Problem(403, "this was asked by a page of another site; open the page of this gateway")


def _set(
    request: Request,
    response: Response,
    name: str,
    value: str,
    lasting_s: int | None,
    same_site: Literal["strict", "lax"] = "strict",
) -> None:
    tls = request.url.scheme == "https"
    response.set_cookie(
        _name(request, name), value, lasting_s, path="/", secure=tls, httponly=True, samesite=same_site
    )


def _cookie(request: Request, name: str, longest: int = LONGEST) -> str:
    found = request.cookies.get(_name(request, name), "")
    return found if len(found) <= longest else ""


def _name(request: Request, name: str) -> str:
    return f"{HOST}{name}" if request.url.scheme == "https" else name
