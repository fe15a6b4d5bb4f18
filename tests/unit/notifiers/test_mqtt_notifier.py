"""MQTT to programs: between two alarms, which may be weeks apart, no connection is there to be lost."""

from __future__ import annotations

from pathlib import Path

from gateway.notifiers import mqtt
from tests.system.alarm_changes import life
from tests.system.mosquitto import Mosquitto
from tests.unit.alarming.alarm_desk import eventually


def test_it_says_goodbye_after_each_message(tmp_path: Path) -> None:
    broker = Mosquitto(tmp_path / "broker")
    broker.start()
    options = mqtt.Options("127.0.0.1", "desk", "alarms/{id}", port=broker.port, needs_subscriber=False)
    notifier = mqtt.Notifier(options)
    try:
        for number, change in enumerate(life()[:2], 1):
            assert notifier.notify(change).startswith("acknowledged")
            eventually(lambda n=number: broker.log().count("Client desk disconnected.") == n, "goodbye")  # type: ignore[misc]
    finally:
        broker.stop()
