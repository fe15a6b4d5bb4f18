"""kill -9 under load while probes move, statements are corrected and the file changes: one record in the end.

Live, replayed and rebuilt from the journal alone must agree, bit for bit. CRYOGATE_KILLS=300 makes it long.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as mqtt
import pytest

from gateway.times import format_rfc3339
from tests.system.gateway_process import GatewayProcess
from tests.system.living_site import PATIENCE_S, Site, asset, channel, limit, same, version
from tests.system.mosquitto import Mosquitto

KILLS = int(os.environ.get("CRYOGATE_KILLS", "6"))
RATE = 60  # messages a second
DEVICES = ("a", "b", "c")
SEED = 20_261_128


class Publisher(threading.Thread):
    """Warms and cools three devices until it is told to stop."""

    def __init__(self, port: int) -> None:
        super().__init__(name="publisher", daemon=True)
        self.enough = threading.Event()
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="publisher")
        self._client.max_inflight_messages_set(1000)
        self._client.connect("127.0.0.1", port)

    def run(self) -> None:
        self._client.loop_start()
        dice, warm, sent = random.Random(SEED), dict.fromkeys(DEVICES, -170.0), []
        while not self.enough.wait(1 / RATE):
            device = dice.choice(DEVICES)
            warm[device] = max(-190.0, min(-120.0, warm[device] + dice.uniform(-8.0, 8.3)))
            payload = f'{{"ts": {time.time_ns()}, "temp": {warm[device]:.2f}}}'
            sent.append(self._client.publish(f"cryo/{device}/telemetry", payload, 1))
        for handle in sent:
            handle.wait_for_publish(30)
        self._client.disconnect()
        self._client.loop_stop()


def files() -> list[tuple[str, ...]]:
    """What the configuration says from one start to the next; versions only ever come in addition."""
    base = (asset("s1"), asset("s2"), version("1", limit()))
    every = [channel(d, "s1") for d in DEVICES]
    return [
        (*base, *every),
        (*base, *every[:2]),
        (*base, *every[:1], *[channel(d, "s2") for d in DEVICES[1:]]),
    ]


@pytest.mark.timeout(60 + 60 * KILLS)
def test_one_record_whatever_was_killed_and_said(
    mosquitto: Mosquitto, configured: Callable[[str], GatewayProcess], publish: Callable[[str, Any], None]
) -> None:
    site, dice = Site(configured(""), mosquitto.port, publish), random.Random(SEED)
    site.configure(*files()[0])
    site.start()
    site.load(("BAG-1", "s1", -3600, None), ("BAG-2", "s2", -3600, None))
    publisher = Publisher(mosquitto.port)
    publisher.start()
    placed: list[str] = []
    for _ in range(KILLS):
        time.sleep(dice.uniform(0.2, 1.5))
        _say_something(site, dice, placed)
        site.gateway.kill()
        site.configure(*dice.choice(files()))
        site.start()
    publisher.enough.set()
    publisher.join(60)
    site.screened(
        within_s=PATIENCE_S + 10 * KILLS
    )  # what people said of the past is screened again each time
    assert site.gateway.stop() == 0
    live = site.alarms()
    assert len(live) > len(DEVICES)
    assert same(live) == same(site.replayed(PATIENCE_S + 10 * KILLS))
    site.start()
    site.without_records(PATIENCE_S + 10 * KILLS)


def _say_something(site: Site, dice: random.Random, placed: list[str]) -> None:
    """A move within the last minute, or another word on an earlier one, which may lie far back."""
    at = format_rfc3339(time.time_ns() - round(dice.uniform(0, 60) * 1e9))
    words = ["--at", at, "--by", "Li Na", "--reason", "looked again", "--json"]
    what = ["place", dice.choice(DEVICES), dice.choice(["s1", "s2"])]
    if placed and dice.random() < 0.4:
        words += ["--corrects", placed.pop(dice.randrange(len(placed)))]
    done = site.gateway.cryogate(what[0], *what[1:], *words)
    if done.returncode == 0:
        placed += [line.split('"')[3] for line in done.stdout.splitlines() if '"id"' in line]
