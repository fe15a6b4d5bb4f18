"""The records: all of a transaction or nothing, cursors that stay, revisions that are never replaced."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from gateway.errors import JournalError
from gateway.journal.alarm_tables import AlarmRow, TransitionRow
from gateway.journal.database import connect
from gateway.journal.records import VERSION, Records


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data #1 100%?" / "records.sqlite"


@pytest.fixture
def records(path: Path) -> Records:
    path.parent.mkdir()
    return Records(path)


def row(identity: str, raised_ns: int, closed: bool = False, asset: str = "freezer") -> AlarmRow:
    return AlarmRow(identity, closed, raised_ns, 1, {"place": {"assets": [asset]}, "温度": -196.0})


def test_what_is_written_is_read_by_another_connection_and_after_a_restart(
    records: Records, path: Path
) -> None:
    with records.transaction():
        records.book.put_alarms([row("E-1", 1), row("E-2", 2, closed=True), row("E-3", 3, asset="shipper")])
        records.move_cursor("f", 7)
        records.save("f", 7, b"\x00state")
    records.close()
    for again in (Records(path), Records(path, read_only=True)):
        assert [a.id for a in again.book.alarms()] == ["E-3", "E-1"]
        assert [a.id for a in again.book.alarms(closed=True)] == ["E-3", "E-2", "E-1"]
        assert [a.id for a in again.book.alarms(closed=True, most=1)] == ["E-3"]
        assert [a.id for a in again.book.alarms(closed=True, most=2)] == ["E-3", "E-1"]  # E-2 is over
        assert [a.id for a in again.book.of_asset("freezer")] == ["E-1", "E-2"]
        assert again.book.alarm("E-2") == row("E-2", 2, closed=True)
        assert again.book.alarm("E-9") is None
        assert (again.cursor("f"), again.saved("f")) == (7, (7, b"\x00state"))
        assert (again.cursor("g"), again.saved("g")) == (0, None)


def test_the_file_is_where_it_was_asked_for(records: Records, path: Path) -> None:
    assert path.exists()


def test_all_of_a_transaction_or_nothing(records: Records, path: Path) -> None:
    with pytest.raises(RuntimeError, match="in between"), records.transaction():
        records.book.put_alarms([row("E-1", 1)])
        records.move_cursor("f", 7)
        raise RuntimeError("in between")
    assert (records.book.alarms(), records.cursor("f")) == ([], 0)
    reader = Records(path, read_only=True)
    with records.transaction():
        records.move_cursor("f", 8)
        assert reader.cursor("f") == 0
    assert reader.cursor("f") == 8


def test_alarms_are_replaced_and_transitions_are_found(records: Records) -> None:
    with records.transaction():
        for number, change in enumerate(["raised", "amended", "returned"], 1):
            records.book.put_alarms([row("E-1", number)])
            records.book.put_transition(TransitionRow(10 * number, "E-1", number, change, 7, 9 * number))
        records.book.put_transition(TransitionRow(5, "E-2", 1, "raised", 7, 4))
        records.book.fold(30, 27, 7)
    assert [a.raised_ns for a in records.book.alarms()] == [3]
    assert [(t.seq, t.change) for t in records.book.transitions("E-1")] == [
        (10, "raised"),
        (20, "amended"),
        (30, "returned"),
    ]
    assert records.book.first_transition("E-1") == 10
    assert records.book.transitions_behind(10) == 2
    assert [a.id for a in records.book.following(18)] == ["E-1"]
    assert records.book.folded() == (30, 27, 7)
    assert records.book.starting_with("e-", 5) == ["E-1"]


def test_followers_are_known_once_they_have_a_cursor(records: Records) -> None:
    with records.transaction():
        records.move_cursor("notifier:phone", 1)
    assert (records.cursor("notifier:phone"), records.cursor("notifier:mail")) == (1, 0)
    assert (records.has_cursor("notifier:phone"), records.has_cursor("notifier:mail")) == (True, False)
    assert records.furthest_seen() == 1


def test_a_reader_does_not_write(records: Records, path: Path) -> None:
    reader = Records(path, read_only=True)
    with pytest.raises(JournalError, match="may write"), reader.transaction():
        reader.move_cursor("f", 1)


def test_a_failing_commit_is_a_journal_error_and_the_next_transaction_works(records: Records) -> None:
    database = records._db
    database.execute("PRAGMA foreign_keys = ON")
    database.execute("CREATE TABLE a (x INTEGER PRIMARY KEY)")
    database.execute("CREATE TABLE b (x REFERENCES a DEFERRABLE INITIALLY DEFERRED)")
    with pytest.raises(JournalError, match="FOREIGN KEY"), records.transaction():
        records.move_cursor("f", 5)
        database.execute("INSERT INTO b VALUES (1)")  # found out when the transaction is committed
    assert records.cursor("f") == 0
    with records.transaction():
        records.move_cursor("f", 1)
    assert records.cursor("f") == 1


def test_damaged_text_is_a_journal_error(records: Records) -> None:
    with records.transaction():
        records.book.put_transition(TransitionRow(1, "E-1", 1, "raised", 7, 0))
        records._db.execute("UPDATE transition SET change = CAST(x'ff' AS TEXT)")
    with pytest.raises(JournalError, match=r"utf-8.*is damaged"):
        records.book.transitions("E-1")


def test_threads_that_share_records_take_turns(records: Records) -> None:
    """As metrics and the control socket do, beside whoever writes."""
    failed: list[JournalError] = []

    def ask() -> None:
        try:
            for _ in range(300):
                records.book.alarms(closed=True)
        except JournalError as error:
            failed.append(error)

    askers = [threading.Thread(target=ask) for _ in range(4)]
    for asker in askers:
        asker.start()
    for number in range(100):
        with records.transaction():
            records.book.put_alarms([AlarmRow(f"E-{number}", False, number, 1, {"place": {"assets": []}})])
    for asker in askers:
        asker.join()
    assert not failed
    assert len(records.book.alarms()) == 100


def test_a_failing_read_is_a_journal_error(records: Records) -> None:
    records.close()
    for read in (records.book.alarms, lambda: records.cursor("f"), records.book.folded):
        with pytest.raises(JournalError, match="closed"):
            read()


def test_a_file_that_is_no_database_or_too_new_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no database" * 1000)
    with pytest.raises(JournalError, match="cannot be opened as records"):
        Records(tmp_path / "text")
    with connect(tmp_path / "new", writing=True) as database:
        database.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(JournalError, match="update Cryogate"):
        Records(tmp_path / "new")
    with pytest.raises(JournalError, match="cannot be opened as records"):
        Records(tmp_path / "missing", read_only=True)


def test_records_that_are_only_being_made_are_none_yet(tmp_path: Path) -> None:
    connect(tmp_path / "records.sqlite", writing=True).close()
    with pytest.raises(JournalError, match="no records yet; the gateway that starts is making them"):
        Records(tmp_path / "records.sqlite", read_only=True)
