"""Records that are gone or old, and kills between two writes: nobody is told twice, nothing is lost."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from gateway.followers import follower, milestones, notifier, pauses
from gateway.followers.parking import Decision, statement
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.sinks.csv import Options, Sink
from gateway.sinks.parquet import Options as ParquetOptions
from gateway.sinks.parquet import Sink as ParquetSink
from tests.unit.alarming.alarm_desk import Killed
from tests.unit.followers.office import Office, Phone
from tests.unit.followers.sink_bench import Bench, Busy, Notebook, caught_up, read_back


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "WAIT_S", 0.005)
    monkeypatch.setattr(notifier, "MOST_CHANGES", 3)
    monkeypatch.setattr(pauses, "SHORTEST_S", 0.0)
    monkeypatch.setattr(pauses, "LONGEST_S", 0.0)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_a_notifier_goes_on_behind_what_was_stated(office: Office) -> None:
    phone = Phone()
    office.follower("one", phone)
    for _ in range(4):
        office.happen(5)
        office.lose_records()
        office.run("one", phone)
    assert phone.heard == list(range(1, 21))


def test_a_new_notifier_without_records_hears_what_happened_since_it_was_there(office: Office) -> None:
    office.happen(2)
    office.follower("one")
    office.happen(2)
    office.lose_records()
    office.run("one")
    assert office.told("one") == [3, 4]


def test_records_that_are_older_than_what_was_told(office: Office) -> None:
    phone = Phone()
    office.follower("one", phone)
    office.happen(4)
    office.run("one", phone, steps=2)
    shutil.copytree(office.folder, office.folder / "old", ignore=lambda *_: ["old"])
    office.happen(4)
    office.run("one", phone)
    office.lose_records()
    for path in (office.folder / "old").glob("records.sqlite*"):
        shutil.copy(path, office.folder)
    office.happen(2)
    office.run("one", phone)
    assert phone.heard == list(range(1, 11))


def test_what_is_parked_comes_back_without_records(office: Office) -> None:
    phone = Phone()
    phone.never = {n: f"550 {n}" for n in (2, 3, 6)}
    office.follower("one", phone)
    office.happen(7)
    office.run("one", phone)
    del phone.never[3]
    office.decide("one", Decision.RETRY)
    before = office.run("one", phone)
    assert list(before.parking.changes().values()) == ["550 2", "550 6"]
    office.lose_records()
    after = office.run("one", phone)
    assert after.parking.changes() == before.parking.changes()
    office.decide("one", Decision.ACCEPT)
    office.run("one", phone)
    office.lose_records()
    assert office.run("one", phone).parking.words == ""
    assert phone.heard == [1, 4, 5, 7, 3]


def killed(*_: object, **__: object) -> None:
    raise Killed


@pytest.mark.parametrize("lost", [False, True])
@pytest.mark.parametrize(
    ("what", "where", "most_twice"),
    [
        (Journal, "commit", 3),  # told and not stated: that page comes again
        (Records, "move_cursor", 0),  # stated, and the records do not know
        (Records, "transaction", 0),
    ],
)
def test_a_kill_between_telling_and_its_traces(
    office: Office,
    monkeypatch: pytest.MonkeyPatch,
    what: type,
    where: str,
    most_twice: int,
    lost: bool,
) -> None:
    phone = Phone()
    office.follower("one", phone)
    office.happen(7)
    one = office.follower("one", phone)
    with monkeypatch.context() as patch:
        patch.setattr(what, where, killed)
        with pytest.raises(Killed):
            one.changes.step()
    if lost:
        office.lose_records()
    office.run("one", phone)
    assert sorted(set(phone.heard)) == list(range(1, 8))
    assert len(phone.heard) == 7 + most_twice


def test_a_file_of_lines_has_no_change_twice_even_then(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.follower("one")
    office.happen(7)
    one = office.follower("one")
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "commit", killed)
        with pytest.raises(Killed):
            one.changes.step()
    assert office.told("one") == [1, 2, 3]
    office.run("one")
    assert office.told("one") == list(range(1, 8))


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_a_phone_hears_everything_and_only_a_page_twice(office: Office, seed: int) -> None:
    """Kills while it tells, records that are lost, links that go down, in any order."""
    dice = random.Random(seed)
    phone, kills = Phone(), 0
    office.follower("one", phone)
    for _ in range(12):
        office.happen(dice.randint(0, 6))
        phone.down_at = {phone.calls + dice.randint(1, 9)}
        at = dice.choice([0, 0, office.number - dice.randint(0, 3)])
        phone.killed_at = lambda n, at=at: n == at
        before = len(phone.heard)
        office.run("one", phone, steps=dice.randint(1, 8))
        kills += at in phone.heard[before:]
        if dice.random() < 0.3:
            office.lose_records()
    phone.killed_at = lambda _: False
    office.run("one", phone, steps=40)
    assert list(dict.fromkeys(phone.heard)) == list(range(1, office.number + 1))
    assert len(phone.heard) <= office.number + 3 * kills


# Sinks


def lose(bench: Bench) -> None:
    for path in bench.desk.folder.glob("records.sqlite*"):
        path.unlink()
    bench.desk.records = Records(bench.desk.folder / "records.sqlite")


@pytest.fixture
def each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(milestones, "EVERY_S", -1.0)  # stated after every round


def rows_of_csv(bench: Bench) -> int:
    return sum(len(p.read_text().splitlines()) - 1 for p in (bench.folder / "out").glob("readings-*.csv"))


def rows_of_parquet(bench: Bench) -> int:
    """In parts, and in what is open: that of a part that is closed goes with the next write."""
    parts = list((bench.folder / "out").glob("readings/*/*.parquet"))
    closed = {part.stem.rpartition("-")[2] for part in parts}
    waiting = [p for p in (bench.folder / "out").glob(".open/*.readings") if p.stem not in closed]
    return sum(pq.read_table(p).num_rows for p in parts) + sum(p.stat().st_size // 29 for p in waiting)


WORLDS: dict[str, tuple[Callable[[str], object], Callable[[Bench], int]]] = {
    "csv": (lambda out: Sink(Options(out)), rows_of_csv),
    "parquet": (lambda out: ParquetSink(ParquetOptions(out, most_readings=7)), rows_of_parquet),
}


@pytest.mark.parametrize("often", [True, False])
@pytest.mark.parametrize("kind", WORLDS)
@pytest.mark.parametrize("seed", range(3))
def test_files_have_every_row_once_though_the_records_are_lost(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, kind: str, often: bool, seed: int
) -> None:
    if often:
        monkeypatch.setattr(milestones, "EVERY_S", -1.0)
    make, count = WORLDS[kind]
    dice = random.Random(seed)
    for _ in range(10):
        bench.fill(dice.randint(0, 5))
        sink = bench.sink(make(str(bench.folder / "out")))
        with pytest.raises(Killed):
            sink.run(Busy(dice.randint(1, 5)))
        if dice.random() < 0.4:
            lose(bench)
    sink = bench.sink(make(str(bench.folder / "out")))
    with pytest.raises(Killed):
        sink.run(Busy(40))
    assert sink.problem == ""
    assert count(bench) == len(bench.everything())


def test_a_folder_that_held_rows_before_keeps_them(bench: Bench) -> None:
    (bench.folder / "out").mkdir()
    there = bench.folder / "out" / "readings-2026-01-05.csv"
    there.write_text("time,channel,value,quality,received\nmine\n")
    bench.fill(2)
    with pytest.raises(Killed):
        bench.sink(Sink(Options(str(bench.folder / "out")))).run(Busy(2))
    lose(bench)
    with pytest.raises(Killed):
        bench.sink(Sink(Options(str(bench.folder / "out")))).run(Busy(9))
    assert "mine\n" in there.read_text()
    assert rows_of_csv(bench) == 1 + len(bench.everything())


def test_progress_is_stated_once_for_what_was_delivered(bench: Bench, each_time: None) -> None:
    notebook = Notebook(bench.folder / "copy")
    bench.fill(2)
    caught_up(bench, notebook, 10)
    last = bench.desk.journal.last_seq()
    for _ in range(3):
        caught_up(bench, notebook, 10)  # its own statements are no news
    assert bench.desk.journal.last_seq() == last


def test_what_is_parked_of_a_sink_comes_back(bench: Bench, each_time: None) -> None:
    notebook = Notebook(bench.folder / "copy")
    notebook.never = {-171.0: "too old", -173.0: "too cold"}
    bench.fill(5)
    before = caught_up(bench, notebook)
    lose(bench)
    after = caught_up(bench, notebook)
    assert (after.parking.words, after.parking.readings()) == (
        before.parking.words,
        before.parking.readings(),
    )
    notebook.never.clear()
    bench.desk.say(statement("copy", Decision.RETRY, "Li Na", 0))
    assert caught_up(bench, notebook).parking.words == ""
    assert read_back(notebook) == bench.everything()
