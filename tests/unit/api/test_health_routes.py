"""Health of a gateway by the API, with and without a gateway that runs."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from gateway.api import world
from gateway.api.control import serve
from gateway.journal.journal import Journal
from gateway.statements import Statement
from tests.unit.api.front_door import FrontDoor


@contextmanager
def running(door: FrontDoor, status: dict) -> Iterator[None]:
    """A control socket that answers."""
    loop, listening = asyncio.new_event_loop(), asyncio.Event()
    task = loop.create_task(serve(door.world.folder, {"status": lambda: status}, listening))
    thread = threading.Thread(target=loop.run_until_complete, args=(asyncio.wait([task]),))
    loop.run_until_complete(listening.wait())
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join()


def test_anybody_may_ask_whether_it_answers(door: FrontDoor) -> None:
    assert door.get("/alive", None) == {"ok": True}


def test_without_a_gateway_it_says_since_when(door: FrontDoor) -> None:
    door.world.folder.mkdir()
    with Journal.open(door.world.folder / "journal.sqlite", lambda: 1_767_571_200 * 10**9) as journal:
        journal.commit(statements=[Statement("outage", "edge", 1, {})])
    known = door.get("/health")["known"]
    assert known == {"running": False, "at": "2026-01-05T00:00:00.000000000Z"}
    answer = door.ask("GET", "/status")
    assert answer.status_code == 503 and "cryogate run" in answer.json()["detail"]
    assert answer.headers["retry-after"]


def test_with_a_gateway_it_passes_on_what_that_says(door: FrontDoor) -> None:
    door.world.folder.mkdir()
    with running(door, {"gateway": {"name": "edge"}}):
        assert door.get("/health", "inspector@elsewhere")["known"] == {"running": True}
        assert door.get("/status") == {"gateway": {"name": "edge"}}


def test_doctor_says_what_is_wrong(door: FrontDoor) -> None:
    told = door.get("/doctor")
    assert any("no gateway" in one["what"] for one in told["findings"])


def test_the_same_is_not_sent_again(door: FrontDoor) -> None:
    first = door.ask("GET", "/alive")
    again = door.ask("GET", "/alive", headers={"If-None-Match": f'"other", {first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")


def test_an_examination_is_made_once_for_all_who_ask_meanwhile(
    door: FrontDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = list[int]()
    examined = door.world.examined
    ask = examined.ask
    examined.ask = lambda: (made.append(1), ask())[1]
    assert door.get("/doctor") == door.get("/doctor") and len(made) == 1
    with examined._turn:
        monkeypatch.setattr(world, "ANSWER_WITHIN_S", 0.0)
        told = door.ask("GET", "/doctor")
    assert told.status_code == 503 and "ask again" in told.json()["detail"]
