"""The evidence log of a running gateway: a follower of the journal in a thread of its own.

It reads with its own connection what is committed, some seconds later, and holds up nobody. Its place is kept
with its leaves; the records have a copy of it, so that retention waits for leaves.
"""

from __future__ import annotations

import logging
import platform
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from gateway import __version__
from gateway.evidence.keeping import Keeping
from gateway.followers.registration import EVIDENCE
from gateway.journal import exhibits
from gateway.journal.database import SQLITE
from gateway.journal.items import Items
from gateway.journal.records import Records
from gateway.times import format_rfc3339

log = logging.getLogger(__name__)
LOOK_S: Final = 1.0  # between looks at the journal
REST_S: Final = 0.2  # while there is more, at least, and as long as a page took: half of the time is others'
SIGN_S: Final = 60.0  # between checkpoints, while something is new


class EvidenceFollower:
    """States the start of the program when it is made: before anything is committed by it."""

    name = EVIDENCE

    def __init__(self, journal: Path, gateway: str, records: Records, now_ns: Callable[[], int]) -> None:
        self._journal = journal
        self._gateway = gateway
        self._records = records
        self._now_ns = now_ns
        self._signed_s = -SIGN_S  # monotonic
        self.problem = ""  # why nothing is signed; empty while all is well
        with Items(journal, writing=True) as items:
            items.put(exhibits.START, _versions(now_ns()))

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set. Raises CryogateError; the supervisor calls again."""
        with (
            Items(self._journal, writing=True) as items,
            Keeping(self._journal.parent, items, self._gateway, self._now_ns) as keeping,
        ):
            while not stop.is_set():
                began_s = time.monotonic()
                moved = self._step(keeping)
                took_s = time.monotonic() - began_s
                if time.monotonic() - self._signed_s >= SIGN_S:
                    self._sign(keeping)
                stop.wait(max(REST_S, took_s) if moved else LOOK_S)
            self._step(keeping)
            self._sign(keeping)

    def failed(self, reason: str) -> None:
        self._say(reason)

    def _step(self, keeping: Keeping) -> bool:
        before = keeping.store.place
        moved = keeping.step()
        if keeping.store.place != before:
            with self._records.transaction():
                self._records.move_cursor(self.name, keeping.store.place.seq)
        self._say(keeping.problem)
        return moved

    def _sign(self, keeping: Keeping) -> None:
        if keeping.sign() is not None:
            self._signed_s = time.monotonic()

    def _say(self, problem: str) -> None:
        """Once, when it changes."""
        if problem != self.problem:
            log.log(
                logging.ERROR if problem else logging.INFO, "evidence: %s", problem or "all is well again"
            )
        self.problem = problem


def _versions(now_ns: int) -> dict[str, object]:
    """Of what runs from now on."""
    return {
        "version": __version__,
        "python": platform.python_version(),
        "sqlite": SQLITE,
        "at": format_rfc3339(now_ns),
    }
