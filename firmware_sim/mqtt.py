"""A device that publishes over MQTT with QoS 1 and keeps what it could not send: a logger's memory.

Each sample carries the device's own time. While the broker is away samples wait in a bounded backlog, the
oldest falling out, and go out in order once it is back. A sample leaves the backlog after its PUBACK, so one
may be sent twice.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable
from typing import Final

import aiomqtt
import numpy as np

from firmware_sim.faults import LinkFaults, spoil_payload
from firmware_sim.schema import Device

OPEN_PROBE: Final = 850.0  # what a transmitter shows for an open platinum probe: end of its scale
FIRST_PAUSE_S: Final = 0.2
LONGEST_PAUSE_S: Final = 5.0
PUBACK_TIMEOUT_S: Final = 5.0

Measure = Callable[[str], float]
ClockNs = Callable[[], int]


class Publisher:
    """One device and its connection."""

    def __init__(
        self,
        device: Device,
        measure: Measure,
        clock_ns: ClockNs,
        faults: LinkFaults,
        rng: np.random.Generator,
    ) -> None:
        self.name = device.name
        self.connected = False
        self.acknowledged = 0  # messages the broker has confirmed
        self.forgotten = 0  # messages that fell out of a full backlog
        self._device = device
        self._topic = device.own_topic
        self._measure = measure
        self._clock_ns = clock_ns
        self._faults = faults
        self._rng = rng
        self._backlog: deque[bytes] = deque()
        self._changed = asyncio.Condition()

    @property
    def waiting(self) -> int:
        """Messages in the backlog."""
        return len(self._backlog)

    async def run(self, host: str, port: int) -> None:
        """Sample and send until cancelled; a broker that is away is tried again with growing pauses."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._sample(), name=f"{self.name} samples")
            tasks.create_task(self._send(host, port), name=f"{self.name} sends")

    async def _sample(self) -> None:
        loop = asyncio.get_running_loop()
        started_s = loop.time()
        due_s = started_s + self._device.interval_s * float(self._rng.random())  # not all devices at once
        while True:
            await asyncio.sleep(due_s - loop.time())
            due_s = max(due_s + self._device.interval_s, loop.time())
            async with self._changed:
                self._remember(self._message(loop.time() - started_s))
                self._changed.notify_all()

    def _message(self, running_s: float) -> dict[str, float]:
        ts_ms = self._faults.device_clock_ns(self._clock_ns(), running_s) // 1_000_000
        values = {key: self._measure(probe) for key, probe in self._device.fields.items()}
        shown = {key: OPEN_PROBE if math.isnan(value) else value for key, value in values.items()}
        return {"ts": ts_ms, **{key: round(value, self._device.decimals) for key, value in shown.items()}}

    def _remember(self, message: dict[str, float]) -> None:
        self._backlog.extend(spoil_payload(message, self._faults, self._rng))
        while len(self._backlog) > self._device.backlog:
            self._backlog.popleft()
            self.forgotten += 1

    async def _send(self, host: str, port: int) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            await self._until_plugged(True)
            before = self.acknowledged
            try:
                await self._one_connection(host, port)
            except* (aiomqtt.MqttError, _Unplugged):
                _end_if_cancelled()  # else: shown as `connected`, and tried again below
            finally:
                self.connected = False
            pause_s = FIRST_PAUSE_S if self.acknowledged > before else min(pause_s * 2.0, LONGEST_PAUSE_S)
            await asyncio.sleep(pause_s * float(self._rng.uniform(0.5, 1.0)))

    async def _one_connection(self, host: str, port: int) -> None:
        """Raises, in a group, MqttError when the connection ends and _Unplugged when the cable does."""
        async with asyncio.TaskGroup() as tasks:  # noqa: SIM117  # two ideas, two lines
            async with aiomqtt.Client(
                host,
                port,
                identifier=f"sim-{self.name}",
                timeout=PUBACK_TIMEOUT_S,
                max_queued_incoming_messages=1,
            ) as client:
                self.connected = True
                watchers = [
                    tasks.create_task(_watch(client), name=f"{self.name} watches its connection"),
                    tasks.create_task(self._watch_plug(), name=f"{self.name} watches its plug"),
                ]
                try:
                    await self._drain(client)
                finally:
                    for watcher in watchers:
                        watcher.cancel()

    async def _drain(self, client: aiomqtt.Client) -> None:
        while True:
            async with self._changed:
                await self._changed.wait_for(lambda: len(self._backlog) > 0)
                oldest = self._backlog[0]
            await client.publish(self._topic, oldest, qos=1)
            _end_if_cancelled()  # Python 3.11's wait_for loses one that comes together with the PUBACK
            self.acknowledged += 1
            if self._backlog and self._backlog[0] is oldest:  # it may have fallen out meanwhile
                self._backlog.popleft()

    async def _watch_plug(self) -> None:
        await self._until_plugged(False)
        raise _Unplugged

    async def _until_plugged(self, plugged: bool) -> None:
        """Wait; looked at whenever a sample was taken."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._faults.unplugged is not plugged)


def _end_if_cancelled() -> None:
    """Raise a cancellation that the calls below have swallowed or turned into an MqttError."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


class _Unplugged(Exception):
    """The cable was pulled."""


async def _watch(client: aiomqtt.Client) -> None:
    """Raises MqttError as soon as the connection is lost; nothing is ever received."""
    async for _ in client.messages:
        pass
