"""Answers of the API: JSON made at once, with an ETag by which the same need not be sent again."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from typing import Any, Final

from fastapi import Request, Response

from gateway.json_text import encoded

JSON: Final = "application/json"
WORTH_PACKING: Final = 2000  # bytes
LEVEL: Final = 1  # of gzip: 1 MB takes 35 ms, level 9 a second


def json_answer(request: Request, data: Any, headers: Mapping[str, str] | None = None) -> Response:
    """304 where who asks has this already. A program may keep it; no browser writes it to its disk."""
    body = encoded(data)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    told = {"ETag": tag, "Cache-Control": "no-store", "Vary": "Accept-Encoding", **(headers or {})}
    if tag in [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=told)
    if len(body) >= WORTH_PACKING and "gzip" in request.headers.get("accept-encoding", ""):
        body, told["Content-Encoding"] = gzip.compress(body, LEVEL, mtime=0), "gzip"
    return Response(body, headers=told, media_type=JSON)


def secret_answer(data: Any) -> Response:
    """About an account: kept by no cache, not even the browser's, and not packed beside what others chose."""
    return Response(encoded(data), headers={"Cache-Control": "no-store"}, media_type=JSON)
