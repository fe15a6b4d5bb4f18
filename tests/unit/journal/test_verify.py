"""Verify finds whatever is not as it was written, and nothing else; stats counts what is there."""

import pytest

from gateway.journal.database import connect
from gateway.journal.journal import Journal, Statement
from gateway.journal.rollover import RollOver, SegmentEnd
from gateway.journal.stats import stats
from gateway.journal.verify import verify
from gateway.model import SECOND
from tests.unit.journal.journal_data import HOUR_NS, NOON_NS, arrivals, noisy
from tests.unit.journal.test_rollover import LATER_NS, Clock, rolled


@pytest.fixture
def path(tmp_path):
    """Three segments, one with several hours; four hot entries, one of them a statement."""
    path = tmp_path / "journal.sqlite"
    with Journal.open(path, Clock().time_ns) as journal:
        journal.commit(noisy(300), statements=[Statement("notification", "me", 1, {})])
        journal.commit(noisy(300, start_ns=NOON_NS + HOUR_NS - 100_000_000))
        journal.commit(noisy(200, start_ns=NOON_NS - 3 * HOUR_NS))
        rolled(path, end=SegmentEnd(0, most_entries=2))
        for number in range(3):
            journal.commit(noisy(10, start_ns=NOON_NS + number * SECOND, seed=number))
        journal.commit(statements=[Statement("notification", "me", 2, {})])
    return path


def change(path, *statements):
    with connect(path, writing=True) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def test_an_intact_journal_is_intact(path):
    steps = []
    found = verify(path, lambda *step: steps.append(step))
    assert (found.problems, found.notes) == ([], [])
    assert (found.entries, found.segments, found.readings) == (5, 2, 830)
    assert {step for step, _, _ in steps} == {"database", "entries", "archive"}
    assert all(done <= total for _, done, total in steps)


def test_a_new_journal_is_intact(tmp_path):
    Journal.open(tmp_path / "journal.sqlite").close()
    assert verify(tmp_path / "journal.sqlite").problems == []


CHANGES = {
    "an entry's body": ("UPDATE entry SET body = zeroblob(50) WHERE seq = 6", "entry 6 is damaged"),
    "an entry less": ("DELETE FROM entry WHERE seq = 6", "entry 6 is missing"),
    "a statement less": ("DELETE FROM entry WHERE seq = 2", "entry 2 is missing"),
    "a segment less": ("DELETE FROM segment WHERE number = 1", "entry 1 is missing"),
    "a piece less": (
        "DELETE FROM piece WHERE segment = 1 AND start = 0",
        "index does not fit|not in its index",
    ),
    "a piece's hour": ("UPDATE piece SET hour = hour + 1 WHERE segment = 2", "index does not fit"),
    "a piece's times": ("UPDATE piece SET last_ns = last_ns - 1 WHERE segment = 2", "index does not fit"),
    "a piece's channels": ("UPDATE piece SET channels = x'0100000003000000'", "index does not fit"),
    "a segment's hash": ("UPDATE segment SET sha256 = 'ab' WHERE number = 1", "SHA-256"),
    "a segment's footer": ("UPDATE segment SET footer_crc = 1 WHERE number = 1", "footer"),
    "a segment's times": ("UPDATE segment SET last_ns = last_ns + 1 WHERE number = 1", "times in the index"),
    "a segment's range": ("UPDATE segment SET last_seq = 9 WHERE number = 2", "other entries"),
    "a segment's entries": ("UPDATE segment SET entries = x'00' WHERE number = 1", "list of entries"),
    "a segment's count": ("UPDATE segment SET readings = 1 WHERE number = 1", "not complete"),
}


@pytest.mark.parametrize(("statement", "problem"), CHANGES.values(), ids=CHANGES.keys())
def test_a_changed_row_is_found(path, statement, problem):
    change(path, statement)
    import re

    assert any(re.search(problem, line) for line in verify(path).problems)


def test_changed_missing_and_strange_files_are_found(path):
    one, other = sorted((path.parent / "archive").iterdir())
    content = bytearray(one.read_bytes())
    content[len(content) // 3] ^= 4
    one.write_bytes(content)
    other.unlink()
    (one.parent / "notes.txt").write_text("mine")
    found = verify(path)
    assert [one.name in found.problems[0], other.name in found.problems[1]] == [True, True]
    assert len(found.problems) == 2
    assert len(found.notes) == 1 and "notes.txt" in found.notes[0]


def test_what_is_rolled_over_meanwhile_is_no_problem(path, monkeypatch):
    from gateway.journal import verify as module

    original = module._check_entries

    def roll_first(*arguments):
        rolled(path)
        original(*arguments)

    monkeypatch.setattr(module, "_check_entries", roll_first)
    assert verify(path).problems == []


# Stats


def test_stats_count_what_is_there(path):
    found = stats(path, LATER_NS)
    files = list((path.parent / "archive").iterdir())
    assert (found.hot.readings, found.archived.readings, found.files) == (30, 800, 2)
    assert found.archived.bytes == sum(f.stat().st_size for f in files)
    assert found.hot.bytes + found.free_bytes == path.stat().st_size
    assert (found.statements, found.last_seq, found.first_ns) == (2, 9, NOON_NS - 3 * HOUR_NS + 473)
    assert found.public()["days_until_full"] == found.disk_free_bytes / found.growth_bytes_per_day


def test_growth_is_that_of_the_last_week(tmp_path):
    path, clock = tmp_path / "journal.sqlite", Clock()
    with Journal.open(path, clock.time_ns) as journal, RollOver(path) as roll:
        for day in range(20):
            clock.now_ns = NOON_NS + day * 24 * HOUR_NS
            journal.commit(noisy(20_000 if day < 10 else 1000, start_ns=clock.now_ns))
            roll.step(clock.now_ns, SegmentEnd(0))
    found = stats(path, clock.now_ns)
    sizes = [f.stat().st_size for f in sorted((tmp_path / "archive").iterdir())]
    assert found.growth_bytes_per_day == pytest.approx((sum(sizes[12:]) + found.hot.bytes) / 7)


def test_growth_is_not_known_at_once(tmp_path):
    path = tmp_path / "journal.sqlite"
    with Journal.open(path, Clock().time_ns) as journal:
        journal.commit(arrivals([(NOON_NS, 1, 0.0), (2**62, 1, 0.0)]))
    found = stats(path, NOON_NS + 60 * SECOND)
    assert (found.growth_bytes_per_day, found.days_until_full) == (None, None)
    assert found.public()["last"].startswith("2116-")
