"""The InfluxDB sink against servers that others wrote: VictoriaMetrics, and with INFLUX_URL a real one.

INFLUX_URL, INFLUX_TOKEN, INFLUX_ORG and INFLUX_BUCKET name a bucket for tests; every test writes a
measurement of its own there and leaves it behind.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from influxdb_client import InfluxDBClient

from gateway.alarms.change import AlarmChange
from gateway.errors import LinkDown
from gateway.model import Arrivals
from gateway.sinks import alarm_lines
from gateway.sinks.influxdb import Options, Sink
from tests.system.alarm_changes import life
from tests.system.gateway_process import eventually
from tests.system.influx import PLACES, batch, expected, free_port

START_S = 60.0  # machines are shared
NUMBER = re.compile(r"(\w+)=(-?[\d.]+(?:e[+-]?\d+)?i?)(?=[, ])")
TEXTS = ("id", "text", "state", "units")
Stored = dict[tuple[str, int], dict[str, Any]]


class Server(Protocol):
    def options(self, measurement: str) -> Options:
        """Alarms and excursions go to measurements with "-alarm" and "-excursion" behind."""

    def stored(self, measurement: str) -> Stored:
        """(channel, time in ms) -> fields."""


def three(measurement: str) -> tuple[str, str, str]:
    return measurement, f"{measurement}_alarm", f"{measurement}_excursion"


class Victoria:
    """victoria-metrics of Debian on a free port."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("victoria-metrics")
        if program is None:
            pytest.fail(
                "no victoria-metrics here: install Debian package victoria-metrics or run scripts/test"
            )
        self.folder, self.port = folder, free_port()
        self._command = [
            program,
            f"-httpListenAddr=127.0.0.1:{self.port}",
            f"-storageDataPath={folder / 'data'}",
            "-retentionPeriod=100y",
            "-dedup.minScrapeInterval=1ms",  # or a repeat is a second sample
        ]
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir()
        (folder / "token").write_text("any")

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)
        deadline = time.monotonic() + START_S
        while not self._is_healthy():
            assert self._process.poll() is None and time.monotonic() < deadline, (
                self.folder / "log"
            ).read_text()
            time.sleep(0.05)

    def stop(self) -> None:
        """SIGINT: it writes what it has in memory. Its own promise ends at a kill."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(START_S)
            self._process = None

    def options(self, measurement: str) -> Options:
        url, token = f"http://127.0.0.1:{self.port}", str(self.folder / "token")
        return Options(url, "any", "any", token, *three(measurement))

    def stored(self, measurement: str) -> Stored:
        found: Stored = {}
        self._get("/internal/force_flush")
        for line in self._get("/api/v1/export", match=f'{{__name__=~"{measurement}_.*"}}').splitlines():
            series = json.loads(line)
            name = series["metric"]["__name__"].removeprefix(f"{measurement}_")
            for at_ms, value in zip(series["timestamps"], series["values"], strict=True):
                fields = found.setdefault((series["metric"]["channel"], at_ms), {})
                assert name not in fields, "a sample is there twice"
                fields[name] = value
        return found

    def _is_healthy(self) -> bool:
        try:
            return self._get("/health") == "OK"
        except OSError:
            return False

    def _get(self, path: str, **query: str) -> str:
        url = f"http://127.0.0.1:{self.port}{path}?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(url, timeout=60) as answer:
            return str(answer.read().decode())


class Real:
    """The InfluxDB 2 that the environment names."""

    def __init__(self, folder: Path) -> None:
        self._org, self._bucket = os.environ["INFLUX_ORG"], os.environ["INFLUX_BUCKET"]
        self._url, self._token = os.environ["INFLUX_URL"], folder / "token"
        folder.mkdir()
        self._token.write_text(os.environ["INFLUX_TOKEN"])

    def options(self, measurement: str) -> Options:
        return Options(self._url, self._org, self._bucket, str(self._token), *three(measurement))

    def stored(self, measurement: str) -> Stored:
        found: Stored = {}
        ours = f'filter(fn: (r) => r._measurement == "{measurement}")'
        query = f'from(bucket: "{self._bucket}") |> range(start: 0) |> {ours}'
        with InfluxDBClient(self._url, self._token.read_text(), org=self._org) as client:
            for table in client.query_api().query(query):
                for record in table.records:
                    at_ms = round(record.get_time().timestamp() * 1000)
                    found.setdefault((record["channel"], at_ms), {})[record.get_field()] = record.get_value()
        return found


@pytest.fixture
def victoria(tmp_path: Path) -> Iterator[Victoria]:
    server = Victoria(tmp_path / "victoria")
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=["victoria", *(["real"] if "INFLUX_URL" in os.environ else [])])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    return Real(tmp_path / "real") if request.param == "real" else request.getfixturevalue("victoria")


@pytest.fixture
def measurement() -> str:
    return f"t{uuid.uuid4().hex}"


def wanted(*batches: Arrivals) -> Stored:
    return {(c, t // 1_000_000): f for some in batches for (c, t), f in expected(some).items()}


def write(options: Options, *batches: Arrivals) -> None:
    sink = Sink(options)
    sink.resume(None)
    try:
        for some in batches:
            assert sink.write(some, PLACES).rejected == {}
    finally:
        sink.close()


def test_readings_arrive_as_they_are(server: Server, measurement: str) -> None:
    write(server.options(measurement), batch(0, 300))
    eventually(lambda: server.stored(measurement) == wanted(batch(0, 300)), "all of them")


def test_a_batch_that_comes_again_counts_once(server: Server, measurement: str) -> None:
    for _ in range(3):
        write(server.options(measurement), batch(0, 50), batch(50, 50))
    eventually(lambda: server.stored(measurement) == wanted(batch(0, 100)), "once each")


def test_what_was_written_before_and_after_an_outage_is_there(victoria: Victoria) -> None:
    options = victoria.options("reading")
    write(options, batch(0, 50))
    victoria.stop()
    with pytest.raises(LinkDown, match="nobody listens there; check url"):
        write(options, batch(50, 50))
    victoria.start()
    write(options, batch(50, 50))
    eventually(lambda: victoria.stored("reading") == wanted(batch(0, 100)), "all of them")


def alarm_points(changes: list[AlarmChange], which: str) -> Stored:
    """(channel, time in ms) -> the numbers among the fields, by what is written."""
    found: Stored = {}
    for change in changes:
        for line in alarm_lines.lines(change, "alarm", "excursion"):
            if line.startswith(which):
                fields = {k: float(v.rstrip("i")) for k, v in NUMBER.findall(line)}
                found[change.alarm["channel"], int(line.rsplit(" ", 1)[1]) // 1_000_000] = fields
    return found


def numbers(stored: Stored) -> Stored:
    return {
        key: {name: x for name, x in fields.items() if name not in TEXTS} for key, fields in stored.items()
    }


def test_alarms_arrive_and_count_once(server: Server, measurement: str) -> None:
    changes = life()
    for _ in range(3):
        write_alarms(server.options(measurement), changes)
    wanted = alarm_points(changes, "alarm")
    assert len(wanted) == 4 and wanted[min(wanted)]["extreme"] == -140.5
    eventually(lambda: numbers(server.stored(f"{measurement}_alarm")) == wanted, "each change once")
    eventually(lambda: len(server.stored(f"{measurement}_excursion")) == 1, "one excursion")


def test_text_is_text_in_influxdb_and_0_in_victoria_metrics(server: Server, measurement: str) -> None:
    write_alarms(server.options(measurement), life()[:1])
    (alarm,) = eventually(lambda: server.stored(f"{measurement}_alarm").values(), "it is there")
    real = {"id": "E-7Q2M9XKD", "state": "unacknowledged", "units": 'holder BAG "1",_批'}
    assert {name: alarm[name] for name in real} == (
        real if isinstance(server, Real) else dict.fromkeys(real, 0)
    )


def test_an_excursion_is_one_point_that_says_what_was_known_last(server: Server, measurement: str) -> None:
    """VictoriaMetrics does not overwrite: it keeps one of the values, field by field."""
    written = [alarm_points([change], "excursion") for change in life()]
    for change in life():
        write_alarms(server.options(measurement), [change])
    stored = eventually(lambda: numbers(server.stored(f"{measurement}_excursion")), "it is there")
    assert stored.keys() == written[-1].keys()
    if isinstance(server, Real):
        assert stored == written[-1]
    for key, fields in stored.items():
        assert all(value in {w[key][name] for w in written} for name, value in fields.items())


def write_alarms(options: Options, changes: list[AlarmChange]) -> None:
    sink = Sink(options)
    sink.resume(None)
    try:
        assert sink.write_alarms(changes).rejected == {}
    finally:
        sink.close()
