"""Sinks behind the journal: every reading once, across failures, kills and restarts."""

from __future__ import annotations

import csv
import threading

import pytest

from gateway.followers import follower
from gateway.journal.records import Records
from gateway.sinks import Place, Written
from gateway.sinks.csv import Options, Sink
from tests.unit.alarming.alarm_desk import Killed, eventually
from tests.unit.followers.sink_bench import Bench, Busy, Notebook, read_back


def test_every_reading_once_with_a_kill_after_every_step(bench: Bench) -> None:
    notebook = Notebook(bench.folder / "copy")
    for steps in (1, 2, 1, 3, 2, 4, 2):
        bench.fill(3)
        with pytest.raises(Killed):
            bench.sink(notebook).run(Busy(steps + 1))
        rows = read_back(notebook)
        assert len(rows) == len({str(r) for r in rows})
    with pytest.raises(Killed):
        bench.sink(notebook).run(Busy(20))
    assert read_back(notebook) == bench.everything()
    assert len(notebook.lines()) == 42


def test_a_batch_that_fails_is_written_again_and_counts_once(bench: Bench) -> None:
    notebook = Notebook(bench.folder / "copy")
    bench.fill(5)
    notebook.fail = 2
    sink = bench.sink(notebook)
    for _ in range(2):
        with pytest.raises(Killed):
            sink.run(Busy(2))
        assert (sink.readings.cursor, sink.problem) == (0, "the answer never came; check the network")
    with pytest.raises(Killed):
        sink.run(Busy(10))
    assert read_back(notebook) == bench.everything()
    assert sink.problem == ""
    assert sink.readings.cursor == bench.desk.journal.last_seq()


def test_a_kill_between_write_and_cursor_counts_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = Notebook(bench.folder / "copy")
    bench.fill(2)

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Records, "move_cursor", killed)
        with pytest.raises(Killed):
            bench.sink(notebook).run(threading.Event())
    assert len(notebook.lines()) == 4  # written, and yet it does not count
    with pytest.raises(Killed):
        bench.sink(notebook).run(Busy(5))
    assert read_back(notebook) == bench.everything()


def test_the_csv_sink_behind_a_real_journal(bench: Bench) -> None:
    for steps in (2, 1, 3, 9):
        bench.fill(3)
        with pytest.raises(Killed):
            bench.sink(Sink(Options(str(bench.folder / "out")))).run(Busy(steps))
    (path,) = (bench.folder / "out").glob("*.csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = sorted((r["channel"], float(r["value"])) for r in rows)
    assert found == sorted((name, value) for name, _, value in bench.everything())


def test_statements_alone_move_it_on_without_a_write(bench: Bench) -> None:
    notebook = Notebook(bench.folder / "copy")
    for _ in range(3):
        bench.desk.acknowledge("E-1")
    sink = bench.sink(notebook)
    with pytest.raises(Killed):
        sink.run(Busy(3))
    assert notebook.batches == 0
    assert sink.readings.cursor == bench.desk.journal.last_seq() > 3  # with what it states itself


def test_it_waits_for_commits_and_stops_when_told(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "WAIT_S", 30.0)  # only a commit wakes it
    notebook = Notebook(bench.folder / "copy")
    sink, stop = bench.sink(notebook), threading.Event()
    thread = threading.Thread(target=sink.run, args=(stop,))
    thread.start()
    for i in range(1, 6):
        bench.fill(1)
        eventually(lambda i=i: len(notebook.lines()) == 2 * i, "the commit woke it", 10)
    stop.set()
    with bench.desk.committed:
        bench.desk.committed.notify_all()
    thread.join(60)
    assert not thread.is_alive()


def test_a_sink_hears_where_each_channel_is_and_of_one_that_left_its_name(bench: Bench) -> None:
    bench.desk.numbers |= bench.desk.journal.channel_numbers(["gone"])
    bench.desk.read(("top", 0, 1.0), ("shipper", 0, 2.0), ("gone", 0, 3.0))
    notebook = Notebook(bench.folder / "copy")
    with pytest.raises(Killed):
        bench.sink(notebook).run(Busy(3))
    assert sorted(notebook.places, key=lambda p: p.channel) == [
        Place("gone"),
        Place("shipper", "s", "shipper", "", "temperature", "degC"),
        Place("top", "s", "freezer", "top", "temperature", "degC"),
    ]


def test_a_channel_that_is_new_while_the_sink_runs_has_a_place(bench: Bench) -> None:
    notebook, stop = Notebook(bench.folder / "copy"), threading.Event()
    sink = bench.sink(notebook)
    bench.fill(1)
    thread = threading.Thread(target=sink.run, args=(stop,))
    thread.start()
    try:
        eventually(lambda: len(notebook.lines()) == 2, "the first batch")
        bench.desk.numbers |= bench.desk.journal.channel_numbers(["imported"])
        bench.desk.read(("imported", 9.0, -1.0))
        eventually(lambda: "imported" in notebook.path.read_text(), "the new channel")
    finally:
        stop.set()
        thread.join(60)
    assert (sink.problem, notebook.closed) == ("", 1)


def test_a_sink_is_closed_before_it_is_tried_again(bench: Bench) -> None:
    notebook = Notebook(bench.folder / "copy")
    bench.fill(1)
    notebook.fail = 1
    with pytest.raises(Killed):
        bench.sink(notebook).run(Busy(2))
    assert (notebook.closed, notebook.resumed) == (2, 2)  # the followers share it
    with pytest.raises(Killed):
        bench.sink(notebook).run(Busy(3))
    assert read_back(notebook) == bench.everything()


def test_how_late_it_is_is_the_age_of_the_oldest_entry_that_is_not_written(bench: Bench) -> None:
    notebook = Notebook(bench.folder / "copy")
    notebook.fail = 1
    before_ns = bench.desk.now_ns()
    bench.fill(1)
    between_ns = bench.desk.now_ns()
    bench.fill(5)
    sink = bench.sink(notebook)
    assert sink.readings.oldest_ns is None
    with pytest.raises(Killed):
        sink.run(Busy(2))
    assert sink.readings.oldest_ns is not None and before_ns <= sink.readings.oldest_ns <= between_ns
    with pytest.raises(Killed):
        sink.run(Busy(10))
    assert sink.readings.oldest_ns is None


def test_one_that_asked_to_be_left_alone_is(bench: Bench) -> None:
    notebook = Notebook(bench.folder / "copy")
    bench.fill(1)
    notebook.fail, notebook.after_s = 1, 3600.0
    sink = bench.sink(notebook)
    with pytest.raises(Killed):
        sink.run(Busy(5))
    assert (notebook.batches, sink.readings.cursor) == (1, 0)


def test_a_sink_that_cannot_go_on_where_it_was_says_so_though_nothing_waits(bench: Bench) -> None:
    notebook = Notebook(bench.folder / "copy")
    notebook.cannot_resume = True
    sink = bench.sink(notebook)
    with pytest.raises(Killed):
        sink.run(Busy(2))
    assert sink.problem == "the copy is gone; put it back"


def test_one_that_hangs_is_a_problem_and_behind(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "HANGS_S", 0.05)
    notebook, go_on = Notebook(bench.folder / "copy"), threading.Event()
    monkeypatch.setattr(notebook, "write_alarms", lambda _: go_on.wait(60) and Written(b"0"))
    bench.desk.read(("top", 0, -140.0))
    bench.desk.run()
    sink = bench.sink(notebook)
    stop = threading.Event()
    thread = threading.Thread(target=sink.run, args=(stop,))
    thread.start()
    eventually(lambda: "it has not answered for 0 s; check the network" in sink.problem, "it is said")
    go_on.set()
    eventually(lambda: not sink.problem and not sink.alarms.behind, "it goes on")
    stop.set()
    thread.join(60)
    assert (sink.problem, sink.alarms.behind) == ("", 0)
