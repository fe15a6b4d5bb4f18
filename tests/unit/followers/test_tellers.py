"""Who can be reached is, however many others do not answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from gateway.alarms.call import Call, CallKind, Priority
from gateway.alarms.delivery import Delivery
from gateway.errors import LinkDown
from gateway.followers import tellers
from gateway.followers.tellers import Errand, Result, Teller
from gateway.followers.under_way import UnderWay
from gateway.statements.call import Receiver
from tests.unit.alarming.alarm_desk import eventually


class Post:
    """Some addresses take the connection and do not answer."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.open = threading.Event()

    def check_address(self, address: str) -> None:
        """Any will do."""

    def tell(self, call: Call, address: str) -> str:
        self.open.wait()
        self.told.append(f"{address} {call.id}")
        if address.startswith("hangs"):
            time.sleep(0.05)
            raise LinkDown("timed out")
        return "took it"


def errand(address: str, name: str = "c", priority: Priority = Priority.HIGH) -> Errand:
    call = Call(name, CallKind.ALARM, "p", "P", "en", 0, priority)
    delivery = Delivery(name, "G-1", CallKind.ALARM, Receiver("p", (("post", address),)), 0)
    return Errand(delivery, 0, call, address, time.monotonic())


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    monkeypatch.setattr(tellers, "SLOW_S", 0.02)
    monkeypatch.setattr(tellers, "LOOK_S", 0.02)
    return Post()


def told(post: Post, waves: list[list[Errand]]) -> list[str]:
    """Each wave waits before the first of it is told."""
    results: list[Result] = []
    teller, stop = Teller("post", post, results.append), threading.Event()
    thread = threading.Thread(target=teller.run, args=(stop,))
    thread.start()
    for n, wave in enumerate(waves):
        post.open.clear()
        first = errand("ok", f"plug-{n}")
        teller.hand(first)
        eventually(lambda first=first: first.began_s is not None, "it is at work")  # type: ignore[misc]
        for one in wave:
            teller.hand(one)
        post.open.set()
        wanted = sum(map(len, waves[: n + 1])) + n + 1
        eventually(lambda wanted=wanted: len(results) == wanted, "all of them")  # type: ignore[misc]
    stop.set()
    thread.join(60)
    return [one for one in post.told if "plug" not in one]


def test_the_most_urgent_goes_first_and_equal_ones_in_their_order(post: Post) -> None:
    wave = [
        errand("ok", "low", Priority.LOW),
        errand("ok", "one"),
        errand("ok", "two"),
        errand("ok", "urgent", Priority.URGENT),
    ]
    assert told(post, [wave]) == ["ok urgent", "ok one", "ok two", "ok low"]


def test_what_did_not_answer_lately_goes_behind_all_that_may(post: Post) -> None:
    hanging = [errand(f"hangs-{k}", "a") for k in range(3)]
    again = [errand(f"hangs-{k}", "b", Priority.URGENT) for k in range(3)]
    found = told(post, [hanging, [*again, errand("ok", "b", Priority.LOW)]])
    assert found[3:] == ["ok b", "hangs-0 b", "hangs-1 b", "hangs-2 b"]


def test_what_was_cancelled_before_its_turn_is_passed_over(post: Post) -> None:
    cancelled = errand("ok", "cancelled")
    cancelled.is_cancelled = True
    wave = [cancelled, errand("ok", "other")]
    results: list[Result] = []
    teller, stop = Teller("post", post, results.append), threading.Event()
    for one in wave:
        teller.hand(one)
    post.open.set()
    thread = threading.Thread(target=teller.run, args=(stop,))
    thread.start()
    eventually(lambda: len(results) == 1, "the other one")
    stop.set()
    thread.join(60)
    assert post.told == ["ok other"]


@pytest.mark.parametrize(("at_once", "told"), [(1, ["plug", "last"]), (2, ["plug", "c", "last"])])
def test_what_came_through_by_another_way_is_passed_over_before_anybody_states_that(
    post: Post, at_once: int, told: list[str]
) -> None:
    sms, results = Post(), list[Result]()
    sms.open.set()
    tellers = {name: Teller(name, one, results.append) for name, one in (("push", post), ("sms", sms))}
    under_way, stop = UnderWay(tellers), threading.Event()
    threads = [threading.Thread(target=one.run, args=(stop,)) for one in tellers.values()]
    for thread in threads:
        thread.start()
    first, last = errand("ok", "plug"), errand("ok", "last", Priority.LOW)
    under_way.hand(first, tellers["push"])
    eventually(lambda: first.began_s is not None, "it is at work")
    receiver = Receiver("p", (("push", "ok"), ("sms", "ok")), at_once)
    delivery = Delivery("c", "G-1", CallKind.ALARM, receiver, 0)
    for way, name in enumerate(tellers):
        under_way.hand(Errand(delivery, way, errand("ok").call, "ok", time.monotonic()), tellers[name])
    eventually(lambda: len(results) == 1, "by text message")
    under_way.hand(last, tellers["push"])
    post.open.set()
    eventually(lambda: "ok last" in post.told, "what came later")
    stop.set()
    for thread in threads:
        thread.join(60)
    assert sms.told == ["ok c"] and post.told == [f"ok {one}" for one in told]
    overdue = under_way.overdue(time.monotonic() + 60, 20, "hangs", "waits")
    assert "waits" not in {one.answer for one in overdue}


def test_all_ways_that_wait_in_vain_are_given_up_together(post: Post) -> None:
    tellers = {name: Teller(name, post, list[Result]().append) for name in ("push", "sms", "voice", "mail")}
    under_way, call = UnderWay(tellers), errand("ok").call
    receiver = Receiver("p", tuple((name, "ok") for name in tellers), 1)
    delivery = Delivery("c", "G-1", CallKind.ALARM, receiver, 0)
    for way, teller in enumerate(tellers.values()):
        under_way.hand(Errand(delivery, way, call, "ok", time.monotonic()), teller)
    late = under_way.overdue(time.monotonic() + 21, 20, "hangs", "waits")
    assert [(one.errand.way, one.answer) for one in late] == [(way, "waits") for way in range(4)]


class Two:
    """One call that may be told by push or by text message, whose turns come when the test says so."""

    def __init__(self, push: Post) -> None:
        self.push, self.sms, self.results = push, Post(), list[Result]()
        posts = {"push": self.push, "sms": self.sms}
        self.tellers = {name: Teller(name, one, self.results.append) for name, one in posts.items()}
        self.under_way, self.stop = UnderWay(self.tellers), threading.Event()
        self.threads = [threading.Thread(target=t.run, args=(self.stop,)) for t in self.tellers.values()]
        for thread in self.threads:
            thread.start()

    def by_message_first(self, address: str = "ok") -> None:
        """It is being told by text message, and the turn of the push has come."""
        receiver = Receiver("p", (("push", "ok"), ("sms", address)), 1)
        delivery = Delivery("c", "G-1", CallKind.ALARM, receiver, 0)
        call = errand("ok").call
        message = Errand(delivery, 1, call, address, time.monotonic())
        self.under_way.hand(message, self.tellers["sms"])
        eventually(lambda: message.began_s is not None, "the message is at work")
        self.under_way.hand(Errand(delivery, 0, call, "ok", time.monotonic()), self.tellers["push"])
        self.under_way.hand(errand("ok", "last", Priority.LOW), self.tellers["push"])
        self.push.open.set()
        eventually(lambda: "ok last" in self.push.told, "what came later")

    def end(self) -> None:
        self.sms.open.set()
        self.stop.set()
        for thread in self.threads:
            thread.join(10)


@pytest.fixture
def two(post: Post) -> Iterator[Two]:
    made = Two(post)
    yield made
    made.end()


def test_what_is_being_told_by_another_way_waits_for_what_comes_of_that(two: Two) -> None:
    two.by_message_first()
    two.sms.open.set()
    eventually(lambda: len(two.results) == 2, "by text message")
    assert (two.push.told, two.sms.told) == (["ok last"], ["ok c"])
    late = two.under_way.overdue(time.monotonic() + 60, 20, "hangs", "waits")
    assert "waits" not in {one.answer for one in late}


def test_where_that_fails_it_is_told_at_once(two: Two) -> None:
    two.by_message_first("hangs")
    two.sms.open.set()
    eventually(lambda: two.push.told == ["ok last", "ok c"], "by push")


def test_where_that_takes_too_long_it_is_told_at_once(two: Two) -> None:
    two.by_message_first()
    late = list(two.under_way.overdue(time.monotonic() + 60, 20, "hangs", "waits"))
    assert [(one.errand.notifier, one.answer) for one in late] == [("sms", "hangs")]
    eventually(lambda: two.push.told == ["ok last", "ok c"], "by push")
