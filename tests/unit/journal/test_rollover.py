"""Roll-over: nobody can tell by the journal's answers whether, when and how often it happened."""

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import JournalError
from gateway.journal import archive, parquet, rollover
from gateway.journal.database import copy
from gateway.journal.journal import Journal, Statement
from gateway.journal.rollover import RollOver, SegmentEnd
from gateway.model import SECOND, Arrivals, Refusal, Refused
from tests.unit.journal.journal_data import HOUR_NS, NOON_NS, arrivals, bits, double, noisy, raw, sorted_bits

DAY_NS = 24 * HOUR_NS
LATER_NS = NOON_NS + 400 * DAY_NS
EVERYTHING = SegmentEnd(hot_ns=0)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.sqlite"


def rolled(path, now_ns=LATER_NS, end=EVERYTHING):
    """Archive every segment that is complete: how many readings."""
    with RollOver(path) as roll:
        total = 0
        while step := roll.step(now_ns, end):
            total += step
        return total


# Against a twin that never rolls over

odd_values = [
    0.0,
    -0.0,
    1.5,
    -150.12,
    1e300,
    np.inf,
    np.nan,
    double(0xFFF8 << 48),
    double((0x7FF8 << 48) | 5),
]
times = st.sampled_from(
    [
        *(NOON_NS + ns for ns in (-HOUR_NS, -1, 0, 1, SECOND, 2 * HOUR_NS)),
        *(-(2**63), 2**63 - 1, -1, 0),
    ]
)
plain = st.tuples(
    times,
    st.sampled_from([1, 2, 3, 40, -7, 2**31 - 1]),
    st.sampled_from(odd_values),
    st.integers(0, 3),
    st.sampled_from([NOON_NS, NOON_NS + 10**6, NOON_NS + 1, -(2**63), 2**63 - 1]),
)
shifted = st.tuples(
    st.sampled_from([NOON_NS + ns for ns in (-HOUR_NS, -1, 0, 1, SECOND, 2 * HOUR_NS)]),
    st.sampled_from([1, 2, 40]),
    st.sampled_from(odd_values),
    st.integers(0, 3),
    st.sampled_from([NOON_NS, NOON_NS + 1]),
    st.sampled_from([1, SECOND, HOUR_NS, 2 * HOUR_NS]),
)
reading = st.one_of(plain, plain, shifted)
commit = st.tuples(st.just("commit"), st.lists(reading, max_size=12), st.integers(0, 2))
roll = st.tuples(st.just("roll"), st.integers(1, 25), st.integers(1, 5))
wait = st.tuples(st.just("wait"), st.sampled_from([-DAY_NS, 1, SECOND, HOUR_NS, DAY_NS]))
others = st.sampled_from([("restart",), ("stranger",), ("compare",)])


class Clock:
    def __init__(self):
        self.now_ns = NOON_NS

    def time_ns(self):
        return self.now_ns


class Pair:
    """A journal that rolls over and one that does not; both are told the same."""

    def __init__(self, folder, clock):
        for name in ("rolling", "plain"):
            (folder / name).mkdir()
        self.clock = clock
        self.paths = [folder / name / "journal.sqlite" for name in ("rolling", "plain")]
        self.open = [Journal.open(path, clock.time_ns) for path in self.paths]
        self.told = 0
        for journal in self.open:
            journal._connection.execute("UPDATE identity SET id = 'TW1NTW1N'")  # statements are named by it

    def close(self):
        for journal in self.open:
            journal.close()

    def restart(self):
        self.close()
        self.open = [Journal.open(path, self.clock.time_ns) for path in self.paths]

    def stranger(self):
        """Another process commits, as an import does."""
        for path in self.paths:
            with Journal.open(path, self.clock.time_ns) as other:
                other.commit(arrivals([(NOON_NS + 5 * self.told, 2, float(self.told))]))
        self.told += 1

    def wait(self, ns):
        self.clock.now_ns += ns

    def commit(self, rows, statements):
        said = [Statement("note", "me", self.told + n, {"n": n}) for n in range(statements)]
        refused = {"port": [Refused(Refusal.NOISE, "x", "t", b"", 1)]} if statements == 2 else {}
        one, other = [journal.commit(arrivals(rows), refused, said) for journal in self.open]
        assert one == other
        self.told += statements

    def roll(self, most_readings, most_entries):
        with RollOver(self.paths[0]) as rolling:
            rolling.step(self.clock.now_ns, SegmentEnd(SECOND, most_readings, most_entries))

    def compare(self):
        one, other = self.open
        last = other.last_seq()
        assert one.last_seq() == last
        assert one.channel_names() == other.channel_names()
        assert list(one.statements("note")) == list(other.statements("note"))
        assert one.refusal_counts() == other.refusal_counts()
        for most, after in ((1, 0), (5, 0), (10**6, 0), (3, last // 2), (10**6, last)):
            assert log(one, after, most) == log(other, after, most)
        for channels in (None, [1, 3], [40, -7]):
            for until in (last, last // 2):
                for start, end in ((-(2**63), None), (NOON_NS, NOON_NS + HOUR_NS), (0, NOON_NS)):
                    found = [list(map(raw, j.scan(channels, start, end, until))) for j in self.open]
                    assert found[0] == found[1]
            found = [raw(j.read(channels, -(2**63), None, last)) for j in self.open]  # sorts the same
            assert found[0] == found[1]


def log(journal, seq, most):
    """Every page behind `seq`, as rows that compare."""
    pages = []
    while page := journal.entries(seq, most):
        pages.append(
            [(e.seq, e.kind, e.committed_ns, e.statement, e.arrivals and bits(e.arrivals)) for e in page]
        )
        seq = page[-1].seq
    return pages


@settings(max_examples=75, deadline=None)
@given(st.lists(st.one_of(commit, commit, roll, roll, wait, others), max_size=25))
def test_rolling_over_at_any_moment_changes_no_answer(tmp_path_factory, steps):
    clock = Clock()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rollover, "GROUP_ROWS", 4)
        patch.setattr(rollover, "DELETED_AT_ONCE", 2)
        pair = Pair(tmp_path_factory.mktemp("pair"), clock)
        for name, *arguments in steps:
            getattr(pair, name)(*arguments)
        pair.compare()
        pair.close()


def test_live_data_of_a_day_late_data_and_conflicts(path):
    """Real sizes: several row groups and segments, and what came too late for them."""
    clock = Clock()
    pair = Pair(path.parent, clock)
    for minute in range(180):
        clock.now_ns += 60 * SECOND
        batch = noisy(1200, channels=120, start_ns=clock.now_ns, seed=minute)
        for journal in pair.open:
            journal.commit(batch)
        if minute % 50 == 49:
            with RollOver(pair.paths[0]) as rolling:
                assert rolling.step(clock.now_ns, SegmentEnd(600 * SECOND, 40_000)) == 40_800
    repeated = noisy(1200, channels=120, start_ns=NOON_NS + 21 * 60 * SECOND, seed=20)
    never_seen = noisy(1800, channels=120, start_ns=NOON_NS + 21 * 60 * SECOND, seed=999)
    late = Arrivals.concatenate([never_seen, repeated])
    for journal in pair.open:
        assert (journal.commit(late).repeated, journal.commit(late).repeated) == (1200, 3000)
    pair.restart()
    conflicts = Arrivals(
        type(late.samples)(
            late.samples.time, late.samples.channel, late.samples.value + 1, late.samples.quality
        ),
        late.received,
    )
    for journal in pair.open:
        assert journal.commit(conflicts).fresh == 3000
    pair.compare()
    pair.close()


# When a segment is complete


def committed_at(path, *commit_ns):
    clock = Clock()
    with Journal.open(path, clock.time_ns) as journal:
        for number, clock.now_ns in enumerate(commit_ns):
            journal.commit(noisy(10, start_ns=NOON_NS + number * SECOND, seed=number))


@pytest.mark.parametrize(
    ("commits_s", "now_s", "end", "readings"),
    [
        ((0, 1, 2), 3600, SegmentEnd(), 0),  # the day is not over
        ((0, 1, 2), 13 * 3600, SegmentEnd(), 30),  # it is
        ((0, 1, 2), 12 * 3600 + 10, SegmentEnd(hot_ns=DAY_NS), 0),  # but still hot
        ((0, 1, 2), 100, SegmentEnd(hot_ns=50 * SECOND, most_readings=20), 20),
        ((0, 1, 2), 51, SegmentEnd(hot_ns=50 * SECOND, most_readings=20), 20),
        ((0, 1, 2), 50, SegmentEnd(hot_ns=50 * SECOND, most_readings=20), 0),  # the second is hot
        ((0, 1, 2), 100, SegmentEnd(hot_ns=50 * SECOND, most_entries=2), 20),
        ((0, 1, 86_400, 86_401), 86_500, SegmentEnd(), 20),  # yesterday's, although today's are hot
        ((86_400 * 400, 1, 2), 1000, SegmentEnd(), 10),  # one under a clock that was far ahead
    ],
)
def test_a_segment_is_complete(path, commits_s, now_s, end, readings):
    committed_at(path, *(NOON_NS + s * SECOND for s in commits_s))
    with RollOver(path) as roll:
        assert roll.step(NOON_NS + now_s * SECOND, end) == readings


def test_statements_and_refusals_stay_in_the_database(path):
    with Journal.open(path) as journal:
        journal.commit(
            noisy(10), {"port": [Refused(Refusal.NOISE, "x", "t", b"", 1)]}, [Statement("a", "b", 1, {})]
        )
        assert rolled(path) == 10
        kinds = journal._connection.execute("SELECT kind FROM entry").fetchall()
        assert kinds == [("a",)]
        assert [entry.kind for entry in journal.entries(0)] == ["readings", "a"]
        assert len(journal.refused(None, 5)) == 1


@pytest.mark.parametrize("left", [None, b""])
def test_no_journal_begins_beside_the_archive_of_one_that_is_lost(path, left):
    with Journal.open(path) as journal:
        journal.commit(noisy(10))
        assert rolled(path) == 10
    path.unlink()
    if left is not None:
        path.write_bytes(left)
    with pytest.raises(JournalError, match="beside it has 1 file of an earlier journal"):
        Journal.open(path)
    with pytest.raises(JournalError, match="Restore a backup"):
        Journal.open_reading(path)
    (path.parent / archive.FOLDER).rename(path.parent / "archive-of-before")
    with Journal.open(path) as journal:
        assert journal.last_seq() == 0


def test_a_file_of_another_journal_is_never_overwritten(path):
    """A journal of an older time gives numbers again that files have, of readings that it does not have."""
    folder, older = path.parent / archive.FOLDER, path.with_name("older")
    with Journal.open(path) as journal:
        pass
    copy(path, older)
    for seed in (1, 2, 3):
        path.write_bytes(older.read_bytes())
        with Journal.open(path) as journal:
            journal.commit(noisy(10, seed=seed))
            assert rolled(path) == 10
    assert sorted(file.name for file in folder.iterdir()) == [
        "000000000001.parquet", "000000000001.parquet.before-1", "000000000001.parquet.before-2"
    ]  # fmt: skip
    assert len({file.read_bytes() for file in folder.iterdir()}) == 3


# The file


def test_the_file_is_a_table_for_anything_that_reads_parquet(path):
    import pyarrow.parquet as pq

    with Journal.open(path) as journal:
        number = journal.channel_numbers(["oslo/shipper-7/lid"])["oslo/shipper-7/lid"]
        rows = [(NOON_NS, number, -150.12, 0, NOON_NS + 5), (NOON_NS + 10**6, number, np.nan, 2, NOON_NS + 9)]
        journal.commit(arrivals(rows))
        rolled(path)
    (file,) = (path.parent / archive.FOLDER).iterdir()
    table = pq.read_table(file)
    assert str(table.schema.field("time").type) == "timestamp[ms, tz=UTC]"
    assert str(table.schema.field("received").type) == "timestamp[ns, tz=UTC]"
    assert table.column("channel").to_pylist() == ["oslo/shipper-7/lid"] * 2
    assert table.column("value").to_pylist() == [-150.12, None]
    assert table.column("quality").to_pylist() == [0, 2]
    assert table.column("seq").to_pylist() == [1, 1]
    assert table.column("time").to_pylist()[0].isoformat() == "2026-01-05T12:00:00+00:00"


@pytest.mark.parametrize("odd_first", [True, False])
def test_files_with_other_units_stand_in_one_folder(path, odd_first):
    """Receipt to the ns and to the ms: of older versions, and of devices without a clock."""
    import duckdb
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [
        [(NOON_NS + hour * HOUR_NS + k, 1, 1.0, 0, NOON_NS + odd) for k in (0, SECOND)]
        for hour, odd in enumerate((1, 0) if odd_first else (0, 1))
    ]
    with Journal.open(path) as journal:
        for batch in map(arrivals, rows):
            journal.commit(batch)
            rolled(path)
        assert bits(journal.read(None, 0, None)) == sorted_bits(*map(arrivals, rows))
        assert [bits(e.arrivals) for e in journal.entries(0)] == [bits(arrivals(part)) for part in rows]
    files = sorted((path.parent / archive.FOLDER).iterdir())
    units = [pq.read_schema(file).field("received").type.unit for file in files]
    assert sorted(units) == ["ms", "ns"]
    table = pa.concat_tables(map(pq.read_table, files), promote_options="permissive")
    assert table.column("received").cast(pa.int64()).to_pylist() == [row[4] for part in rows for row in part]
    asked = f"select count(distinct seq), count(*) from '{path.parent}/archive/*.parquet'"
    assert duckdb.sql(asked).fetchall() == [(2, 4)]


@pytest.mark.parametrize("value", odd_values)
def test_odd_values_never_go_through_a_dictionary(value):
    plain = struct.pack("<d", value) in (
        struct.pack("<d", v) for v in (1.5, 0.0, -150.12, 1e300, np.inf, np.nan)
    )
    assert parquet._has_odd_bits(np.array([1.0, value])) is not plain


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=3, max_size=3), max_size=20))
def test_the_list_of_entries_survives(rows):
    columns = np.array(rows, np.int64).reshape(-1, 3).T
    assert np.array_equal(np.stack(archive.unpack(archive.pack(archive.Contents(*columns)))), columns)
