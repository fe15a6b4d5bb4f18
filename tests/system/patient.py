"""A gateway, running or not, and what the doctor finds about it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.system.gateway_process import GatewayProcess, eventually

GATEWAY = """
[gateway]
name = "patient"
[clock]
require_sync = false
[sites.s]
[assets.dewar]
site = "s"
"""
BROKER = """
[sources.broker]
kind = "mqtt"
host = "127.0.0.1"
port = {port}
client_id = "patient"
[[sources.broker.topics]]
pattern = "{{device}}"
payload = "json"
options = {{ readings = [{{ address = "{{device}}", value_pointer = "/temp", fault_values = [85.0] }}] }}
"""
CHANNEL = """
[channels.{name}]
asset = "dewar"
source = "broker"
address = "{name}"
no_data_after_s = 2.0
"""
SERIAL = """
[sources.line]
kind = "serial"
driver = "tec3000"
port = "{port}"
[channels.top]
asset = "dewar"
source = "line"
address = "TEMPA"
"""
Found = list[dict[str, str]]
Publish = Callable[[str, str], None]


class Patient:
    """A gateway, running or not, and what the doctor finds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.gateway = GatewayProcess(folder / "cryogate.toml")

    def configure(self, *parts: str) -> None:
        self.gateway.config.write_text(GATEWAY + "".join(parts))

    def start(self) -> None:
        self.gateway.start()
        self.gateway.wait_until_up()

    def examined(self, code: int | None = None) -> Found:
        """What is found; `code` is how the doctor ends."""
        done = self.gateway.asked("doctor", "--json")
        told: dict[str, Any] = json.loads(done.stdout)
        assert told["ok"] == (done.exit_code == 0)
        assert code in (None, done.exit_code), told
        found: Found = told["findings"]
        return found

    def has(self, level: str, where: str, what: str, do: str) -> None:
        """One finding says so, and the exit code fits; what takes time is waited for."""
        found: Found = []

        def is_found() -> bool:
            found[:] = self.examined()
            return any(
                (f["level"], f["where"]) == (level, where) and what in f["what"] and do in f["do"]
                for f in found
            )

        try:
            eventually(is_found, f"{level} {where}: {what}")
        except AssertionError:
            pytest.fail(f"no {level} {where}: {what} -> {do} in\n" + "\n".join(map(str, found)))


def subscribed(patient: Patient) -> None:
    eventually(lambda: (patient.gateway.status() or {})["sources"][0]["state"] == "up", "subscribed")
