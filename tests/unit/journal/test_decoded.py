"""What was read lately stays decoded: the same answers, and never more memory than it may have."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from gateway.journal import entries
from gateway.journal.database import connect
from gateway.journal.decoded import ENTRY_BYTES, MOST_READINGS, READING_BYTES, Decoded
from gateway.journal.journal import Journal
from gateway.model import SECOND
from tests.unit.journal.journal_data import NOON_NS, arrivals, bits

ENTRIES = 30


def rows(first: int, count: int) -> list[tuple[int, int, float]]:
    return [(NOON_NS + k * SECOND, 1, -190.0 + k) for k in range(first, first + count)]


def written(path: Path) -> list[int]:
    with Journal.open(path) as journal:
        for k in range(ENTRIES):
            journal.commit(arrivals(rows(10 * k, 3)))
        journal.commit(arrivals(rows(10 * ENTRIES, MOST_READINGS + 1)))
        return [entry.seq for entry in journal.entries(0, 10**6) if entry.arrivals is not None]


def test_it_answers_as_the_journal_and_forgets_the_oldest(tmp_path: Path) -> None:
    numbers = written(tmp_path / "journal.sqlite")
    a_few = 5 * (ENTRY_BYTES + 3 * READING_BYTES)
    with closing(connect(tmp_path / "journal.sqlite", writing=False)) as connection:
        decoded = Decoded(connection, a_few)
        for seq in (*numbers, *reversed(numbers), *numbers[:5] * 3):
            found, wanted = decoded.readings(seq), entries.readings(connection, seq)
            assert bits(found) == bits(wanted)
            assert decoded.bytes <= a_few
        kept = decoded.readings(numbers[0])
        assert decoded.readings(numbers[0]) is kept  # not unpacked again
        assert decoded.readings(numbers[-1]) is not decoded.readings(numbers[-1])  # a large one is not kept
