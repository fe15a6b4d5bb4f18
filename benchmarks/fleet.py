"""Thousands of simulated MQTT devices from one process against a real mosquitto: what a message costs.

    python -m benchmarks.fleet [--devices 2000] [--interval-s 1.0] [--connections 64] [--seconds 20]

Prints the time of a physics step, CPU per message of the simulator (physics, sampling and sending) and of the
broker, how late samples were taken, and how old messages were when a subscriber in a process of its own had
them. Measured once everything is connected and the memories are empty. Needs mosquitto on this machine;
simulator, broker and subscriber share its cores.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.rig.processor import cpu_s as processor_s
from firmware_sim.fleet import parse_fleet
from firmware_sim.run import Run, run_for
from firmware_sim.schema import Fleet

STEPS = 200
SETTLED_S = 60.0  # to get connected, at most
START_S = 10.0
HOST = "127.0.0.1"
CONFIGURATION = "user {user}\nlistener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n"


def main() -> None:
    options = _options()
    fleet = _fleet(options)
    _physics(fleet)
    with tempfile.TemporaryDirectory() as folder, _mosquitto(Path(folder)) as (port, broker_pid):
        ours, theirs = multiprocessing.Pipe()
        listener = multiprocessing.get_context("spawn").Process(target=_listen, args=(port, theirs))
        listener.start()
        ours.recv()  # it has subscribed
        asyncio.run(_measure(Run(fleet), port, broker_pid, options.seconds, ours))
        ours.send("enough")
        ages_ms = ours.recv()
        listener.join()
    print(f"age at a subscriber   {_spread(ages_ms)} ({len(ages_ms)} messages)")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--devices", type=int, default=2000)
    parser.add_argument("--interval-s", type=float, default=1.0)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=20.0)
    return parser.parse_args()


def _fleet(options: argparse.Namespace) -> Fleet:
    began_s = time.perf_counter()
    swarm = {
        "name": "dewar-{n}", "count": options.devices, "kind": "dry_shipper",
        "probes": [{"name": "payload", "node": "payload"}], "fields": {"temp": "payload"},
        "spread": {"start_percent": [20.0, 100.0]}, "interval_s": options.interval_s,
    }  # fmt: skip
    fleet = parse_fleet({"fleet": {"connections": options.connections}, "swarm": [swarm]})
    print(
        f"{options.devices} devices every {options.interval_s:g} s on {options.connections} connections; "
        f"read and checked in {time.perf_counter() - began_s:.2f} s"
    )
    return fleet


def _physics(fleet: Fleet) -> None:
    world = Run(fleet).world
    began_s = time.perf_counter()
    world.advance(STEPS * world.step_s)
    print(
        f"physics               {(time.perf_counter() - began_s) / STEPS * 1e3:.2f} ms a step of all vessels"
    )


async def _measure(run: Run, port: int, broker_pid: int, seconds: float, listener: Connection) -> None:
    with tempfile.TemporaryDirectory() as run_dir:
        work = asyncio.create_task(run.run((HOST, port), Path(run_dir), print))
        await _settled(run)
        listener.send("now")
        sent, cpu_s, broker_s = _sent(run), time.process_time(), processor_s(broker_pid)
        for publisher in run.publishers:
            publisher.worst_lateness_s = 0.0
        await asyncio.sleep(seconds)
        sent, cpu_s, broker_s = (
            _sent(run) - sent,
            time.process_time() - cpu_s,
            processor_s(broker_pid) - broker_s,
        )
        await run_for(0.0, asyncio.Event(), work)
    late_ms = np.array([publisher.worst_lateness_s for publisher in run.publishers]) * 1e3
    wanted = len(run.publishers) * seconds / run.fleet.device[0].interval_s
    print(f"messages              {sent} confirmed in {seconds:g} s, {sent / wanted:.1%} of what was due")
    print(
        f"simulator             {cpu_s / sent * 1e6:.0f} us CPU per message, {cpu_s / seconds:.0%} of a core"
    )
    print(f"broker                {broker_s / sent * 1e6:.0f} us CPU per message")
    print(f"worst lateness        {_spread(late_ms)} of a device's samples")


async def _settled(run: Run) -> None:
    async with asyncio.timeout(SETTLED_S):
        while not all(p.acknowledged and p.connected and p.waiting <= 1 for p in run.publishers):
            await asyncio.sleep(0.1)


def _sent(run: Run) -> int:
    return sum(publisher.acknowledged for publisher in run.publishers)


def _spread(values_ms: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> str:
    half, most, worst = np.percentile(values_ms, (50, 99, 100))
    return f"median {half:.1f} ms, 99 % {most:.1f} ms, worst {worst:.1f} ms"


def _listen(port: int, told: Connection) -> None:
    """Collect the age of every message, float64[N] ms, from when told until told to stop."""
    ages_ms: list[float] = []
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.on_message = lambda _c, _u, m: ages_ms.append(time.time() * 1e3 - json.loads(m.payload)["ts"])
    client.on_subscribe = lambda *_: told.send("listening")
    client.connect(HOST, port)
    client.subscribe("cryo/+/telemetry", 0)
    client.loop_start()
    told.recv()
    ages_ms.clear()
    told.recv()
    client.loop_stop()
    told.send(np.array(ages_ms))


@contextmanager
def _mosquitto(folder: Path) -> Iterator[tuple[int, int]]:
    """A broker's port and process id."""
    program = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if program is None:
        raise SystemExit("no mosquitto here: install Debian package mosquitto")
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = int(probe.getsockname()[1])
    configuration = folder / "mosquitto.conf"
    configuration.write_text(CONFIGURATION.format(user=os.environ.get("USER", "root"), port=port))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, "-c", str(configuration)], stdout=log, stderr=log)
    try:
        _until_it_listens(port)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


def _until_it_listens(port: int) -> None:
    deadline_s = time.monotonic() + START_S
    while True:
        try:
            socket.create_connection((HOST, port), 1.0).close()
        except OSError:
            if time.monotonic() > deadline_s:
                raise
            time.sleep(0.02)
        else:
            return


if __name__ == "__main__":
    main()
