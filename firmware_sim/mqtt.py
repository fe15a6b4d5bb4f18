"""A device that publishes over MQTT with QoS 1 and keeps what it could not send: a logger's memory.

Each sample carries the device's own time. While the device cannot send, samples wait in its bounded memory,
the oldest falling out, and go out in order later. A sample leaves the memory after its PUBACK, so one may be
sent twice.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable
from typing import Final

import numpy as np

from firmware_sim.faults import LinkFaults, spoil_payload
from firmware_sim.schema import Device

OPEN_PROBE: Final = 850.0  # what a transmitter shows for an open platinum probe: end of its scale

Measure = Callable[[str], float]
ClockNs = Callable[[], int]


class Publisher:
    """One device: its samples and its memory. Who sends them is a firmware_sim.connection.Connection."""

    def __init__(
        self,
        device: Device,
        measure: Measure,
        clock_ns: ClockNs,
        faults: LinkFaults,
        rng: np.random.Generator,
    ) -> None:
        self.name = device.name
        self.topic = device.own_topic
        self.connected = False
        self.acknowledged = 0  # messages the broker has confirmed
        self.forgotten = 0  # messages that fell out of a full memory
        self.worst_lateness_s = 0.0  # of a sample; much of it: the machine is too slow
        self._device = device
        self._measure = measure
        self._clock_ns = clock_ns
        self._faults = faults
        self._rng = rng
        self._memory: deque[bytes] = deque()

    @property
    def plugged(self) -> bool:
        """Whether its cable is in, or its radio in reach."""
        return not self._faults.unplugged

    @property
    def waiting(self) -> int:
        """Messages in the memory."""
        return len(self._memory)

    @property
    def oldest(self) -> bytes:
        """The message to be sent next; there must be one."""
        return self._memory[0]

    def confirm(self, message: bytes) -> None:
        """The broker has `message`, which was the oldest when it was sent."""
        self.acknowledged += 1
        if self._memory and self._memory[0] is message:  # it may have fallen out meanwhile
            self._memory.popleft()

    async def sample(self, tell: Callable[[Publisher], None]) -> None:
        """Take samples until cancelled; `tell` is called after each."""
        loop = asyncio.get_running_loop()
        started_s = loop.time()
        due_s = started_s + self._device.interval_s * float(self._rng.random())  # not all devices at once
        while True:
            await asyncio.sleep(due_s - loop.time())
            now_s = loop.time()
            self.worst_lateness_s = max(self.worst_lateness_s, now_s - due_s)
            # late, it does not say two things at one moment
            due_s = max(due_s + self._device.interval_s, now_s + self._device.interval_s / 2)
            self._remember(self._message(now_s - started_s))
            tell(self)

    def _message(self, running_s: float) -> dict[str, float]:
        ts_ms = self._faults.device_clock_ns(self._clock_ns(), running_s) // 1_000_000
        values = {key: self._measure(probe) for key, probe in self._device.fields.items()}
        shown = {key: OPEN_PROBE if math.isnan(value) else value for key, value in values.items()}
        return {"ts": ts_ms, **{key: round(value, self._device.decimals) for key, value in shown.items()}}

    def _remember(self, message: dict[str, float]) -> None:
        self._memory.extend(spoil_payload(message, self._faults, self._rng))
        while len(self._memory) > self._device.backlog:
            self._memory.popleft()
            self.forgotten += 1
