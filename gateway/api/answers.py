"""Answers of the API: JSON made at once, with an ETag by which the same need not be sent again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from fastapi import Request, Response

JSON: Final = "application/json"


def json_answer(request: Request, data: Any, headers: Mapping[str, str] | None = None) -> Response:
    """304 where who asks has this already."""
    body = encoded(data)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    told = {"ETag": tag, "Cache-Control": "private, no-cache", **(headers or {})}
    if tag in [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=told)
    return Response(body, headers=told, media_type=JSON)


def secret_answer(data: Any) -> Response:
    """About an account: kept by no cache, not even the browser's."""
    return Response(encoded(data), headers={"Cache-Control": "no-store"}, media_type=JSON)


def encoded(data: Any) -> bytes:
    """What no JSON number can be is null; half a character is escaped."""
    try:
        return msgspec.json.encode(data)
    except (UnicodeEncodeError, OverflowError):  # names of damaged files, numbers of more than 64 bits
        return json.dumps(data).encode()
