"""How a route is described: its action of the rights table, an example of its answer, its errors."""

from __future__ import annotations

from typing import Any, Final

from gateway.api.answers import JSON
from gateway.api.problems import MEDIA_TYPE
from gateway.api.shapes import shape_of
from gateway.api.who import ACTION, OPEN, TOLD_ONCE

HTML: Final = "text/html"
_REFUSED: Final = {
    "type": "about:blank",
    "title": "Forbidden",
    "status": 403,
    "detail": "li.na may not do this (readings.read): ask an administrator for a role that may",
}
_UNKNOWN: Final = {
    "type": "about:blank",
    "title": "Unauthorized",
    "status": 401,
    "detail": "log in, or send the header `Authorization: Bearer TOKEN` with a token that is still valid",
}
_OTHERWISE: Final = {
    "type": "about:blank",
    "title": "Service Unavailable",
    "status": 503,
    "detail": "no gateway answers in data (Connection refused); start one with `cryogate run`",
}
PROBLEM: Final = {  # RFC 9457, as problems.py answers
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "what"],
                "properties": {"field": {"type": "string"}, "what": {"type": "string"}},
            },
        },
    },
}
_WRONG: Final = {
    "type": "about:blank",
    "title": "Unprocessable Content",
    "status": 422,
    "detail": "there is no asset 'dewar-9'; did you mean 'dewar-1'?",
}


def told(
    action: str, example: Any, status: int = 200, media: str = JSON, told_once: str = ""
) -> dict[str, Any]:
    """Of a route, for its decorator: `@router.get(path, **told("assets.read", example))`.

    `told_once`: the answer holds a secret; how to get another one where it was lost.
    """
    content = {"example": example, **({"schema": shape_of(example)} if media == JSON else {})}
    shown = {"description": "as asked for", "content": {media: content}}
    problems = {401: _UNKNOWN, 403: _REFUSED} if action != OPEN else {}
    others: dict[Any, dict[str, Any]] = {
        code: {"description": words, "content": {MEDIA_TYPE: {"example": body, "schema": PROBLEM}}}
        for code, words, body in (
            *((code, body["title"], body) for code, body in {**problems, 422: _WRONG}.items()),
            ("default", "whatever else is wrong: `status` and `detail` say what", _OTHERWISE),
        )
    }
    if media == HTML:  # for people, what is wrong is a page, too
        others["default"]["content"][HTML] = {"example": example}
    return {
        "status_code": status,
        "responses": {status: shown, **others},
        "openapi_extra": {ACTION: action, **({TOLD_ONCE: told_once} if told_once else {})},
        "response_model": None,
    }
