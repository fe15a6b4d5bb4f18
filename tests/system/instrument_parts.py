"""Simulated instruments on sockets and terminals, and one poll of a driver over a real port."""

from __future__ import annotations

import math
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from firmware_sim import instruments
from firmware_sim.faults import LinkFaults, heard_of
from firmware_sim.instruments import Instrument
from firmware_sim.pty import serve_pty
from firmware_sim.tcp import serve_tcp
from gateway.drivers import Readings
from gateway.ingestion.port import Port
from tests.system.mosquitto import free_port
from tests.system.mqtt_parts import eventually
from tests.system.serial_parts import in_background

HOST = "127.0.0.1"
WITHIN_S = 5.0
SHOWN = {"cold": -195.795, "room": 21.5, "ult": -79.5, "level": 251.3, "lid": 1.0, "open": math.nan}


def simulated(kind: str, **table: Any) -> Instrument:
    module = instruments.load(kind)
    return module.build(module.Options.model_validate(table), SHOWN.__getitem__, lambda probe, wanted: None)


@contextmanager
def on_tcp(instrument: Instrument) -> Iterator[int]:
    port = free_port()
    with in_background(lambda: serve_tcp(HOST, port, instrument.receive, lambda: False)):
        eventually(lambda: listens(port), "nobody listens")
        yield port


@contextmanager
def on_pty(instrument: Instrument, path: Path, line: LinkFaults | None = None) -> Iterator[str]:
    """On a terminal; `line` is what is wrong with it."""
    faults, chance = line or LinkFaults(), np.random.default_rng(1)

    def answer(data: bytes, time_s: float) -> bytes:
        return heard_of(data, instrument.receive(data, time_s), faults, chance)

    with in_background(lambda: serve_pty(path, answer, lambda: False)):
        eventually(path.exists, "there is no terminal")
        yield str(path)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def read(port_name: str, driver: Any, options: Any, reply_timeout_s: float = WITHIN_S) -> Readings:
    """One poll over a real port."""
    port = Port(port_name, driver.PORT, reply_timeout_s)
    try:
        polled = driver.poll(options)
        request = next(polled)
        while True:
            request = polled.send(port.ask(request).reply)
    except StopIteration as ended:
        assert isinstance(ended.value, Readings)
        return ended.value
    finally:
        port.close()
