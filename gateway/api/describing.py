"""How a route is described: its action of the rights table, an example of its answer, its errors."""

from __future__ import annotations

from typing import Any, Final

from gateway.api.problems import MEDIA_TYPE
from gateway.api.who import ACTION, OPEN

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
_WRONG: Final = {
    "type": "about:blank",
    "title": "Unprocessable Content",
    "status": 422,
    "detail": "there is no asset 'dewar-9'; did you mean 'dewar-1'?",
}


def told(action: str, example: Any, status: int = 200, media: str = "application/json") -> dict[str, Any]:
    """Of a route, for its decorator: `@router.get(path, **told("assets.read", example))`."""
    shown = {"description": "as asked for", "content": {media: {"example": example}}}
    problems = {401: _UNKNOWN, 403: _REFUSED} if action != OPEN else {}
    others = {
        code: {"description": body["title"], "content": {MEDIA_TYPE: {"example": body}}}
        for code, body in {**problems, 422: _WRONG}.items()
    }
    return {
        "status_code": status,
        "responses": {status: shown, **others},
        "openapi_extra": {ACTION: action},
        "response_model": None,
    }
