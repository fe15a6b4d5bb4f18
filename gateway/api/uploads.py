"""Files that are sent: nobody's are read, and of all that come at once no more than the disk can hold.

FastAPI writes a file to the disk before it asks anything. So the routes of files ask first.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.types import Scope

from gateway.api.guards import most_of
from gateway.api.limits import LARGEST_BODY, MOST_TOGETHER
from gateway.api.problems import Problem
from gateway.api.who import admit


class Uploads:
    """What is held at this moment. Belongs to the event loop."""

    def __init__(self) -> None:
        self._held = 0

    @contextmanager
    def room_for(self, size: int) -> Iterator[None]:
        """Raises Problem where so many bytes more are too many."""
        if self._held + size > MOST_TOGETHER:
            told = "too many files are sent right now: try again in a moment"
            raise Problem(503, told, {"Retry-After": "5"})
        self._held += size
        try:
            yield
        finally:
            self._held -= size


class TakesFiles(APIRoute):
    """Asks who sends, and whether there is room, before it reads."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def ask_first(request: Request) -> Response:
            await admit(request)
            uploads: Uploads = request.app.state.uploads
            with uploads.room_for(_size(request.scope)):
                return await handle(request)

        return ask_first


def _size(scope: Scope) -> int:
    """What a file may take; 0: no file comes here."""
    most = most_of(scope)
    told = dict(reversed(scope["headers"])).get(b"content-length")
    return 0 if most == LARGEST_BODY else most if told is None else int(told)
