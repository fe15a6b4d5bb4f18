"""The promise: an acknowledged reading is on disk and screened, whenever the gateway is killed.

A QoS 1 publisher sends through a real mosquitto while the gateway is killed with SIGKILL at random moments.
Afterwards every message the broker acknowledged is in the journal, once, and the alarms are those that a
replay of the same readings gives.
"""

from __future__ import annotations

import csv
import json
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest

from gateway.journal.journal import Journal
from gateway.times import format_rfc3339
from tests.system.configurations import ABOVE_150, BROKER, TELEMETRY
from tests.system.gateway_process import GatewayProcess, eventually
from tests.system.mosquitto import Mosquitto

KILLS = int(os.environ.get("CRYOGATE_KILLS", "12"))
RATE = 300  # messages per second
DEVICES = 10
SEED = 20_260_105

SITE = """
[gateway]
name = "test"
[sites.s]
"""
DELAYS = """
deadband_degC = 2.0
on_delay_s = 0.3
off_delay_s = 0.2
"""
CONFIG = SITE + BROKER + TELEMETRY + ABOVE_150 + DELAYS
DEVICE = """
[assets.dewar-{n}]
site = "s"
[channels.dewar-{n}]
asset = "dewar-{n}"
source = "broker"
address = "dewar-{n}/temperature"
profile = "p"
no_data_after_s = 86400.0
"""
SAME = (
    "channel",
    "rule",
    "severity",
    "start",
    "confirmed",
    "end",
    "cleared",
    "extreme",
    "extreme_at",
    "beyond_s",
    "degree_seconds",
    "readings",
    "unproven_s",
    "contains_gap",
    "units",
)


class Publisher(threading.Thread):
    """Publishes until told to stop; `acknowledged` is what the broker took over."""

    def __init__(self, port: int) -> None:
        super().__init__(name="publisher", daemon=True)
        self.acknowledged: dict[tuple[str, int], float] = {}
        self.enough = threading.Event()
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="publisher")
        self._client.max_inflight_messages_set(1000)
        self._client.connect("127.0.0.1", port)

    def run(self) -> None:
        self._client.loop_start()
        dice, began, sent = random.Random(SEED), time.monotonic(), []
        warm = [0.0] * DEVICES
        while not self.enough.is_set():
            n = len(sent) % DEVICES
            warm[n] = round(max(-190.0, min(-120.0, (warm[n] or -170.0) + dice.uniform(-6.0, 6.2))), 3)
            time_ns = time.time_ns()
            payload = json.dumps({"ts": time_ns, "temp": warm[n]})
            sent.append(
                (
                    f"dewar-{n}",
                    time_ns,
                    warm[n],
                    self._client.publish(f"cryo/dewar-{n}/telemetry", payload, 1),
                )
            )
            self.enough.wait(max(0.0, began + len(sent) / RATE - time.monotonic()))
        for device, time_ns, value, handle in sent:
            handle.wait_for_publish(30)
            self.acknowledged[device, time_ns] = value
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    broker = Mosquitto(tmp_path / "mosquitto")
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def gateway(broker: Mosquitto, configured: Callable[[str], GatewayProcess]) -> GatewayProcess:
    return configured(CONFIG.format(port=broker.port) + "".join(DEVICE.format(n=n) for n in range(DEVICES)))


def journaled(gateway: GatewayProcess) -> list[tuple[str, int, float]]:
    with Journal.open_reading(gateway.folder / "journal.sqlite") as journal:
        names = journal.channel_names()
        samples = journal.read(None, 0, None).samples
    rows = zip(samples.channel.tolist(), samples.time.tolist(), samples.value.tolist(), strict=True)
    return [(names[channel], time_ns, value) for channel, time_ns, value in rows]


def test_kill_9_loses_no_acknowledged_reading(
    gateway: GatewayProcess, broker: Mosquitto, tmp_path: Path
) -> None:
    dice = random.Random(SEED)
    gateway.start()
    gateway.wait_until_up()
    publisher = Publisher(broker.port)
    publisher.start()
    for _ in range(KILLS):
        time.sleep(dice.uniform(0.0, 1.5))
        gateway.kill()
        gateway.start()
    gateway.wait_until_up()
    publisher.enough.set()
    publisher.join(60)
    assert len(publisher.acknowledged) > 1000

    def everything_there() -> bool:
        return len(journaled(gateway)) >= len(publisher.acknowledged)

    eventually(everything_there, "every acknowledged reading is in the journal")
    there = journaled(gateway)
    assert len(there) == len({(device, time_ns) for device, time_ns, _ in there}), "a reading is there twice"
    assert {(device, time_ns): value for device, time_ns, value in there} == publisher.acknowledged

    eventually(lambda: (gateway.status() or {})["journal"]["screening_behind"] == 0, "everything is screened")
    assert gateway.stop() == 0
    assert alarms(gateway) == replayed(gateway, publisher, tmp_path)
    assert len(alarms(gateway)) > DEVICES


def alarms(gateway: GatewayProcess) -> list[dict[str, object]]:
    return sorted(
        ({k: a[k] for k in SAME} for a in gateway.alarms("--all")), key=lambda a: (a["channel"], a["start"])
    )


def replayed(gateway: GatewayProcess, publisher: Publisher, tmp_path: Path) -> list[dict[str, object]]:
    path = tmp_path / "acknowledged.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["time", "channel", "value"])
        for (device, time_ns), value in publisher.acknowledged.items():
            rows.writerow([format_rfc3339(time_ns), device, repr(value)])
    done = gateway.cryogate("replay", "--input", str(path), "--json")
    assert done.returncode == 0, done.stderr
    found = [{k: e[k] for k in SAME} for e in json.loads(done.stdout)]
    return sorted(found, key=lambda e: (e["channel"], e["start"]))
