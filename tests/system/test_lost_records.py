"""A gateway whose records.sqlite is taken away: nobody is told twice, and files have each row once."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.system.configurations import ABOVE_150, BROKER, DEWAR, PLAIN
from tests.system.gateway_process import GatewayProcess, eventually
from tests.system.mosquitto import Mosquitto

OWN = """
[channels.dewar]
asset = "dewar"
source = "broker"
address = "dewar"
profile = "p"
no_data_after_s = 3600.0
[notifiers.told]
kind = "jsonl"
path = "told.jsonl"
[sinks.copy]
kind = "csv"
folder = "copy"
"""


def test_without_records_nobody_is_told_twice_and_nothing_is_left_out(
    configured: Callable[[str], GatewayProcess],
    mosquitto: Mosquitto,
    publish: Callable[[str, Any], None],
    tmp_path: Path,
) -> None:
    gateway = configured((DEWAR + BROKER + PLAIN + ABOVE_150 + OWN).format(port=mosquitto.port))

    def told() -> list[tuple[str, str]]:
        path = tmp_path / "told.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return [(said["id"], said["change"]) for said in map(json.loads, lines) if said["kind"] == "limit"]

    def values() -> list[float]:
        found = []
        for path in sorted((tmp_path / "copy").glob("readings-*.csv")):
            with path.open(newline="") as file:
                found += [float(row["value"]) for row in csv.DictReader(file)]
        return found

    sent: list[float] = []
    for round_, stop in enumerate((gateway.kill, gateway.stop, gateway.kill)):
        gateway.start()
        gateway.wait_until_up()
        for value in (-140.0 + round_ / 10, -190.0 + round_ / 10):
            publish("dewar", {"temp": value})
            sent.append(value)
            eventually(lambda: len(told()) == len(sent) and len(values()) == len(sent), f"{value} is out")
        stop()
        for path in gateway.folder.glob("records.sqlite*"):
            path.unlink()
    gateway.start()
    gateway.wait_until_up()
    publish("dewar", {"temp": -140.5})
    sent.append(-140.5)
    eventually(lambda: len(told()) >= len(sent) and len(values()) >= len(sent), "the last one is out")
    assert gateway.stop() == 0
    assert [change for _, change in told()] == ["raised", "returned"] * 3 + ["raised"]
    assert len(set(told())) == len(sent)
    assert values() == sent
