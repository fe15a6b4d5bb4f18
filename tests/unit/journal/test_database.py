"""The one place that opens databases: which SQLite may write, threads, and what a query leaves behind."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from gateway.errors import JournalError
from gateway.journal import database
from gateway.journal.database import all_rows, connect, first_row, loses_commits, only_row
from gateway.journal.journal import Journal

AFFECTED = ("3.7.0", "3.40.1", "3.44.5", "3.45.0", "3.50.0", "3.50.6", "3.51.0", "3.51.2")
SOUND = ("3.6.23", "3.44.6", "3.44.12", "3.50.7", "3.51.3", "3.52.0", "3.54.1", "4.0.0", "3.51.3.1")


@pytest.mark.parametrize("version", AFFECTED)
def test_versions_that_lose_commits(version: str) -> None:
    assert loses_commits(version)


@pytest.mark.parametrize("version", SOUND)
def test_versions_that_lose_none(version: str) -> None:
    assert not loses_commits(version)


def test_the_sqlite_that_comes_with_the_package_loses_none() -> None:
    assert not loses_commits(database.SQLITE)


def test_nothing_is_written_with_one_that_loses_commits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Journal.open(tmp_path / "there.sqlite").close()
    monkeypatch.setattr(database, "SQLITE", "3.40.1")
    with pytest.raises(JournalError, match=r"can lose what was committed.*pip install"):
        Journal.open(tmp_path / "new.sqlite")
    assert not (tmp_path / "new.sqlite").exists()
    with Journal.open_reading(tmp_path / "there.sqlite") as journal:
        assert journal.last_seq() == 0


def test_a_connection_may_be_handed_to_another_thread(tmp_path: Path) -> None:
    with closing(connect(tmp_path / "a.sqlite", writing=True)) as connection:
        connection.execute("CREATE TABLE a (x)")
        writer = threading.Thread(target=lambda: connection.execute("INSERT INTO a VALUES (7)"))
        writer.start()
        writer.join()
        assert all_rows(connection, "SELECT x FROM a") == [(7,)]


def test_a_query_that_was_answered_holds_no_snapshot(tmp_path: Path) -> None:
    """Or the write-ahead log could never begin anew."""
    path = tmp_path / "a.sqlite"
    with closing(connect(path, writing=True)) as writer, closing(connect(path, writing=False)) as reader:
        database.use_wal(writer)
        writer.execute("CREATE TABLE a (x); INSERT INTO a VALUES (1), (2)")
        assert first_row(reader, "SELECT x FROM a ORDER BY x") == (1,)
        assert first_row(reader, "SELECT x FROM a WHERE x > ?", (9,)) is None
        assert only_row(reader, "SELECT sum(x) FROM a") == (3,)
        writer.execute("INSERT INTO a VALUES (3)")
        assert only_row(writer, "PRAGMA wal_checkpoint(TRUNCATE)") == (0, 0, 0)


def test_what_has_not_one_row_is_a_mistake(tmp_path: Path) -> None:
    with closing(connect(tmp_path / "a.sqlite", writing=True)) as connection, pytest.raises(ValueError):
        only_row(connection, "SELECT 1 WHERE 0")


def test_a_copy_is_one_file(tmp_path: Path) -> None:
    path, copied = tmp_path / "a.sqlite", tmp_path / "b.sqlite"
    with closing(connect(path, writing=True)) as connection:
        database.use_wal(connection)
        connection.execute("CREATE TABLE a (x); INSERT INTO a VALUES (1)")
        database.copy(path, copied)
    with closing(connect(copied, writing=False)) as connection:
        assert all_rows(connection, "SELECT x FROM a") == [(1,)]
    assert {p.name for p in tmp_path.glob("b.sqlite*")} == {"b.sqlite"}


@pytest.mark.parametrize(("given", "kind"), [(np.int64(5), "integer"), (np.float64(0.5), "real")])
def test_a_number_of_numpy_is_a_number(tmp_path, given, kind):
    """It was bound as bytes, so that nothing was found: readings of a job were lost without a word."""
    connection = connect(tmp_path / "x.sqlite", writing=True)
    assert all_rows(connection, "SELECT typeof(?1), ?1 = ?2", (given, float(given))) == [(kind, 1)]
