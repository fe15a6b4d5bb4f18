"""A request that comes twice under one key is done once: the second reads what the first was answered.

A statement has its key in the journal for ever, see acting.py. The answers are kept here, in memory, so that
also what states nothing can be sent again. An answer that tells a secret is never kept: that it was done is.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import secrets
import threading
from collections import OrderedDict, defaultdict
from concurrent.futures import Future
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, UploadFile
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.api.acting import LONGEST_KEY, ONCE
from gateway.api.answers import JSON
from gateway.api.problems import Problem
from gateway.api.who import ACTION, OPEN, TOLD_ONCE
from gateway.dataclass import dataclass
from gateway.json_text import encoded, loads

HEADER: Final = "Idempotency-Key"
MOST_OF_ACCOUNT: Final = 200  # answers; a client that lost one asks again at once
LARGEST: Final = 64 * 1024  # bytes of an answer that is kept
CHANGE_NOTHING: Final = ("/preview", "/options")  # how their addresses end
PIECE: Final = 1 << 20  # bytes
OTHER: Final = (
    "this Idempotency-Key was used for another request, which was done: look at what is there, and give each "
    "request its own"
)
TOO_LONG: Final = (
    "this was done when it came first; its answer was too long to keep: ask for what is there now"
)
Identity = tuple[str, str]  # account, key


def is_repeatable(path: str, method: str, action: str) -> bool:
    """Of whom nobody knows there are no keys; a preview changes nothing, and a challenge is good once."""
    return method == "POST" and action not in (OPEN, "") and not path.endswith(CHANGE_NOTHING)


async def do_once(request: Request) -> None:
    """For every route, after `admit`. Raises Repeated where it was done, Problem 409 where another was."""
    key, route = request.headers.get(HEADER, "").strip(), request.scope["route"]
    if not key or not is_repeatable(route.path, request.method, request.state.action):
        return
    if len(key) > LONGEST_KEY:
        raise Problem(422, f"an Idempotency-Key has at most {LONGEST_KEY} characters")
    repeats: Repeats = request.app.state.repeats
    identity = (request.state.principal.account, key)
    await repeats.begin(identity, await repeats.digest(request))
    told_once = (route.openapi_extra or {}).get(TOLD_ONCE, "")
    request.state.begun = _Begun(
        identity, f"this was done when it came first; {told_once}" if told_once else ""
    )


class Repeated(Exception):
    """The request was done before; `answer` is what it was answered."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer


@dataclass(frozen=True, slots=True)
class _Begun:
    """`instead`: what is told to whoever asks again, where the answer holds a secret."""

    identity: Identity
    instead: str


@dataclass(frozen=True, slots=True)
class _Kept:
    digest: bytes
    media: str
    body: bytes
    instead: str

    def raise_again(self, digest: bytes) -> None:
        if digest != self.digest or self.instead:
            raise Problem(409, OTHER if digest != self.digest else self.instead)
        raise Repeated(
            Response(_not_new(self.body) if self.media == JSON else self.body, media_type=self.media)
        )


class Repeats:
    """Asked from any loop. What was asked may hold a password: a digest is kept, whose key nobody has."""

    def __init__(self) -> None:
        self._digest_key, self._turn = secrets.token_bytes(32), threading.Lock()
        self._kept: dict[str, OrderedDict[str, _Kept]] = defaultdict(OrderedDict)
        self._under_way: dict[Identity, tuple[bytes, Future[None]]] = {}

    async def begin(self, identity: Identity, digest: bytes) -> None:
        """Returns once it is ours to do, which has to be ended. Raises what the first one was answered."""
        account, key = identity
        while True:
            with self._turn:
                kept = self._kept[account].get(key)
                _, before = self._under_way.get(identity, (b"", None))
                if kept is None and before is None:
                    self._under_way[identity] = (digest, Future())
                    return
            if kept is not None:
                kept.raise_again(digest)
            if before is not None:
                await asyncio.shield(asyncio.wrap_future(before))

    def end(self, begun: _Begun, answered: _Answered) -> None:
        """What was refused may be tried again under its key."""
        account, key = begun.identity
        with self._turn:
            digest, done = self._under_way.pop(begun.identity)
            if answered.is_done:
                instead = begun.instead or ("" if answered.is_whole else TOO_LONG)
                of_account = self._kept[account]
                of_account[key] = _Kept(digest, answered.media, b"" if instead else answered.body, instead)
                while len(of_account) > MOST_OF_ACCOUNT:
                    of_account.popitem(last=False)
        done.set_result(None)

    async def digest(self, request: Request) -> bytes:
        """Of the address and the body; of a form without the border between its parts."""
        found = hashlib.blake2b(f"{request.url.path}?{request.url.query}".encode(), key=self._digest_key)
        try:
            found.update(b"\0" + await request.body())
        except RuntimeError:  # it was read as a form
            for name, value in (await request.form()).multi_items():
                await run_in_threadpool(_add_part, found, name, value)
        return found.digest()


class Keeping:
    """Around the application: hands what was answered to `repeats`."""

    def __init__(self, app: ASGIApp, repeats: Repeats) -> None:
        self._app, self._repeats = app, repeats

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or HEADER not in Headers(scope=scope):
            await self._app(scope, receive, send)
            return
        answered, state = _Answered(send), scope.setdefault("state", {})
        try:
            await self._app(scope, receive, answered.send)
        finally:
            if (begun := state.get("begun")) is not None:
                self._repeats.end(begun, answered)


class _Answered:
    """What goes out, as far as it may be kept."""

    def __init__(self, send: Send) -> None:
        self._send, self._body = send, bytearray()
        self._headers, self._status, self._is_ended = Headers(), 0, False

    @property
    def is_done(self) -> bool:
        return self._is_ended and 200 <= self._status < 300

    @property
    def is_whole(self) -> bool:
        return len(self._body) <= LARGEST

    @property
    def media(self) -> str:
        return self._headers.get("content-type", JSON)

    @property
    def body(self) -> bytes:
        is_packed = self._headers.get("content-encoding") == "gzip"
        return gzip.decompress(self._body) if is_packed else bytes(self._body)

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status, self._headers = message["status"], Headers(raw=message["headers"])
        elif self.is_whole:
            self._body += message.get("body", b"")
        if message["type"] == "http.response.body":
            self._is_ended = not message.get("more_body", False)
        await self._send(message)


def answer_repeats(app: FastAPI) -> None:
    app.state.repeats = Repeats()
    app.add_exception_handler(Repeated, _as_before)
    app.add_middleware(Keeping, repeats=app.state.repeats)


def add_keys(schema: dict[str, Any]) -> dict[str, Any]:
    """To each operation of the schema that can be sent again."""
    known = {"name": HEADER, "in": "header", "required": False, "description": ONCE}
    told = {**known, "schema": {"type": "string", "maxLength": LONGEST_KEY, "default": ""}}
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            parameters = operation.setdefault("parameters", [])
            is_there = any(one["name"] == HEADER for one in parameters)
            if is_repeatable(path, method.upper(), operation.get(ACTION, "")) and not is_there:
                parameters.append(told)
    return schema


async def _as_before(_: Request, error: Exception) -> Response:
    assert isinstance(error, Repeated)
    error.answer.headers["Cache-Control"] = "no-store"
    return error.answer


def _not_new(body: bytes) -> bytes:
    """As it was answered, but that nothing is new now; some answers count what is."""
    told = loads(body)
    if not isinstance(told, dict) or type(told.get("new")) not in (bool, int):
        return body
    return encoded({**told, "new": False if type(told["new"]) is bool else 0})


def _add_part(found: hashlib.blake2b, name: str, value: UploadFile | str) -> None:
    """The file is read again by the route."""
    if isinstance(value, str):
        found.update(f"\0{len(name)} {name}\0{len(value)} {value}".encode())
        return
    found.update(f"\0{len(name)} {name}\0{value.filename} {value.size}\0".encode())
    value.file.seek(0)
    while piece := value.file.read(PIECE):
        found.update(piece)
    value.file.seek(0)
