"""The real gateway as a process of its own on a configuration made for the measurement."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.rig.processor import cpu_s
from gateway.api.asking import ask
from gateway.errors import NotRunning

WITHIN_S = 60.0
MQTT = """
[sources.broker]
kind = "mqtt"
host = "127.0.0.1"
port = {port}
client_id = "measured"
[[sources.broker.topics]]
pattern = "cryo/{{device}}/telemetry"
payload = "json"
[sources.broker.topics.options]
time_pointer = "/ts"
time_format = "{unit}"
readings = [{{ address = "{{device}}", value_pointer = "/temp" }}]
"""
CONFIG = """
[gateway]
name = "measured"
data_dir = "{data}"
[journal]
{journal}
[sites.s]
[[profiles.p]]
version = "1"
[[profiles.p.rules]]
id = "above-150"
kind = "limit"
side = "high"
limit_degC = -150.0
deadband_degC = 2.0
{delays}
severity = "critical"
[[profiles.p.rules]]
id = "rising"
kind = "rate"
side = "rising"
limit_degC_per_min = 6000.0
window_s = 60.0
severity = "minor"
{more}
"""
DEVICE = """
[assets.dewar-{n}]
site = "s"
[channels.dewar-{n}]
asset = "dewar-{n}"
source = "broker"
address = "dewar-{n}"
profile = "p"
no_data_after_s = 8640000.0
"""
DELAYS = "on_delay_s = 0.3\noff_delay_s = 0.2"


def configuration(
    port: int,
    devices: int,
    data: Path,
    *,
    journal: str = "",
    delays: str = DELAYS,
    more: str = "",
    unit: str = "unix_ns",
) -> str:
    """A broker with devices, each with a limit and a rate; `journal` and `more` are further TOML."""
    text = CONFIG.format(data=data, journal=journal, delays=delays, more=more)
    return text + MQTT.format(port=port, unit=unit) + "".join(DEVICE.format(n=n) for n in range(devices))


class Gateway:
    """`cryogate run`; `prefix` is a program around it (that execs it), `environment` is added to ours."""

    def __init__(
        self,
        config: Path,
        data: Path,
        prefix: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.config = config
        self.data = data
        self.log = config.parent / "gateway.log"
        self._command = [*prefix, sys.executable, "-c", "from gateway.cli import main; main()"]
        self._environment = {**os.environ, **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Returns at once."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._command, "run", "--config", str(self.config)],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env=self._environment,
            )

    def status(self) -> dict[str, Any] | None:
        """What it says about itself; None while it does not answer."""
        try:
            return dict(ask(self.data, "status"))
        except (NotRunning, FileNotFoundError, TypeError):
            return None

    def wait_up(self) -> None:
        """Until every source is connected. Raises TimeoutError."""

        wait_for(self.is_connected, f"the gateway comes up; {self.log} has why not")

    def is_connected(self) -> bool:
        """Whether every source is."""
        status = self.status()
        return status is not None and all(s["state"] == "up" for s in status["sources"])

    def counts(self) -> dict[str, Any]:
        """Its journal's part of the status; empty while it does not answer."""
        status = self.status()
        return {} if status is None else dict(status["journal"])

    def resident_mb(self) -> float:
        """Memory it holds now."""
        return self._memory_mb("VmRSS:")

    def most_mb(self) -> float:
        """The most that it has held so far."""
        return self._memory_mb("VmHWM:")

    def _memory_mb(self, name: str) -> float:
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1]) / 1024
        return 0.0

    def cpu_s(self) -> float:
        """User and system time so far."""
        return cpu_s(self.pid)

    def kill(self) -> None:
        """SIGKILL: no last words."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(WITHIN_S)

    def stop(self) -> None:
        """SIGTERM, and wait."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(WITHIN_S)


def wait_for(condition: Any, what: str, within_s: float = WITHIN_S) -> float:
    """Seconds until `condition` holds. Raises TimeoutError."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > within_s:
            raise TimeoutError(f"not within {within_s:.0f} s: {what}")
        time.sleep(0.01)
    return time.monotonic() - began
