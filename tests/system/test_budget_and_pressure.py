"""A budget that people reset and a floor that follows a barometer, in the real gateway."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from gateway_process import GatewayProcess, eventually
from mosquitto import Mosquitto

from gateway.model import SECOND
from gateway.times import format_rfc3339

CONFIG = """
[gateway]
name = "test"
[sites.s]
[assets.dewar]
site = "s"
[sources.broker]
kind = "mqtt"
host = "127.0.0.1"
port = {port}
client_id = "test"
[[sources.broker.topics]]
pattern = "cryo/{{device}}"
payload = "json"
[sources.broker.topics.options]
time_pointer = "/ts"
time_format = "unix_ns"
readings = [{{ address = "{{device}}", value_pointer = "/v" }}]
[[profiles.p]]
version = "1"
[[profiles.p.rules]]
id = "range"
kind = "plausible"
ceiling_degC = 60.0
ln2_pressure_channel = "barometer"
severity = "minor"
[[profiles.p.rules]]
id = "below-197"
kind = "limit"
side = "low"
limit_degC = -197.0
severity = "minor"
[[profiles.p.rules]]
id = "warm"
kind = "budget"
side = "high"
limit_degC = -150.0
budget_s = 30.0
severity = "critical"
[channels.liquid]
asset = "dewar"
source = "broker"
address = "liquid"
profile = "p"
[channels.barometer]
asset = "dewar"
source = "broker"
address = "barometer"
quantity = "pressure"
unit = "hPa"
"""
Publish = Callable[[str, float, int], None]


@pytest.fixture
def gateway(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[GatewayProcess]:
    config = tmp_path / "cryogate.toml"
    config.write_text(CONFIG.format(port=mosquitto.port))
    gateway = GatewayProcess(config)
    gateway.start()
    gateway.wait_until_up()
    yield gateway
    gateway.end()


@pytest.fixture
def publish(mosquitto: Mosquitto) -> Iterator[Publish]:
    """Device, value, and when it was measured."""
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="devices")
    client.connect("127.0.0.1", mosquitto.port)
    client.loop_start()

    def publish(device: str, value: float, at_ns: int) -> None:
        payload = json.dumps({"ts": at_ns, "v": value})
        client.publish(f"cryo/{device}", payload, 1).wait_for_publish(10)

    yield publish
    client.disconnect()
    client.loop_stop()


def alarm(gateway: GatewayProcess, rule: str, **expected: Any) -> dict[str, Any]:
    def found() -> Any:
        mine = [a for a in gateway.alarms("--all") if a["rule"] == rule]
        return [a for a in mine if all(a[k] == v for k, v in expected.items())]

    return eventually(found, f"an alarm {rule} with {expected}")[0]


def test_a_reset_live_late_and_while_the_gateway_is_down(gateway: GatewayProcess, publish: Publish) -> None:
    begin_ns = time.time_ns() - 100 * SECOND
    for k in range(10):
        publish("liquid", -140.0, begin_ns + 10 * k * SECOND)
    assert alarm(gateway, "warm")["start"] == format_rfc3339(begin_ns + 30 * SECOND)

    now = gateway.cryogate("reset", "liquid", "warm", "--by", "Li Na", "--comment", "unloaded")
    assert now.returncode == 0, now.stderr
    eventually(lambda: alarm(gateway, "warm")["resets"], "the reset stands on the alarm")
    publish("liquid", -140.0, time.time_ns())
    ended = alarm(gateway, "warm", state="returned unacknowledged")
    assert [(r["by"], r["comment"]) for r in ended["resets"]] == [("Li Na", "unloaded")]

    gateway.kill()
    words = ["reset", "liquid", "warm", "--by", "Wang Wei", "--comment", "came back late"]
    words += ["--at", format_rfc3339(begin_ns + 15 * SECOND)]
    assert "is in the journal" in gateway.cryogate(*words).stdout
    assert "Wang Wei has stated that before" in gateway.cryogate(*words).stdout
    gateway.start()
    gateway.wait_until_up()
    moved = alarm(gateway, "warm", revision=2)
    assert (moved["id"], moved["start"]) == (ended["id"], format_rfc3339(begin_ns + 50 * SECOND))
    assert f"was {ended['start']}" in gateway.cryogate("history", moved["id"]).stdout
    refused = gateway.cryogate("reset", "liquid", "below-197", "--by", "x", "--comment", "y")
    assert (refused.returncode, "its budgets: warm" in refused.stderr) == (1, True)


def test_a_pressure_that_comes_late_amends(gateway: GatewayProcess, publish: Publish) -> None:
    begin_ns = time.time_ns() - 100 * SECOND
    publish("liquid", -196.0, begin_ns)
    publish("liquid", -198.0, begin_ns + 10 * SECOND)
    assert alarm(gateway, "below-197")["withdrawn"] is False
    publish("barometer", 1013.25, begin_ns + 5 * SECOND)
    alarm(gateway, "below-197", withdrawn=True)
    publish("barometer", 753.0, begin_ns + 8 * SECOND)  # it flies after all
    back = alarm(gateway, "below-197", withdrawn=False)
    assert (back["revision"], back["extreme"]) == (3, -198.0)
