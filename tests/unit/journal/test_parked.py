"""Parked readings: all counted, the newest kept; records of an earlier schema get the tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.journal import parked
from gateway.journal.database import connect
from gateway.journal.parked import Parked
from gateway.journal.records import APPLICATION_ID, SCHEMA, VERSION, Records


def row(number: int, reason: str = "too old") -> Parked:
    return Parked(1, number, None if number % 2 else -150.0, 2 if number % 2 else 0, number + 7, reason)


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(tmp_path / "records.sqlite")


def test_they_come_back_newest_first_and_by_follower(records: Records) -> None:
    with records.transaction():
        records.park("a", [row(1), row(2)])
        records.park("b", [row(3)])
    with records.transaction():
        records.park("a", [row(4)])
    assert records.parked("a", 10) == [row(4), row(2), row(1)]
    assert records.parked("a", 1) == [row(4)]
    assert [records.parked_count(name) for name in "abc"] == [3, 1, 0]


def test_what_is_kept_is_bounded_and_what_is_counted_is_not(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parked, "KEPT_PER_FOLLOWER", 3)
    with records.transaction():
        records.park("other", [row(0)])
        records.park("a", [row(n, "x" * 5000) for n in range(10)])
        records.park("a", [row(10)])
    assert [r.time_ns for r in records.parked("a", 100)] == [10, 9, 8]
    assert len(records.parked("a", 100)[1].reason) == parked.LONGEST_REASON
    assert (records.parked_count("a"), len(records.parked("other", 10))) == (11, 1)


def test_what_is_sent_again_or_accepted_is_parked_no_more(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parked, "KEPT_PER_FOLLOWER", 3)
    with records.transaction():
        records.park("a", [row(n) for n in range(10)])
        records.park("other", [row(0)])
        records.park_changes("a", {5: "too old", 4: "too long" * 1000})
    assert list(records.parked_changes("a").items()) == [(4, ("too long" * 1000)[:1024]), (5, "too old")]
    with records.transaction():
        records.unpark("a", kept_only=True)
    assert (records.parked("a"), records.parked_changes("a")) == ([], {})
    assert (records.parked_count("a"), records.parking()) == (7, ["a", "other"])
    with records.transaction():
        records.unpark("a", kept_only=False)
        records.unpark("never", kept_only=False)
    assert (records.parked_count("a"), records.parking()) == (0, ["other"])


def test_records_of_schema_1_keep_what_they_hold(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    with connect(path, writing=True) as database:
        database.execute(
            f"{SCHEMA}PRAGMA application_id={APPLICATION_ID};PRAGMA user_version=1;"
            "INSERT INTO cursor VALUES ('sink:x', 7);"
        )
    database.close()
    records = Records(path)
    with records.transaction():
        records.park("sink:x", [row(1)])
    assert (records.cursor("sink:x"), records.parked_count("sink:x"), records.parked("sink:x")) == (
        7,
        1,
        [row(1)],
    )
    with connect(path, writing=True) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (VERSION,)
    database.close()


@pytest.mark.parametrize(
    ("change", "kept", "counted"),
    [
        ("UPDATE parked SET time = time + 1 WHERE id = 2", 2, 5),
        ("UPDATE parked SET reason = x'FF' WHERE id = 1", 2, 5),
        ("UPDATE parked SET quality = quality + 1", 0, 5),
        ("UPDATE parking SET count = 1", 3, 3),
        ("UPDATE parking SET follower = x'FF'", 3, 3),
        ("UPDATE parked_change SET reason = 'other' WHERE number = 4", 3, 5),
        ("UPDATE parked_change SET number = 6 WHERE number = 4", 3, 5),
        ("SELECT 1", 3, 5),
    ],
)
def test_what_is_damaged_is_forgotten_and_stays_counted(
    records: Records, change: str, kept: int, counted: int
) -> None:
    with records.transaction():
        records.park("a", [row(1), row(2), row(3)], 5)
        records.park_changes("a", {4: "too long", 5: "too old"})
        records._db.execute(change)
    forgotten, last = records.forget_damaged_parked(0, 2)
    while last is not None:
        count, last = records.forget_damaged_parked(last, 2)
        forgotten += count
    assert (len(records.parked("a")), records.parked_count("a")) == (kept, counted)
    assert len(records.parked_changes("a")) == (1 if "parked_change" in change else 2)
    assert (forgotten == 0) == change.startswith("SELECT")
    assert records.forget_damaged_parked(0, 100) == (0, None)
