"""How long a gateway takes from exec to READY=1 with a year of journal behind it.

python -m benchmarks.startup [--channels 1 1000] [--readings 31536000] [--starts 5]

For each number of channels a journal is written (a year of 1 Hz of one channel, or as many readings of many),
older readings are archived as the gateway does it, one run screens everything and stops. Then the
gateway is started again and again, and once after a kill; beside it what importing the program takes.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.rig.processor import cpu_s
from gateway.api.asking import ask
from gateway.errors import NotRunning
from gateway.journal.journal import Journal
from gateway.journal.rollover import RollOver, SegmentEnd
from gateway.model import SECOND, Arrivals, Samples

YEAR_S = 365 * 86_400
COMMITS = 365 * 24  # hours of the year
HOT_NS = 900 * SECOND
WITHIN_S = 600.0
RUN = [sys.executable, "-c", "from gateway.cli import main; main()", "run", "--config"]
Took = tuple[
    float, float
]  # seconds on the wall, and of the processor: a busy machine shows in the first alone

CONFIG = """
[gateway]
name = "startup"
[clock]
require_sync = false
[sites.s]
[assets.freezer]
site = "s"
[sources.broker]
kind = "mqtt"
host = "127.0.0.1"
port = 1
client_id = "startup"
[[sources.broker.topics]]
pattern = "{device}"
payload = "json"
options = { readings = [{ address = "{device}", value_pointer = "/temp" }] }
[[profiles.p]]
version = "1"
[[profiles.p.rules]]
id = "above-150"
kind = "limit"
side = "high"
limit_degC = -150.0
on_delay_s = 60.0
severity = "critical"
[[profiles.p.rules]]
id = "warming"
kind = "rate"
side = "rising"
limit_degC_per_min = 5.0
window_s = 600.0
severity = "major"
"""


def main() -> None:
    """Print one block for each number of channels."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channels", type=int, nargs="+", default=[1, 1000])
    parser.add_argument("--readings", type=int, default=YEAR_S)
    parser.add_argument("--starts", type=int, default=5)
    told = parser.parse_args()
    imports_s = min(_imports() for _ in range(told.starts))
    print(f"interpreter and imports alone: {imports_s:.2f} s")
    for channels in told.channels:
        with tempfile.TemporaryDirectory() as folder:
            _measure(Path(folder), channels, told.readings, told.starts)


def _imports() -> float:
    began_s = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import gateway.cli, gateway.app"], check=True)
    return time.perf_counter() - began_s


def _measure(folder: Path, channels: int, readings: int, starts: int) -> None:
    config = folder / "cryogate.toml"
    config.write_text(CONFIG + "".join(_channel(n) for n in range(channels)))
    (folder / "data").mkdir()
    _write(folder / "data" / "journal.sqlite", channels, readings)
    began_s = time.perf_counter()
    _start(config, signal.SIGTERM, caught_up=True)
    screened_s = time.perf_counter() - began_s
    clean = [_start(config, signal.SIGTERM) for _ in range(starts)]
    _start(config, signal.SIGKILL)
    killed = _start(config, signal.SIGTERM)
    size = sum(p.stat().st_size for p in (folder / "data").rglob("*"))
    print(f"{channels} channels, {readings / 1e6:.1f} million readings, {size / 1e6:.0f} MB")
    print(f"  ready after {_both(min(clean))}; of {starts} starts at most {_both(max(clean))}")
    print(f"  after a kill {_both(killed)}; first screening of all of it {screened_s:.0f} s", flush=True)


def _both(took: Took) -> str:
    return f"{took[0]:.2f} s ({took[1]:.2f} s of processor time)"


def _channel(number: int) -> str:
    return (
        f'[channels.c{number}]\nasset = "freezer"\nsource = "broker"\naddress = "c{number}"\nprofile = "p"\n'
    )


def _write(path: Path, channels: int, readings: int) -> None:
    """Hour by hour, as a gateway that commits seldom; then what is old goes to the archive."""
    with Journal.open(path) as journal:
        numbers = sorted(journal.channel_numbers([f"c{n}" for n in range(channels)]).values())
        start_ns = time.time_ns() // SECOND * SECOND - YEAR_S * SECOND
        each = readings // channels
        step_ns = YEAR_S * SECOND // each
        for hour in range(COMMITS):
            journal.commit(_hour(np.array(numbers, np.int32), start_ns, hour, each, step_ns))
    with RollOver(path) as roll:
        segment = SegmentEnd(HOT_NS)
        while roll.step(time.time_ns() + 2 * HOT_NS, segment):
            pass


def _hour(numbers: np.ndarray, start_ns: int, hour: int, each: int, step_ns: int) -> Arrivals:
    """A vapour freezer: -185 degC with noise, a lid opening every 30 days."""
    index = np.arange(hour * each // COMMITS, (hour + 1) * each // COMMITS)
    time_ns = np.tile(start_ns + index * step_ns, len(numbers))
    dice = np.random.default_rng(hour)
    value = -185.0 + dice.normal(0.0, 0.05, len(time_ns))
    if hour % 720 == 300:
        value[len(value) // 2 :] += 40.0
    channel = np.repeat(numbers, len(index))
    samples = Samples(time_ns, channel, np.round(value, 2), np.zeros(len(time_ns), np.uint8))
    return Arrivals(samples, time_ns + 20_000_000)


def _start(config: Path, end: signal.Signals, caught_up: bool = False) -> Took:
    """From exec to READY=1; then it is ended, if wanted once everything is screened."""
    address = config.parent / "notify"
    address.unlink(missing_ok=True)
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager,
        (config.parent / "log").open("ab") as log,
    ):
        manager.bind(str(address))
        manager.settimeout(0.2)
        began_s = time.perf_counter()
        environment = os.environ | {"NOTIFY_SOCKET": str(address)}
        with subprocess.Popen([*RUN, str(config)], stdout=log, stderr=log, env=environment) as process:
            while b"READY=1" not in _heard(manager):
                if process.poll() is not None:
                    raise SystemExit(f"the gateway ended: {(config.parent / 'log').read_text()}")
            took = time.perf_counter() - began_s, cpu_s(process.pid)
            while caught_up and _behind(config.parent / "data") > 0:
                time.sleep(0.2)
            process.send_signal(end)
            process.wait(WITHIN_S)
    return took


def _heard(manager: socket.socket) -> bytes:
    try:
        return manager.recv(4096)
    except TimeoutError:
        return b""


def _behind(data: Path) -> int:
    try:
        return int(ask(data, "status")["journal"]["screening_behind"])
    except NotRunning:
        return 1


if __name__ == "__main__":
    main()
