"""What is worked out once for each topic, and kept: bounded in bytes, because a device may invent topics."""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable, Iterable
from typing import Final, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
MOST_BYTES: Final = 16 * 2**20  # 20 000 topics as fleets have them; then all is worked out afresh
PER_ENTRY: Final = 600  # bytes of a key and a value besides their texts


class Remembered(Generic[K, V]):
    """By key; belongs to one thread."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._values: dict[K, V] = {}
        self._bytes = 0
        self.get: Callable[[K], V | None] = self._values.get  # for every message: no call of ours between

    def put(self, key: K, value: V, texts: Iterable[str]) -> None:
        """`texts`: all that are in the key and the value."""
        size = PER_ENTRY + text_bytes(texts)
        if self._bytes + size > self._most_bytes:
            self._values.clear()
            self._bytes = 0
        if size <= self._most_bytes:
            self._values[key] = value
            self._bytes += size


def text_bytes(texts: Iterable[str]) -> int:
    """What texts take in memory."""
    return sum(map(sys.getsizeof, texts))
