"""Messages per second from a real mosquitto to durable and screened, one process, QoS 1, persistent session.

    python -m benchmarks.endtoend [--messages 100000] [--devices 100]

A backlog is published while the gateway is away; the clock runs from its start until the last message is
committed, acknowledged and screened. Needs mosquitto on this machine; the broker's own CPU shares the cores.
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from gateway.api.control import ask
from gateway.errors import NotRunning

CONFIG = """
[gateway]
name = "bench"
[sites.s]
[assets.a]
site = "s"
[sources.b]
kind = "mqtt"
host = "127.0.0.1"
port = {port}
client_id = "bench"
[[sources.b.topics]]
pattern = "cryo/{{device}}/telemetry"
payload = "json"
[sources.b.topics.options]
time_pointer = "/ts"
time_format = "unix_ns"
readings = [{{ address = "{{device}}", value_pointer = "/temp" }}]
[[profiles.p]]
version = "1"
[[profiles.p.rules]]
id = "high"
kind = "limit"
side = "high"
limit_degC = -150.0
severity = "critical"
[[profiles.p.rules]]
id = "warm"
kind = "limit"
side = "high"
limit_degC = -170.0
on_delay_s = 60.0
severity = "minor"
[[profiles.p.rules]]
id = "rate"
kind = "rate"
side = "rising"
limit_degC_per_min = 600.0
window_s = 60.0
severity = "minor"
"""
CHANNEL = (
    '[channels.{n}]\nasset = "a"\nsource = "b"\naddress = "{n}"\nprofile = "p"\nno_data_after_s = 86400.0\n'
)


def main() -> None:
    """Print messages per second and the CPU each took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--devices", type=int, default=100)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        port = _free_port()
        broker = _broker(folder, port)
        try:
            devices = [f"dewar-{i}" for i in range(given.devices)]
            config = folder / "cryogate.toml"
            config.write_text(CONFIG.format(port=port) + "".join(CHANNEL.format(n=d) for d in devices))
            _stop(_gateway(config))  # leaves its session with the broker
            published = _publish(port, given.messages, devices)
            print(f"published {given.messages} in {published:.1f} s ({given.messages / published:.0f}/s)")
            began = time.perf_counter()
            process = _gateway(config)
            status = _wait(folder / "data", given.messages)
            taken = time.perf_counter() - began
            cpu = _cpu_s(process.pid)
            print(f"durable and screened in {taken:.1f} s ({given.messages / taken:.0f}/s), start included")
            print(f"gateway CPU {cpu:.1f} s ({cpu / given.messages * 1e6:.0f} us a message)")
            print(f"commits {status['journal']['commits']}, repeated {status['journal']['repeated']}")
            _stop(process)
        finally:
            broker.kill()


def _broker(folder: Path, port: int) -> subprocess.Popen[bytes]:
    program = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if program is None:
        sys.exit("mosquitto is not installed")
    config = folder / "mosquitto.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n")
    return subprocess.Popen(
        [program, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _gateway(config: Path) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-c", "from gateway.cli import main; main()", "run", "--config", str(config)],
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if ask(config.parent / "data", "status")["sources"][0]["state"] == "up":
                return process
        except NotRunning:
            pass
        time.sleep(0.02)
    sys.exit("the gateway did not come up")


def _wait(data: Path, messages: int) -> dict[str, dict[str, int]]:
    while True:
        status: dict[str, dict[str, int]] = ask(data, "status")
        if status["journal"]["readings"] >= messages and status["journal"]["screening_behind"] == 0:
            return status
        time.sleep(0.05)


def _publish(port: int, messages: int, devices: list[str]) -> float:
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="publisher")
    client.max_inflight_messages_set(2000)
    client.connect("127.0.0.1", port)
    client.loop_start()
    began, base = time.perf_counter(), time.time_ns() - messages * 1_000_000
    for i in range(messages):
        payload = json.dumps({"seq": i, "temp": -190.0 + (i % 97) * 0.01, "ts": base + i * 1_000_000})
        handle = client.publish(f"cryo/{devices[i % len(devices)]}/telemetry", payload, 1)
        if i % 2000 == 1999:
            handle.wait_for_publish(60)
    handle.wait_for_publish(60)
    taken = time.perf_counter() - began
    client.disconnect()
    client.loop_stop()
    return taken


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100.0


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
