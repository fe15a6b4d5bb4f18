"""What people answered while the gateway was away counts before anybody is called.

An acknowledgement of then stands in the journal, and belongs to its alarm once screening has come to it.
"""

from __future__ import annotations

import time
from typing import Final, Protocol

PATIENCE_S: Final = 10.0  # a long way to go is no reason to call nobody


class Screened(Protocol):
    """How far screening is; whatever it passed in one turn is stated before `moved_s` of the next."""

    cursor: int
    moved_s: float


class AnswersFirst:
    """True once all entries up to `last_seq` count, and after a while in any case; then for good."""

    def __init__(self, screening: Screened, last_seq: int) -> None:
        self._screening = screening
        self._last_seq = last_seq
        self._asked_s: float | None = None  # for the first time
        self._passed_s: float | None = None  # the turn that came to the last of them
        self._is_known = False

    def __call__(self) -> bool:
        self._is_known = self._is_known or self._is_late() or self._has_stated()
        return self._is_known

    def _is_late(self) -> bool:
        now_s = time.monotonic()
        self._asked_s = now_s if self._asked_s is None else self._asked_s
        return now_s - self._asked_s >= PATIENCE_S

    def _has_stated(self) -> bool:
        if self._screening.cursor < self._last_seq:
            return False
        moved_s = self._screening.moved_s
        self._passed_s = moved_s if self._passed_s is None else self._passed_s
        return moved_s != self._passed_s
