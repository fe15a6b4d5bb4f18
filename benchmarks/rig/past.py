"""A site with a long past: written hour by hour, archived as the gateway does it, screened by one run."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
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
HOUR_S = 3600
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


def channel(number: int) -> str:
    return (
        f'[channels.c{number}]\nasset = "freezer"\nsource = "broker"\naddress = "c{number}"\nprofile = "p"\n'
    )


def write(path: Path, channels: int, readings: int, span_s: int = YEAR_S) -> None:
    """Hour by hour, as a gateway that commits seldom; then what is old goes to the archive."""
    with Journal.open(path) as journal:
        numbers = sorted(journal.channel_numbers([f"c{n}" for n in range(channels)]).values())
        start_ns = time.time_ns() // SECOND * SECOND - span_s * SECOND
        each = readings // channels
        step_ns = span_s * SECOND // each
        for hour in range(span_s // HOUR_S):
            index = np.arange(hour * each * HOUR_S // span_s, (hour + 1) * each * HOUR_S // span_s)
            journal.commit(_hour(np.array(numbers, np.int32), start_ns + index * step_ns, hour))
    with RollOver(path) as roll:
        segment = SegmentEnd(HOT_NS)
        while roll.step(time.time_ns() + 2 * HOT_NS, segment):
            pass


def _hour(numbers: np.ndarray, moments: np.ndarray, hour: int) -> Arrivals:
    """A vapour freezer: -185 degC with noise, a lid opening every 30 days."""
    time_ns = np.tile(moments, len(numbers))
    dice = np.random.default_rng(hour)
    value = -185.0 + dice.normal(0.0, 0.05, len(time_ns))
    if hour % 720 == 300:
        value[len(value) // 2 :] += 40.0
    channel = np.repeat(numbers, len(moments))
    samples = Samples(time_ns, channel, np.round(value, 2), np.zeros(len(time_ns), np.uint8))
    return Arrivals(samples, time_ns + 20_000_000)


def start(config: Path, end: signal.Signals, caught_up: bool = False) -> Took:
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
