"""The journal as its callers see it: commits, entries, pages, reading by channel and time, statements."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.errors import JournalError
from gateway.journal.journal import Committed, Journal, Statement
from gateway.model import SECOND, Arrivals, Refusal, Refused
from tests.unit.journal.journal_data import HOUR_NS, NOON_NS, arrivals, bits, noisy, sorted_bits


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.sqlite"


@pytest.fixture
def journal(path):
    with Journal.open(path) as opened:
        yield opened


def loaded(number):
    return Statement("containment", "li.wei", NOON_NS + number, {"asset": "shipper-1", "number": number})


# Channels


def test_channel_numbers_are_stable_and_survive(path):
    with Journal.open(path) as journal:
        first = journal.channel_numbers(["a", "b"])
    with Journal.open(path) as journal:
        again = journal.channel_numbers(["c", "b", "a", "c"])
        assert journal.channel_names() == {number: name for name, number in again.items()}
    assert {name: again[name] for name in first} == first
    assert len(set(again.values())) == 3


def test_channel_numbers_given_out_by_two_writers_agree(journal, path):
    with Journal.open(path) as other:
        theirs = other.channel_numbers(["x", "y"])
        ours = journal.channel_numbers(["y", "z"])
        assert ours["y"] == theirs["y"]
        assert other.channel_numbers(["z"]) == {"z": ours["z"]}
        assert len({*ours.values(), *theirs.values()}) == 3


def test_a_reading_journal_gives_out_no_numbers(journal, path):
    journal.channel_numbers(["a"])
    with Journal.open_reading(path) as reader:
        assert reader.channel_numbers(["a"]) == journal.channel_numbers(["a"])
        with pytest.raises(JournalError, match="readonly"):
            reader.channel_numbers(["b"])


# Commits and entries


def test_nothing_to_write_is_no_commit(journal):
    assert journal.commit() == Committed(0, 0, 0)
    assert journal.commit(Arrivals.concatenate([]), {"broker": []}, []) == Committed(0, 0, 0)
    assert journal.entries(0) == []
    assert journal.last_seq() == 0


def test_a_live_commit_is_one_sorted_entry(journal):
    batch = arrivals([(NOON_NS + 5, 2, -1.5, 0), (NOON_NS, 7, np.nan, 2), (NOON_NS, 2, -2.5, 1)])
    assert journal.commit(batch, {}) == Committed(1, 3, 0)
    (entry,) = journal.entries(0)
    assert (entry.seq, entry.kind, entry.statement) == (1, "readings", None)
    assert bits(entry.arrivals) == sorted_bits(batch)


def test_each_hour_has_an_entry_of_its_own_the_earliest_first(journal):
    edge = NOON_NS + HOUR_NS
    batch = arrivals([(edge, 1, 3.0), (edge - 1, 1, 2.0), (NOON_NS - 1, 1, 0.0), (NOON_NS, 1, 1.0)])
    assert journal.commit(batch, {}).last_seq == 3
    times = [entry.arrivals.samples.time.tolist() for entry in journal.entries(0)]
    assert times == [[NOON_NS - 1], [NOON_NS, edge - 1], [edge]]


def test_times_before_1970_have_their_hours_too(journal):
    batch = arrivals(
        [(-1, 1, 1.0), (0, 1, 2.0), (-HOUR_NS - 1, 1, 0.0), (-(2**63), 1, -1.0), (2**63 - 1, 1, 9.0)]
    )
    journal.commit(batch, {})
    assert [len(entry.arrivals) for entry in journal.entries(0)] == [1, 1, 1, 1, 1]
    assert bits(journal.read(None, -(2**63), None)) == sorted_bits(batch)
    assert journal.commit(batch, {}).repeated == 5


def test_readings_statements_and_refusals_share_a_commit(journal):
    refused = Refused(Refusal.NOISE, "what", "KRDG?", b"\xff", NOON_NS)
    committed = journal.commit(noisy(10), {"port": [refused]}, [loaded(1), loaded(2)])
    assert committed == Committed(3, 10, 0, (2, 3))
    entries = journal.entries(0)
    assert [entry.kind for entry in entries] == ["readings", "containment", "containment"]
    assert len({entry.committed_ns for entry in entries}) == 1
    stated = entries[1].statement
    assert stated == replace(loaded(1), id=stated.id, stated_ns=entries[1].committed_ns)
    assert stated.id.endswith("-2") and entries[2].statement.id.endswith("-3")
    assert entries[1].arrivals is None
    assert journal.refused(None, 10) == [("port", refused)]


def test_a_follower_pages_through_everything_once(journal):
    for number in range(30):
        journal.commit(noisy(7, start_ns=NOON_NS + number * SECOND, seed=number), {}, [loaded(number)])
    seen, seq = [], 0
    while page := journal.entries(seq, most_readings=20):
        assert sum(len(entry.arrivals) if entry.arrivals else 1 for entry in page) < 20 + 7
        seen += page
        seq = page[-1].seq
    assert [entry.seq for entry in seen] == list(range(1, 61))
    assert journal.last_seq() == 60


def test_an_entry_larger_than_a_page_still_comes(journal):
    journal.commit(noisy(500), {})
    journal.commit(noisy(500, start_ns=NOON_NS + 60 * SECOND), {})
    assert [entry.seq for entry in journal.entries(0, most_readings=1)] == [1]
    assert [entry.seq for entry in journal.entries(1, most_readings=1)] == [2]


def test_a_page_has_few_entries_where_each_is_read_by_itself(journal):
    for number in range(5):
        journal.commit(statements=[loaded(number)])
    assert [entry.seq for entry in journal.entries(1, most_entries=2)] == [2, 3]


def test_a_page_left_half_read_holds_no_lock(journal, path):
    for number in range(5):
        journal.commit(statements=[loaded(number)])
    journal.entries(0, most_readings=1)
    with Journal.open(path) as other:
        other.commit(statements=[loaded(9)])
    assert journal.last_seq() == 6


# Reading by channel and time

batches = st.lists(
    st.lists(
        st.tuples(st.integers(-2 * HOUR_NS, 2 * HOUR_NS), st.integers(-2, 6), st.integers(-300, 300)),
        max_size=12,
        unique_by=lambda row: (row[0], row[1]),
    ),
    max_size=5,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    batches,
    st.none() | st.lists(st.integers(-3, 7), max_size=4),
    st.integers(-3 * HOUR_NS, 3 * HOUR_NS),
    st.none() | st.integers(-3 * HOUR_NS, 3 * HOUR_NS),
)
def test_read_gives_what_a_plain_filter_gives(tmp_path_factory, some, channels, start, end):
    kept = [arrivals([(NOON_NS + t, c, v / 100) for t, c, v in rows]) for rows in some]
    start_ns, end_ns = NOON_NS + start, None if end is None else NOON_NS + end
    with Journal.open(tmp_path_factory.mktemp("read") / "journal.sqlite") as journal:
        for batch in kept:
            journal.commit(batch, {})
        found = journal.read(channels, start_ns, end_ns)
        hours = list(journal.scan(channels, start_ns, end_ns))
    wanted = [
        row
        for row in dict.fromkeys(sorted_bits(*kept))
        if (channels is None or row[1] in channels)
        and start_ns <= row[0]
        and (end_ns is None or row[0] < end_ns)
    ]
    assert bits(found) == wanted
    assert [row for hour in hours for row in bits(hour)] == sorted(
        wanted, key=lambda row: (row[0] // HOUR_NS, row[1], row[0])
    )


def test_late_data_are_read_in_their_place(journal):
    live = noisy(1000, start_ns=NOON_NS + 5 * HOUR_NS)
    late = noisy(1000, start_ns=NOON_NS + 2 * HOUR_NS, seed=2)
    later = noisy(500, start_ns=NOON_NS + 2 * HOUR_NS + 200, seed=3)
    for batch in (live, late, later):
        journal.commit(batch, {})
    assert bits(journal.read(None, NOON_NS, None)) == sorted_bits(live, late, later)
    inner = journal.read([3], NOON_NS + 2 * HOUR_NS, NOON_NS + 3 * HOUR_NS)
    assert bits(inner) == [row for row in sorted_bits(late, later) if row[1] == 3]
    assert journal.entries(2)[0].arrivals.samples.time.min() < NOON_NS + 3 * HOUR_NS


def test_entries_without_the_channel_are_not_decoded(journal, path, monkeypatch):
    from gateway.journal import entries

    for channel in (1, 5, 9):
        journal.commit(arrivals([(NOON_NS + channel, channel, 0.0), (NOON_NS, channel + 1, 0.0)]), {})
    decoded = []
    original = entries.readings
    monkeypatch.setattr(entries, "readings", lambda c, seq: decoded.append(seq) or original(c, seq))
    with Journal.open_reading(path) as reader:
        assert len(reader.read([6, 3, 4, 7, 8], NOON_NS, None)) == 1
    assert decoded == [2]


# Statements


def test_statements_of_a_kind_in_order(journal):
    words = [
        Statement("acknowledge", "müller", n, {"comment": f"好 {n} \ud800", "n": [n, None]}, stated_ns=n)
        for n in range(1200)
    ]
    for start in range(0, 1200, 400):
        journal.commit(noisy(3, start_ns=NOON_NS + start), {}, [*words[start : start + 400], loaded(start)])
    found = list(journal.statements("acknowledge"))
    assert [s.stated_ns for _, s in found] == [s.at_ns for s in words]
    assert [replace(s, id="") for _, s in found] == words
    assert len({s.id for _, s in found}) == len(words)
    assert [seq for seq, _ in found] == sorted(seq for seq, _ in found)
    assert list(journal.statements("acknowledge", after_seq=found[700][0])) == found[701:]
    assert list(journal.statements("nothing")) == []


@pytest.mark.parametrize("body", [{"x": float("nan")}, {"x": object()}, {"x": b"bytes"}])
def test_a_statement_that_is_not_json_is_refused_and_nothing_is_written(journal, body):
    with pytest.raises((ValueError, TypeError)):
        journal.commit(noisy(5), {}, [Statement("note", "me", 1, body)])
    assert journal.last_seq() == 0
    assert journal.commit(noisy(5), {}) == Committed(1, 5, 0)


def test_no_statement_can_pass_for_readings(journal):
    with pytest.raises(ValueError, match="readings"):
        journal.commit(statements=[Statement("readings", "me", 1, {})])


# Refusals


def refusals(count, reason=Refusal.MALFORMED, payload=b"x"):
    return [Refused(reason, f"no. {n}", "cryo/a", payload, NOON_NS + n) for n in range(count)]


def test_refusals_are_all_counted_but_kept_bounded(path):
    with Journal.open(path) as journal:
        for _ in range(12):
            journal.commit(refused={"broker": refusals(250), "port": refusals(3, Refusal.NOISE)})
    with Journal.open(path) as journal:
        assert journal.refusal_counts() == {
            "broker": {Refusal.MALFORMED: 3000},
            "port": {Refusal.NOISE: 36},
        }
        assert len(journal.refused("broker", 5000)) == 1000
        assert len(journal.refused("port", 5000)) == 36
        assert len(journal.refused(None, 5000)) == 1036


def test_the_newest_refusals_are_kept_and_come_first(journal):
    """What a broker kept over a restart comes at once: it is to be sent through again without holes."""
    journal.commit(refused={"broker": refusals(2300)})
    kept = [one.detail for _, one in journal.refused("broker", 5000)]
    assert kept == [f"no. {n}" for n in range(2299, 1299, -1)]
    assert [one.detail for _, one in journal.refused("broker", 2)] == ["no. 2299", "no. 2298"]


def test_what_was_refused_is_cut_and_made_storable(journal):
    nasty = Refused(Refusal.WRONG_TYPE, "\ud800" + "d" * 5000, "t" * 5000 + "\x00", b"\x00" * 10_000, NOON_NS)
    journal.commit(refused={"broker": [nasty]})
    ((_, kept),) = journal.refused("broker", 1)
    assert (kept.detail[:2], len(kept.detail), len(kept.topic), len(kept.payload)) == ("?d", 1024, 1024, 4096)


def test_refusals_alone_are_no_entry(journal):
    assert journal.commit(refused={"port": refusals(1)}) == Committed(0, 0, 0)
    assert journal.entries(0) == []
