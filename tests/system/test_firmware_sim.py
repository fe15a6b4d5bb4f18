"""`cryogate-sim` as people run it: a process of its own, a real mosquitto, a real reader on its port."""

from __future__ import annotations

import json
import queue
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import paho.mqtt.client as paho
import pytest
import serial
from paho.mqtt.enums import CallbackAPIVersion
from typer.testing import CliRunner

from firmware_sim.cli import app
from tests.system.mosquitto import Mosquitto, free_port

WITHIN_S = 60.0  # machines are shared
DEMO = Path(__file__).parents[2] / "firmware_sim" / "fleets" / "demo.toml"


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-c", "from firmware_sim.cli import main; main()", *map(str, arguments)]


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*arguments), capture_output=True, text=True, timeout=60, check=False)


Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts `cryogate-sim`; whatever still runs after the test is killed."""
    started: list[subprocess.Popen[str]] = []

    def begin(*arguments: str | Path) -> subprocess.Popen[str]:
        started.append(
            subprocess.Popen(command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        )
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def end(process: subprocess.Popen[str], number: signal.Signals) -> str:
    """Everything it printed, once it has ended with exit code 0."""
    process.send_signal(number)
    printed, complaints = process.communicate(timeout=WITHIN_S)
    assert process.returncode == 0, complaints
    assert complaints == ""
    return printed


def eventually(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not condition():
        assert time.monotonic() < deadline, f"not within {WITHIN_S} s: {what}"
        time.sleep(0.02)


def listen(port: int) -> tuple[paho.Client, queue.Queue[tuple[str, bytes]]]:
    """A subscriber to every telemetry topic, connected or trying to be."""
    heard: queue.Queue[tuple[str, bytes]] = queue.Queue()
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.on_connect = lambda c, *_: c.subscribe("cryo/+/telemetry", 1)
    client.on_message = lambda _client, _data, message: heard.put((message.topic, message.payload))
    client.reconnect_delay_set(0.1, 0.5)  # type: ignore[arg-type]
    client.connect_async("127.0.0.1", port)
    client.loop_start()
    return client, heard


def temperatures(heard: queue.Queue[tuple[str, bytes]], topics: int) -> dict[str, float]:
    """The latest temperature by topic, once that many topics were heard."""
    latest: dict[str, float] = {}
    while len(latest) < topics:
        topic, payload = heard.get(timeout=WITHIN_S)
        message = json.loads(payload)
        assert set(message) == {"ts", "temp"}
        assert abs(message["ts"] / 1000.0 - time.time()) < WITHIN_S
        latest[topic] = message["temp"]
    return latest


def test_the_demo_runs_with_its_embedded_broker_and_ends_cleanly(start: Start, tmp_path: Path) -> None:
    port, tty = free_port(), tmp_path / "run" / "freezer-1.tty"
    process = start(
        "run", "demo", "--embedded-broker", "--broker", f"127.0.0.1:{port}", "--run-dir", tmp_path / "run"
    )
    client, heard = listen(port)
    try:
        latest = temperatures(heard, 6)
        eventually(tty.exists, "the port of freezer-1")
        with serial.Serial(str(tty), 9600, timeout=WITHIN_S) as line:
            line.write(b"001 TEMPA?\r\n")
            top = float(line.read_until(b"\r\n"))
    finally:
        client.loop_stop()
    shippers = [f"cryo/shipper-{n}/telemetry" for n in (1, 2, 3, 4)]
    assert sorted(latest) == sorted([*shippers, "cryo/ult-1/telemetry", "cryo/box-1/telemetry"])
    assert all(latest[shipper] < -190.0 for shipper in shippers)
    assert -84.0 < latest["cryo/ult-1/telemetry"] < -76.0
    assert 2.0 < latest["cryo/box-1/telemetry"] < 8.0
    assert -190.0 < top < -150.0
    printed = end(process, signal.SIGTERM)
    assert "1 s is 0:05:00 of story" in printed
    assert "shipper-2 vacuum_loss" in printed
    assert printed.endswith("ended\n")
    assert not tty.is_symlink()


def test_devices_find_mosquitto_again_after_it_was_killed(
    start: Start, tmp_path: Path, mosquitto: Mosquitto
) -> None:
    process = start("run", DEMO, "--broker", f"127.0.0.1:{mosquitto.port}", "--run-dir", tmp_path / "run")
    client, heard = listen(mosquitto.port)
    try:
        temperatures(heard, 6)
        mosquitto.kill()
        mosquitto.start()
        while not heard.empty():
            heard.get()
        temperatures(heard, 6)
    finally:
        client.loop_stop()
    end(process, signal.SIGTERM)


def test_it_ends_by_itself(tmp_path: Path) -> None:
    done = run("run", DEMO, "--seconds", "0.5", "--broker", f"127.0.0.1:{free_port()}", "--run-dir", tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("ended\n")


def test_check_lists_what_there_is() -> None:
    done = run("check", DEMO)
    assert done.returncode == 0, done.stderr
    assert "7 vessels, 10 probes, 1 instrument, 6 MQTT devices, 4 events" in done.stdout
    assert "freezer-1-port: tec3000 on freezer-1.tty" in done.stdout
    assert "shipper-2: cryo/shipper-2/telemetry every 1 s" in done.stdout


def test_check_and_run_report_every_mistake(tmp_path: Path) -> None:
    fleet = tmp_path / "fleet.toml"
    fleet.write_text(DEMO.read_text().replace('"ult_freezer"', '"ult"').replace('"lid_open"', '"lid_opn"'))
    for verb in ("check", "run"):
        done = run(verb, fleet)
        assert done.returncode == 2
        assert "unknown kind 'ult'" in done.stderr
        assert "unknown action 'lid_opn'; did you mean 'lid_open'?" in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "nowhere.toml"], "nowhere.toml: No such file or directory; shipped fleets: demo"),
        (["run", "demo", "--broker", "localhost"], "--broker localhost: expected host:port"),
        (["instrument", "tec3000"], "say --pty PATH or --tcp HOST:PORT"),
        (["instrument", "tec9", "--pty", "x"], "no instrument 'tec9'; there are ami, cryocon, dcon"),
    ],
)
def test_wrong_arguments_are_explained(arguments: list[str], said: str) -> None:
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_taken_address_is_explained(mosquitto: Mosquitto, tmp_path: Path) -> None:
    address = f"127.0.0.1:{mosquitto.port}"
    done = run("run", "demo", "--embedded-broker", "--broker", address, "--run-dir", tmp_path)
    assert done.returncode == 2
    assert f"cannot listen on {address}" in done.stderr
    assert "Traceback" not in done.stderr


def test_one_instrument_for_a_bench(start: Start, tmp_path: Path) -> None:
    tty = tmp_path / "tec"
    process = start("instrument", "tec3000", "--pty", tty, "--bus-id", "7")
    eventually(tty.exists, "the port")
    with serial.Serial(str(tty), 9600, timeout=WITHIN_S) as line:
        line.write(b"007 *IDN?\r\n")
        assert line.read_until(b"\r\n") == b"Controller, Software ver. 2.05\r\n"
        line.write(b"007 TEMPB?\r\n")
        assert float(line.read_until(b"\r\n")) == pytest.approx(-195.5, abs=0.3)
    end(process, signal.SIGINT)


def test_help_shows_examples() -> None:
    for verb in ("run", "check", "instrument"):
        done = CliRunner().invoke(app, [verb, "--help"])
        assert done.exit_code == 0
        assert f"cryogate-sim {verb} " in done.stdout


def test_a_fleet_file_alone_means_run(tmp_path: Path) -> None:
    port = free_port()
    options = ["--speed", "600", "--seconds", "0.3", "--embedded-broker", "--broker", f"127.0.0.1:{port}"]
    done = run(DEMO, *options, "--run-dir", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "ended" in done.stdout
