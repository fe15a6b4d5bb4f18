"""Simulated MQTT devices and the embedded broker, over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiomqtt
import numpy as np
import pytest

from firmware_sim.broker import serve
from firmware_sim.connection import Connection
from firmware_sim.faults import LinkFaults
from firmware_sim.mqtt import OPEN_PROBE, Publisher
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


class Bench:
    """One device, its faults, and what a subscriber has heard of it."""

    def __init__(self, port: int, value: float = -195.804, **device: Any) -> None:
        self.port = port
        self.faults = LinkFaults()
        table = {"name": "shipper-1", "fields": {"temp": "s/p"}, "interval_s": 0.02, **device}
        self.publisher = Publisher(
            Device.model_validate(table),
            lambda probe: value,
            time.time_ns,
            self.faults,
            np.random.default_rng(3),
        )
        self.heard: list[bytes] = []

    def times_ms(self) -> list[int]:
        return [json.loads(payload)["ts"] for payload in self.heard]

    @asynccontextmanager
    async def publishing(self) -> AsyncIterator[None]:
        connection = Connection([self.publisher], np.random.default_rng(4))
        work = asyncio.create_task(connection.run("127.0.0.1", self.port))
        try:
            yield
        finally:
            work.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await work

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        async with aiomqtt.Client("127.0.0.1", self.port, identifier="listener") as client:
            await client.subscribe("cryo/+/telemetry", qos=1)
            work = asyncio.create_task(self._listen(client))
            try:
                yield
            finally:
                work.cancel()
                with contextlib.suppress(asyncio.CancelledError, aiomqtt.MqttError):
                    await work

    async def _listen(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            assert str(message.topic) == "cryo/shipper-1/telemetry"
            assert message.qos == 1
            assert isinstance(message.payload, bytes)
            self.heard.append(message.payload)


async def test_a_device_publishes_its_own_time_and_value_in_order() -> None:
    bench = Bench(free_port())
    before_ms = time.time_ns() // 1_000_000
    async with serve("127.0.0.1", bench.port), bench.listening(), bench.publishing():
        await eventually(lambda: len(bench.heard) >= 10, "ten messages")
    assert json.loads(bench.heard[0]) == {"ts": bench.times_ms()[0], "temp": -195.8}
    assert bench.times_ms() == sorted(set(bench.times_ms()))
    assert before_ms <= bench.times_ms()[0] <= time.time_ns() // 1_000_000
    assert bench.publisher.acknowledged >= 10


async def test_what_a_device_could_not_send_it_sends_later_in_order() -> None:
    bench = Bench(free_port())
    async with bench.publishing():
        await eventually(lambda: bench.publisher.waiting >= 10, "ten samples wait for a broker")
        assert bench.publisher.connected is False
        async with serve("127.0.0.1", bench.port), bench.listening():
            await eventually(lambda: len(bench.heard) >= 20, "the backlog and more")
            assert bench.publisher.connected
    times_ms = bench.times_ms()
    assert times_ms == sorted(times_ms)
    assert np.diff(times_ms).max() < 1000  # no hole where the outage was
    assert bench.publisher.forgotten == 0


async def test_a_full_memory_forgets_the_oldest() -> None:
    bench = Bench(free_port(), backlog=5)
    async with bench.publishing():
        await eventually(lambda: bench.publisher.forgotten >= 5, "five forgotten samples")
        assert bench.publisher.waiting == 5
        forgotten_ms = time.time_ns() // 1_000_000 - 5 * 20 - 1000
        async with serve("127.0.0.1", bench.port), bench.listening():
            await eventually(lambda: len(bench.heard) >= 6, "the rest")
    assert bench.times_ms()[0] > forgotten_ms


async def test_a_device_survives_its_broker() -> None:
    bench = Bench(free_port())
    async with bench.publishing():
        async with serve("127.0.0.1", bench.port), bench.listening():
            await eventually(lambda: len(bench.heard) >= 3, "messages before")
        await eventually(lambda: not bench.publisher.connected, "it notices")
        heard = len(bench.heard)
        async with serve("127.0.0.1", bench.port), bench.listening():
            await eventually(lambda: len(bench.heard) >= heard + 3, "messages after")


async def test_an_unplugged_device_keeps_sampling_and_backfills() -> None:
    bench = Bench(free_port())
    async with serve("127.0.0.1", bench.port), bench.listening(), bench.publishing():
        await eventually(lambda: len(bench.heard) >= 3, "messages before")
        bench.faults.unplugged = True
        await eventually(lambda: not bench.publisher.connected, "the cable is out")
        await eventually(lambda: bench.publisher.waiting >= 10, "ten samples wait")
        heard = len(bench.heard)
        bench.faults.unplugged = False
        await eventually(lambda: len(bench.heard) >= heard + 10, "messages after")
    times_ms = sorted(set(bench.times_ms()))
    assert np.diff(times_ms).max() < 1000


@pytest.mark.parametrize(
    ("faults", "payload"),
    [({"not_a_number": 1.0}, b"NaN}"), ({"clock_offset_s": -86_400.0 * 20_000}, b'"ts":')],
)
async def test_faults_reach_the_wire(faults: dict[str, float], payload: bytes) -> None:
    bench = Bench(free_port())
    for name, value in faults.items():
        setattr(bench.faults, name, value)
    async with serve("127.0.0.1", bench.port), bench.listening(), bench.publishing():
        await eventually(lambda: len(bench.heard) >= 1, "a message")
    assert payload in bench.heard[0]
    if "clock_offset_s" in faults:
        assert abs(bench.times_ms()[0] / 1000.0 - (time.time() - 86_400 * 20_000)) < WITHIN_S


async def test_an_open_probe_shows_the_end_of_the_scale() -> None:
    bench = Bench(free_port(), value=math.nan)
    async with serve("127.0.0.1", bench.port), bench.listening(), bench.publishing():
        await eventually(lambda: len(bench.heard) >= 1, "a message")
    assert json.loads(bench.heard[0])["temp"] == OPEN_PROBE


@pytest.mark.parametrize("version", [aiomqtt.ProtocolVersion.V311, aiomqtt.ProtocolVersion.V5])
async def test_the_embedded_broker_keeps_sessions_for_clients_that_are_away(
    version: aiomqtt.ProtocolVersion,
) -> None:
    port = free_port()
    kept = {"clean_session": False} if version is aiomqtt.ProtocolVersion.V311 else {"clean_start": False}

    def resident() -> aiomqtt.Client:
        return aiomqtt.Client("127.0.0.1", port, identifier="resident", protocol=version, **kept)

    async with serve("127.0.0.1", port):
        async with resident() as client:
            await client.subscribe("a/#", qos=1)
        async with aiomqtt.Client("127.0.0.1", port) as sender:
            for number in range(5):
                await sender.publish("a/b", str(number), qos=1)
        async with resident() as client:
            heard = [await asyncio.wait_for(anext(client.messages), WITHIN_S) for _ in range(5)]
    assert sorted(bytes(message.payload) for message in heard) == [b"0", b"1", b"2", b"3", b"4"]


async def test_the_embedded_broker_says_when_its_address_is_taken() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{port}"):
            async with serve("127.0.0.1", port):
                pass


async def test_a_device_can_be_stopped_at_any_moment() -> None:
    """Also when the order to stop comes together with a PUBACK, which asyncio of Python 3.11 gets wrong."""
    port, moments = free_port(), np.random.default_rng(11)
    async with serve("127.0.0.1", port):
        for _ in range(25):
            bench = Bench(port, interval_s=0.01)
            bench.publisher._memory.extend([b"{}"] * 3000)  # always busy: it comes between two PUBACKs
            connection = Connection([bench.publisher], np.random.default_rng(4))
            work = asyncio.create_task(connection.run("127.0.0.1", port))
            await eventually(lambda: bench.publisher.acknowledged >= 2, "messages")  # noqa: B023  # same round
            await asyncio.sleep(float(moments.uniform(0.0, 0.01)))
            work.cancel()
            done, _ = await asyncio.wait({work}, timeout=WITHIN_S)
            assert done == {work}
            assert work.cancelled()


async def test_a_device_can_be_stopped_as_it_is_let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """The order comes together with the CONNACK: the same fault of asyncio, which a fleet met under load."""
    port, bench = free_port(), Bench(free_port())
    connection = Connection([bench.publisher], np.random.default_rng(4))

    class LetIn(aiomqtt.Client):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            self._connected.add_done_callback(lambda _: work.cancel())

    monkeypatch.setattr(aiomqtt, "Client", LetIn)
    async with serve("127.0.0.1", port):
        work = asyncio.create_task(connection.run("127.0.0.1", port))
        done, _ = await asyncio.wait({work}, timeout=WITHIN_S)
        assert done == {work}
        assert work.cancelled()
