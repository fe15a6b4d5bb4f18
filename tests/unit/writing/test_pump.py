"""The pump: committed before acknowledged, stopped by a failing disk, losing nothing when it goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from gateway.errors import JournalFull
from gateway.ingestion.intake import Intake
from gateway.ingestion.link import Link
from gateway.journal.journal import Journal
from gateway.model import Arrivals, Decoded, Quality, Refusal, Refused, Samples
from gateway.writing import pump as pump_module
from gateway.writing.conversion import conversions
from gateway.writing.pump import Pump

BASE_NS = 1_767_610_800 * 10**9
DAY_NS = 86_400 * 10**9
AS_IT_IS = conversions([], {"last": 9})


class Numbers:
    """A source whose items are whole numbers: reading number n, or a refusal where it is negative."""

    def __init__(self, journal: Path) -> None:
        self.name = "numbers"
        self.link = Link("numbers")
        self.acknowledged: list[int] = []
        self.there_when_acknowledged: list[int] = []
        self._journal = journal

    def run(self, intake: Intake, stop: threading.Event) -> None:
        raise AssertionError("the test puts the items in")

    def decode(self, items: Sequence[int]) -> Decoded:
        good = [n for n in items if n >= 0]
        time_ns = BASE_NS + np.array(good, np.int64)
        samples = Samples(time_ns, np.ones(len(good), np.int32), np.sin(good), np.zeros(len(good), np.uint8))
        refused = tuple(
            Refused(Refusal.MALFORMED, "negative", "topic", b"x", BASE_NS) for n in items if n < 0
        )
        return Decoded(Arrivals(samples, time_ns), refused)

    def acknowledge(self, items: Sequence[int]) -> None:
        with Journal.open_reading(self._journal) as journal:  # another connection sees only what is committed
            self.there_when_acknowledged.append(len(journal.read(None, 0, None)))
        self.acknowledged += items


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    with Journal.open(path) as journal:
        yield journal


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_whatever_waits_goes_in_one_commit_and_only_then_is_acknowledged(
    journal: Journal, path: Path
) -> None:
    source, intake = Numbers(path), Intake(1000)
    for n in [*range(50), -1, -2, 50]:
        intake.put("numbers", n, 1)
    pump, stop = Pump(journal, intake, {"numbers": source}, AS_IT_IS, 0.0), threading.Event()
    stop.set()
    pump.run(stop)
    assert source.acknowledged == [*range(50), -1, -2, 50]
    assert source.there_when_acknowledged == [51]
    assert (pump.counts["commits"], pump.counts["readings"], pump.last_seq) == (1, 51, journal.last_seq())
    assert pump.refused == {("numbers", "malformed"): 2}


def test_repeats_are_acknowledged_too(journal: Journal, path: Path) -> None:
    source, intake = Numbers(path), Intake(1000)
    stop = threading.Event()
    stop.set()
    for _ in range(2):
        intake.put("numbers", 7, 1)
        pump = Pump(journal, intake, {"numbers": source}, AS_IT_IS, 0.0)
        pump.run(stop)
    assert source.acknowledged == [7, 7]
    assert pump.counts["repeated"] == 1
    assert len(journal.read(None, 0, None)) == 1


def test_a_disk_that_fails_holds_the_acknowledgement_back_until_it_is_written(
    journal: Journal, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pump_module, "RETRY_S", 0.01)
    source, intake = Numbers(path), Intake(1000)
    pump = Pump(journal, intake, {"numbers": source}, AS_IT_IS, 0.0, "edge-1")
    stop = threading.Event()
    (pages,) = journal._connection.execute("PRAGMA page_count").fetchone()
    journal._connection.execute(f"PRAGMA max_page_count = {pages}")  # the disk is full
    thread = threading.Thread(target=pump.run, args=(stop,))
    thread.start()
    for n in range(20_000):
        intake.put("numbers", n, 1)
    wait_for(lambda: pump.problem != "")
    before = len(source.acknowledged)
    assert before < 20_000
    journal._connection.execute("PRAGMA max_page_count = 1000000")  # somebody made room
    wait_for(lambda: pump.problem == "")
    stop.set()
    thread.join(60)
    assert len(source.acknowledged) == 20_000
    assert len(journal.read(None, 0, None)) == 20_000
    ((_, outage),) = journal.statements("outage")
    assert outage.by == "edge-1" and "no room" in outage.body["reason"]
    assert outage.body["from"] < outage.body["to"]


def test_stopped_while_the_disk_fails_it_acknowledges_nothing(
    journal: Journal, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pump_module, "RETRY_S", 0.01)

    def full(*_: object, **__: object) -> None:
        raise JournalFull("no room; delete something")

    monkeypatch.setattr(journal, "commit", full)
    source, intake = Numbers(path), Intake(1000)
    pump, stop = Pump(journal, intake, {"numbers": source}, AS_IT_IS, 0.0), threading.Event()
    intake.put("numbers", 1, 1)
    thread = threading.Thread(target=pump.run, args=(stop,))
    thread.start()
    wait_for(lambda: pump.problem == "no room; delete something")
    stop.set()
    thread.join(60)
    assert not thread.is_alive()
    assert source.acknowledged == []


def test_refusals_are_counted_across_restarts(journal: Journal, path: Path) -> None:
    stop = threading.Event()
    stop.set()
    for _ in range(2):
        intake = Intake(1000)
        intake.put("numbers", -1, 1)
        pump = Pump(journal, intake, {"numbers": Numbers(path)}, AS_IT_IS, 0.0)
        pump.run(stop)
    assert pump.refused == {("numbers", "malformed"): 2}


def test_receipt_is_kept_to_the_millisecond_where_the_device_says_its_own_time(
    journal: Journal, path: Path
) -> None:
    class Dated(Numbers):
        def decode(self, items: Sequence[int]) -> Decoded:
            decoded = super().decode(items)
            received = decoded.arrivals.samples.time + np.array([0, 1_999_999, 0])
            return Decoded(Arrivals(decoded.arrivals.samples, received))

    source, intake, stop = Dated(path), Intake(1000), threading.Event()
    for n in (1, 2, 3):
        intake.put("numbers", n, 1)
    stop.set()
    Pump(journal, intake, {"numbers": source}, AS_IT_IS, 0.0).run(stop)
    kept = journal.read(None, 0, None)
    assert (kept.received - BASE_NS).tolist() == [1, 2_000_000, 3]
    assert (kept.samples.time - BASE_NS).tolist() == [1, 2, 3]


def test_a_message_ahead_of_the_clock_is_kept_at_its_receipt_with_its_shift(
    journal: Journal, path: Path
) -> None:
    """Both of its readings, and the same message again: delivered later, so by another lead."""

    class Ahead(Numbers):
        def decode(self, items: Sequence[int]) -> Decoded:
            samples = super().decode([1, 2]).arrivals.samples
            received = np.full(2, BASE_NS - DAY_NS + items[0], np.int64)
            return Decoded(Arrivals(samples, received))

    source, stop = Ahead(path), threading.Event()
    stop.set()
    for receipt_ns in (1_234_567, 3_600_000_000_000):
        intake = Intake(1000)
        intake.put("numbers", receipt_ns, 1)
        pump = Pump(journal, intake, {"numbers": source}, AS_IT_IS, 0.0)
        pump.run(stop)
    assert pump.counts["repeated"] == 2
    kept = journal.read(None, 0, None)
    assert (kept.samples.time - BASE_NS + DAY_NS).tolist() == [1_234_566, 1_234_567]
    assert (kept.received - BASE_NS + DAY_NS).tolist() == [1_234_567] * 2
    assert (kept.device_time - BASE_NS).tolist() == [1, 2]
    assert kept.samples.quality.tolist() == [Quality.UNCERTAIN] * 2


def test_what_a_run_had_in_hand_when_it_failed_in_a_way_nobody_foresaw_is_written_by_the_next(
    journal: Journal, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A source does not send it again: it goes on, and waits for its acknowledgement. It is decoded once."""
    decoded: list[int] = []

    class Remembering(Numbers):
        def decode(self, items: Sequence[int]) -> Decoded:
            decoded.extend(items)
            return super().decode(items)

    def fails(*_: object, **__: object) -> None:
        raise OSError(22, "Invalid argument")

    source, intake, stop = Remembering(path), Intake(1000), threading.Event()
    stop.set()
    pump = Pump(journal, intake, {"numbers": source}, AS_IT_IS, 0.0)
    intake.put_all("numbers", [1, 2, -3], 3)
    with monkeypatch.context() as patched:
        patched.setattr(journal, "commit", fails)
        for _ in range(3):
            with pytest.raises(OSError, match="Invalid argument"):
                pump.run(stop)
    assert (source.acknowledged, intake.in_hand) == ([], 3)
    intake.put("numbers", 4, 1)
    pump.run(stop)
    assert source.acknowledged == [1, 2, -3, 4] == decoded
    assert (pump.counts["readings"], pump.refused) == (3, {("numbers", "malformed"): 1})
