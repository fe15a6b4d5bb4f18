"""What an alarm looks like, for messages: a part of each minute is spent on it, and a flood does not wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from gateway.alarms.call import Language
from gateway.alarms.cause_words import hint_words
from gateway.alarms.causes import Hint
from gateway.journal.alarm_tables import AlarmRow
from gateway.journal.journal import Journal
from gateway.questions.causes import causes
from gateway.running.minutes import Minutes
from gateway.statements.transition import Transition

MOST_S: Final = 1.5  # of a minute
MOST_KEPT: Final = 64  # alarms: people of two languages are told of one


class HintSoon:
    """Belongs to the thread of its journal."""

    def __init__(self, journal: Journal, now_s: Callable[[], float] = time.monotonic) -> None:
        self._journal = journal
        self._minutes = Minutes(MOST_S, now_s)
        self._known: dict[tuple[str, int], tuple[Hint, ...]] = {}  # by alarm and number of its change

    def __call__(self, alarm: str, said: Transition, now_ns: int, language: Language) -> str:
        """Empty where nothing fits, or it is not known soon."""
        key = alarm, said.number
        if key not in self._known:
            if not self._minutes.has_time():
                return ""
            self._ask(key, said, now_ns)
        return hint_words(self._known[key], language)

    def _ask(self, key: tuple[str, int], said: Transition, now_ns: int) -> None:
        if len(self._known) >= MOST_KEPT:
            self._known.clear()
        row = AlarmRow(key[0], False, 0, said.number, said.known)
        with self._minutes.spending():
            self._known[key] = causes(self._journal, row, now_ns).hints
