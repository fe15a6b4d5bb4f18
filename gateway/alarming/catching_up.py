"""Channels that are screened again because of what came very late: slice by slice, between what is new.

A logger that sends its memory brings it in many portions, each of which would have its channel's whole past
read again. So a channel waits until nothing late of it came for a while. What was found to be different can
be thousands of alarms: they, too, are told slice by slice. Until then they are in memory: at most
MOST_FOUND, and those of the channels that were screened again together with the last of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from gateway.alarming.book import AlarmBook
from gateway.screening.excursion import Excursion
from gateway.screening.put_off import PutOff
from gateway.screening.record import Change
from gateway.screening.screener import Screener

SLICE_S: Final = 0.05  # before what is new has its turn
REST_S: Final = 0.02  # between two slices, for the threads that commit and answer
QUIET_S: Final = 2.0  # without anything late of a channel, before it is screened again
MOST_FOUND: Final = 1000  # changes that wait to be told; each is 3 kB with its excursion
LONGEST_S: Final = 20.0  # that a channel waits for that: what came late may be an alarm


class CatchingUp:
    """How far it is, and which import brought it."""

    def __init__(self) -> None:
        self.behind = 0  # channels, and changes that are found and not told
        self.is_telling = False
        self._is_at_work = False  # otherwise it only waits for silence
        self._waits: dict[int, tuple[float, float]] = {}  # by channel: since when, and its latest news
        self._found: dict[str, tuple[Change, str]] = {}  # by excursion, not told yet, and because of what
        self._because: dict[int, str] = {}
        self._told: list[Excursion] = []  # and not written
        self._written: dict[str, Excursion] = {}  # since the screener's state was saved

    @property
    def rest_s(self) -> float:
        """How long there is nothing to do here."""
        return REST_S if self._is_at_work else QUIET_S / 10

    def brought_by(self, channels: Iterable[int], statement: str) -> None:
        """What changes of these channels follows from this import."""
        self._because |= dict.fromkeys(channels, statement)

    def go_on(self, screener: Screener, book: AlarmBook, now_ns: int, *, wait: bool = True) -> None:
        """For a slice of time; the book is told what was found to be different.

        `wait`: for silence, before a channel is screened again.
        """
        until_s = time.monotonic() + SLICE_S
        ready = self._ready(screener.put_off, time.monotonic()) if wait else None
        if not self._found:
            self._find(screener.catch_up(lambda: time.monotonic() > until_s, ready, MOST_FOUND))
        while self._found:
            self._tell(next(iter(self._found)), book, now_ns)
            if time.monotonic() > until_s:
                break
        self.is_telling = len(self._found) > 0
        self._is_at_work = self.is_telling or screener.put_off.is_due(ready)
        self.behind = len(screener.behind()) + len(self._found)
        if not self.behind:
            self._because.clear()

    def tell_first(self, changes: Sequence[Change], book: AlarmBook, now_ns: int) -> None:
        """What was found earlier of the excursions that something else has changed now."""
        for change in changes if self._found else ():
            if change.excursion.id in self._found:
                self._tell(change.excursion.id, book, now_ns)

    def unwritten(self, known: Callable[[], list[Excursion]]) -> list[Excursion]:
        """What is to be written to the records now: what was told, or in the end the rest of all `known`."""
        if self.is_telling:
            told, self._told = self._told, []
            self._written |= {e.id: e for e in told}
            return told
        rest = [e for e in known() if self._written.get(e.id) is not e]
        self._told, self._written = [], {}
        return rest

    def _find(self, changes: Sequence[Change]) -> None:
        """What goes on is told first: people look at that now."""
        for change in sorted(changes, key=_is_over):
            self._found[change.excursion.id] = change, self._because.get(change.excursion.channel, "")

    def _tell(self, identity: str, book: AlarmBook, now_ns: int) -> None:
        because = book.because
        change, book.because = self._found.pop(identity)
        book.enter(change, now_ns)
        book.because = because
        self._told.append(change.excursion)

    def _ready(self, put_off: PutOff, now_s: float) -> list[int]:
        """Channels that have waited for long enough."""
        for channel in put_off.news():
            self._waits[channel] = self._waits.get(channel, (now_s, now_s))[0], now_s
        self._waits = {c: self._waits.get(c, (now_s, now_s)) for c in put_off.waiting()}
        return [
            c
            for c, (since_s, latest_s) in self._waits.items()
            if now_s - latest_s >= QUIET_S or now_s - since_s >= LONGEST_S
        ]


def _is_over(change: Change) -> bool:
    return change.excursion.end_ns is not None or change.excursion.withdrawn
