"""When the disk is full, fails, is held by somebody else or gives back other bytes."""

import resource
from contextlib import contextmanager

import pytest

from gateway.errors import JournalError, JournalFull
from gateway.journal import database
from gateway.journal.database import connect
from gateway.journal.journal import Journal, Statement
from gateway.model import SECOND, Refusal, Refused
from tests.unit.journal.journal_data import HOUR_NS, NOON_NS, bits, noisy, sorted_bits

NOTE = Statement("note", "li.wei", NOON_NS, {"text": "lid closed"})
REFUSED = {"port": [Refused(Refusal.NOISE, "what", "KRDG?", b"\xff", NOON_NS)]}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.sqlite"


@contextmanager
def no_room(journal, path):
    (pages,) = journal._connection.execute("PRAGMA page_count").fetchone()
    journal._connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    yield
    journal._connection.execute("PRAGMA max_page_count = 1000000")


@contextmanager
def failing_writes(journal, path):
    """The kernel lets no file grow by more than a page: write errors that are not 'disk full'."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = path.with_name(path.name + "-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 5000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(
    ("trouble", "error", "advice"),
    [
        (no_room, JournalFull, "free some on its disk"),
        (failing_writes, JournalError, r"\(SQLITE_IOERR_WRITE\); .*dmesg"),
    ],
)
def test_a_commit_that_fails_leaves_nothing_and_works_when_tried_again(path, trouble, error, advice):
    before, batch = noisy(100), noisy(20_000, start_ns=NOON_NS + HOUR_NS - 10 * SECOND)
    with Journal.open(path) as journal:
        journal.commit(before, {})
        with trouble(journal, path):
            for _ in range(2):
                with pytest.raises(error, match=advice) as raised:
                    journal.commit(batch, REFUSED, [NOTE])
                assert isinstance(raised.value, JournalFull) == (error is JournalFull)
                assert journal.last_seq() == 1
                with Journal.open_reading(path) as reader:
                    assert bits(reader.read(None, 0, None)) == sorted_bits(before)
                    assert reader.refusal_counts() == {}
        committed = journal.commit(batch, REFUSED, [NOTE])
        assert (committed.fresh, committed.repeated) == (20_000, 0)
        assert [entry.kind for entry in journal.entries(1)] == ["readings", "readings", "note"]
        assert journal.refusal_counts() == {"port": {Refusal.NOISE: 1}}
    with Journal.open_reading(path) as reader:
        assert bits(reader.read(None, 0, None)) == sorted_bits(before, batch)


def test_a_journal_held_by_another_process_says_so(path, monkeypatch):
    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 0.05)
    with Journal.open(path) as journal:
        other = connect(path, writing=True)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalError, match="another process holds it"):
            journal.commit(noisy(5), {})
        other.execute("ROLLBACK")
        other.close()
        assert journal.commit(noisy(5), {}).fresh == 5


def test_opening_a_new_journal_that_somebody_holds_ends_with_an_error(path, monkeypatch):
    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 0.05)
    other = connect(path, writing=True)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(JournalError, match="another process holds it"):
        Journal.open(path)
    other.close()
    Journal.open(path).close()


def test_a_closed_journal_is_an_error(path):
    journal = Journal.open(path)
    journal.close()
    with pytest.raises(JournalError, match="closed"):
        journal.commit(noisy(5), {})
    with pytest.raises(JournalError, match="closed"):
        journal.read(None, 0, None)


FLIPS = {
    "the first byte of its body": "body = CAST(x'ff' || substr(body, 2) AS BLOB)",
    "the last byte of its body": "body = CAST(substr(body, 1, length(body) - 1) || x'99' AS BLOB)",
    "a body that is text in no encoding": "body = x'ff' || substr(body, 2)",
    "its kind": "kind = CAST(x'ff' AS TEXT), hour = NULL",
    "a body cut short": "body = substr(body, 1, 20)",
    "no body": "body = x''",
    "its channels": "channels = x'0100000002000000'",
    "its commit time": "committed_ns = committed_ns + 1",
    # its hour: with that no journal is opened, test_index_seal.py
    "its first time": "first_ns = first_ns - 1",
    "its last time": "last_ns = last_ns + 1",
    "its count": "readings = readings + 1",
    "its checksum": "crc = crc + 1",
    "a number that became text": "committed_ns = 'x'",
    "a number that became text in no encoding": "committed_ns = CAST(x'ff' AS TEXT)",
    "a checksum that became text in no encoding": "crc = CAST(x'ff' AS TEXT)",
    "a body that became text": "body = 'x'",
}


@pytest.mark.parametrize("change", FLIPS.values(), ids=FLIPS.keys())
def test_a_changed_row_is_named(path, change):
    with Journal.open(path) as journal:
        for n in range(3):
            journal.commit(noisy(50, start_ns=NOON_NS + n * SECOND), {})
    with connect(path, writing=True) as connection:
        connection.execute(f"UPDATE entry SET {change} WHERE seq = 2")
    connection.close()
    with Journal.open_reading(path) as reader:
        assert [entry.seq for entry in reader.entries(0)] == [1]  # as far as it goes
        with pytest.raises(JournalError, match=r"entry 2 is damaged.*restore a backup"):
            reader.entries(1)
        assert len(reader.entries(2)) == 1


def test_a_changed_statement_is_named(path):
    with Journal.open(path) as journal:
        journal.commit(statements=[NOTE])
    with connect(path, writing=True) as connection:
        connection.execute("UPDATE entry SET body = replace(body, 'closed', 'opened')")
    connection.close()
    with Journal.open_reading(path) as reader, pytest.raises(JournalError, match="entry 1 is damaged"):
        list(reader.statements("note"))


def test_a_damaged_name_or_refusal_is_shown_all_the_same(path):
    with Journal.open(path) as journal:
        journal.channel_numbers(["lid"])
        journal.commit(refused=REFUSED)
        journal._connection.execute("UPDATE channel SET name = CAST(x'6cff64' AS TEXT)")
        journal._connection.execute("UPDATE refused SET detail = CAST(x'ff' AS TEXT)")
        assert journal.channel_names() == {1: "lid"}  # as its copy has it
        assert [one.detail for _, one in journal.refused(None, 9)] == ["\ufffd"]
        journal._connection.execute("UPDATE refusal SET source = CAST(x'ff' AS TEXT)")
        with pytest.raises(JournalError, match=r"utf-8.*restore a backup"):
            journal.refusal_counts()


@pytest.mark.parametrize("part", range(8))
def test_an_overwritten_stretch_of_the_file_is_never_taken_for_readings(path, part):
    """Wherever 3 KiB are lost: an error of ours, or all of what was not hit."""
    with Journal.open(path) as journal:
        for n in range(20):
            journal.commit(noisy(300, start_ns=NOON_NS + n * SECOND, seed=n), {})
        good = {row for entry in journal.entries(0) for row in bits(entry.arrivals)}
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size * part // 8)
        file.write(b"\xa5" * 3072)
    found, complaints = set(), []
    try:
        with Journal.open_reading(path) as reader:
            for seq in range(20):
                try:
                    found |= {row for entry in reader.entries(seq, 1) for row in bits(entry.arrivals)}
                except JournalError as error:
                    complaints.append(str(error))
    except JournalError as error:
        complaints.append(str(error))
    assert found <= good
    assert found == good or complaints
