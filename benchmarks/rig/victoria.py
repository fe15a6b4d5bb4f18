"""victoria-metrics of Debian, which speaks the write API of InfluxDB 2."""

from __future__ import annotations

import json
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Final

from benchmarks.rig import Unavailable
from benchmarks.rig.broker import free_port

SINK: Final = """
[sinks.central]
kind = "influxdb"
url = "http://127.0.0.1:{port}"
org = "o"
bucket = "b"
token_file = "{token}"
"""


class Victoria:
    """On a free port; it is not started yet."""

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

    def sink(self, folder: Path) -> str:
        """The sink of a configuration that writes here."""
        token = folder / "token"
        token.write_text("any")
        return SINK.format(port=self.port, token=token)

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
