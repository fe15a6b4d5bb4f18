"""What every request passes: how large and how slow it may be, and the headers that every answer has."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.api.limits import (
    BODY_WITHIN_S,
    LARGEST_BODY,
    LARGEST_FILE,
    LONGEST_PATH,
    LONGEST_QUERY,
    REST_WITHIN_S,
)
from gateway.api.problems import Problem, answer
from gateway.json_text import StandsTwice, loads

FILES: Final = (  # where files come
    *("/api/v1/imports", "/api/v1/imports/preview", "/api/v1/contents/file"),
    "/api/v1/plans",
)
POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "frame-src 'self'",  # a report as PDF: of all that we serve it alone can be framed
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), geolocation=(), microphone=()",
}
ONE_YEAR: Final = "max-age=31536000"


class Headers:
    """Adds the headers of security to every answer, and HSTS where there is TLS."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _headers(scope):
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)


def _headers(scope: Scope) -> Iterator[tuple[str, str]]:
    yield from HEADERS.items()
    yield "cache-control", "no-store"
    if scope["scheme"] == "https":
        yield "strict-transport-security", ONE_YEAR


class Limits:
    """Refuses what is too large before it is read, and who is too slow while it is.

    A body that nobody reads, because its request is refused or wants none, ends with the answer.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = _Body(receive, most_of(scope), scope["headers"])
        answering = _Answering(body, send)
        if refused := _too_long(scope) or body.announced_too_much():
            await answer(refused)(scope, receive, answering.send)
            return
        await self._app(scope, body.receive, answering.send)


def most_of(scope: Scope) -> int:
    """How many bytes a body has here."""
    return LARGEST_FILE if scope["path"] in FILES else LARGEST_BODY


class _Body:
    """Raises Problem while it is read: it becomes too large, takes too long, or names a field twice."""

    def __init__(self, receive: Receive, most: int, headers: list[tuple[bytes, bytes]]) -> None:
        told = dict(reversed(headers))  # of what stands twice the first, as routes read it
        self._json = bytearray() if b"json" in told.get(b"content-type", b"") else None
        self._receive, self._most = receive, most
        self._length = told.get(b"content-length", b"0")
        self._left = most
        self._is_whole = self._length == b"0" and b"transfer-encoding" not in told
        self._waits_for_us = b"expect" in told  # for somebody to read, before it is sent
        self._until_s = asyncio.get_running_loop().time() + BODY_WITHIN_S

    @property
    def too_large(self) -> Problem:
        return Problem(
            413, f"the body is too large: at most {self._most} bytes here", {"Connection": "close"}
        )

    def announced_too_much(self) -> Problem | None:
        is_fine = self._length.isdigit() and int(self._length[:20]) <= self._most
        return None if is_fine else self.too_large

    async def comes_whole(self, within_s: float) -> bool:
        """Whether there is nothing more of it; what comes until then is dropped."""
        self._json = None
        if self._waits_for_us:
            return self._is_whole
        try:
            async with asyncio.timeout(within_s):
                while not self._is_whole:
                    await self.receive()
        except (TimeoutError, Problem):
            return False
        return True

    async def receive(self) -> Message:
        if self._is_whole:  # what follows is that the asker went away: that may take hours
            return await self._receive()
        self._waits_for_us = False
        try:
            async with asyncio.timeout_at(self._until_s):
                message = await self._receive()
        except TimeoutError:
            told = f"the body did not come within {BODY_WITHIN_S:.0f} s; send it faster, or in parts"
            raise Problem(408, told, {"Connection": "close"}) from None
        self._is_whole = message["type"] == "http.disconnect" or not message.get("more_body", False)
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise self.too_large
        if self._json is not None:
            self._json += message.get("body", b"")
            if self._is_whole:
                _check_fields(bytes(self._json))
        return message


class _Answering:
    """Ends a connection on which more of a body would come than anybody reads.

    What is left is waited for in the moment before the end: who sends reads the answer only then.
    """

    def __init__(self, body: _Body, send: Send) -> None:
        self._body, self._send = body, send
        self._ends = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._ends = not await self._body.comes_whole(0.0)
            if self._ends:
                MutableHeaders(scope=message)["connection"] = "close"
        elif self._ends and not message.get("more_body", False):
            await self._send({**message, "more_body": True})
            await self._body.comes_whole(REST_WITHIN_S)
            message = {"type": "http.response.body", "body": b"", "more_body": False}
        await self._send(message)


def _check_fields(body: bytes) -> None:
    try:
        loads(body)
    except StandsTwice as error:
        told = f"the request cannot be used: {error}: nobody knows which value is meant"
        raise Problem(422, told) from None
    except (ValueError, RecursionError):  # the route says what is wrong with it
        return


def _too_long(scope: Scope) -> Problem | None:
    if len(scope["path"]) > LONGEST_PATH:
        return Problem(414, f"an address has at most {LONGEST_PATH} characters")
    if len(scope["query_string"]) > LONGEST_QUERY:
        return Problem(414, f"a query has at most {LONGEST_QUERY} characters")
    return None
