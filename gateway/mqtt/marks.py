"""Subscription identifiers (MQTT 5.0 section 3.8.2.1.2) that say for which filter and on which connection.

A broker keeps messages under the identifier that their subscription had when they were published, so another
connection tells what it kept while nobody was connected. Of two messages with equal content another filter
tells copies of one publication; the code of a filter is the same on every connection.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Sequence
from typing import Final

LARGEST: Final = 268_435_455
CODES: Final = 256  # of filters; the rest of the number is the connection
CONNECTIONS: Final = (LARGEST + 1) // CODES


def connection_number() -> int:
    """Another one than that of the connection before: one in a million is not."""
    return random.randrange(1, CONNECTIONS)


def marks(filters: Sequence[str], connection: int) -> tuple[int, ...]:
    """One for each of `filters`, which differ."""
    return tuple(connection * CODES + code for code in codes(filters))


def codes(filters: Sequence[str]) -> list[int]:
    """By the text of the filter, so that its place in a file does not matter; distinct up to 256 of them."""
    taken: list[int] = []
    for topic_filter in filters:
        code = zlib.crc32(topic_filter.encode()) % CODES
        while code in taken and len(taken) < CODES:
            code = (code + 1) % CODES
        taken.append(code)
    return taken


def code_of(mark: int) -> int:
    """Which filter a message was sent for."""
    return mark % CODES
