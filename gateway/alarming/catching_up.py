"""Channels that are screened again because of what came very late: slice by slice, between what is new."""

from __future__ import annotations

import time
from collections.abc import Iterable

from gateway.alarming.book import AlarmBook
from gateway.screening.screener import Screener

SLICE_S = 0.05  # before what is new has its turn
REST_S = 0.02  # between two slices, for the threads that commit and answer


class CatchingUp:
    """How far it is, and which import brought it."""

    def __init__(self) -> None:
        self.behind = 0  # channels
        self._because: dict[int, str] = {}

    def brought_by(self, channels: Iterable[int], statement: str) -> None:
        """What changes of these channels follows from this import."""
        self._because |= dict.fromkeys(channels, statement)

    def go_on(self, screener: Screener, book: AlarmBook, now_ns: int) -> None:
        """For a slice of time; the book is told what was found to be different."""
        until_s = time.monotonic() + SLICE_S
        for change in screener.catch_up(lambda: time.monotonic() > until_s):
            book.because = self._because.get(change.excursion.channel, "")
            book.enter(change, now_ns)
            book.because = ""
        self.behind = len(screener.behind())
        if not self.behind:
            self._because.clear()
