"""Two adapters exchange their names: the line is lost for a moment, and then the other instrument answers."""

from __future__ import annotations

import threading
from typing import Any

from firmware_sim import instruments
from firmware_sim.tcp import serve_tcp
from gateway.drivers import lakeshore218
from gateway.ingestion.sources.serial import Options, Source
from tests.system.mqtt_parts import eventually
from tests.system.serial_parts import in_background, polls
from tests.system.test_serial_source import free_port, is_open

SHOWN = {"cold": -195.8, "warmer": -150.0}


def monitor(serial: str, probe: str) -> Any:
    module = instruments.load("lakeshore218")
    options = module.Options(serial=serial, inputs={"1": probe})
    return module.build(options, SHOWN.__getitem__, lambda probe, wanted: None)


def test_the_other_instrument_behind_the_same_name_gives_no_readings(start: Any) -> None:
    there, number, pulled = [monitor("21EA4F", "cold")], free_port(), threading.Event()

    def receive(data: bytes, time_s: float) -> bytes:
        return bytes(there[-1].receive(data, time_s))

    options = Options(
        "lakeshore218", f"socket://127.0.0.1:{number}", 0.05, 2.0, options=lakeshore218.Options((1,))
    )
    source = Source("line", options, {"1": 7})
    with in_background(lambda: serve_tcp("127.0.0.1", number, receive, pulled.is_set)):
        eventually(lambda: is_open(number))
        running, delivered = start(source)
        assert polls(delivered, 3) == [{7: -195.8}] * 3
        pulled.set()
        running.join()
        there.append(monitor("21EA50", "warmer"))
        pulled.clear()
        eventually(lambda: is_open(number))
        running, delivered = start(source)
        assert polls(delivered, 3) == [{}] * 3
        (words,) = source.link.strangers
        assert words.startswith("the serial number is 21EA50, and was 21EA4F: another instrument is")
        assert delivered.refused[-1].detail == words
        there.append(monitor("21EA4F", "cold"))
        eventually(lambda: {7: -195.8} in polls(delivered, 1))
        assert source.link.strangers == ()
        running.end()
