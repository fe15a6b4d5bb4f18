"""The supervisor: what fails is started again, and says why; nobody else notices."""

from __future__ import annotations

import asyncio
import threading

import pytest

from gateway.errors import LinkDown
from gateway.followers import pauses
from gateway.running.supervisor import supervise


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pauses, "SHORTEST_S", 0.001)
    monkeypatch.setattr(pauses, "LONGEST_S", 0.01)


async def test_a_part_that_fails_is_started_again_and_its_reason_is_heard() -> None:
    stop, reasons, runs = threading.Event(), [], []

    def run(stop: threading.Event) -> None:
        runs.append(threading.current_thread().name)
        if len(runs) == 1:
            raise LinkDown("cable out; check the plug")
        if len(runs) == 2:
            raise ZeroDivisionError("a bug")
        stop.set()

    await asyncio.wait_for(supervise("port-1", run, stop, reasons.append), 60)
    assert len(runs) == 3
    assert all(name.startswith("port-1") for name in runs)
    assert reasons[0] == "cable out; check the plug"
    assert "internal error: ZeroDivisionError('a bug')" in reasons[1]


async def test_a_part_that_ends_by_itself_is_started_again_after_a_pause() -> None:
    stop, reasons = Recorded(3), []
    await asyncio.wait_for(supervise("a", lambda _: None, stop, reasons.append), 60)
    assert reasons == ["it ended although nobody stopped it; it is started again"] * 3
    assert len(stop.pauses) == 3


async def test_a_part_that_was_told_to_stop_is_not_started_again() -> None:
    stop, runs = threading.Event(), []

    def run(stop: threading.Event) -> None:
        runs.append(1)
        stop.wait(60)
        raise LinkDown("closed")

    task = asyncio.create_task(supervise("port-1", run, stop, lambda _: pytest.fail("not a failure")))
    while not runs:
        await asyncio.sleep(0.001)
    stop.set()
    await asyncio.wait_for(task, 60)
    assert runs == [1]


async def test_one_part_failing_for_ever_leaves_the_others_alone() -> None:
    stop, seen = threading.Event(), threading.Event()

    def broken(stop: threading.Event) -> None:
        raise LinkDown("never works")

    def fine(stop: threading.Event) -> None:
        seen.wait(60)
        stop.set()

    def heard(reason: str) -> None:
        seen.set()

    both = asyncio.gather(supervise("a", broken, stop, heard), supervise("b", fine, stop, heard))
    await asyncio.wait_for(both, 60)


async def test_a_part_that_hangs_can_be_left_behind() -> None:
    never, stop = threading.Event(), threading.Event()
    task = asyncio.create_task(supervise("sink", lambda _: never.wait() and None, stop, lambda _: None))
    while not [t for t in threading.enumerate() if t.name == "sink"]:
        await asyncio.sleep(0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 60)
    (hanging,) = [t for t in threading.enumerate() if t.name == "sink"]
    assert hanging.daemon  # the process does not wait for it
    stop.set()
    never.set()
    await asyncio.to_thread(hanging.join, 60)
    assert not hanging.is_alive()  # or it would go round and round beside all tests that follow


async def test_pauses_grow_with_jitter_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    stop, waited = Recorded(20), []
    monkeypatch.setattr(pauses, "SHORTEST_S", 0.5)
    monkeypatch.setattr(pauses, "LONGEST_S", 30.0)
    stop.pauses = waited

    def broken(_: threading.Event) -> None:
        raise LinkDown("never works")

    await asyncio.wait_for(supervise("a", broken, stop, lambda _: None), 60)
    ideal = [min(30.0, 0.5 * 2**n) for n in range(20)]
    assert len(waited) == 20 and all(0.8 * i <= p <= 1.2 * i for i, p in zip(ideal, waited, strict=True))
    assert len({round(p / i, 6) for i, p in zip(ideal, waited, strict=True)}) > 15  # no two alike


class Recorded(threading.Event):
    """Notes how long it is waited for, and is set after so many times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.pauses: list[float] = []
        self._times = times

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.pauses.append(timeout)
        if len(self.pauses) == self._times:
            self.set()
        return self.is_set()
