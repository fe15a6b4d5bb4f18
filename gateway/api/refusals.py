"""What was refused to whom since the start: in the log, and counted for administrators."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.dataclass import dataclass
from gateway.model import SECOND
from gateway.text import one_line
from gateway.times import format_rfc3339

log = logging.getLogger(__name__)
KINDS: Final = {
    401: "not known",
    403: "not allowed",
    408: "too slow",
    413: "too large",
    429: "too often",
}
MOST: Final = 500  # rows of accounts, and as many of who is nobody; those not seen for longest go
TOLD_NS: Final = 60 * SECOND  # between two lines of the log about the same
LONGEST_PATH: Final = 120  # characters


@dataclass(slots=True)
class Refusal:
    """The same was refused to the same so often. `last`: what was asked last."""

    who: str
    status: int
    action: str
    last: str
    first_ns: int
    last_ns: int
    times: int = 0
    told_ns: int = 0

    def plain(self) -> dict[str, Any]:
        return {
            "who": self.who,
            "status": self.status,
            "kind": KINDS[self.status],
            "action": self.action,
            "last_asked": self.last,
            "first": format_rfc3339(self.first_ns),
            "last": format_rfc3339(self.last_ns),
            "times": self.times,
        }


class Refusals:
    """Belongs to the event loop. Rows of accounts are not pushed out by who is nobody."""

    def __init__(self, now_ns: Callable[[], int] = time.time_ns) -> None:
        self._now_ns = now_ns
        self._rows = {True: OrderedDict[Any, Refusal](), False: OrderedDict[Any, Refusal]()}

    def note(self, account: str, address: str, status: int, action: str, asked: str, tried: str = "") -> None:
        """`account`: empty where nobody knows whose it is. `tried`: an account that there is, as which
        somebody tried to log in; what was typed besides may be a password.
        """
        now_ns, who = self._now_ns(), account or address
        rows, key = self._rows[bool(account)], (who, status, action, tried)
        row = rows.pop(key, None) or Refusal(who, status, action, "", now_ns, now_ns)
        row.times, row.last_ns, row.last = (
            row.times + 1,
            now_ns,
            one_line(f"{asked} as {tried}" if tried else asked)[:LONGEST_PATH],
        )
        rows[key] = row
        if len(rows) > MOST:
            rows.popitem(last=False)
        if row.times == 1 or abs(now_ns - row.told_ns) >= TOLD_NS:
            row.told_ns = now_ns
            log.warning(
                "refused to %s at %s: %s (%d, %s), %d times",
                *(one_line(who), address, row.last, status, KINDS[status], row.times),
            )

    def rows(self) -> list[dict[str, Any]]:
        """The last one first."""
        every = [*self._rows[True].values(), *self._rows[False].values()]
        return [one.plain() for one in sorted(every, key=lambda one: -one.last_ns)]


class Noting:
    """Around the application: notes what it refuses."""

    def __init__(self, app: ASGIApp, refusals: Refusals) -> None:
        self._app, self._refusals = app, refusals

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in KINDS:
                self._refusals.note(*_about(scope, message["status"]))
            await send(message)

        if scope["type"] == "http":
            scope.setdefault("state", {})
        await self._app(scope, receive, noted)


def _about(scope: Scope, status: int) -> Iterator[Any]:
    state, client = scope["state"], scope.get("client")
    principal = state.get("principal")
    yield "" if principal is None else principal.account
    yield client[0] if client else "somebody"
    yield status
    yield state.get("action", "")
    yield f"{scope['method']} {scope['path']}"
    yield state.get("tried", "")
