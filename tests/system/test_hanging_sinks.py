"""Sinks whose outside world takes the connection and never answers."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho

from gateway.journal.records import Records
from tests.system.gateway_process import GatewayProcess, eventually
from tests.system.influx import BUCKET, ORG
from tests.system.mosquitto import Mosquitto
from tests.system.sink_site import CONFIG, T0_MS


def test_sinks_that_hang_stop_neither_the_others_nor_the_end(tmp_path: Path, mosquitto: Mosquitto) -> None:
    """Both take the connection and never answer: one waits for an HTTP answer, one for a CONNACK."""
    with socket.create_server(("127.0.0.1", 0)) as hole:
        port = hole.getsockname()[1]
        site = HangingSite(tmp_path, mosquitto.port, port)
        try:
            site.publish(100)
            eventually(lambda: len(site.in_csv()) == 100, "the sink that works has them")
            site.publish(100)
            eventually(lambda: len(site.in_csv()) == 200, "and goes on")
            eventually(
                lambda: all(n["behind_s"] > 1 for n in site.hanging()), "the others are late, and it says so"
            )
            began_s = time.monotonic()
            assert site.gateway.stop() == 0
            assert time.monotonic() - began_s < 15  # their time-outs are 60 s
        finally:
            site.end()
    for name in ("influx", "headquarters"):
        assert f"sink:{name} hangs and is left" in site.gateway.log.read_text()
    records = Records(site.gateway.folder / "records.sqlite", read_only=True)
    late = [records.cursor(f"sink:{name}") for name in ("influx", "headquarters")]
    assert max(late) < records.cursor("sink:copy")
    records.close()


class HangingSite:
    """A gateway with one sink that works and two that hang."""

    def __init__(self, folder: Path, broker: int, hole: int) -> None:
        token, config = folder / "token", folder / "cryogate.toml"
        token.write_text("any")
        ports = {"port": broker, "central": hole, "influx": hole}
        text = CONFIG.format(**ports, org=ORG, bucket=BUCKET, token=token)
        config.write_text(text.replace("timeout_s = 5.0", "timeout_s = 60.0"))
        self.out, self.gateway, self.sent = folder / "copy", GatewayProcess(config), 0
        self.client = paho.Client(paho.CallbackAPIVersion.VERSION2, "device")
        self.client.connect("127.0.0.1", broker)
        self.client.loop_start()
        self.gateway.start()
        eventually(self._listens, "it listens to the broker")

    def publish(self, count: int) -> None:
        for i in range(self.sent, self.sent + count):
            text = json.dumps({"ts": T0_MS + i, "temp": -190.0})
            self.client.publish("cryo/top", text, 1).wait_for_publish(30)
        self.sent += count

    def in_csv(self) -> set[str]:
        paths = self.out.glob("readings-*.csv")
        return {line for path in paths for line in path.read_text().splitlines()[1:]}

    def hanging(self) -> list[dict[str, Any]]:
        followers = (self.gateway.status() or {"followers": []})["followers"]
        slow = ("sink:influx", "sink:headquarters")
        return [f for f in followers if f["name"] in slow] or [{"behind_s": 0}]

    def end(self) -> None:
        self.gateway.end()
        self.client.disconnect()
        self.client.loop_stop()

    def _listens(self) -> bool:
        status = self.gateway.status()
        return status is not None and status["sources"][0]["state"] == "up"
