"""Devices, their broker, the gateway with a sink of each kind, and their outside worlds."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pyarrow.parquet as parquet

from gateway.journal.records import Records
from gateway.times import parse_rfc3339
from tests.system.configurations import ABOVE_150, BROKER
from tests.system.gateway_process import GatewayProcess, eventually
from tests.system.influx import BUCKET, ORG, Influx
from tests.system.mosquitto import Mosquitto

T0_MS = 1_767_610_800_000
SITE = """
[gateway]
name = "edge"
[sites.pudong]
[assets.freezer-1]
site = "pudong"
zones = ["top", "bottom"]
"""
TOPIC = """
[[sources.broker.topics]]
pattern = "cryo/{{device}}"
payload = "json"
[sources.broker.topics.options]
time_pointer = "/ts"
time_format = "unix_ms"
readings = [{{ address = "{{device}}", value_pointer = "/temp" }}]
"""
OWN = """
[channels.top]
profile = "p"
max_gap_s = 60.0
no_data_after_s = 300000000.0
asset = "freezer-1"
zone = "top"
source = "broker"
address = "top"
[channels.bottom]
no_data_after_s = 300000000.0
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
[sinks.copy]
kind = "csv"
folder = "copy"
[sinks.archive]
kind = "parquet"
folder = "archive"
most_readings = 1
"""
CONFIG = SITE + BROKER + TOPIC + ABOVE_150 + OWN


class Site:
    """The folder of all of it; ports and files are new."""

    def __init__(self, folder: Path, start_mosquitto: Callable[..., Mosquitto]) -> None:
        self.folder = folder
        self.broker, self.central = start_mosquitto(), start_mosquitto()
        self.influx = Influx(folder / "influx").start()
        config = folder / "cryogate.toml"
        ports = {"port": self.broker.port, "central": self.central.port, "influx": self.influx.port}
        config.write_text(CONFIG.format(**ports, org=ORG, bucket=BUCKET, token=self.influx.folder / "token"))
        self.gateway = GatewayProcess(config)
        self.sent: dict[tuple[str, int], float] = {}
        self.sent_last = 1_000_000  # ms after T0, of readings that are too warm
        self.forwarded: list[tuple[str, int, float | None]] = []
        self.alarms: dict[int, dict[str, Any]] = {}  # at headquarters, by number of the change
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

        eventually(listens, "it listens to the broker", 90.0)  # each look is a process of its own

    def excursion(self) -> None:
        """One reading that is too warm and one that is not, later than all before."""
        for value in (-100.0, -190.0):
            self.sent_last += 1_000
            text = json.dumps({"ts": T0_MS + self.sent_last, "temp": value})
            self._clients[0].publish("cryo/top", text, 1).wait_for_publish(30)
            self.sent["top", (T0_MS + self.sent_last) * 1_000_000] = value

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
        outside = (self.in_influx(), self.at_headquarters(), once(self.in_csv()), once(self.in_parquet()))
        return all(found == self.sent for found in outside)

    def alarms_are_out(self, count: int) -> bool:
        """`count` changes of excursions happened, and each is in both worlds."""
        alarms = self.gateway.alarms("--all")
        wanted = {(alarm["id"], change) for alarm in alarms for change in self.changes(alarm["id"])}
        central = {(told["id"], told["change"]) for told in list(self.alarms.values())}
        points = [p for p in self.influx.points() if p["measurement"] == "alarm"]
        excursions = {f["id"]: f["revision"] for f in self.influx.stored("excursion").values()}
        known = {alarm["id"]: alarm["revision"] for alarm in alarms if alarm["channel"]}
        return (
            len([w for w in wanted if w[0].startswith("E-")]) == count
            and central == wanted
            and {(p["fields"]["id"], p["tags"]["change"]) for p in points} == wanted
            and excursions == known
        )

    def changes(self, identity: str) -> list[str]:
        records = Records(self.gateway.folder / "records.sqlite", read_only=True)
        found = [row.change for row in records.book.transitions(identity)]
        records.close()
        return found

    def parked(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.gateway.cryogate("parked", "--json").stdout)
        return found

    def fault(self, rule: str) -> bool:
        """Whether that alarm is there and has not returned."""
        return any(a["rule"] == rule and a["end"] is None for a in self.gateway.alarms())

    def rejections(self) -> int:
        """How many requests the server rejected."""
        return sum(r["status"] == 400 for r in self.influx.requests())

    def in_influx(self) -> dict[tuple[str, int], float]:
        return {key: fields["value"] for key, fields in self.influx.stored().items()}

    def at_headquarters(self) -> dict[tuple[str, int], float | None]:
        return {(channel, time_ns): value for channel, time_ns, value in list(self.forwarded)}

    def in_csv(self) -> list[tuple[tuple[str, int], float]]:
        """Every whole line, in files that may be written this moment."""
        whole = [path.read_text().rpartition("\n")[0] for path in self.folder.glob("copy/readings-*.csv")]
        rows = [row for text in whole for row in csv.DictReader(io.StringIO(text))]
        return [((r["channel"], parse_rfc3339(r["time"])), float(r["value"])) for r in rows]

    def in_parquet(self) -> list[tuple[tuple[str, int], float]]:
        """Every row of every part; nothing while a part is being taken back after a crash."""
        paths = self.folder.glob("archive/readings/day=*/part-*.parquet")
        try:
            tables = [parquet.read_table(path, partitioning=None) for path in paths]
        except FileNotFoundError:
            return []
        found = []
        for table in tables:
            time_ns = table["time"].cast("int64").to_pylist()
            keys = zip(table["channel"].to_pylist(), time_ns, strict=True)
            found += list(zip(keys, table["value"].to_pylist(), strict=True))
        return found

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
        told = json.loads(message.payload or b"{}")
        if "number" in told:
            self.alarms[told["number"]] = told
        for c in told.get("channels", ()):
            assert (c["site"], c["asset"], c["zone"], c["unit"]) == (
                "pudong",
                "freezer-1",
                c["channel"],
                "degC",
            )
            self.forwarded += [(c["channel"], t, v) for t, v in zip(c["time_ns"], c["value"], strict=True)]


def once(rows: list[tuple[tuple[str, int], float]]) -> dict[tuple[str, int], float] | None:
    """None where anything is there twice."""
    return dict(rows) if len(rows) == len(dict(rows)) else None
