"""Readings that went by while samples were written: facts about them need not read the journal again."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.model import Samples
from gateway.screening.judged import Read


class Heard:
    """Of one channel over [start, end), as long as nobody has asked for them."""

    def __init__(self) -> None:
        self._channel: int | None = None
        self._span = (0, 0)
        self._parts: list[Samples] = []

    def begin(self, channel: int, start_ns: int, end_ns: int) -> None:
        """What went by before is forgotten."""
        self._channel, self._span, self._parts = channel, (start_ns, end_ns), []

    def take(self, samples: Samples) -> None:
        """In the order of time; of others, too, which are left out."""
        self._parts.append(samples.take(samples.channel == self._channel))

    def read(self, read: Read, channels: Sequence[int], start_ns: int, end_ns: int | None) -> Samples:
        """As `read`, which is asked for what lies around them."""
        begin, end = self._span
        is_known = list(channels) == [self._channel] and start_ns <= begin and end_ns is not None
        if not is_known or end_ns is None or end_ns < end:
            return read(channels, start_ns, end_ns)
        parts, self._channel, self._parts = self._parts, None, []
        return Samples.concatenate([read(channels, start_ns, begin), *parts, read(channels, end, end_ns)])
