"""pytest fixtures: simulated fleets, instruments and a broker, ended after each test. See docs/simulators.md.

In the top-level conftest.py, or in a test module:

    pytest_plugins = ["firmware_sim.fixtures"]

Everything runs in a thread beside the test, which may be asynchronous or not.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from firmware_sim.background import Background
from firmware_sim.fleet import load_fleet, parse_text
from firmware_sim.live import LiveFleet, LiveInstrument, StartFleet, StartInstrument
from firmware_sim.run import Broker
from firmware_sim.tcp import free_port, listens


@pytest.fixture
def simulators() -> Iterator[Background]:
    """The thread that the other fixtures' simulators run in."""
    with Background() as background:
        yield background


@pytest.fixture
def embedded_broker(simulators: Background) -> Broker:
    """Host and port of an MQTT 3.1.1 broker that lets everybody in."""
    if importlib.util.find_spec("amqtt") is None:
        pytest.fail("embedded_broker needs amqtt: pip install '.[demo]' in the repository")
    from firmware_sim.broker import serve_until_cancelled

    host, port = "127.0.0.1", free_port()
    simulators.start(serve_until_cancelled(host, port), "broker")
    simulators.until(lambda: listens(host, port), "the broker listens")
    return host, port


@pytest.fixture
def simulated_fleet(simulators: Background, tmp_path: Path) -> StartFleet:
    """Starts fleets."""
    started = 0

    def start(fleet: str | Path, *, broker: Broker | None = None, speed: float | None = None) -> LiveFleet:
        nonlocal started
        started += 1
        parsed = load_fleet(fleet) if isinstance(fleet, Path) else parse_text(fleet)
        return LiveFleet(parsed, simulators, tmp_path / f"fleet-{started}", broker, speed)

    return start


@pytest.fixture
def simulated_instrument(simulators: Background, tmp_path: Path) -> StartInstrument:
    """Starts single instruments on pseudo-terminals."""
    started = 0

    def start(kind: str, shows: dict[str, float] | None = None, **options: Any) -> LiveInstrument:
        nonlocal started
        started += 1
        path = tmp_path / f"{kind}-{started}.tty"
        return LiveInstrument(kind, simulators, path, dict(shows or {}), options)

    return start
