"""The records: all of a transaction or nothing, cursors that stay, revisions that are never replaced."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from gateway.errors import JournalError
from gateway.journal.database import connect
from gateway.journal.records import VERSION, AlarmRow, Records
from gateway.times import parse_rfc3339


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data #1 100%?" / "records.sqlite"


@pytest.fixture
def records(path: Path) -> Records:
    path.parent.mkdir()
    return Records(path)


def row(identity: str, raised_ns: int, closed: bool = False, asset: str = "freezer") -> AlarmRow:
    return AlarmRow(identity, closed, raised_ns, {"public": {"asset": asset}, "温度": -196.0})


def test_what_is_written_is_read_by_another_connection_and_after_a_restart(
    records: Records, path: Path
) -> None:
    with records.transaction():
        records.put_alarms([row("E-1", 1), row("E-2", 2, closed=True), row("E-3", 3, asset="shipper")])
        records.put_revision("E-1", 1, "raised", 10, {"a": 1})
        records.move_cursor("f", 7)
        records.save("f", 7, b"\x00state")
    records.close()
    for again in (Records(path), Records(path, read_only=True)):
        assert [a.id for a in again.alarms()] == ["E-3", "E-1"]
        assert [a.id for a in again.alarms(closed=True)] == ["E-3", "E-2", "E-1"]
        assert [a.id for a in again.alarms(closed=True, most=1)] == ["E-3"]
        assert [a.id for a in again.alarms_of("freezer")] == ["E-1", "E-2"]
        assert again.alarm("E-2") == row("E-2", 2, closed=True)
        assert again.alarm("E-9") is None
        assert (again.cursor("f"), again.saved("f")) == (7, (7, b"\x00state"))
        assert (again.cursor("g"), again.saved("g")) == (0, None)


def test_the_file_is_where_it_was_asked_for(records: Records, path: Path) -> None:
    assert path.exists()


def test_all_of_a_transaction_or_nothing(records: Records, path: Path) -> None:
    with pytest.raises(RuntimeError, match="in between"), records.transaction():
        records.put_alarms([row("E-1", 1)])
        records.move_cursor("f", 7)
        raise RuntimeError("in between")
    assert (records.alarms(), records.cursor("f")) == ([], 0)
    reader = Records(path, read_only=True)
    with records.transaction():
        records.move_cursor("f", 8)
        assert reader.cursor("f") == 0
    assert reader.cursor("f") == 8


def test_alarms_are_replaced_and_revisions_never(records: Records) -> None:
    with records.transaction():
        for number, change in enumerate(["raised", "amended", "returned"], 1):
            records.put_alarms([row("E-1", number)])
            records.put_revision("E-1", number, change, number * 10**9, {"n": number})
        records.put_revision("E-2", 1, "raised", 0, {"n": 9})
    assert [a.raised_ns for a in records.alarms()] == [3]
    assert [(r["revision"], r["change"], r["known"]["n"]) for r in records.revisions("E-1")] == [
        (1, "raised", 1),
        (2, "amended", 2),
        (3, "returned", 3),
    ]
    assert records.revisions("E-1")[0]["recorded"] == "1970-01-01T00:00:01.000000000Z"
    assert [(n, c) for n, c, _ in records.changes(1, 2)] == [(2, "amended"), (3, "returned")]
    assert records.changes(4, 2) == []


def test_followers_are_known_once_they_have_a_cursor(records: Records) -> None:
    with records.transaction():
        records.put_revision("E-1", 1, "raised", 0, {})
        records.move_cursor("notifier:phone", records.last_change())
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
        records.put_revision("E-1", 1, "opened", 7, {})
        records._db.execute("UPDATE revision SET body = CAST(x'ff' AS TEXT)")
    with pytest.raises(JournalError, match=r"utf-8.*is damaged"):
        records.changes(0, 1)


def test_threads_that_share_records_take_turns(records: Records) -> None:
    """As metrics and the control socket do, beside whoever writes."""
    failed: list[JournalError] = []

    def ask() -> None:
        try:
            for _ in range(300):
                records.alarms(closed=True)
        except JournalError as error:
            failed.append(error)

    askers = [threading.Thread(target=ask) for _ in range(4)]
    for asker in askers:
        asker.start()
    for number in range(100):
        with records.transaction():
            records.put_alarms([AlarmRow(f"E-{number}", False, number, {})])
    for asker in askers:
        asker.join()
    assert not failed
    assert len(records.alarms()) == 100


def test_a_failing_read_is_a_journal_error(records: Records) -> None:
    records.close()
    for read in (records.alarms, lambda: records.cursor("f"), lambda: records.changes(0, 1)):
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


def test_a_revision_knows_when_its_alarm_was_first_said_to_start(records: Records) -> None:
    starts = {"E-1": ("2026-01-05T11:00:00Z", "2026-01-05T10:59:00Z"), "E-2": ("2026-01-05T12:00:00Z",)}
    with records.transaction():
        for identity, known in starts.items():
            for number, start in enumerate(known):
                records.put_revision(identity, number, "amended", 7, {"start": start})
    found = records.revisions_after(0, 10)
    hour = parse_rfc3339("2026-01-05T11:00:00Z")
    assert [(r.number, r.recorded_ns, r.first_start_ns - hour) for r in found] == [
        (1, 7, 0),
        (2, 7, 0),
        (3, 7, 3600 * 10**9),
    ]
    assert [r.number for r in records.revisions_after(1, 1)] == [2]
    assert (records.changes_behind(0), records.changes_behind(2), records.changes_behind(3)) == (3, 1, 0)
