"""How long is left keeps no message waiting: of a minute only some seconds are spent on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from gateway.alarms.call import TimeLeft
from gateway.errors import JournalError
from gateway.running.minutes import MINUTE_S
from gateway.running.time_left_soon import MOST_S, TimeLeftSoon

LEFT = TimeLeft("empty", 100.0, 200.0, "level trend")


class Journals:
    """Answers after some time, by a clock that the test moves."""

    def __init__(self, takes_s: float) -> None:
        self.now_s, self.takes_s = 50.0, takes_s
        self.asked = 0
        self.fails = False
        self.soon = TimeLeftSoon(self.answer, lambda: self.now_s)

    def answer(self, _alarm: Mapping[str, Any], _now_ns: int) -> TimeLeft:
        self.asked += 1
        self.now_s += self.takes_s
        if self.fails:
            raise JournalError("the disk is gone")
        return LEFT


@pytest.mark.parametrize("fails", [False, True])
def test_a_flood_does_not_wait_for_all_of_them(fails: bool) -> None:
    journals = Journals(takes_s=0.5)
    journals.fails = fails
    for _ in range(int(MOST_S / 0.5)):
        if fails:
            with pytest.raises(JournalError):
                journals.soon({}, 0)
        else:
            assert journals.soon({}, 0) == LEFT
    assert [journals.soon({}, 0) for _ in range(100)] == [None] * 100
    assert journals.asked == MOST_S / 0.5


def test_the_next_minute_it_is_asked_again() -> None:
    journals = Journals(takes_s=MOST_S)
    assert journals.soon({}, 0) == LEFT and journals.soon({}, 0) is None
    journals.now_s += MINUTE_S
    assert journals.soon({}, 0) == LEFT
