"""A sink that is down for a week, and back: everything there, each once."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Final

from benchmarks.faults.outcome import Outcome, Size, Tell, outcome
from benchmarks.rig import Unavailable
from benchmarks.rig.broker import free_port
from benchmarks.rig.gateway import wait_for
from benchmarks.rig.world import World
from gateway.model import SECOND

WEEK_S: Final = 7 * 86_400
STEP_S: Final = {"short": 600, "usual": 60, "long": 10}  # from reading to reading of a device
DEVICES: Final = 10
UNPACED: Final = 0
SINK: Final = """
[sinks.central]
kind = "influxdb"
url = "http://127.0.0.1:{port}"
org = "o"
bucket = "b"
token_file = "{token}"
"""
WITHIN_S: Final = 600.0


def week(folder: Path, size: Size, tell: Tell) -> Outcome:
    """A simulated week of readings while the server is away; a kill -9 while it catches up."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "token").write_text("any")
    server = _Server(folder / "victoria")
    steps = WEEK_S // STEP_S[size]
    start_ns = (int(time.time()) - WEEK_S) * SECOND
    world = World(
        folder,
        UNPACED,
        devices=DEVICES,
        delays="",
        more=SINK.format(port=server.port, token=folder / "token"),
        most=steps * DEVICES,
        start_ns=start_ns,
        step_ns=STEP_S[size] * SECOND,
    )
    try:
        with world:
            world.publisher.start()
            tell("a week of readings, nobody takes them")
            wait_for(lambda: not world.publisher.is_alive(), "the week is published", WITHIN_S)
            wait_for(lambda: world.gateway.counts().get("waiting") == 0, "the week is stored", WITHIN_S)
            tell("the server is back")
            server.start()
            began = time.monotonic()
            wait_for(lambda: server.points() > 0, "the first batch arrives", WITHIN_S)
            world.gateway.kill()
            world.gateway.start()
            world.gateway.wait_up()
            wait_for(lambda: server.points() >= steps * DEVICES, "everything arrives", WITHIN_S)
            recovery_s = time.monotonic() - began
            account = world.settle()
            points = server.points()
    finally:
        server.stop()
    short = "" if points == account.acknowledged else f"{points} points at the sink"
    note = (
        f"{steps} readings of {DEVICES} devices each, killed once while it caught up; {points} points there"
    )
    return outcome("sink away for a week", note, account, recovery_s, short)


class _Server:
    """victoria-metrics, which speaks the write API of InfluxDB 2."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("victoria-metrics")
        if program is None:
            raise Unavailable("victoria-metrics is not installed (Debian package victoria-metrics)")
        self.port = free_port()
        self._log = folder.with_suffix(".log")
        self._process: subprocess.Popen[bytes] | None = None
        self._command = [
            program,
            f"-httpListenAddr=127.0.0.1:{self.port}",
            f"-storageDataPath={folder}",
            "-retentionPeriod=100y",
            "-dedup.minScrapeInterval=1ms",
            "-search.latencyOffset=0s",
        ]

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()

    def points(self) -> int:
        """How many values it has, each time of a channel once."""
        try:
            self._get("/internal/force_flush")
            lines = self._get("/api/v1/export", match='{__name__="reading_value"}').splitlines()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return 0
        return sum(len(set(json.loads(line)["timestamps"])) for line in lines)

    def _get(self, path: str, **query: str) -> str:
        url = f"http://127.0.0.1:{self.port}{path}?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(url, timeout=30) as answer:
            return str(answer.read().decode())
