"""One gateway hears another by a real broker: its life, its last word, its will."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import LinkDown
from gateway.heartbeats import Beat, Health
from gateway.heartbeats import mqtt as heartbeats
from gateway.mqtt.message import Message
from gateway.mqtt.publisher import Publisher
from gateway.peers import Heard
from gateway.peers.mqtt import Options, Peer
from tests.system.gateway_process import eventually
from tests.system.mosquitto import Mosquitto, free_port

TOPIC = "cryogate/pudong-1/state"


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    broker = Mosquitto(tmp_path_factory.mktemp("broker"))
    broker.start()
    yield broker
    broker.stop()


def beat(health: Health = Health.ALIVE, why: str = "") -> Beat:
    return Beat("pudong-1", "7Q2M9XKD", ("pudong",), health, why, time.time_ns())


def heartbeat(broker: Mosquitto, **more: Any) -> heartbeats.Heartbeat:
    told = {"host": "127.0.0.1", "port": broker.port, "client_id": "pudong-1", "topic": TOPIC} | more
    return heartbeats.Heartbeat(heartbeats.Options(**told))


class Listening:
    """A peer in a thread of its own, as the gateway has it."""

    def __init__(self, port: int, **more: Any) -> None:
        told = {"host": "127.0.0.1", "port": port, "client_id": "far", "topic": TOPIC, "site": "pudong"}
        self.heard: list[Heard] = []
        self.problem = ""
        self.begun, self.stop = threading.Event(), threading.Event()
        self._peer = Peer(Options(**(told | more)))
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._peer.listen(self.begun.set, self.heard.append, self.stop)
        except LinkDown as problem:
            self.problem = str(problem)

    def end(self) -> None:
        self.stop.set()
        self._thread.join()


@contextmanager
def listening(port: int, **more: Any) -> Iterator[Listening]:
    one = Listening(port, **more)
    try:
        yield one
    finally:
        one.end()


def said(one: Listening) -> list[tuple[str, bool]]:
    return [(heard.state.health, heard.is_old) for heard in one.heard]


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_life_then_a_stop_on_purpose(broker: Mosquitto, protocol: str) -> None:
    mine = heartbeat(broker, protocol=protocol)
    assert mine.beat(beat(Health.STARTING)) == f"kept at {TOPIC}"
    with listening(broker.port, protocol=protocol) as far:
        eventually(lambda: said(far) == [("starting", True)], "the last word, as an old one")
        for one in (beat(), beat(Health.BLIND, "no room"), beat(Health.STOPPED)):
            mine.beat(one)
        mine.close()
        eventually(lambda: len(far.heard) == 4, "all of it")
        assert said(far)[1:] == [("alive", False), ("blind", False), ("stopped", False)]
        assert far.heard[2].state.why == "no room" and far.heard[2].state.sites == ("pudong",)
    with listening(broker.port) as later:
        eventually(lambda: said(later) == [("stopped", True)], "the broker keeps it, without a will")


def test_a_death_is_told_by_the_broker(broker: Mosquitto) -> None:
    mine = heartbeat(broker)
    mine.beat(beat())
    with listening(broker.port) as far:
        eventually(lambda: said(far) == [("alive", True)], "it listens")
        _cut(mine)
        eventually(lambda: said(far)[-1] == ("lost", False), "the will")
        assert far.heard[-1].state.gateway == "pudong-1"


def _cut(mine: heartbeats.Heartbeat) -> None:
    """As a kill does: the connection ends without a goodbye."""
    publisher = mine._publisher
    assert publisher is not None and publisher._client is not None
    publisher._client.hang_up()


def test_a_broker_that_comes_back_is_used_again(tmp_path: Path) -> None:
    broker = Mosquitto(tmp_path / "broker")
    broker.start()
    try:
        mine = heartbeat(broker)
        mine.beat(beat())
        broker.kill()
        with pytest.raises(LinkDown, match=r"\w+; \w+"):
            mine.beat(beat())
        broker.start()
        assert mine.beat(beat())
        mine.close()
    finally:
        broker.stop()


def test_a_broker_that_goes_is_said(tmp_path: Path) -> None:
    broker = Mosquitto(tmp_path / "broker")
    broker.start()
    with listening(broker.port) as far:
        assert far.begun.wait(60)
        broker.kill()
        eventually(lambda: far.problem, "it cannot be heard any more")
    assert f"127.0.0.1:{broker.port}" in far.problem


def test_nobody_there_and_nobody_let_in(tmp_path: Path) -> None:
    with listening(free_port()) as far:
        eventually(lambda: "nobody listens there; check host" in far.problem, "why not")
    closed = Mosquitto(tmp_path / "closed", "allow_anonymous false")
    closed.start()
    try:
        for protocol in ("5", "3.1.1"):
            with listening(closed.port, protocol=protocol) as far:
                eventually(lambda far=far: "check username" in far.problem, "why not")
            with pytest.raises(LinkDown, match="check username"):
                heartbeat(closed, protocol=protocol).beat(beat())
    finally:
        closed.stop()


def test_something_else_at_the_topic_is_said(broker: Mosquitto) -> None:
    options = heartbeats.Options("127.0.0.1", "stranger", "other/topic", port=broker.port)
    publisher = Publisher(options)
    publisher.send([Message("other/topic", b"online", retain=True)])
    publisher.close()
    with listening(broker.port, topic="other/topic") as far:
        eventually(lambda: far.problem, "that it is none")
    assert "is no state of a gateway: it is no JSON; check topic" in far.problem


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda **more: heartbeats.Options(host="h", client_id="c", **more), "pattern"),
        (lambda **more: Options(host="h", client_id="c", site="s", **more), "pattern"),
        (
            lambda **more: Options(host="h", client_id="c", site="s", silent_after_s=1.0, **more),
            "silent_after_s",
        ),
        (lambda **more: heartbeats.Options(host="h", client_id="c", period_s=1.0, **more), "period_s"),
        (lambda **more: heartbeats.Options(host="mqtt://h", client_id="c", **more), "alone"),
    ],
)
def test_nonsense_is_refused(make: Callable[..., Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        make(topic="a/+" if why == "pattern" else "a/b")
