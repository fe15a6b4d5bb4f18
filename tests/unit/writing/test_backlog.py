"""Messages of many hours: kept at once, acknowledged in their turn, written in slices, whatever happens."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.ingestion.intake import Intake
from gateway.ingestion.link import Link
from gateway.journal.journal import Journal
from gateway.journal.verify import verify
from gateway.model import SECOND, Arrivals, Decoded, Samples, Severity
from gateway.running.deferred_watch import DeferredWatch
from gateway.times import format_rfc3339
from gateway.writing import backlog
from gateway.writing.backlog import Backlog, divided
from gateway.writing.conversion import conversions
from gateway.writing.pump import Pump

HOUR_NS = 3600 * SECOND
NEWEST = 490_000  # hours since 1970, about noon of 2025-11-24
AS_IT_IS = conversions([], {"last": 9})
Rows = list[tuple[int, int]]  # channel, hours before the newest


def arrivals(rows: Rows) -> Arrivals:
    """One reading each; a message says no reading twice."""
    time_ns = np.array([(NEWEST - back) * HOUR_NS + channel for channel, back in rows], np.int64)
    channel = np.array([channel for channel, _ in rows], np.int32)
    value = np.array([-float(back % 7) for _, back in rows])
    received = np.full(len(rows), (NEWEST + 1) * HOUR_NS, np.int64)
    return Arrivals(Samples(time_ns, channel, value, np.zeros(len(rows), np.uint8)), received)


class Logger:
    """Each item is a message with these rows; keeps the order of acknowledgements."""

    name = "logger"

    def __init__(self) -> None:
        self.acknowledged: list[Rows] = []
        self.link = Link("logger")

    def run(self, intake: Intake, stop: threading.Event) -> None:
        raise NotImplementedError

    def decode(self, items: Sequence[Rows]) -> Decoded:
        return Decoded(arrivals([row for rows in items for row in rows]))

    def acknowledge(self, items: Sequence[Rows]) -> None:
        self.acknowledged += items


def stopped() -> threading.Event:
    stop = threading.Event()
    stop.set()
    return stop


def pumped(path: Path, *messages: Rows) -> Logger:
    """A gateway that takes these messages together and is stopped."""
    logger, intake = Logger(), Intake(1000)
    for message in messages:
        intake.put("logger", message, 1)
    with Journal.open(path) as journal:
        Pump(journal, intake, {"logger": logger}, AS_IT_IS, 0.0).run(stopped())
    return logger


def test_all_are_acknowledged_in_their_order_before_the_old_ones_are_written(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    live, old = [(1, 0)], [(2, back) for back in range(1000)]
    logger = pumped(path, old, live)
    assert logger.acknowledged == [old, live]
    with Journal.open(path) as journal:
        assert len(journal.read([1], 0, None)) == 1
        assert len(journal.read([2], 0, None)) == backlog.FRESH_HOURS
        (kept,), problems = journal.deferred()
        assert (len(kept), problems) == (1000 - backlog.FRESH_HOURS, [])


def test_after_a_restart_the_rest_is_written_the_newest_first_with_rests(tmp_path: Path) -> None:
    path, old = tmp_path / "journal.sqlite", [(2, back) for back in range(1000)]
    pumped(path, old, old)
    with Journal.open(path) as journal:
        pump, stop = Pump(journal, Intake(10), {}, AS_IT_IS, 0.0), threading.Event()
        thread = threading.Thread(target=pump.run, args=(stop,))
        thread.start()
        deadline_s = time.monotonic() + 60
        while len(pump.backlog) and time.monotonic() < deadline_s:
            time.sleep(0.01)
        stop.set()
        thread.join(60)
        hours = [e.arrivals.samples.time[0] // HOUR_NS for e in journal.entries(0) if e.arrivals is not None]
        assert len(hours) == len(set(hours)) == len(old) == len(journal.read(None, 0, None))
        assert pump.counts["commits"] >= (len(old) - backlog.FRESH_HOURS) / backlog.MOST_HOURS
        first = hours[backlog.FRESH_HOURS : backlog.FRESH_HOURS + backlog.MOST_HOURS]
        assert set(first) == set(range(NEWEST - 101, NEWEST - 1))
        assert journal.deferred() == ([], [])
    assert verify(path).problems == []


def test_others_have_as_much_time_as_a_slice_took() -> None:
    waiting = Backlog([arrivals([(1, back) for back in range(500)])])
    one = waiting.next()
    assert one is not None
    waiting.written(one, 0.1)
    assert waiting.next() is None
    assert 0.0 < waiting.due_in_s() <= 0.1
    assert Backlog().due_in_s() == float("inf")


def test_a_slice_that_took_long_is_followed_by_a_shorter_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "LONGEST_REST_S", 0.0)
    waiting, hours = Backlog([arrivals([(1, back) for back in range(2000)])]), []
    for took_s in (backlog.TURN_S * 1.25, 1000.0, backlog.TURN_S, backlog.TURN_S / 100, backlog.TURN_S / 100):
        one = waiting.next()
        assert one is not None
        hours.append(len(one.arrivals))
        waiting.written(one, took_s)
    assert hours == [100, 80, 50, 50, 100]


def test_beyond_a_bound_nothing_new_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "MOST_WAITING", 499)
    waiting = Backlog([arrivals([(1, back) for back in range(500)])])
    assert waiting.is_full()
    one = waiting.next()
    assert one is not None
    waiting.written(one, 0.0)
    assert not waiting.is_full()


def test_each_channel_has_its_newest_hours_at_once() -> None:
    now, later = divided(arrivals([(1, 0), (2, 5000), *((1, back) for back in range(10, 500))]))
    assert sorted(zip(now.samples.channel, NEWEST - now.samples.time // HOUR_NS, strict=True)) == [
        (1, 0),
        (2, 5000),
    ]
    assert len(later) == 490


def test_what_is_kept_and_damaged_is_named_and_holds_nothing_up(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    pumped(path, [(1, back) for back in range(300)])
    pumped(path, [(2, back) for back in range(300)])
    with Journal.open(path) as journal:
        journal._connection.execute("UPDATE deferred SET body = x'00' WHERE id = 1")
    (problem,) = verify(path).problems
    assert "deferred readings 1 are damaged" in problem
    with Journal.open(path) as journal:
        waiting = Pump(journal, Intake(10), {}, AS_IT_IS, 0.0).backlog
        while (one := waiting.next()) is not None:
            journal.commit(one.arrivals, settled_from_hour=one.from_hour)
            waiting.written(one, 0.0)
        assert len(journal.read([2], 0, None)) == 300
        before = backlog.FRESH_HOURS + backlog.MOST_HOURS  # a slice was written with the second message
        assert len(journal.read([1], 0, None)) == before
        assert len(journal.read([1], 0, None)) == before
    assert "deferred readings 1 are damaged" in verify(path).problems[0]


def test_what_is_lost_is_a_fault_until_somebody_has_seen_it(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    with Journal.open(path) as journal:
        journal.commit(later=arrivals([(1, back) for back in range(2, 300)]))
        journal.commit(later=arrivals([(2, back) for back in range(2, 300)]))
        assert list(DeferredWatch(path)()) == []
        journal._connection.execute("UPDATE deferred SET body = x'00'")
        journal.deferred()
    watch = DeferredWatch(path)
    (fault,) = [one for one in watch() if one.key == "deferred readings:1"]
    first, until = NEWEST - 299, NEWEST - 2
    times = [format_rfc3339(hour * HOUR_NS)[:16] for hour in (first, until + 1)]
    assert f"at most 298 readings of number 1 between {times[0]}Z and {times[1]}Z are lost" in fault.message
    assert fault.severity is Severity.CRITICAL and fault.seen is not None
    fault.seen()
    assert [one.key for one in watch()] == ["deferred readings:2"]
    found = verify(path)
    assert len(found.problems) == 1 and "somebody has seen that" in found.notes[0]


@pytest.mark.parametrize("column", ["first_hour", "until_hour", "readings"])
def test_what_is_kept_is_written_whatever_its_account_says(tmp_path: Path, column: str) -> None:
    path = tmp_path / "journal.sqlite"
    pumped(path, [(1, back) for back in range(300)])
    with Journal.open(path) as journal:
        journal._connection.execute(f"UPDATE deferred SET {column} = {NEWEST - 500}")
    assert verify(path).problems == []
    with Journal.open(path) as journal:
        waiting = Pump(journal, Intake(10), {}, AS_IT_IS, 0.0).backlog
        while (one := waiting.next()) is not None:
            journal.commit(one.arrivals, settled_from_hour=one.from_hour)
            waiting.written(one, 0.0)
        assert len(journal.read([1], 0, None)) == 300
        assert journal.deferred() == ([], [])


messages = st.lists(
    st.lists(st.tuples(st.integers(1, 3), st.integers(0, 40)), unique=True, max_size=30), max_size=6
)


@settings(max_examples=40, deadline=None)
@given(messages, st.lists(st.sampled_from(["slice", "killed", "restart"]), max_size=12), st.integers(1, 9))
def test_whatever_comes_and_however_often_it_is_killed_each_reading_is_written_once(
    several: list[Rows], steps: list[str], most_hours: int
) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(backlog, "MOST_HOURS", most_hours)
        path, told = Path(folder) / "journal.sqlite", iter(several)
        journal = Journal.open(path)
        waiting = Backlog()
        for step in [*steps, *["slice"] * 200]:
            now, later = divided(arrivals(next(told, [])))
            one = waiting.next()
            if one is None and len(now) == 0:
                continue
            fresh = now if one is None else Arrivals.concatenate([now, one.arrivals])
            assert one is None or len(np.unique(one.arrivals.samples.time // HOUR_NS)) <= most_hours
            journal.commit(fresh, later=later, settled_from_hour=None if one is None else one.from_hour)
            if step == "slice":
                if one is not None:
                    waiting.written(one, 0.0)
                waiting.add(later)
            else:  # whatever the process had in memory is gone
                journal.close()
                journal = Journal.open(path)
                waiting = Backlog(journal.deferred()[0])
        assert len(waiting) == 0 and journal.deferred() == ([], [])
        stored = journal.read(None, 0, None).samples
        journal.close()
    rows = sorted(
        (c, NEWEST - t // HOUR_NS) for c, t in zip(stored.channel.tolist(), stored.time.tolist(), strict=True)
    )
    assert rows == sorted({row for rows in several for row in rows})
