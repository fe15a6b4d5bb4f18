"""The InfluxDB of the tests: a process that can be killed, told how to behave, and asked what it has."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from gateway.model import Arrivals, Quality, Samples
from gateway.sinks import FixedPlaces, Place
from gateway.sinks.influxdb import Options

TOKEN, ORG, BUCKET = "secret-token", "cold chain", "readings"
START_S = 60.0  # machines are shared
BASE_NS = 1_767_610_800 * 10**9
PLACES = FixedPlaces(
    {
        1: Place("top", "pudong", "freezer-1", "top", "temperature", "degC"),
        2: Place("液位 a,b=c", "pudong", "freezer-1", "", "level", "mm"),
        3: Place("gone"),
    }
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def batch(first: int, count: int, channel: int | None = None) -> Arrivals:
    """Readings of three channels in turn, or of one; every seventh is BAD."""
    number = np.arange(first, first + count)
    time_ns = BASE_NS + number * 1_000_000_007
    channels = (number % 3 + 1) if channel is None else np.full(count, channel)
    quality = np.where(
        number % 7 == 3, Quality.BAD, np.where(number % 5 == 1, Quality.UNCERTAIN, Quality.GOOD)
    )
    value = np.where(quality == Quality.BAD, np.nan, np.round(-190.0 + number * 0.01, 2))
    samples = Samples(time_ns, channels.astype(np.int32), value, quality.astype(np.uint8))
    return Arrivals(samples, time_ns + 1)


def expected(arrivals: Arrivals, places: FixedPlaces = PLACES) -> dict[tuple[str, int], dict[str, float]]:
    """(channel, time) -> fields, as the server should have them."""
    samples = arrivals.samples
    rows = zip(
        samples.channel.tolist(),
        samples.time.tolist(),
        samples.value.tolist(),
        samples.quality.tolist(),
        strict=True,
    )
    return {
        (places[c].channel, t): ({"quality": q} if q >= Quality.BAD else {"value": v, "quality": q})
        for c, t, v, q in rows
    }


class Influx:
    """One server with its folder; the port stays over restarts."""

    def __init__(self, folder: Path, certificate: tuple[str, str] | tuple[()] = ()) -> None:
        folder.mkdir(parents=True)
        self.folder, self.port = folder, free_port()
        self.scheme = "https" if certificate else "http"
        self._certificate = certificate
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "token").write_text(TOKEN + "\n")
        self.behave()

    def behave(self, **told: Any) -> None:
        """From the next request on."""
        new = self.folder / "behaviour.new"
        new.write_text(json.dumps(told))
        new.rename(self.folder / "behaviour.json")

    def answer(self, status: int, body: str, **headers: str) -> None:
        """The same to every request."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.behave(answer={"status": status, "body": body, "headers": named})

    def start(self) -> Influx:
        program = Path(__file__).with_name("influx_server.py")
        with (self.folder / "log").open("ab") as log:
            arguments = [sys.executable, str(program), str(self.folder), str(self.port), *self._certificate]
            self._process = subprocess.Popen(arguments, stdout=log, stderr=log)
        deadline = time.monotonic() + START_S
        while not self._accepts():
            assert self._process.poll() is None and time.monotonic() < deadline, (
                self.folder / "log"
            ).read_text()
            time.sleep(0.02)
        return self

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def options(self, **more: Any) -> Options:
        told = {
            "url": f"{self.scheme}://127.0.0.1:{self.port}",
            "org": ORG,
            "bucket": BUCKET,
            "token_file": str(self.folder / "token"),
            "timeout_s": 10.0,
        }
        return Options(**(told | more))

    def points(self) -> list[dict[str, Any]]:
        """Every point as it was written, repeats too."""
        return self._rows("points.jsonl")

    def requests(self) -> list[dict[str, Any]]:
        return self._rows("requests.jsonl")

    def stored(self, measurement: str = "reading") -> dict[tuple[str, int], dict[str, Any]]:
        """(channel, time) -> fields: the same series and time overwrites."""
        found: dict[tuple[str, int], dict[str, Any]] = {}
        for point in self.points():
            if point["measurement"] == measurement:
                key = (point["tags"].get("channel", ""), point["time"])
                found.setdefault(key, {}).update(point["fields"])
        return found

    def _rows(self, name: str) -> list[dict[str, Any]]:
        path = self.folder / name
        whole = path.read_text().rpartition("\n")[0] if path.exists() else ""
        return [json.loads(line) for line in whole.splitlines()]

    def _accepts(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1.0).close()
        except OSError:
            return False
        return True
