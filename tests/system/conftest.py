"""Real servers for the system tests."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from mosquitto import Mosquitto


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
def mosquitto(start_mosquitto: Callable[..., Mosquitto]) -> Mosquitto:
    """A broker that lets everybody in."""
    return start_mosquitto()
