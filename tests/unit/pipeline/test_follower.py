"""Sinks behind the journal: every reading once, across failures, kills and restarts."""

from __future__ import annotations

import csv
import json
import threading
from pathlib import Path

import pytest
from alarm_desk import NOON_NS, Desk, Killed, Stop, eventually

from gateway.errors import LinkDown
from gateway.journal.journal import Journal
from gateway.journal.parked import Parked
from gateway.journal.records import Records
from gateway.model import SECOND, Arrivals, Quality
from gateway.pipeline import follower
from gateway.pipeline.follower import SinkFollower
from gateway.sinks import Place, Places, Written
from gateway.sinks.csv import Options, Sink


class Notebook:
    """A sink that keeps what it was given in a file, cut back to what counts when it is resumed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fail = 0  # how many writes fail after the outside world has the batch
        self.batches = 0
        self.closed = 0
        self.places: list[Place] = []
        self.never: dict[float, str] = {}  # values that are rejected, and why

    def resume(self, state: bytes | None) -> bytes:
        kept = int(state) if state else 0
        self._put(self.lines()[:kept])
        return str(kept).encode()

    def write(self, arrivals: Arrivals, places: Places) -> Written:
        samples = arrivals.samples
        rows = zip(samples.channel.tolist(), samples.time.tolist(), samples.value.tolist(), strict=True)
        self._put(self.lines() + [json.dumps([places[c].channel, t, v]) for c, t, v in rows])
        self.batches += 1
        self.places = list(places.values())
        if self.fail:
            self.fail -= 1
            raise LinkDown("the answer never came; check the network")
        return Written(str(len(self.lines())).encode(), self._rejected(arrivals))

    def close(self) -> None:
        self.closed += 1

    def lines(self) -> list[str]:
        return self.path.read_text().splitlines() if self.path.exists() else []

    def _rejected(self, arrivals: Arrivals) -> dict[int, str]:
        values = enumerate(arrivals.samples.value.tolist())
        return {row: self.never[value] for row, value in values if value in self.never}

    def _put(self, lines: list[str]) -> None:
        self.path.write_text("".join(line + "\n" for line in lines))


class Bench:
    """A journal that fills and a sink that follows it, made anew at every start."""

    def __init__(self, folder: Path) -> None:
        self.desk, self.folder, self.written = Desk(folder), folder, 0

    def sink(self, sink: object) -> SinkFollower:
        folder = self.desk.folder
        journal, records = Journal.open_reading(folder / "journal.sqlite"), Records(folder / "records.sqlite")
        known = follower.places(self.desk.configuration)
        return SinkFollower("copy", sink, journal, records, self.desk.committed, known)

    def fill(self, entries: int) -> None:
        for _ in range(entries):
            self.desk.read(("top", self.written, -190.0), ("shipper", self.written, -170.0 - self.written))
            self.written += 1

    def everything(self) -> list[list]:
        samples = self.desk.journal.read(None, 0, None).samples
        names = self.desk.journal.channel_names()
        rows = zip(samples.channel.tolist(), samples.time.tolist(), samples.value.tolist(), strict=True)
        return sorted([names[c], t, v] for c, t, v in rows)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr(follower, "WAIT_S", 0.005)
    monkeypatch.setattr(follower, "MOST_READINGS", 4)  # two entries a step
    return Bench(tmp_path)


class Busy(Stop):
    """Killed when it is asked for the so manieth time whether to stop; until then it goes on."""

    def __init__(self, kill_after: int) -> None:
        super().__init__(kill_after)
        self.clear()


def read_back(notebook: Notebook) -> list[list]:
    return sorted(json.loads(line) for line in notebook.lines())


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
        with pytest.raises(LinkDown):
            sink.run(threading.Event())
        sink.failed("the answer never came")
        assert (sink.cursor, sink.problem) == (0, "the answer never came")
    with pytest.raises(Killed):
        sink.run(Busy(10))
    assert read_back(notebook) == bench.everything()
    assert sink.problem == ""
    assert sink.cursor == bench.desk.journal.last_seq()


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
    assert (notebook.batches, sink.cursor) == (0, 3)


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
    thread.join(10)
    assert not thread.is_alive()


def test_a_sink_hears_where_each_channel_is_and_of_one_that_left_its_name(bench: Bench) -> None:
    bench.desk.journal.channel_numbers(["gone"])
    bench.fill(1)
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
        thread.join(10)
    assert (sink.problem, notebook.closed) == ("", 1)


def test_rejected_readings_are_parked_with_their_reason_and_the_rest_goes_on(bench: Bench) -> None:
    notebook = Notebook(bench.folder / "copy")
    notebook.never = {-171.0: "too old", -173.0: "too cold"}
    bench.fill(5)
    sink = bench.sink(notebook)
    with pytest.raises(Killed):
        sink.run(Busy(10))
    assert sink.cursor == bench.desk.journal.last_seq()
    assert sink.problem == "2 readings were rejected and are parked, the last for: too cold"
    number = bench.desk.numbers["shipper"]
    assert bench.desk.records.parked("sink:copy", 10) == [
        Parked(number, NOON_NS + 3 * SECOND, -173.0, Quality.GOOD, "too cold"),
        Parked(number, NOON_NS + 1 * SECOND, -171.0, Quality.GOOD, "too old"),
    ]


def test_readings_are_parked_together_with_the_cursor_or_not_at_all(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook = Notebook(bench.folder / "copy")
    notebook.never = {-170.0: "too old"}
    bench.fill(1)

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Records, "move_cursor", killed)
        with pytest.raises(Killed):
            bench.sink(notebook).run(threading.Event())
    assert bench.desk.records.parked_count("sink:copy") == 0
    with pytest.raises(Killed):
        bench.sink(notebook).run(Busy(3))
    assert bench.desk.records.parked_count("sink:copy") == 1


def test_a_sink_is_closed_before_it_is_tried_again(bench: Bench) -> None:
    notebook = Notebook(bench.folder / "copy")
    bench.fill(1)
    notebook.fail = 1
    sink = bench.sink(notebook)
    with pytest.raises(LinkDown):
        sink.run(threading.Event())
    assert notebook.closed == 1
