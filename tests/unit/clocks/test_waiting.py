"""Readings from the future count when the clock has reached them: each once, whatever happens in between."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.clocks.waiting import EVERYTHING, NEVER, Ahead, Waiting
from gateway.model import Samples

Row = tuple[int, int, float]  # channel, time ns, value


def samples(rows: Sequence[Row]) -> Samples:
    channel, time, value = zip(*rows, strict=True) if rows else ((), (), ())
    quality = np.zeros(len(rows), np.uint8)
    return Samples(
        np.array(time, np.int64), np.array(channel, np.int32), np.array(value, np.float64), quality
    )


def rows(given: Samples) -> list[Row]:
    return list(zip(given.channel.tolist(), given.time.tolist(), given.value.tolist(), strict=True))


class Journal:
    """Every reading that ever came."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def read(self, channels: Sequence[int], start_ns: int, end_ns: int | None) -> Samples:
        inside = [r for r in self.rows if r[0] in channels and start_ns <= r[1] < (end_ns or 2**62)]
        return samples(sorted(inside))


class Twin:
    """The slow one: looks at every reading each time."""

    def __init__(self) -> None:
        self.waiting: list[Row] = []

    def turn(self, new: Sequence[Row], now_ns: int) -> list[Row]:
        self.waiting += new
        come = [row for row in self.waiting if row[1] <= now_ns]
        self.waiting = [row for row in self.waiting if row[1] > now_ns]
        return sorted(come)

    def ahead(self) -> dict[int, Ahead]:
        return {
            channel: Ahead(len(times), max(times))
            for channel in {row[0] for row in self.waiting}
            for times in [[time for mine, time, _ in self.waiting if mine == channel]]
        }


batch = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 60)), max_size=8)
turn = st.tuples(batch, st.integers(0, 9), st.booleans())


@settings(max_examples=400, deadline=None)
@given(st.lists(turn, max_size=14), st.integers(0, 12))
def test_as_the_slow_twin_whatever_is_held_or_marked_and_however_often_it_starts(
    turns: list[tuple[list[tuple[int, int]], int, bool]], most: int
) -> None:
    journal, twin = Journal(), Twin()
    waiting = Waiting(journal.read, most)
    now_ns = value = 0
    for batch, passed_ns, restart in turns:
        now_ns += passed_ns
        new = [(channel, time, float(value := value + 1)) for channel, time in batch]
        if restart:
            counted_ns = waiting.counted_ns
            waiting = Waiting(journal.read, most)
            waiting.forget(counted_ns)
            behind = samples([row for row in journal.rows if row[1] > counted_ns])
            assert rows(waiting.hold(behind, counted_ns)) == []
        journal.rows += new
        given_out = rows(waiting.hold(samples(new), now_ns)) + rows(waiting.release(now_ns))
        assert sorted(given_out) == twin.turn(new, now_ns)
        assert waiting.ahead() == twin.ahead()
        assert waiting.counted_ns == now_ns
    assert sorted(rows(waiting.release(EVERYTHING))) == twin.turn([], EVERYTHING)
    assert waiting.ahead() == {}


def test_what_counts_passes_at_once_and_as_it_is() -> None:
    waiting = Waiting(Journal().read)
    batch = samples([(1, 5, 0.0), (1, 10, 0.0)])
    assert waiting.hold(batch, 10) is batch
    assert waiting.next_ns() is None
    assert len(waiting.release(10)) == 0


def test_it_says_when_to_come_again() -> None:
    waiting = Waiting(Journal().read)
    waiting.hold(samples([(1, 30, 0.0), (2, 20, 0.0)]), 10)
    assert waiting.next_ns() == 20
    assert rows(waiting.release(20)) == [(2, 20, 0.0)]
    assert waiting.next_ns() == 30


def test_beyond_the_bound_it_holds_no_reading_and_asks_the_journal_only_when_something_is_due() -> None:
    journal, asked = Journal(), []

    def read(channels: Sequence[int], start_ns: int, end_ns: int | None) -> Samples:
        asked.append((list(channels), start_ns, end_ns))
        return journal.read(channels, start_ns, end_ns)

    waiting = Waiting(read, most=3)
    journal.rows = [(1, 20 + k, float(k)) for k in range(4)]
    waiting.hold(samples(journal.rows), 10)
    assert len(waiting._held) == 0
    waiting.release(19)
    assert asked == []
    assert rows(waiting.release(21)) == journal.rows[:2]
    assert asked == [([1], 20, 22)]
    assert waiting.ahead() == {1: Ahead(2, 23)}


def test_begun_anew_nothing_waits() -> None:
    waiting = Waiting(Journal().read)
    waiting.hold(samples([(1, 30, 0.0)]), 10)
    waiting.forget(5)
    assert (waiting.ahead(), waiting.next_ns(), waiting.counted_ns) == ({}, None, 5)
    assert Waiting(Journal().read).counted_ns == NEVER
