"""Errors as the API answers them: application/problem+json (RFC 9457), with what to do next in `detail`."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from gateway.errors import (
    CodeError,
    ConfigurationError,
    CryogateError,
    InputError,
    JournalError,
    JournalFull,
    LinkDown,
    NotRunning,
    Outdated,
    StatementError,
    TooSoon,
)
from gateway.text import lines

log = logging.getLogger(__name__)
MEDIA_TYPE: Final = "application/problem+json"
LONGEST_DETAIL: Final = 2000  # characters
MOST_ERRORS: Final = 20  # fields, in an answer
STATUS: Final[Mapping[type[CryogateError], int]] = {
    InputError: 422,
    TooSoon: 429,
    CodeError: 422,
    StatementError: 422,
    ConfigurationError: 422,
    Outdated: 409,
    JournalFull: 507,
    JournalError: 503,
    NotRunning: 503,
    LinkDown: 502,
}
OPTION: Final = re.compile(r"--([a-z-]{2,20})\b")
FIELDS: Final[Mapping[str, str]] = {
    "for": "lasting",
    "way": "ways",
    "name": "name_en",
}  # where they are not called the same
NEXT: Final[Mapping[int, str]] = {
    400: "the body cannot be read: send JSON in UTF-8, or a form as /api/v1/openapi.json shows it",
    401: "log in, or send the header `Authorization: Bearer TOKEN` with a token that is still valid",
    404: "there is nothing at this address; /api/v1/openapi.json lists what there is",
    405: "this address is not asked in this way; /api/v1/openapi.json says how",
    500: "this is a mistake of Cryogate; its log has the details",
}


class Problem(HTTPException):
    """An answer that says what is wrong and what to do; FastAPI lets it through wherever it is raised."""

    def __init__(
        self,
        status: int,
        detail: str,
        headers: Mapping[str, str] | None = None,
        errors: list[dict[str, str]] | None = None,
    ) -> None:
        super().__init__(status, detail, dict(headers or {}))
        self.errors = errors or []


class NotThere(Problem):
    """Nothing has this name, as far as who asks may know."""

    def __init__(self, detail: str) -> None:
        super().__init__(404, detail)


Page = Callable[[Request, Problem], Response]  # for a person at a browser


def show_to_people(app: FastAPI, page: Page) -> None:
    """From now on whoever goes to an address of no program reads `page`."""
    app.state.problem_page = page


def _answer(request: Request, of: Problem) -> Response:
    page: Page | None = getattr(request.app.state, "problem_page", None)
    is_for_people = request.method == "GET" and not request.url.path.startswith("/api/")
    if page is not None and is_for_people and "text/html" in request.headers.get("accept", ""):
        return page(request, of)
    return answer(of)


def answer(of: Problem) -> Response:
    told: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(of.status_code).phrase,
        "status": of.status_code,
        "detail": lines(of.detail)[:LONGEST_DETAIL],
    }
    if of.errors:
        told["errors"] = of.errors[:MOST_ERRORS]
    return Response(msgspec.json.encode(told), of.status_code, of.headers, MEDIA_TYPE)


def problem_of(error: CryogateError) -> Problem:
    """What a command or question raised, for whoever asked."""
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)
    headers = {"Retry-After": "2"} if status == 503 else {}
    if isinstance(error, TooSoon):
        headers = {"Retry-After": str(error.after_s)}
    return Problem(status, with_fields(str(error)), headers)


def with_fields(told: str) -> str:
    """Commands name options, whoever asks the API has fields; what stands in backquotes is a command."""
    parts = told.split("`")
    parts[::2] = [OPTION.sub(_field, part) for part in parts[::2]]
    return "`".join(parts)


def _field(option: re.Match[str]) -> str:
    return f"`{FIELDS.get(option[1], option[1].replace('-', '_'))}`"


def answer_with_problems(app: FastAPI) -> None:
    """Whatever is raised on the way to an answer."""
    app.add_exception_handler(Problem, _stated)
    app.add_exception_handler(CryogateError, _of_ours)
    app.add_exception_handler(RequestValidationError, _of_fields)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(Exception, _unforeseen)


async def _stated(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return _answer(request, error)


async def _of_ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, CryogateError)
    return _answer(request, problem_of(error))


async def _of_fields(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = [
        {"field": ".".join(str(part) for part in one["loc"])[:200], "what": str(one["msg"])[:200]}
        for one in error.errors()
    ]
    first = f": {found[0]['field']}: {found[0]['what']}" if found else ""
    return answer(Problem(422, f"the request cannot be used{first}", errors=found))


async def _of_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    told = NEXT.get(error.status_code, str(error.detail))
    return _answer(request, Problem(error.status_code, told, error.headers))


async def _unforeseen(request: Request, error: Exception) -> Response:
    log.error("%s %s failed in a way nobody foresaw", request.method, request.url.path, exc_info=error)
    return _answer(request, Problem(500, NEXT[500]))
