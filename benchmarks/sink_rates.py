"""Readings a second from a journal to each sink's outside world, through the follower with its cursor.

    python -m benchmarks.sink_rates [SINK ...] [--readings N] [--channels N] [--runs N]

The outside worlds are real: files, mosquitto, VictoriaMetrics (its write API is that of InfluxDB 2). Beside
the InfluxDB sink the same readings through influxdb-client's own synchronous write API, as Points, to the
same server, in the same run. Best of several runs; every run begins with new files and a new server.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS

from benchmarks.rig import Unavailable
from benchmarks.rig.broker import Broker, free_port
from benchmarks.sinks import as_points, some_readings
from gateway.followers.sink import SinkFollower
from gateway.followers.transitions import Transitions
from gateway.followers.voice import Voice
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.model import Arrivals
from gateway.published.alarm import of_known
from gateway.sinks import FixedPlaces, Sink, csv, influxdb, mqtt, parquet

SINKS = ("csv", "parquet", "mqtt", "influxdb")
COMMIT = 10_000  # readings in one commit of the journal
CLIENT_BATCH = 10_000  # points in one request of influxdb-client, as in one of ours
START_S = 20.0


def main() -> None:
    options = _options()
    arrivals, places = some_readings(options.readings, options.channels)
    print(f"{len(arrivals):,} readings of {options.channels} channels; readings a second")
    for name in options.sinks or SINKS:
        runs = [_one_run(name, arrivals, places) for _ in range(options.runs)]
        ours = max(run.rate for run in runs)
        _tell(name, ours)
        if runs[0].bytes_on_disk:
            print(f"{'':26} {runs[0].bytes_on_disk / len(arrivals):10.1f} bytes a reading")
        if name == "influxdb":
            theirs = max(run.client_rate for run in runs)
            _tell("influxdb-client, Points", theirs)
            print(f"{'':26} {ours / theirs:10.1f}x")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sinks", nargs="*", metavar="SINK", help=f"of {', '.join(SINKS)}; all without")
    parser.add_argument("--readings", type=int, default=500_000)
    parser.add_argument("--channels", type=int, default=200)
    parser.add_argument("--runs", type=int, default=3)
    return parser.parse_args()


def _tell(name: str, rate: float) -> None:
    print(f"{name:26} {rate:10,.0f}", flush=True)


class _Run(NamedTuple):
    rate: float  # readings/s
    client_rate: float  # of influxdb-client, where that is what there is to compare with
    bytes_on_disk: int  # of finished files, where the sink makes files


def _one_run(name: str, arrivals: Arrivals, places: FixedPlaces) -> _Run:
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        with _world(name, folder) as sink, Journal.open(folder / "journal.sqlite") as journal:
            journal.channel_numbers([places[n].channel for n in sorted(places)])
            for first in range(0, len(arrivals), COMMIT):
                rows = slice(first, first + COMMIT)
                journal.commit(Arrivals(arrivals.samples.take(rows), arrivals.received[rows]))
            ours_s = _follow(folder, sink, places)
            theirs_s = _client(folder, arrivals, places) if name == "influxdb" else 1.0
            size = sum(path.stat().st_size for path in folder.glob("out/**/*.[cp]*") if path.is_file())
    return _Run(len(arrivals) / ours_s, len(arrivals) / theirs_s, size)


def _follow(folder: Path, sink: Sink, places: FixedPlaces) -> float:
    """Seconds until the sink has everything."""
    records = Records(folder / "records.sqlite")
    with Journal.open(folder / "journal.sqlite") as journal:
        changes = Transitions(journal, records, of_known)
        follower = SinkFollower(
            "it", sink, Voice(journal, "it"), records, threading.Condition(), Known(places), changes
        )
        stop, last = threading.Event(), journal.last_seq()
        thread = threading.Thread(target=follower.run, args=(stop,))
        start_s = time.perf_counter()
        thread.start()
        while follower.readings.cursor < last:
            if not thread.is_alive():
                raise Unavailable(f"the sink gave up: {follower.problem or 'see above'}")
            time.sleep(0.002)
        took_s = time.perf_counter() - start_s
        stop.set()
        thread.join()
    records.close()
    return took_s


class Known(FixedPlaces):
    """The places of these readings."""

    def look_again(self) -> None:
        """There are no others."""


def _client(folder: Path, arrivals: Arrivals, places: FixedPlaces) -> float:
    """Seconds for the same, without a journal and without a cursor, made point by point."""
    with InfluxDBClient((folder / "url").read_text(), "any", org="any", enable_gzip=True) as client:
        writing = client.write_api(write_options=SYNCHRONOUS)
        start_s = time.perf_counter()
        for first in range(0, len(arrivals), CLIENT_BATCH):
            rows = slice(first, first + CLIENT_BATCH)
            some = Arrivals(arrivals.samples.take(rows), arrivals.received[rows])
            writing.write("any", record=as_points(some, places))
        return time.perf_counter() - start_s


@contextmanager
def _world(name: str, folder: Path) -> Iterator[Sink]:
    if name == "csv":
        yield csv.Sink(csv.Options(str(folder / "out")))
    elif name == "parquet":
        yield parquet.Sink(parquet.Options(str(folder / "out"), most_readings=100_000))  # so that parts count
    elif name == "mqtt":
        broker = Broker(folder / "mosquitto")
        broker.start()
        try:
            told = mqtt.Options("127.0.0.1", "edge", "cold/{site}", port=broker.port, needs_subscriber=False)
            yield mqtt.Sink(told)
        finally:
            broker.stop()
    else:
        with _victoria(folder) as url:
            (folder / "token").write_text("any")
            yield influxdb.Sink(influxdb.Options(url, "any", "any", str(folder / "token")))


@contextmanager
def _victoria(folder: Path) -> Iterator[str]:
    program = shutil.which("victoria-metrics")
    if program is None:
        raise Unavailable("victoria-metrics is not installed (Debian package victoria-metrics)")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    (folder / "url").write_text(url)
    arguments = [f"-httpListenAddr=127.0.0.1:{port}", f"-storageDataPath={folder / 'data'}"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, *arguments, "-retentionPeriod=100y"], stdout=log, stderr=log)
    try:
        _wait(url)
        yield url
    finally:
        process.terminate()
        process.wait(START_S)


def _wait(url: str) -> None:
    deadline_s = time.monotonic() + START_S
    while True:
        try:
            urllib.request.urlopen(f"{url}/health", timeout=1).close()
            return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > deadline_s:
                raise Unavailable("victoria-metrics did not start") from None
            time.sleep(0.05)


if __name__ == "__main__":
    main()
