"""Small entries that were read lately, decoded: who looks at the last hour again need not unpack them again.

Until it is archived, an hour of a busy journal has thousands of entries with a few readings each, and what
people state of the past, late data and alarms look at it again and again.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from gateway.journal import entries
from gateway.journal.database import Connection
from gateway.model import Arrivals

MOST_BYTES: Final = 16_000_000
ENTRY_BYTES: Final = 1000  # of an entry beside its readings: six arrays
READING_BYTES: Final = 29
MOST_READINGS: Final = 1000  # in an entry that is kept: to unpack a larger one costs little a reading


class Decoded:
    """Of one connection; what is stored never changes. Nobody may change what `readings` answers."""

    def __init__(self, connection: Connection, most_bytes: int = MOST_BYTES) -> None:
        self._connection = connection
        self._most_bytes = most_bytes
        self._kept: OrderedDict[int, Arrivals] = (
            OrderedDict()
        )  # by number, what was asked for last at the end
        self.bytes = 0

    def readings(self, seq: int) -> Arrivals:
        """As `entries.readings`. Raises JournalError where it is damaged."""
        known = self._kept.get(seq)
        if known is not None:
            self._kept.move_to_end(seq)
            return known
        found = entries.readings(self._connection, seq)
        if len(found) <= MOST_READINGS:
            self._kept[seq] = found
            self.bytes += _size(found)
            while self.bytes > self._most_bytes:
                _, oldest = self._kept.popitem(last=False)
                self.bytes -= _size(oldest)
        return found


def _size(arrivals: Arrivals) -> int:
    return ENTRY_BYTES + READING_BYTES * len(arrivals)
