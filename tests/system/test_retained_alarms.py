"""Alarms that a real broker keeps for us stand where the present configuration says, and nowhere else."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest

from gateway.sinks.mqtt import Options, Sink
from tests.system.alarm_changes import life
from tests.system.configurations import ABOVE_150, BROKER, DEWAR, TELEMETRY
from tests.system.gateway_process import GatewayProcess, eventually
from tests.system.mosquitto import Mosquitto

CHANNEL = """
[channels.top]
asset = "dewar"
source = "broker"
address = "d/temperature"
profile = "p"
no_data_after_s = 86400.0
"""
SINK = """
[sinks.{name}]
kind = "mqtt"
host = "127.0.0.1"
port = {port}
client_id = "sink"
topic = "cold"
alarm_topic = "{alarms}"
needs_subscriber = false
"""


def kept(port: int) -> set[str]:
    """Topics at which the broker keeps something, as one sees who comes late."""
    found: set[str] = set()
    end: list[bool] = []
    client = paho.Client(paho.CallbackAPIVersion.VERSION2)

    def heard(_client: object, _data: object, message: paho.MQTTMessage) -> None:
        if message.topic == "end":
            end.append(True)
        elif message.retain:
            found.add(message.topic)

    client.on_message = heard

    def subscribed(*_: Any) -> None:
        client.publish("end", b"", 1)

    client.on_subscribe = subscribed
    client.connect("127.0.0.1", port)
    client.loop_start()
    client.subscribe([("#", 1), ("end", 1)])
    eventually(lambda: end, "retained messages come before what is published now")
    client.disconnect()
    client.loop_stop()
    return found


@pytest.fixture
def make_sink() -> Iterator[Callable[..., Sink]]:
    sinks: list[Sink] = []

    def make(port: int, alarm_topic: str, *documents: dict[str, Any], name: str = "hq") -> Sink:
        options = Options(
            "127.0.0.1", "edge", "cold", port=port, alarm_topic=alarm_topic, needs_subscriber=False
        )
        sinks.append(Sink(options))
        sinks[-1].succeed(name, documents)
        sinks[-1].resume(None)
        return sinks[-1]

    yield make
    for sink in sinks:
        sink.close()


def document(port: int, alarm_topic: str, name: str = "hq") -> dict[str, Any]:
    table = {"kind": "mqtt", "host": "localhost", "port": port, "topic": "cold", "alarm_topic": alarm_topic}
    return {"sinks": {name: table}}


@pytest.mark.parametrize("told", ["everything", "nothing"])
def test_an_earlier_topic_is_emptied_though_the_sink_remembers_nothing(
    mosquitto: Mosquitto, make_sink: Callable[..., Sink], told: str
) -> None:
    """Its cursor says that it delivered everything, or that is lost as well."""
    port, changes = mosquitto.port, [*life("E-1", 1), *life("E-2", 5)[:3]]
    old, new = document(port, "old/{asset}/{id}"), document(port, "new/{id}")
    make_sink(port, "old/{asset}/{id}", old).write_alarms(changes)
    assert kept(port) == {"old/freezer-1/E-2"}
    sink = make_sink(port, "new/{id}", old, new)
    assert sink.is_to_move
    state = sink.move(changes, []) if told == "everything" else sink.move([], changes)
    assert kept(port) == ({"new/E-2"} if told == "everything" else set())
    if told == "nothing":
        state = sink.write_alarms(changes)
    assert kept(port) == {"new/E-2"}
    again = make_sink(port, "new/{id}", old, new)
    again.resume(state.state)
    assert not again.is_to_move


def test_alarms_move_with_the_configuration_of_a_gateway(
    mosquitto: Mosquitto, configured: Callable[[str], GatewayProcess], publish: Callable[[str, Any], None]
) -> None:
    """Another topic, although nothing happens to the alarm; without records; another sink instead of it."""
    text = (DEWAR + BROKER + TELEMETRY).format(port=mosquitto.port) + ABOVE_150 + CHANNEL

    def sink(name: str, alarms: str) -> str:
        return text + SINK.format(name=name, port=mosquitto.port, alarms=alarms)

    gateway = configured(sink("hq", "one/{asset}/{id}"))
    gateway.start()
    eventually(lambda: (gateway.status() or {"sources": [{}]})["sources"][0].get("state") == "up", "up")
    publish("cryo/d/telemetry", {"ts": time.time_ns(), "temp": -100})
    (identity,) = eventually(lambda: [a["id"] for a in gateway.alarms()], "an alarm")
    _until_kept(mosquitto, {f"one/dewar/{identity}"})
    gateway.stop()

    gateway.config.write_text(sink("hq", "two/{id}"))
    gateway.start()
    _until_kept(mosquitto, {f"two/{identity}"})
    gateway.stop()

    for name, alarms in (("hq", "three"), ("other", "four")):
        (gateway.folder / "records.sqlite").unlink()
        gateway.config.write_text(sink(name, f"{alarms}/{{id}}"))
        gateway.start()
        _until_kept(mosquitto, {f"{alarms}/{identity}"})
        gateway.stop()


def _until_kept(mosquitto: Mosquitto, topics: set[str]) -> None:
    eventually(lambda: kept(mosquitto.port) == topics, f"{topics} alone")


def test_what_the_broker_forbids_to_empty_stays_and_holds_up_nothing(
    tmp_path: Path,
    start_mosquitto: Callable[..., Mosquitto],
    make_sink: Callable[..., Sink],
    caplog: pytest.LogCaptureFixture,
) -> None:
    rules = tmp_path / "acl"
    rules.write_text("topic readwrite #\n")
    broker = start_mosquitto(f"allow_anonymous true\nacl_file {rules}")
    changes = life("E-1", 1)[:2]
    old, new = document(broker.port, "old/{id}"), document(broker.port, "new/{id}")
    make_sink(broker.port, "old/{id}", old).write_alarms(changes)
    rules.write_text("topic read old/#\ntopic readwrite new/#\ntopic readwrite end\n")
    broker.restart()
    sink = make_sink(broker.port, "new/{id}", old, new)
    with caplog.at_level(logging.WARNING):
        sink.move(changes, [])
    assert kept(broker.port) == {"old/E-1", "new/E-1"}
    assert "alarms stay retained under earlier topics" in caplog.text
    assert not sink.is_to_move
