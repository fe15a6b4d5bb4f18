"""Opening: what is a journal, what is not, and what is too new."""

import hashlib
import shutil

import pytest

from gateway.errors import JournalError
from gateway.journal import schema
from gateway.journal.database import connect
from gateway.journal.journal import Journal
from gateway.model import SECOND
from tests.unit.journal.journal_data import NOON_NS, bits, noisy, sorted_bits


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.sqlite"


def pragma(path, name):
    connection = connect(path, writing=True)
    (value,) = connection.execute(f"PRAGMA {name}").fetchone()
    connection.close()
    return value


def set_pragma(path, name, value):
    connection = connect(path, writing=True)
    connection.execute(f"PRAGMA {name} = {value}")
    connection.close()


def test_a_new_journal_says_what_it_is(path):
    Journal.open(path).close()
    assert pragma(path, "application_id") == schema.APPLICATION_ID
    assert pragma(path, "user_version") == schema.CURRENT
    assert pragma(path, "journal_mode") == "wal"


def test_commits_are_synced(path):
    with Journal.open(path) as journal:
        (level,) = journal._connection.execute("PRAGMA synchronous").fetchone()
    assert level == 2  # FULL


@pytest.mark.parametrize("opening", [Journal.open, Journal.open_reading])
def test_a_newer_schema_is_refused(path, opening):
    Journal.open(path).close()
    set_pragma(path, "user_version", schema.CURRENT + 1)
    with pytest.raises(JournalError, match=rf"schema {schema.CURRENT + 1}.*newer one"):
        opening(path)


@pytest.mark.parametrize("opening", [Journal.open, Journal.open_reading])
def test_another_programs_database_is_refused_and_left_alone(path, opening):
    connection = connect(path, writing=True)
    connection.execute("CREATE TABLE states (entity)")
    connection.close()
    before = hashlib.sha256(path.read_bytes()).digest()
    with pytest.raises(JournalError, match="another program"):
        opening(path)
    assert hashlib.sha256(path.read_bytes()).digest() == before
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("opening", [Journal.open, Journal.open_reading])
def test_a_file_that_is_no_database_is_refused_and_left_alone(path, opening):
    path.write_text("time,channel,value\n" * 1000)
    with pytest.raises(JournalError, match="not a journal"):
        opening(path)
    assert path.read_text() == "time,channel,value\n" * 1000


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(JournalError, match=r"nowhere.*folder exists"):
        Journal.open(tmp_path / "nowhere" / "journal.sqlite")


def test_reading_creates_nothing(path):
    with pytest.raises(JournalError, match="no journal at"):
        Journal.open_reading(path)
    assert not path.exists()


def test_reading_an_older_schema_says_what_to_do(path):
    connection = connect(path, writing=True)
    connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
    connection.close()
    with pytest.raises(JournalError, match=r"schema 0.*start this gateway once"):
        Journal.open_reading(path)


def test_a_path_with_odd_characters_is_that_path(tmp_path):
    path = tmp_path / "a b?c#d%41 日.sqlite"
    with Journal.open(path) as journal:
        journal.commit(noisy(3), {})
    assert path.exists()
    with Journal.open_reading(path) as reader:
        assert len(reader.read(None, 0, None)) == 3


def test_a_migration_that_fails_leaves_the_file_as_it_was(path, monkeypatch):
    broken = (*schema.MIGRATIONS, ("CREATE TABLE extra (x)", "CREATE TABLE entry (again)"))
    Journal.open(path).close()
    monkeypatch.setattr(schema, "MIGRATIONS", broken)
    monkeypatch.setattr(schema, "CURRENT", len(broken))
    with pytest.raises(JournalError, match="already exists"):
        Journal.open(path)
    assert pragma(path, "user_version") == len(broken) - 1
    connection = connect(path, writing=True)
    assert connection.execute("SELECT name FROM sqlite_master WHERE name = 'extra'").fetchone() is None
    connection.close()


def test_a_migration_brings_an_older_journal_up_and_keeps_it(path, monkeypatch):
    batch = noisy(20)
    with Journal.open(path) as journal:
        journal.commit(batch, {})
    further = (*schema.MIGRATIONS, ("CREATE TABLE extra (x)",))
    monkeypatch.setattr(schema, "MIGRATIONS", further)
    monkeypatch.setattr(schema, "CURRENT", len(further))
    with pytest.raises(JournalError, match="start this gateway once"):
        Journal.open_reading(path)
    with Journal.open(path) as journal:
        assert bits(journal.read(None, 0, None)) == sorted_bits(batch)
    assert pragma(path, "user_version") == len(further)


def test_a_reader_opens_what_a_crash_left_behind(path, tmp_path):
    """A copy of the files of a journal that is still open is what a kill leaves."""
    batch = noisy(200)
    left = tmp_path / "left"
    left.mkdir()
    with Journal.open(path) as journal:
        journal.commit(batch, {})
        for suffix in ("", "-wal"):
            shutil.copy(f"{path}{suffix}", left / f"journal.sqlite{suffix}")
    with Journal.open_reading(left / "journal.sqlite") as reader:
        assert bits(reader.read(None, 0, None)) == sorted_bits(batch)
    with Journal.open(left / "journal.sqlite") as journal:
        assert journal.commit(batch, {}).fresh == 0
        assert journal.commit(noisy(5, start_ns=NOON_NS + 60 * SECOND), {}).last_seq == 2
