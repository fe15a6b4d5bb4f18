"""The API beside 500 assets, 10 000 alarms and a million readings: `python -m benchmarks.api`.

A real process (`cryogate pages`) with TLS on loopback; no gateway runs, so what is measured is the API alone.
At the end a gateway runs, too: what it loses while its API is hammered (benchmarks/hammered.py).
"""

from __future__ import annotations

import http.client
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from benchmarks import hammered
from benchmarks.alarms import _known
from benchmarks.rig.processor import cpu_s
from benchmarks.rig.token import token_of
from gateway.config.load import load
from gateway.journal.alarm_tables import AlarmRow, TransitionRow
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.model import SECOND, Arrivals, Samples
from gateway.statements import Statement, transition
from gateway.statements.transition import Transition
from gateway.writing.introduction import introduce

ASSETS, ALARMS, READINGS = 500, 10_000, 1_000_000
ASKED = 200  # times each
LISTENERS, LISTENED_S = 200, 20.0
BEGIN_NS = 1_767_571_200 * SECOND  # 2026-01-05
LISTS = (
    "/assets?limit=500",
    "/channels?limit=500",
    "/values?limit=500",
    "/alarms?limit=100",
    "/alarms?limit=100&severity=critical",
    "/excursions?limit=100",
    "/statements?limit=100",
    "/contents",
    "/people",
    "/profiles",
    "/readings?channel=c0&from=2026-01-05T00:00:00Z&to=2026-01-17T00:00:00Z&points=1000",
)


class Api:
    """One connection that is kept."""

    def __init__(self, port: int, folder: Path, token: str) -> None:
        tls = ssl.create_default_context(cafile=folder / "pages-cert.pem")
        self._connection = http.client.HTTPSConnection("127.0.0.1", port, context=tls, timeout=120)
        self._headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str) -> bytes:
        self._connection.request("GET", f"/api/v1{path}", headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        assert answer.status == 200, (path, body[:300])
        return body

    def listen(self) -> http.client.HTTPResponse:
        self._connection.request("GET", "/api/v1/live", headers=self._headers)
        return self._connection.getresponse()


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = _configuration(folder)
        _fill(config, folder / "data")
        token = token_of(config)
        with _serving(config) as (port, process):
            api = Api(port, folder / "data", token)
            began_s = time.perf_counter()
            api.get("/alarms")
            print(f"first list of {ALARMS} alarms after a start: {time.perf_counter() - began_s:.2f} s")
            for path in LISTS:
                print(_timed(api, path))
            _file(api, process)
            _live(process, [Api(port, folder / "data", token) for _ in range(LISTENERS)])
    hammered.report()


def _timed(api: Api, path: str) -> str:
    size = len(api.get(path))
    took = []
    for _ in range(ASKED):
        began_s = time.perf_counter()
        api.get(path)
        took.append(1000 * (time.perf_counter() - began_s))
    took.sort()
    p99 = took[int(ASKED * 0.99)]
    return f"{path}: {statistics.median(took):.1f} ms (median), {p99:.1f} ms (p99), {size / 1000:.0f} kB"


def _file(api: Api, process: int) -> None:
    """Also how much of a core it takes: what else runs does not change that."""
    channels = "&".join(f"channel=c{k}" for k in range(100))
    interval = "from=2026-01-05T00:00:00Z&to=2026-02-05T00:00:00Z"
    for form in ("arrow", "parquet", "csv", "json"):  # the first one loads the library, too
        before_s, began_s = cpu_s(process), time.perf_counter()
        body = api.get(f"/readings/file?{channels}&{interval}&format={form}")
        took_s, core_s = time.perf_counter() - began_s, cpu_s(process) - before_s
        times = f"{took_s:.2f} s, {core_s:.2f} s of a core"
        print(f"{READINGS} readings as {form}: {times}, {len(body) / 1e6:.1f} MB")


def _live(process: int, listeners: list[Api]) -> None:
    streams = [one.listen() for one in listeners]
    before_s, began_s = cpu_s(process), time.perf_counter()
    time.sleep(LISTENED_S)
    share = (cpu_s(process) - before_s) / (time.perf_counter() - began_s)
    print(f"{len(streams)} listeners, no news: {100 * share:.0f} % of a core (goal: under 50 %)")


def _configuration(folder: Path) -> Path:
    tables = ['[gateway]\nname = "bench"\n[clock]\nrequire_sync = false\n[sites.lab]']
    tables += ['[sources.in]\nkind = "download"']
    for k in range(ASSETS):
        tables += [f'[assets.dewar-{k}]\nsite = "lab"']
        tables += [f'[channels.c{k}]\nasset = "dewar-{k}"\nsource = "in"\naddress = "a{k}"']
    config = folder / "cryogate.toml"
    config.write_text("\n".join(tables))
    return config


def _fill(config: Path, data: Path) -> None:
    data.mkdir()
    with Journal.open(data / "journal.sqlite") as journal, Records(data / "records.sqlite") as records:
        numbers = introduce(load(config), journal, BEGIN_NS)
        _readings(journal, [numbers[f"c{k}"] for k in range(100)])
        for begin in range(0, ALARMS, 1000):
            _alarms(journal, records, range(begin, begin + 1000))


def _readings(journal: Journal, channels: list[int]) -> None:
    """A minute apart, of a hundred channels."""
    rounds = READINGS // len(channels)
    rng = np.random.default_rng(1)
    for begin in range(0, rounds, 1000):
        steps = np.repeat(np.arange(begin, begin + 1000, dtype=np.int64), len(channels))
        time_ns = BEGIN_NS + steps * 60 * SECOND
        value = np.round(rng.normal(-190.0, 1.0, len(steps)), 2)
        channel = np.tile(np.array(channels, np.int32), 1000)
        samples = Samples(time_ns, channel, value, np.zeros(len(steps), np.uint8))
        journal.commit(Arrivals(samples, time_ns))


def _alarms(journal: Journal, records: Records, numbers: range) -> None:
    said = [Transition(f"E-{k}", 1, "raised", 0, "", "0.1.0", _known(None, k)) for k in numbers]  # type: ignore[arg-type]
    told = [Statement(transition.KIND, "bench", BEGIN_NS, transition.to_body(one)) for one in said]
    done = journal.commit(statements=told)
    with records.transaction():
        records.book.put_alarms(AlarmRow(one.alarm, False, BEGIN_NS, 1, one.known) for one in said)
        for seq, one in zip(done.seqs, said, strict=True):
            records.book.put_transition(TransitionRow(seq, one.alarm, 1, "raised", BEGIN_NS, 0))


@contextmanager
def _serving(config: Path) -> Iterator[tuple[int, int]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    words = [sys.executable, "-c", "from gateway.cli import main; main()", "pages", "--config", str(config)]
    process = subprocess.Popen([*words, "--listen", f"127.0.0.1:{port}"], stdout=subprocess.DEVNULL)
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
