"""How followers state things in the journal: under the gateway's name, by its clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gateway.dataclass import dataclass
from gateway.journal.journal import Journal, Statement


@dataclass(frozen=True, slots=True)
class Voice:
    """`journal` is one that may write, of the thread that speaks; `steady_ns`: nobody sets it."""

    journal: Journal
    gateway: str
    now_ns: Callable[[], int] = time.time_ns
    steady_ns: Callable[[], int] | None = None

    def state(self, said: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        """Kinds and bodies, in one commit."""
        now_ns = self.now_ns()
        self.journal.commit(statements=[Statement(kind, self.gateway, now_ns, body) for kind, body in said])
