"""The whole gateway and its sinks: outages, kills, rejected readings; in the end all is out there."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from gateway_process import GatewayProcess, eventually
from influx import BUCKET, ORG, Influx
from mosquitto import Mosquitto

from gateway.journal.records import Records

T0_MS = 1_767_610_800_000
SEED = 20_260_105
CONFIG = """
[gateway]
name = "edge"
[sites.pudong]
[assets.freezer-1]
site = "pudong"
zones = ["top", "bottom"]
[sources.broker]
kind = "mqtt"
host = "127.0.0.1"
port = {broker}
client_id = "edge"
[[sources.broker.topics]]
pattern = "cryo/{{device}}"
payload = "json"
[sources.broker.topics.options]
time_pointer = "/ts"
time_format = "unix_ms"
readings = [{{ address = "{{device}}", value_pointer = "/temp" }}]
[channels.top]
asset = "freezer-1"
zone = "top"
source = "broker"
address = "top"
[channels.bottom]
asset = "freezer-1"
zone = "bottom"
source = "broker"
address = "bottom"
[sinks.influx]
kind = "influxdb"
url = "http://127.0.0.1:{influx}"
org = "{org}"
bucket = "{bucket}"
token_file = "{token}"
timeout_s = 5.0
[sinks.headquarters]
kind = "mqtt"
host = "127.0.0.1"
port = {central}
client_id = "edge"
topic = "cold/{{site}}"
timeout_s = 5.0
"""


class Site:
    """Devices, their broker, the gateway, and both outside worlds."""

    def __init__(self, folder: Path, start_mosquitto: Callable[..., Mosquitto]) -> None:
        self.broker, self.central = start_mosquitto(), start_mosquitto()
        self.influx = Influx(folder / "influx").start()
        config = folder / "cryogate.toml"
        ports = {"broker": self.broker.port, "central": self.central.port, "influx": self.influx.port}
        config.write_text(CONFIG.format(**ports, org=ORG, bucket=BUCKET, token=self.influx.folder / "token"))
        self.gateway = GatewayProcess(config)
        self.sent: dict[tuple[str, int], float] = {}
        self.forwarded: list[tuple[str, int, float | None]] = []
        self._clients = [
            self._connect(self.broker.port, "device"),
            self._connect(self.central.port, "central"),
        ]
        self._clients[1].subscribe("cold/#", 1)

    def start(self) -> None:
        """The gateway; it listens when this returns."""
        self.gateway.start()

        def listens() -> bool:
            status = self.gateway.status()
            return status is not None and status["sources"][0]["state"] == "up"

        eventually(listens, "it listens to the broker")

    def publish(self, count: int) -> None:
        """So many more readings, acknowledged by the broker."""
        first = len(self.sent)
        waiting = []
        for i in range(first, first + count):
            device, value = ("top", "bottom")[i % 2], round(-190 + i * 0.01, 2)
            text = json.dumps({"ts": T0_MS + i, "temp": value})
            waiting.append(self._clients[0].publish(f"cryo/{device}", text, 1))
            self.sent[device, (T0_MS + i) * 1_000_000] = value
        for message in waiting:
            message.wait_for_publish(30)

    def everything_is_out(self) -> bool:
        return self.in_influx() == self.sent and self.at_headquarters() == self.sent

    def in_influx(self) -> dict[tuple[str, int], float]:
        return {key: fields["value"] for key, fields in self.influx.stored().items()}

    def at_headquarters(self) -> dict[tuple[str, int], float | None]:
        return {(channel, time_ns): value for channel, time_ns, value in list(self.forwarded)}

    def follower(self, name: str) -> dict[str, Any]:
        status = self.gateway.status() or {"followers": []}
        return next(
            (f for f in status["followers"] if f["name"] == f"sink:{name}"), {"problem": "", "behind": -1}
        )

    def end(self) -> None:
        self.gateway.end()
        self.influx.kill()
        for client in self._clients:
            client.disconnect()
            client.loop_stop()

    def _connect(self, port: int, name: str) -> paho.Client:
        client = paho.Client(paho.CallbackAPIVersion.VERSION2, name, clean_session=False)
        client.on_message = self._hear
        client.reconnect_delay_set(1, 1)
        client.connect("127.0.0.1", port)
        client.loop_start()
        return client

    def _hear(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        for c in json.loads(message.payload)["channels"]:
            assert (c["site"], c["asset"], c["zone"], c["unit"]) == (
                "pudong",
                "freezer-1",
                c["channel"],
                "degC",
            )
            self.forwarded += [(c["channel"], t, v) for t, v in zip(c["time_ns"], c["value"], strict=True)]


@pytest.fixture
def site(tmp_path: Path, start_mosquitto: Callable[..., Mosquitto]) -> Iterator[Site]:
    site = Site(tmp_path, start_mosquitto)
    yield site
    site.end()


def test_what_came_in_during_an_outage_is_out_there_afterwards(site: Site) -> None:
    site.start()
    site.publish(100)
    eventually(site.everything_is_out, "the first readings are out")
    site.influx.kill()
    site.central.stop()
    site.publish(300)
    for name in ("influx", "headquarters"):
        problem = eventually(lambda name=name: site.follower(name)["problem"], f"{name} says what is wrong")
        assert "; check" in problem
        assert site.follower(name)["behind"] > 0
    site.gateway.kill()
    site.gateway.start()
    site.publish(100)
    site.influx.start()
    site.central.start()
    eventually(site.everything_is_out, "all of them are out")
    for name in ("influx", "headquarters"):
        eventually(
            lambda name=name: site.follower(name) == {"name": f"sink:{name}", "behind": 0, "problem": ""},
            name,
        )
    assert site.gateway.stop() == 0


def test_kills_between_a_write_and_its_cursor_lose_nothing(site: Site) -> None:
    dice = random.Random(SEED)
    for _ in range(5):
        site.start()
        before = len(site.influx.requests())
        site.publish(dice.randint(20, 200))
        eventually(lambda before=before: len(site.influx.requests()) > before, "it writes")
        site.gateway.kill()
    site.start()
    eventually(site.everything_is_out, "all of them are out")
    assert site.gateway.stop() == 0


def test_readings_that_the_server_rejects_are_parked_and_hold_up_nothing(site: Site) -> None:
    site.influx.behave(unparseable="bottom")
    site.start()
    site.publish(10)
    wanted = {key: value for key, value in site.sent.items() if key[0] == "top"}
    eventually(lambda: site.in_influx() == wanted, "the others are there")
    told = eventually(lambda: site.follower("influx")["problem"], "it is told")
    assert told.startswith("5 readings were rejected and are parked, the last for: HTTP 400: unable to parse")
    site.influx.behave()
    site.publish(10)
    eventually(lambda: len(site.in_influx()) == 15, "those behind")
    eventually(lambda: site.at_headquarters() == site.sent, "the other sink has them all")
    assert site.gateway.stop() == 0
    records = Records(site.gateway.folder / "records.sqlite", read_only=True)
    parked = records.parked("sink:influx", 100)
    records.close()
    assert sorted((row.time_ns, row.value) for row in parked) == sorted(
        (time_ns, value) for (device, time_ns), value in list(site.sent.items())[:10] if device == "bottom"
    )
