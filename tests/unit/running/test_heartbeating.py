"""A heartbeat is told each period and at once when the heart changes; unanswered, it is a fault."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.doctor import Level
from gateway.doctor.watching import findings
from gateway.heartbeats import Beat, Health
from gateway.heartbeats.url import Heartbeat, Options
from gateway.running.heartbeating import UNANSWERED_S, Heartbeating, check
from tests.system.gateway_process import eventually
from tests.system.http_receiver import HttpReceiver, Reply

NOON_NS = 1_767_614_400 * 10**9


class Watched:
    """A heartbeat on a real service, with a heart and a clock that the test moves."""

    def __init__(self, service: HttpReceiver) -> None:
        self.service, self.now_s = service, 100.0
        self.health, self.why = Health.ALIVE, ""
        self.beating = Heartbeating(
            "hc", "url", Heartbeat(Options(service.url("/p"))), 60.0, self.look, lambda: self.now_s
        )

    def look(self) -> Beat:
        return Beat("gw", "7Q2M9XKD", ("s",), self.health, self.why, NOON_NS)

    def after(self, seconds: float) -> list[str]:
        """What the service heard within the step."""
        self.now_s += seconds
        before = len(self.service.posted)
        self.beating.step()
        return [posted.path for posted in self.service.posted[before:]]


@pytest.fixture
def watched() -> Iterator[Watched]:
    service = HttpReceiver()
    service.usual = Reply(200, body=b"OK")
    yield Watched(service)
    service.close()


def test_once_a_period_and_at_once_when_it_changes(watched: Watched) -> None:
    assert watched.after(1) == ["/p"]
    assert watched.after(59) == []
    assert watched.after(1) == ["/p"]
    watched.health, watched.why = Health.BLIND, "no reading can be stored: full"
    assert watched.after(1) == ["/p/fail"]
    assert b"no reading can be stored: full" in watched.service.posted[-1].body
    assert watched.after(59) == []
    assert watched.after(1) == ["/p/fail"]
    watched.health = Health.ALIVE
    assert watched.after(1) == ["/p"]


def test_a_heart_that_has_not_begun_says_nothing(watched: Watched) -> None:
    watched.health = Health.STARTING
    assert watched.after(600) == []


def test_unanswered_is_a_fault_after_a_while_and_over_when_answered(watched: Watched) -> None:
    faults = check([watched.beating])
    assert watched.after(1) and list(faults()) == []
    watched.service.replies = [Reply(404, body=b"not found")] * 2
    assert watched.after(60) == ["/p"]
    (fault,) = faults()
    assert (fault.key, fault.after_s) == ("heartbeat:hc", UNANSWERED_S)
    assert "HTTP 404" in fault.message and "nobody would notice" in fault.message
    assert watched.after(60) == ["/p"] and watched.beating.problem
    assert watched.beating.status()["answered"] == "2026-01-05T12:00:00.000000000Z"
    assert watched.after(60) == ["/p"] and list(faults()) == []


def test_it_is_tried_again_before_the_next_period_but_not_all_the_time(watched: Watched) -> None:
    watched.service.close()
    assert watched.after(1) == [] and watched.beating.problem
    tries = 0
    for _ in range(60):
        before = watched.beating._due_s
        watched.after(1)
        tries += watched.beating._due_s != before
    assert 4 <= tries <= 8  # after 0.5, 1, 2, 4, 8, 16 and 30 s


def test_a_run_begins_with_start_and_ends_in_silence(watched: Watched) -> None:
    watched.health = Health.STARTING
    stop = threading.Event()
    thread = threading.Thread(target=watched.beating.run, args=(stop,))
    thread.start()
    eventually(lambda: watched.service.posted, "it says that it starts")
    stop.set()
    thread.join()
    assert [posted.path for posted in watched.service.posted] == ["/p/start"]


def told(**more: Any) -> dict[str, Any]:
    heartbeat = {"name": "hc", "kind": "url", "said": "alive", "answer": "HTTP 200 OK", "problem": ""}
    return {"heartbeats": [heartbeat | {"answered": "2026-01-05T12:00:00.000000000Z"} | more]}


def test_doctor_says_when_it_was_answered() -> None:
    (found,) = findings(told())
    assert (found.level, found.where) == (Level.NOTE, "heartbeat hc")
    assert found.what == "answered 2026-01-05T12:00:00Z, told that it is alive"
    (found,) = findings(told(problem="https://hc: nobody listens there; check url"))
    assert found.level is Level.WARNING and found.do == "check url"
    assert found.what == "last answered 2026-01-05T12:00:00Z: https://hc: nobody listens there"
    (found,) = findings(told(problem="internal error", answered=None))
    assert found.what == "not answered since the start: internal error"
    (found,) = findings(told(said=None, answered=None))
    assert found.what == "nothing was sent yet"
    assert list(findings({})) == []
