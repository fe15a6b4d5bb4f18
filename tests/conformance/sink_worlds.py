"""The outside world of each sink, as the real thing: what to tell the sink, what arrived, and going down.

A new sink needs an entry in WORLDS.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho

from tests.system.influx import BUCKET, ORG, Influx
from tests.system.mosquitto import Mosquitto

WITHIN_S = 60.0  # machines are shared


@dataclass(frozen=True)
class World:
    """`options` is the sink's table; `content` is what counts, however often it came."""

    options: dict[str, Any]
    content: Callable[[], object]
    go_down: Callable[[], None]


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@contextmanager
def csv(folder: Path) -> Iterator[World]:
    def block() -> None:
        (folder / "out").write_text("in the way")

    yield World({"folder": "out"}, lambda: files(folder), block)


@contextmanager
def parquet(folder: Path) -> Iterator[World]:
    """Parts of 15 readings, so that one is closed on the way."""

    def block() -> None:
        (folder / "out").write_text("in the way")

    yield World({"folder": "out", "most_readings": 15}, lambda: files(folder), block)


@contextmanager
def influxdb(folder: Path) -> Iterator[World]:
    server = Influx(folder / "influx").start()
    url = f"http://127.0.0.1:{server.port}"
    options = {"url": url, "org": ORG, "bucket": BUCKET, "token_file": "influx/token"}
    yield World(options, lambda: [server.stored(m) for m in ("reading", "alarm", "excursion")], server.kill)
    server.kill()


@contextmanager
def mqtt(folder: Path) -> Iterator[World]:
    broker = Mosquitto(folder / "mosquitto")
    broker.start()
    central = Central(broker.port)
    options = {"host": "127.0.0.1", "port": broker.port, "client_id": "edge", "topic": "cold/{site}"}
    yield World(options, central.content, broker.kill)
    central.close()
    broker.kill()


WORLDS: dict[str, Callable[[Path], AbstractContextManager[World]]] = {
    "csv": csv,
    "influxdb": influxdb,
    "mqtt": mqtt,
    "parquet": parquet,
}


class Central:
    """Who receives what is forwarded: knows a reading by its channel and time, a change by its number."""

    def __init__(self, port: int) -> None:
        self._messages: list[tuple[str, bytes]] = []
        self._ready = False
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2, "central", clean_session=False)
        self._client.on_message = lambda _c, _d, message: self._messages.append(
            (message.topic, message.payload)
        )
        self._client.on_subscribe = lambda *_: setattr(self, "_ready", True)
        self._client.connect("127.0.0.1", port)
        self._client.subscribe([("cold/#", 1), ("mark", 1)])
        self._client.loop_start()
        self._wait(lambda: self._ready)

    def content(self) -> tuple[dict[tuple[str, int], tuple[float | None, str]], dict[int, Any]]:
        """Of everything that the broker has acknowledged by now: readings, and changes of alarms."""
        mark = str(time.monotonic_ns()).encode()
        self._client.publish("mark", mark, 1)
        self._wait(lambda: ("mark", mark) in self._messages)
        told = [json.loads(body) for topic, body in self._messages if topic != "mark" and body]
        readings = {
            (c["channel"], t): (value, quality)
            for message in told
            for c in message.get("channels", ())
            for t, value, quality in zip(c["time_ns"], c["value"], c["quality"], strict=True)
        }
        return readings, {message["number"]: message for message in told if "number" in message}

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    @staticmethod
    def _wait(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + WITHIN_S
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.01)
