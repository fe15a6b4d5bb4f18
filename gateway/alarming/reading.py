"""What screening reads of the journal as it was at the cursor: at once, in parts, or all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from gateway.journal.journal import Journal
from gateway.model import Samples


class Reading:
    """What was known when must not depend on how far behind we are: `cursor` says up to which entry."""

    def __init__(self, journal: Journal, cursor: Callable[[], int]) -> None:
        self._journal = journal
        self._cursor = cursor

    def at_once(self, channels: Sequence[int], start_ns: int, end_ns: int | None) -> Samples:
        """`gateway.screening.judged.Read`."""
        return self._journal.read(channels, start_ns, end_ns, self._cursor()).samples

    def in_parts(self, channels: Sequence[int], start_ns: int, end_ns: int) -> Iterator[Samples]:
        """`gateway.screening.put_off.Scan`: hour by hour, as the journal is at the cursor now."""
        parts = self._journal.scan(channels, start_ns, end_ns, self._cursor())
        return (part.samples for part in parts)

    def all_of_it(self, channels: Sequence[int], start_ns: int, end_ns: int | None) -> Samples:
        """As `at_once`, or JournalError where a part of it cannot be read."""
        with self._journal.strictly():
            return self.at_once(channels, start_ns, end_ns)
