"""Simulated devices at a broker, and what a subscriber hears of them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiomqtt
import numpy as np

from firmware_sim.connection import Connection
from firmware_sim.faults import LinkFaults
from firmware_sim.mqtt import Publisher
from firmware_sim.schema import Device

WITHIN_S = 60.0  # machines are shared


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def eventually(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not condition():
        assert time.monotonic() < deadline, f"not within {WITHIN_S} s: {what}"
        await asyncio.sleep(0.01)


@asynccontextmanager
async def cancelled_after(work: asyncio.Task[None]) -> AsyncIterator[None]:
    try:
        yield
    finally:
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError, aiomqtt.MqttError):
            await work


class Logger:
    """A device whose samples count 1, 2, 3 ..., with the true time of each: nothing can be mixed up."""

    def __init__(self, name: str, **device: Any) -> None:
        table = {"name": name, "fields": {"n": "s/p"}, "interval_s": 0.05, "decimals": 0, **device}
        self.name = name
        self.faults = LinkFaults()
        self.true_ns: list[int] = []  # when each sample was taken
        self.publisher = Publisher(
            Device.model_validate(table),
            lambda probe: float(len(self.true_ns)),
            self._clock_ns,
            self.faults,
            np.random.default_rng(3),
        )

    def _clock_ns(self) -> int:
        self.true_ns.append(time.time_ns())
        return self.true_ns[-1]


@asynccontextmanager
async def connected(*loggers: Logger, port: int) -> AsyncIterator[Connection]:
    """All of them on one connection."""
    connection = Connection([logger.publisher for logger in loggers], np.random.default_rng(4))
    async with cancelled_after(asyncio.create_task(connection.run("127.0.0.1", port))):
        yield connection


class Ear:
    """What was heard, by device: the numbers of its samples and its times, in order of arrival."""

    def __init__(self) -> None:
        self.numbers: dict[str, list[int]] = {}
        self.times_ms: dict[str, list[int]] = {}

    def in_order(self, name: str) -> list[tuple[int, int]]:
        """Number and time of each sample at its first arrival: a sample may come twice."""
        pairs = zip(self.numbers.get(name, []), self.times_ms.get(name, []), strict=True)
        return list(dict.fromkeys(pairs))

    def count(self, name: str) -> int:
        return len(self.numbers.get(name, []))

    @asynccontextmanager
    async def listening(self, port: int) -> AsyncIterator[None]:
        async with aiomqtt.Client("127.0.0.1", port, identifier="ear") as client:
            await client.subscribe("cryo/+/telemetry", qos=1)
            async with cancelled_after(asyncio.create_task(self._listen(client))):
                yield

    async def _listen(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            assert isinstance(message.payload, bytes)
            name, sample = str(message.topic).split("/")[1], json.loads(message.payload)
            self.numbers.setdefault(name, []).append(int(sample["n"]))
            self.times_ms.setdefault(name, []).append(sample["ts"])


class Gate:
    """The network between devices and the broker at `far_port`; closed, it drops and refuses connections."""

    def __init__(self, far_port: int) -> None:
        self.port = free_port()
        self._far_port = far_port
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Future[list[None]]] = set()

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", self.port)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for talk in list(self._talks):
            talk.cancel()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._far_port)
        talk = asyncio.gather(_forward(reader, far_writer), _forward(far_reader, writer))
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)
        with contextlib.suppress(asyncio.CancelledError, ConnectionError):
            await talk
        for end in (writer, far_writer):
            end.transport.abort()


async def _forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(4096):
        writer.write(data)
        await writer.drain()
    raise ConnectionResetError
