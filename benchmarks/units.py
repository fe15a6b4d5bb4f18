"""What an alarm about many product units in one asset costs: the gateway, and the commands that people type.

    python -m benchmarks.units [--units 100000]

Real broker, real gateway, real commands, one run. All units are loaded from one file; one reading beyond the
limit raises the alarm that names every one of them, and readings go on while commands look at it. A figure of
memory is the most that a process held. In brackets stands what is more than where nothing is inside, of the
processor's time, too: the rest is the start of the command. Modules are found compiled, as where installed.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt

from benchmarks.rig.broker import Broker
from benchmarks.rig.gateway import Gateway, configuration, wait_for
from gateway.journal.records import Records
from gateway.times import format_rfc3339

MOST = "COMMAND_MOST"  # environment: where a command tells the most memory; wait4 would count our own, too
COMMAND = [
    sys.executable,
    "-c",
    f"""import atexit, os, pathlib
status = pathlib.Path("/proc/self/status")
atexit.register(lambda: pathlib.Path(os.environ["{MOST}"]).write_text(status.read_text()))
from gateway.cli import main
main()""",
]
TOPIC = "cryo/dewar-0/telemetry"
HOUR_NS = 3600 * 10**9
COLD, WARM = -185.0, -100.0  # degC
WATCHED_S = 10.0  # of an alarm that goes on
PERIOD_S = 0.5  # of the device
LONGEST_S = 600.0
NO_WATCH = "low_space_bytes = 0\nlow_space_h = 0.0"


@dataclass(frozen=True, slots=True)
class Ran:
    """A command: seconds on the wall and of the processor, the most memory it held, what it printed."""

    wall_s: float
    cpu_s: float
    most_mb: float
    printed: bytes


def main() -> None:
    """Print one line a step."""
    units = _arguments().units
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        broker = Broker(folder / "mosquitto")
        broker.start()
        text = configuration(broker.port, 1, folder / "data", journal=NO_WATCH, delays="")
        (folder / "cryogate.toml").write_text(text)
        gateway = Gateway(folder / "cryogate.toml", folder / "data")
        gateway.start()
        device = _Device(broker.port)
        try:
            gateway.wait_up()
            device.start()
            _measure(gateway, device, units)
        finally:
            device.enough.set()
            gateway.kill()
            broker.stop()


def _measure(gateway: Gateway, device: _Device, units: int) -> None:
    for command in ("load", "alarms", "history", "contents", "statements", "withdraw"):
        _run(gateway, command, "--help")
    empty = {what: _run(gateway, *words) for what, words in _LOOKS.items()}
    before_mb = gateway.resident_mb()
    _show(f"load of {units} units", _load(gateway, units, ""))
    _screened(gateway)
    quiet_mb = gateway.resident_mb()
    print(f"gateway: {before_mb:.0f} MB before, {quiet_mb:.0f} MB with the units")
    identity = _alarm(gateway, device)
    empty["history"] = empty["alarms"]
    _LOOKS["history"] = ("history", identity, "--json")
    for what, words in _LOOKS.items():
        ran = _run(gateway, *words)
        _show(what, ran, empty[what])
        if what == "alarms":
            _check(ran, units)
    _goes_on(gateway)
    _correct(gateway, identity, units)
    _show("history after it", _run(gateway, *_LOOKS["history"]), empty["alarms"])
    _show("1000 more units loaded", _load(gateway, 1000, "MORE-"))
    took_s = _until_named(gateway, units - 1 + 1000)
    print(f"    the alarm names them after {took_s:.2f} s, {_changes(gateway, identity)} changes so far")
    more_mb = gateway.resident_mb() - quiet_mb
    print(f"gateway: {more_mb:+.0f} MB since the alarm, {_size(gateway):.0f} MB on disk")
    _start_again(gateway)


_LOOKS: dict[str, tuple[str, ...]] = {
    "alarms": ("alarms", "--json"),
    "alarms for people": ("alarms",),
    "contents": ("contents", "--json"),
}


def _alarm(gateway: Gateway, device: _Device) -> str:
    """From sending to the records; its id."""
    cpu_s = gateway.cpu_s()
    device.value = WARM
    device.now.set()
    took_s = wait_for(lambda: bool(_open(gateway)), "the alarm", LONGEST_S)
    cpu_s = gateway.cpu_s() - cpu_s
    memory_mb = gateway.resident_mb()
    print(f"alarm in the records after {took_s:.2f} s, {cpu_s:.2f} s of processor time, {memory_mb:.0f} MB")
    return str(_limit(_run(gateway, "alarms", "--json"))["id"])


def _goes_on(gateway: Gateway) -> None:
    cpu_s = gateway.cpu_s()
    time.sleep(WATCHED_S)
    share = (gateway.cpu_s() - cpu_s) / WATCHED_S
    print(f"while it goes on: {100 * share:.0f} % of a processor, {gateway.resident_mb():.0f} MB")


def _correct(gateway: Gateway, identity: str, units: int) -> None:
    """One unit was never inside; until the alarm says so."""
    changes = _changes(gateway, identity)
    about = _run(gateway, "statements", "--about", "UNIT-000007", "--json")
    entry = json.loads(about.printed)
    _show("statements --about one unit", about)
    ran = _run(
        gateway, "withdraw", entry["statements"][0]["id"], "--by", "Li Na", "--reason", "another dewar"
    )
    took_s = wait_for(lambda: _changes(gateway, identity) > changes, "the correction", LONGEST_S)
    _show("withdrawal of one unit", ran)
    print(f"    the alarm says so {took_s:.2f} s after the command")
    _check(_run(gateway, "alarms", "--json"), units - 1)


def _start_again(gateway: Gateway) -> None:
    gateway.stop()
    began_s = time.monotonic()
    gateway.start()
    wait_for(lambda: gateway.status() is not None, "it answers", LONGEST_S)
    ready_s, ready_cpu_s = time.monotonic() - began_s, gateway.cpu_s()
    time.sleep(WATCHED_S)
    print(
        f"started again: answers after {ready_s:.2f} s ({ready_cpu_s:.2f} s of processor time), "
        f"{gateway.cpu_s():.2f} s in its first {ready_s + WATCHED_S:.0f} s; {gateway.resident_mb():.0f} MB"
    )


class _Device(threading.Thread):
    """Sends its value twice a second, and at once when told to."""

    def __init__(self, port: int) -> None:
        super().__init__(name="device", daemon=True)
        self.enough, self.now = threading.Event(), threading.Event()
        self.value = COLD
        self._port = port

    def run(self) -> None:
        client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="device")
        client.connect("127.0.0.1", self._port)
        client.loop_start()
        while not self.enough.is_set():
            client.publish(TOPIC, json.dumps({"ts": time.time_ns(), "temp": self.value}), 1)
            self.now.wait(PERIOD_S)
            self.now.clear()
        client.loop_stop()


def _load(gateway: Gateway, units: int, prefix: str) -> Ran:
    path = gateway.config.parent / f"{prefix}units.csv"
    since = format_rfc3339(time.time_ns() - HOUR_NS)
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["scheme", "code", "asset", "from", "product", "chain_of_identity"])
        for k in range(units):
            rows.writerow(
                ["holder", f"{prefix}UNIT-{k:06}", "dewar-0", since, "EXAMPLE CAR-T", f"COI-{prefix}{k:06}"]
            )
    return _run(gateway, "load", str(path), "--by", "Li Na")


def _run(gateway: Gateway, *words: str) -> Ran:
    """A command to its end, as a person types it."""
    began_s = time.perf_counter()
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(
            [*COMMAND, *words, "--config", str(gateway.config)], stdout=out, env=_compiled(gateway)
        )
        _, code, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(code)
        if process.returncode:
            raise SystemExit(f"cryogate {' '.join(words)} ended with {process.returncode}")
        out.seek(0)
        cpu_s = usage.ru_utime + usage.ru_stime
        return Ran(time.perf_counter() - began_s, cpu_s, _most_mb(gateway), out.read())


def _compiled(gateway: Gateway) -> dict[str, str]:
    """An environment in which Python keeps what it compiled, and not beside the source."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(gateway.config.parent / "compiled"), MOST: str(_most(gateway))}


def _most(gateway: Gateway) -> Path:
    return gateway.config.parent / "most"


def _most_mb(gateway: Gateway) -> float:
    """Of the command that ended last."""
    told = dict(line.split(":", 1) for line in _most(gateway).read_text().splitlines())
    return int(told["VmHWM"].split()[0]) / 1024


def _check(ran: Ran, units: int) -> None:
    """Every unit is named."""
    alarm = _limit(ran)
    codes = {unit["code"] for unit in alarm["units"]}
    assert len(codes) == len(alarm["units"]) == units, (len(codes), len(alarm["units"]), units)


def _limit(ran: Ran) -> dict[str, Any]:
    """The alarm of the limit; the step to it may be one of its own."""
    return next(dict(a) for a in json.loads(ran.printed) if a["rule"] == "above-150")


def _until_named(gateway: Gateway, units: int) -> float:
    def is_named() -> bool:
        return len(_limit(_run(gateway, "alarms", "--json"))["units"]) == units

    return wait_for(is_named, "the alarm names them", LONGEST_S)


def _screened(gateway: Gateway) -> None:
    took_s = wait_for(lambda: gateway.counts().get("screening_behind", 1) == 0, "screened", LONGEST_S)
    print(f"    the gateway has heard of them after {took_s:.2f} s more")


def _open(gateway: Gateway) -> list[str]:
    return _asked(gateway, lambda records: records.book.starting_with("E-", 10))


def _changes(gateway: Gateway, identity: str) -> int:
    return len(_asked(gateway, lambda records: records.book.transitions(identity)))


def _asked(gateway: Gateway, question: Callable[[Records], list[Any]]) -> list[Any]:
    with Records(gateway.data / "records.sqlite", read_only=True) as records:
        return question(records)


def _size(gateway: Gateway) -> float:
    return sum(path.stat().st_size for path in gateway.data.rglob("*") if path.is_file()) / 1e6


def _show(what: str, ran: Ran, empty: Ran | None = None) -> None:
    more = (
        "" if empty is None else f" ({ran.cpu_s - empty.cpu_s:+.2f} s, {ran.most_mb - empty.most_mb:+.0f} MB)"
    )
    figures = f"{ran.wall_s:7.2f} s, {ran.cpu_s:6.2f} s of processor time, {ran.most_mb:5.0f} MB{more}"
    printed = f", prints {len(ran.printed) / 1e6:.1f} MB" if len(ran.printed) > 100_000 else ""
    print(f"{what:30}{figures}{printed}", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.units",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--units", type=int, default=100_000)
    return parser.parse_args()


if __name__ == "__main__":
    main()
