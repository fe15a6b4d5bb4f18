"""Real servers for the system tests."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest

from gateway.ingestion.intake import Intake
from gateway.ingestion.sources.serial import Source
from tests.system.gateway_process import GatewayProcess
from tests.system.http_receiver import NTFY_TOOK, HttpReceiver
from tests.system.mosquitto import Mosquitto
from tests.system.mqtt_parts import OddBroker, Publisher, Running
from tests.system.patient import Patient
from tests.system.serial_parts import Delivered, Peer


@pytest.fixture
def start_mosquitto(tmp_path: Path) -> Iterator[Callable[..., Mosquitto]]:
    """Starts a broker with `extra` lines for its listener; ends them all after the test."""
    brokers: list[Mosquitto] = []

    def start(extra: str = "allow_anonymous true") -> Mosquitto:
        brokers.append(Mosquitto(tmp_path / f"mosquitto-{len(brokers)}", extra))
        brokers[-1].start()
        return brokers[-1]

    yield start
    for broker in brokers:
        broker.kill()


@pytest.fixture
def phones() -> Iterator[HttpReceiver]:
    """A push service that takes every message."""
    receiver = HttpReceiver()
    receiver.usual = NTFY_TOOK
    yield receiver
    receiver.close()


@pytest.fixture
def mosquitto(start_mosquitto: Callable[..., Mosquitto]) -> Mosquitto:
    """A broker that lets everybody in."""
    return start_mosquitto()


@pytest.fixture
def configured(tmp_path: Path) -> Iterator[Callable[[str], GatewayProcess]]:
    """A gateway with this configuration, not started yet; ends it after the test."""
    gateway = GatewayProcess(tmp_path / "cryogate.toml")

    def configure(text: str) -> GatewayProcess:
        gateway.config.write_text(text)
        return gateway

    yield configure
    gateway.end()


@pytest.fixture
def publish(mosquitto: Mosquitto) -> Iterator[Callable[[str, Any], None]]:
    """A device says something, text or bytes as they are, all else as JSON; the broker has it then."""
    device = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="devices")
    device.connect("127.0.0.1", mosquitto.port)
    device.loop_start()

    def publish(topic: str, payload: Any) -> None:
        raw = payload if isinstance(payload, bytes | str) else json.dumps(payload)
        device.publish(topic, raw, 1).wait_for_publish(10)

    yield publish
    device.disconnect()
    device.loop_stop()


@pytest.fixture
def run_source():
    """Starts sources; stops what still runs."""
    started = []

    def start(source, intake):
        started.append(Running(source, intake))
        return started[-1]

    yield start
    for running in started:
        running.end()


@pytest.fixture
def publisher():
    """Makes publishers; closes them."""
    made = []

    def make(port, **tls):
        made.append(Publisher(port, **tls))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def odd_broker():
    """Makes brokers that follow a script; closes them."""
    made = []

    def make(script, context=None):
        made.append(OddBroker(script, context))
        return made[-1]

    yield make
    for broker in made:
        broker.close()


@pytest.fixture
def line(tmp_path: Path) -> Path:
    return tmp_path / "line.tty"


@pytest.fixture
def peer(line: Path) -> Iterator[Peer]:
    made = Peer(line)
    yield made
    made.unplug()


@pytest.fixture
def start(run_source: Callable[[Source, Intake], Running]) -> Callable[[Source], tuple[Running, Delivered]]:
    """Starts a source with an intake of its own."""

    def begin(source: Source) -> tuple[Running, Delivered]:
        intake = Intake(1000)
        return run_source(source, intake), Delivered(source, intake)

    return begin


@pytest.fixture
def patient(tmp_path: Path) -> Iterator[Patient]:
    patient = Patient(tmp_path)
    yield patient
    patient.gateway.end()
