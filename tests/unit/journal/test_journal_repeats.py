"""Repeats: dropped whenever they come, conflicts kept, and cheap while data are new."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import JournalFull
from gateway.journal import entries, repeats
from gateway.journal.database import connect
from gateway.journal.entries import take
from gateway.journal.journal import Journal
from gateway.model import SECOND, Arrivals, Samples
from tests.unit.journal.journal_data import HOUR_NS, NOON_NS, arrivals, bits, double, noisy, sorted_bits


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.sqlite"


@pytest.fixture
def decoded(monkeypatch):
    """Numbers of the entries that were decoded, in order."""
    numbers = []
    original = entries.readings
    monkeypatch.setattr(entries, "readings", lambda c, seq: numbers.append(seq) or original(c, seq))
    return numbers


reading = st.tuples(
    st.sampled_from([NOON_NS - HOUR_NS, NOON_NS - 1, NOON_NS, NOON_NS + 1, NOON_NS + 2 * HOUR_NS]),
    st.sampled_from([1, 2, 40]),
    st.sampled_from([0.0, -0.0, 1.5, -150.12, np.nan, double(0xFFF8 << 48)]),
    st.integers(0, 2),
    st.integers(NOON_NS, NOON_NS + 3),
)


class Twin:
    """The slow obvious journal: one list, one set."""

    def __init__(self):
        self.kept = []
        self.keys = set()

    def commit(self, rows):
        before = len(self.kept)
        for row in rows:
            time, channel, value, quality, _ = row
            key = (time, channel, "nan" if np.isnan(value) else value, quality)  # 0.0 == -0.0
            if key not in self.keys:
                self.keys.add(key)
                self.kept.append(row)
        return len(self.kept) - before


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.lists(reading, max_size=10), st.booleans()), max_size=8))
def test_any_batches_with_any_repeats_and_restarts_match_the_slow_twin(tmp_path_factory, steps):
    path = tmp_path_factory.mktemp("repeats") / "journal.sqlite"
    twin, journal = Twin(), Journal.open(path)
    for rows, restart in steps:
        if restart:
            journal.close()
            journal = Journal.open(path)
        fresh = twin.commit(rows)
        committed = journal.commit(arrivals(rows), {})
        assert (committed.fresh, committed.repeated) == (fresh, len(rows) - fresh)
    assert bits(journal.read(None, -(2**63), None)) == sorted_bits(arrivals(twin.kept))
    journal.close()


def test_a_redelivery_writes_nothing_before_and_after_a_restart(path):
    batches = [noisy(300, start_ns=NOON_NS + n * SECOND, seed=n) for n in range(20)]
    everything = Arrivals.concatenate(batches[::-1])
    with Journal.open(path) as journal:
        for batch in batches:
            assert journal.commit(batch, {}).repeated == 0
        assert journal.commit(everything, {}).repeated == len(everything)
    with Journal.open(path) as journal:
        assert journal.commit(everything, {}).fresh == 0
        assert journal.last_seq() == 20
        assert bits(journal.read(None, 0, None)) == sorted_bits(everything)


def test_the_same_time_with_another_value_or_quality_is_a_conflict_and_kept(path):
    with Journal.open(path) as journal:
        journal.commit(arrivals([(NOON_NS, 1, -150.0, 0), (NOON_NS, 1, -149.0, 0)]), {})
        committed = journal.commit(arrivals([(NOON_NS, 1, -150.0, 1), (NOON_NS, 1, -149.0, 0)]), {})
        assert (committed.fresh, committed.repeated) == (1, 1)
        found = journal.read([1], NOON_NS, None).samples
        assert list(zip(found.value, found.quality, strict=True)) == [(-150.0, 0), (-149.0, 0), (-150.0, 1)]


def test_the_time_of_receipt_does_not_make_a_reading_new(path):
    with Journal.open(path) as journal:
        journal.commit(arrivals([(NOON_NS, 1, -150.0, 0, NOON_NS + 5)]), {})
        assert journal.commit(arrivals([(NOON_NS, 1, -150.0, 0, NOON_NS + 9)]), {}).repeated == 1


def test_a_value_of_before_decimals_is_known_again_and_stays_as_it_is(path):
    """An earlier program wrote what K and degF gave; a logger's file comes again under this one."""
    before, now = [123.15 - 273.15, -238.0 * 5 / 9 - 160 / 9], [-150.0, -150.0]
    assert before[0] != now[0]
    with Journal.open(path) as journal:
        journal.commit(arrivals([(NOON_NS + i, 1, v, 0) for i, v in enumerate(before)]), {})
        assert journal.commit(arrivals([(NOON_NS + i, 1, v, 0) for i, v in enumerate(now)]), {}).fresh == 0
        assert journal.commit(arrivals([(NOON_NS, 1, -150.000000002, 0)]), {}).fresh == 1
        assert journal.read([1], NOON_NS, None).samples.value.tolist() == [
            before[0],
            -150.000000002,
            before[1],
        ]


def test_new_data_decode_nothing(path, decoded):
    with Journal.open(path) as journal:
        for n in range(10):
            journal.commit(noisy(50, start_ns=NOON_NS + n * SECOND), {})
    with Journal.open(path) as journal:
        for n in range(10, 20):
            journal.commit(noisy(50, start_ns=NOON_NS + n * SECOND), {})
    assert decoded == []


def test_late_data_of_one_channel_decode_only_what_overlaps(path, decoded):
    with Journal.open(path) as journal:
        for n in range(20):
            journal.commit(arrivals([(NOON_NS + n * SECOND, n % 2 + 1, 0.0)]), {})
        journal.commit(arrivals([(NOON_NS + 4 * SECOND, 1, 0.0), (NOON_NS + 6 * SECOND, 1, 0.5)]), {})
        assert decoded == [5, 7]
        journal.commit(arrivals([(NOON_NS + 4 * SECOND, 1, 0.0)]), {})
        assert decoded == [5, 7]  # the second time from memory


def test_a_clock_ahead_on_one_channel_costs_the_others_nothing(path, decoded):
    with Journal.open(path) as journal:
        journal.commit(arrivals([(NOON_NS + 20 * HOUR_NS, 7, 0.0)]), {})
        for n in range(10):
            journal.commit(arrivals([(NOON_NS + n * SECOND, 1, 0.0), (NOON_NS + n * SECOND, 2, 0.0)]), {})
    assert decoded == []


def test_memory_for_decoded_entries_is_bounded(path, monkeypatch):
    monkeypatch.setattr(repeats, "CACHE_BYTES", 10_000)
    monkeypatch.setattr(repeats, "COMPARED_AT_ONCE", 100)
    batches = [noisy(60, start_ns=NOON_NS + n * SECOND, seed=n) for n in range(30)]
    with Journal.open(path) as journal:
        for batch in batches:
            journal.commit(batch, {})
        assert journal.commit(Arrivals.concatenate(batches), {}).repeated == 1800
        cache = journal._repeats._cache
        assert 1 <= len(cache) < 30
        assert journal._repeats._cached_bytes == sum(600 + 21 * len(one) for one in cache.values()) <= 10_000


def test_an_entry_larger_than_the_cache_is_still_compared(path, monkeypatch):
    monkeypatch.setattr(repeats, "CACHE_BYTES", 100)
    batch = noisy(60)
    with Journal.open(path) as journal:
        journal.commit(batch, {})
        assert journal.commit(batch, {}).repeated == 60
        assert journal._repeats._cached_bytes == 0


def test_readings_of_another_writer_are_noticed(path):
    batch = noisy(40)
    with Journal.open(path) as ours, Journal.open(path) as theirs:
        ours.commit(take(batch, slice(0, 10)), {})
        theirs.commit(take(batch, slice(10, 30)), {})
        assert ours.commit(batch, {}).repeated == 30
        assert theirs.commit(batch, {}).repeated == 40


def test_what_was_rolled_back_is_not_taken_for_there(path):
    batch = noisy(5000)
    with Journal.open(path) as journal:
        journal.commit(noisy(1, start_ns=NOON_NS - HOUR_NS), {})
        (pages,) = journal._connection.execute("PRAGMA page_count").fetchone()
        journal._connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(JournalFull):
            journal.commit(batch, {})
        journal._connection.execute("PRAGMA max_page_count = 1000000")
        assert journal.commit(batch, {}).fresh == 5000


def test_a_damaged_old_entry_keeps_no_new_data_out(path):
    batch = noisy(10)
    with Journal.open(path) as journal:
        journal.commit(batch, {})
    with connect(path, writing=True) as connection:
        connection.execute("UPDATE entry SET body = zeroblob(30)")
    connection.close()
    with Journal.open(path) as journal:
        assert journal.commit(batch, {}).fresh == 10


def test_a_large_redelivery_decodes_each_entry_once(path, decoded):
    """100 000 readings of 200 channels on the same whole seconds, in other batches than the first time."""
    time = np.repeat(NOON_NS + np.arange(500) * SECOND, 200)
    channel = np.tile(np.arange(1, 201, dtype=np.int32), 500)
    value = np.round(np.sin(np.arange(100_000)), 2)
    batch = Arrivals(Samples(time, channel, value, np.zeros(100_000, np.uint8)), time)
    with Journal.open(path) as journal:
        for start in range(0, 100_000, 1000):
            journal.commit(take(batch, slice(start, start + 1000)), {})
    with Journal.open(path) as journal:
        for start in range(0, 100_000, 7000):
            assert journal.commit(take(batch, slice(start, start + 7000)), {}).fresh == 0
    assert len(decoded) == len(set(decoded)) == 100


@pytest.mark.parametrize(
    ("query", "plan"),
    [
        (repeats._LATEST_BEHIND, "USING INTEGER PRIMARY KEY (rowid>?)"),
        (repeats._LATEST_OF_ALL, "USING COVERING INDEX entry_by_time (hour=?)"),
        (repeats._LATEST_ARCHIVED, "USING COVERING INDEX segment_by_time"),
        (repeats._LATEST_ARCHIVED_BEHIND, "INDEX sqlite_autoindex_segment_2 (last_seq>?)"),
    ],
)
def test_the_marks_are_found_by_index_however_long_the_journal_is(path, query, plan):
    with Journal.open(path) as journal:
        steps = journal._connection.execute(f"EXPLAIN QUERY PLAN {query}", (0,)).fetchall()
    assert any(plan in step[3] for step in steps)
    assert not any(step[3].startswith("SCAN") for step in steps)
