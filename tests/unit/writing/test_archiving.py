"""Archiving in its thread: it goes through what is old, rests between, and stops when it is told to."""

import threading
import time

import numpy as np
import pytest

from gateway.errors import JournalError
from gateway.journal.journal import Journal
from gateway.journal.verify import verify
from gateway.model import SECOND, Arrivals, Samples
from gateway.writing import archiving as module
from gateway.writing.archiving import Archiving

DAY_NS = 86_400 * SECOND
HOT_NS = 900 * SECOND
NOON_NS = 1_767_614_400 * SECOND  # 2026-01-05T12:00Z


@pytest.fixture
def path(tmp_path):
    """Readings of the five days before noon, twenty commits each."""
    path = tmp_path / "journal.sqlite"
    at = np.zeros(1, np.int64)  # reading, receipt and commit
    with Journal.open(path, lambda: int(at[0])) as journal:
        for number in range(100):
            at = np.array([NOON_NS - 5 * DAY_NS + number * DAY_NS // 20])
            one = Samples(at, np.ones(1, np.int32), np.array([float(number)]), np.zeros(1, np.uint8))
            journal.commit(Arrivals(one, at))
    return path


def archived(path):
    with Journal.open_reading(path) as journal:
        return sum(s.readings for s in journal._archive.segments()), len(journal.read(None, 0, None))


def started(archiving, stop):
    thread = threading.Thread(target=archiving.run, args=(stop,))
    thread.start()
    return thread


@pytest.mark.parametrize(
    ("now_ns", "complete"),
    [(NOON_NS, 90), (NOON_NS + DAY_NS // 2 - 1, 90), (NOON_NS + DAY_NS // 2, 100)],  # the day ends
)
def test_it_archives_all_days_but_today_and_waits_for_more(path, now_ns, complete):
    stop, archiving = threading.Event(), Archiving(path, HOT_NS, lambda: now_ns)
    thread = started(archiving, stop)
    until = time.monotonic() + 60
    while archived(path)[0] < complete and time.monotonic() < until:
        time.sleep(0.05)
    stop.set()
    thread.join(60)
    assert not thread.is_alive()
    assert archived(path) == (complete, 100)
    assert archiving.problem == ""


def test_told_to_stop_it_ends_at_once_and_leaves_everything_in_order(path, monkeypatch):
    stop = threading.Event()
    stop.set()
    pace = module._Pace(stop)
    with pytest.raises(JournalError, match="stays in the journal"):
        pace()
    archiving = Archiving(path, HOT_NS, lambda: NOON_NS)
    stop.clear()
    original, steps = module._Pace.__call__, []

    def stop_soon(self):
        steps.append(1)
        if len(steps) == 7:
            stop.set()
        original(self)

    monkeypatch.setattr(module._Pace, "__call__", stop_soon)
    with pytest.raises(JournalError, match="the gateway stops"):
        archiving.run(stop)
    assert len(steps) == 7
    done, there = archived(path)
    assert done < 20 and there == 100  # at most the rest of the first day
    assert verify(path).problems == verify(path).notes == []


def test_a_failure_is_told_once(path, caplog):
    archiving = Archiving(path, HOT_NS)
    archiving.failed("disk full")
    archiving.failed("disk full")
    assert archiving.problem == "disk full"
    assert len(caplog.records) == 1
