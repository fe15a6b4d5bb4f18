"""The one queue between sources and the journal: bounded, so that a slow disk stops the reading.

It has the clock that says when something was received.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from gateway.model import Mask, Times

BYTES_PER_MESSAGE = 1024  # the byte bound is the message bound times this: 20 MB where nobody says another
MOST_AT_ONCE = 4 * 1024 * 1024  # bytes of a batch, and one delivery more: decoded it is many times as much


class Clock(Protocol):
    """What time it is, and whether that is to be believed."""

    trusted: bool

    def now_ns(self) -> int: ...
    def trusted_at(self, received: Times) -> Mask: ...
    def stood_s(self) -> float: ...  # how long the program itself has not run, in all


class WallClock:
    """The wall clock, believed."""

    trusted = True

    def now_ns(self) -> int:
        return time.time_ns()

    def trusted_at(self, received: Times) -> Mask:
        return np.ones(len(received), np.bool_)

    def stood_s(self) -> float:
        return 0.0


class _Delivery(NamedTuple):
    source: str
    items: Sequence[Any]
    size: int  # bytes of all items


class Intake:
    """Items of all sources in order of arrival; `take` hands out one batch (group commit).

    The bytes that wait and those of the batch in hand have one bound together.
    """

    def __init__(self, longest: int, clock: Clock | None = None) -> None:
        self.clock = WallClock() if clock is None else clock
        self._longest = longest
        self._most_bytes = longest * BYTES_PER_MESSAGE
        self._waiting: deque[_Delivery] = deque()
        self._length = 0  # items that wait
        self._bytes = 0  # of what waits and of what is in hand
        self.in_hand = 0  # taken, and not committed yet as far as we know
        self._bytes_in_hand = 0
        self._changed = threading.Condition()

    def __len__(self) -> int:
        return self._length

    def room(self) -> int:
        """For how many more items there is room; 0: stop reading the wire and ask again."""
        return max(self._longest - self._length, 0) if self._bytes < self._most_bytes else 0

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
            self._waiting.append(_Delivery(source, items, size))
            self._length += len(items)
            self._bytes += size
            self._changed.notify_all()

    def take(self, timeout_s: float) -> dict[str, list[Any]]:
        """What waits, up to MOST_AT_ONCE, by source, in order of arrival; empty after `timeout_s` of silence.

        What was taken before is committed by then.
        """
        batch: dict[str, list[Any]] = {}
        with self._changed:
            self._commit()
            self._changed.wait_for(lambda: self._length > 0, timeout_s)
            while self._waiting and self._bytes_in_hand < MOST_AT_ONCE:
                source, items, size = self._waiting.popleft()
                batch.setdefault(source, []).extend(items)
                self.in_hand += len(items)
                self._bytes_in_hand += size
            self._length -= self.in_hand
            self._changed.notify_all()
        return batch

    def _commit(self) -> None:
        self._bytes -= self._bytes_in_hand
        self.in_hand = self._bytes_in_hand = 0
        self._changed.notify_all()
