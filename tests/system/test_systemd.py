"""A service manager, as far as its notification socket goes, and a real gateway under it."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest

from gateway.journal.database import connect
from tests.system.configurations import BROKER, DEWAR, PLAIN
from tests.system.gateway_process import GatewayProcess, eventually
from tests.system.mosquitto import Mosquitto

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
WATCHDOG_S = 4.0
OWN = """
[channels.dewar]
asset = "dewar"
source = "broker"
address = "dewar"
"""
CONFIG = DEWAR + BROKER + PLAIN + OWN


class Manager:
    """The notification socket; `heard` has every assignment with the time it came."""

    def __init__(self, folder: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(folder / "notify"))
        self.environment = {
            "NOTIFY_SOCKET": str(folder / "notify"),
            "WATCHDOG_USEC": str(int(WATCHDOG_S * 1e6)),
        }

    def hear(self, wanted: str, within_s: float = 60.0) -> str:
        """The next assignment that fits; those before it are passed over."""
        deadline = time.monotonic() + within_s
        while (left_s := deadline - time.monotonic()) > 0:
            self._socket.settimeout(left_s)
            try:
                lines = self._socket.recv(4096).decode().splitlines()
            except TimeoutError:
                break
            for line in lines:
                if re.search(wanted, line):
                    return line
        return ""

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    with closing(Manager(tmp_path)) as manager:
        yield manager


@pytest.fixture
def gateway(
    mosquitto: Mosquitto, manager: Manager, configured: Callable[[str], GatewayProcess]
) -> GatewayProcess:
    gateway = configured(CONFIG.format(port=mosquitto.port))
    gateway.environment = manager.environment
    gateway.start()
    return gateway


def test_ready_when_it_answers_alive_while_it_works_stopping_when_asked(
    gateway: GatewayProcess, manager: Manager
) -> None:
    assert manager.hear("^READY=1$") == "READY=1"
    status = gateway.status()
    assert status is not None and status["gateway"]["watchdog_s"] == WATCHDOG_S
    assert "never heard: dewar" in manager.hear("^STATUS=.*never heard")
    for _ in range(3):
        assert manager.hear("^WATCHDOG=1$", WATCHDOG_S)
    assert gateway.stop() == 0
    assert manager.hear("^STOPPING=1$")


def test_a_pump_that_hangs_is_not_alive(
    gateway: GatewayProcess, manager: Manager, mosquitto: Mosquitto
) -> None:
    assert manager.hear("^READY=1$")
    eventually(lambda: (s := gateway.status()) and s["sources"][0]["state"] == "up", "subscribed")
    with closing(connect(gateway.folder / "journal.sqlite", writing=True)) as other:
        other.execute("BEGIN IMMEDIATE")  # somebody holds the journal, and the pump waits for it
        device = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="device")
        device.connect("127.0.0.1", mosquitto.port)
        device.publish("dewar", b'{"temp": -190}', 1)
        device.loop_start()
        assert "the pump has not moved" in manager.hear("^STATUS=the pump")
        assert not manager.hear("^WATCHDOG=1$", WATCHDOG_S)
        other.execute("COMMIT")
    assert manager.hear("^WATCHDOG=1$")
    device.disconnect()
    device.loop_stop()
    assert "is not told that the gateway lives" in gateway.log.read_text()


def test_log_lines_are_json_where_they_shall_be(tmp_path: Path, gateway: GatewayProcess) -> None:
    gateway.wait_until_up()
    gateway.stop()
    text = gateway.log.read_text().splitlines()
    assert all(re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (INFO|WARNING|ERROR)", t) for t in text)
    process = subprocess.Popen(
        [*gateway._cryogate(), "run", "--config", str(gateway.config), "--log-format", "json"],
        stderr=subprocess.PIPE,
        text=True,
    )
    eventually(gateway.status, "it answers")
    process.terminate()
    lines = [json.loads(line) for line in process.communicate(timeout=120)[1].splitlines()]
    assert {"time", "level", "logger", "thread", "message"} == set(lines[0])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z", lines[0]["time"])
    assert lines[-1]["message"] == "stopped; everything acknowledged is in the journal"


def test_the_unit_is_one(tmp_path: Path) -> None:
    """systemd reads it without complaint, and finds little that it may do."""
    analyze = shutil.which("systemd-analyze")
    text = (EXAMPLES / "cryogate.service").read_text()
    assert {"Type=notify", "Restart=always"} <= set(text.splitlines())
    assert re.search(r"^WatchdogSec=\d+", text, re.M)
    if analyze is None:
        pytest.skip("systemd-analyze is not installed here")
    program = tmp_path / "cryogate"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    unit = tmp_path / "cryogate.service"
    unit.write_text(re.sub(r"ExecStart=\S+", f"ExecStart={program}", text))
    done = subprocess.run(
        [analyze, "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False
    )
    assert "cryogate.service" not in done.stderr, done.stderr
    told = subprocess.run(
        [analyze, "security", "--offline=true", str(unit)], capture_output=True, text=True, check=False
    )
    exposure = re.search(r"Overall exposure level for cryogate.service: ([\d.]+)", told.stdout)
    assert exposure and float(exposure[1]) < 2.5, told.stdout + told.stderr
