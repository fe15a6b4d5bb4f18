"""The one queue between sources and the journal: bounded, so that a slow disk stops the reading.

It has the clock that says when something was received.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from gateway.model import Mask, Times

BYTES_PER_MESSAGE = 4096  # the queue's byte bound is its message bound times this: room for fat payloads


class Clock(Protocol):
    """What time it is, and whether that is to be believed."""

    trusted: bool

    def now_ns(self) -> int: ...
    def trusted_at(self, received: Times) -> Mask: ...


class WallClock:
    """The wall clock, believed."""

    trusted = True

    def now_ns(self) -> int:
        return time.time_ns()

    def trusted_at(self, received: Times) -> Mask:
        return np.ones(len(received), np.bool_)


class Intake:
    """Items of all sources in order of arrival; `take` empties it in one go (group commit)."""

    def __init__(self, longest: int, clock: Clock | None = None) -> None:
        self.clock = WallClock() if clock is None else clock
        self._longest = longest
        self._most_bytes = longest * BYTES_PER_MESSAGE
        self._items: deque[tuple[str, Any]] = deque()
        self._bytes = 0
        self.in_hand = 0  # taken, and not committed yet as far as we know
        self._changed = threading.Condition()

    def __len__(self) -> int:
        return len(self._items)

    def room(self) -> int:
        """For how many more items there is room; 0: stop reading the wire and ask again."""
        return max(self._longest - len(self._items), 0) if self._bytes < self._most_bytes else 0

    def has_room(self) -> bool:
        """False: stop reading the wire, and wait with `wait_for_room`."""
        return self.room() > 0

    def wait_for_room(self, timeout_s: float) -> bool:
        """Wait until there is room, at most `timeout_s`; whether there is."""
        with self._changed:
            return self._changed.wait_for(self.has_room, timeout_s)

    def put(self, source: str, item: Any, size: int) -> None:
        """Add one item of `size` bytes. Never refuses: ask `has_room` before reading the wire."""
        self.put_all(source, [item], size)

    def put_all(self, source: str, items: Sequence[Any], size: int) -> None:
        """Add items of `size` bytes together; no more than there was `room` for."""
        with self._changed:
            self._items.extend((source, item) for item in items)
            self._bytes += size
            self._changed.notify_all()

    def take(self, timeout_s: float) -> dict[str, list[Any]]:
        """Everything that waits, by source, in order of arrival; empty after `timeout_s` of silence.

        What was taken before is committed by then.
        """
        with self._changed:
            self.in_hand = 0
            self._changed.wait_for(lambda: len(self._items) > 0, timeout_s)
            taken, self._items, self._bytes = self._items, deque(), 0
            self.in_hand = len(taken)
            self._changed.notify_all()
        batch: dict[str, list[Any]] = {}
        for source, item in taken:
            batch.setdefault(source, []).append(item)
        return batch
