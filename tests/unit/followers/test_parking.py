"""What is rejected is parked with its reason, and sent again or accepted when somebody says so."""

from __future__ import annotations

import threading
import time

import pytest

from gateway.followers.parking import Decision, statement
from gateway.journal import parked
from gateway.journal.parked import Parked
from gateway.journal.records import Records
from gateway.model import SECOND, Quality
from tests.unit.alarming.alarm_desk import NOON_NS, Killed
from tests.unit.followers.sink_bench import Bench, Busy, Notebook, alarms_in, caught_up, read_back


def test_rejected_readings_are_parked_with_their_reason_and_the_rest_goes_on(bench: Bench) -> None:
    notebook = Notebook(bench.folder / "copy")
    notebook.never = {-171.0: "too old", -173.0: "too cold"}
    bench.fill(5)
    sink = bench.sink(notebook)
    with pytest.raises(Killed):
        sink.run(Busy(10))
    assert sink.readings.cursor == bench.desk.journal.last_seq()
    assert (sink.problem, sink.parking.words) == ("", "2 readings are parked, the last for: too cold")
    number = bench.desk.numbers["shipper"]
    assert bench.desk.records.parked("sink:copy", 10) == [
        Parked(number, at_ns := NOON_NS + 3 * SECOND, -173.0, Quality.GOOD, at_ns, "too cold"),
        Parked(number, at_ns := NOON_NS + 1 * SECOND, -171.0, Quality.GOOD, at_ns, "too old"),
    ]
    assert bench.sink(notebook).parking.words == sink.parking.words  # after a restart too


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
    assert bench.desk.records.parking() == []
    with pytest.raises(Killed):
        bench.sink(notebook).run(Busy(3))
    assert bench.desk.records.parked_count("sink:copy") == 1


def decide(bench: Bench, decision: Decision) -> None:
    bench.desk.say(statement("copy", decision, "Li Na", time.time_ns()))


def test_what_was_parked_is_sent_again_when_somebody_says_so(bench: Bench) -> None:
    notebook = Notebook(bench.folder / "copy")
    notebook.never = {-171.0: "too old", -173.0: "too cold"}
    bench.fill(5)
    caught_up(bench, notebook)
    assert len(read_back(notebook)) == 8
    del notebook.never[-171.0]
    decide(bench, Decision.RETRY)
    sink = caught_up(bench, notebook)
    assert sink.parking.words == "1 reading is parked, the last for: too cold"
    notebook.never.clear()
    decide(bench, Decision.RETRY)
    bench.fill(1)
    sink = caught_up(bench, notebook)
    assert (sink.parking.words, bench.desk.records.parked("sink:copy")) == ("", [])
    assert bench.desk.records.parking() == []
    assert read_back(notebook) == bench.everything()


def test_a_kill_while_parked_readings_are_sent_again_counts_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook = Notebook(bench.folder / "copy")
    notebook.never = {-171.0: "too old"}
    bench.fill(3)
    caught_up(bench, notebook)
    notebook.never.clear()
    decide(bench, Decision.RETRY)

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Records, "move_cursor", killed)
        caught_up(bench, notebook)
    assert bench.desk.records.parked_count("sink:copy") == 1
    caught_up(bench, notebook)
    assert bench.desk.records.parking() == []
    assert read_back(notebook) == bench.everything()
    assert len(notebook.lines()) == 6


def test_what_is_accepted_is_parked_no_more_and_not_sent(bench: Bench) -> None:
    notebook = Notebook(bench.folder / "copy")
    notebook.never = {-171.0: "too old"}
    bench.fill(3)
    caught_up(bench, notebook)
    notebook.never.clear()
    bench.desk.say(statement("another", Decision.ACCEPT, "Li Na", time.time_ns()))
    assert caught_up(bench, notebook).parking.words == "1 reading is parked, the last for: too old"
    decide(bench, Decision.ACCEPT)
    assert caught_up(bench, notebook).parking.words == ""
    assert len(read_back(notebook)) == 5


def test_readings_that_are_no_longer_kept_stay_counted(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parked, "KEPT_PER_FOLLOWER", 2)
    notebook = Notebook(bench.folder / "copy")
    notebook.never = {-170.0 - i: "too old" for i in range(5)}
    bench.fill(5)
    caught_up(bench, notebook)
    notebook.never.clear()
    decide(bench, Decision.RETRY)
    assert caught_up(bench, notebook).parking.words == "3 readings are parked"
    assert len(read_back(notebook)) == 7
    decide(bench, Decision.ACCEPT)
    assert caught_up(bench, notebook).parking.words == ""


def test_alarm_changes_that_are_rejected_are_parked_and_sent_again(bench: Bench) -> None:
    notebook = Notebook(bench.folder / "copy")
    notebook.never_changes = {"raised": "no room"}
    for second, value in enumerate((-140.0, -190.0)):
        bench.desk.read(("top", second, value))
        bench.desk.run()
    sink = caught_up(bench, notebook)
    assert sink.parking.words == "1 alarm change is parked, the last for: no room"
    assert [change for *_, change in alarms_in(notebook)] == ["returned"]
    notebook.never_changes.clear()
    decide(bench, Decision.RETRY)
    assert caught_up(bench, notebook).parking.words == ""
    assert [change for *_, change in alarms_in(notebook)] == ["returned", "raised", "returned"]
