"""A connection to the broker, of one device or shared by many, as a radio gateway's is.

Of each device one message is in flight at a time, so that its messages come in order whatever happens; the
devices take turns. The connection is up while the cable of any of its devices is in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

import aiomqtt
import numpy as np

from firmware_sim.mqtt import Publisher

IN_FLIGHT: Final = 10  # messages on one connection; aiomqtt warns beyond
FIRST_PAUSE_S: Final = 0.2
LONGEST_PAUSE_S: Final = 5.0
PUBACK_TIMEOUT_S: Final = 5.0


def share(publishers: Sequence[Publisher], most: int) -> list[list[Publisher]]:
    """Deal devices out to at most `most` connections, as evenly as it goes."""
    count = min(most, len(publishers))
    return [list(publishers[first::count]) for first in range(count)]


class Connection:
    """What one connection sends for its devices, of which there is at least one."""

    def __init__(self, publishers: Sequence[Publisher], rng: np.random.Generator) -> None:
        first, others = publishers[0].name, len(publishers) - 1
        self.identifier = f"sim-{first}+{others}" if others else f"sim-{first}"
        self._publishers = publishers
        self._rng = rng
        self.is_up = False
        self._in_line: set[Publisher] = set()  # in the queue, or with a message in flight
        self._ready: asyncio.Queue[Publisher] = asyncio.Queue()  # each device once at most
        self._plugged = {publisher for publisher in publishers if publisher.plugged}
        self._some_plugged, self._none_plugged = asyncio.Event(), asyncio.Event()

    async def run(self, host: str, port: int) -> None:
        """Sample and send until cancelled; a broker that is away is tried again with growing pauses."""
        self._show_plugs()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._send(host, port), name=f"{self.identifier} sends")
            for publisher in self._publishers:
                tasks.create_task(publisher.sample(self._look), name=f"{publisher.name} samples")

    async def _send(self, host: str, port: int) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            await self._some_plugged.wait()
            before = self._acknowledged()
            try:
                await self._one_connection(host, port)
            except* (aiomqtt.MqttError, _Unplugged):
                _end_if_cancelled()  # else: shown as `connected`, and tried again below
            finally:
                self._set_up(False)
            fruitless = self._acknowledged() == before
            pause_s = min(pause_s * 2.0, LONGEST_PAUSE_S) if fruitless else FIRST_PAUSE_S
            await asyncio.sleep(pause_s * float(self._rng.uniform(0.5, 1.0)))

    async def _one_connection(self, host: str, port: int) -> None:
        """Raises, in a group, MqttError when the connection ends and _Unplugged when the last cable does."""
        async with aiomqtt.Client(
            host,
            port,
            identifier=self.identifier,
            timeout=PUBACK_TIMEOUT_S,
            max_queued_incoming_messages=1,
        ) as client:
            _end_if_cancelled()  # Python 3.11's wait_for loses one that comes together with the CONNACK
            self._set_up(True)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(_watch(client), name=f"{self.identifier} watches its connection")
                for number in range(min(IN_FLIGHT, len(self._publishers))):
                    tasks.create_task(self._drain(client), name=f"{self.identifier} sender {number}")
                await self._none_plugged.wait()  # here: a TaskGroup of 3.11 that fails while it ends
                raise _Unplugged

    async def _drain(self, client: aiomqtt.Client) -> None:
        while True:
            publisher = await self._ready.get()
            if publisher.plugged:
                oldest = publisher.oldest
                await client.publish(publisher.topic, oldest, qos=1)
                _end_if_cancelled()  # as above, with the PUBACK
                publisher.confirm(oldest)
            self._in_line.discard(publisher)
            self._offer(publisher)

    def _offer(self, publisher: Publisher) -> None:
        """Put a device in line when it has something to send and may."""
        if publisher.waiting and publisher.plugged and publisher not in self._in_line:
            self._in_line.add(publisher)
            self._ready.put_nowait(publisher)

    def _look(self, publisher: Publisher) -> None:
        """See what a sample has changed: plugs too are looked at whenever a sample was taken."""
        publisher.connected = self.is_up and publisher.plugged
        if publisher.plugged:
            self._plugged.add(publisher)
        else:
            self._plugged.discard(publisher)
        self._show_plugs()
        self._offer(publisher)

    def _show_plugs(self) -> None:
        some, none = self._some_plugged, self._none_plugged
        true, false = (some, none) if self._plugged else (none, some)
        true.set()
        false.clear()

    def _set_up(self, is_up: bool) -> None:
        """The connection came or went: what was in flight is to be sent again."""
        self.is_up = is_up
        self._in_line.clear()
        self._ready = asyncio.Queue()
        for publisher in self._publishers:
            publisher.connected = is_up and publisher.plugged
            self._offer(publisher)

    def _acknowledged(self) -> int:
        return sum(publisher.acknowledged for publisher in self._publishers)


class _Unplugged(Exception):
    """The last cable was pulled."""


def _end_if_cancelled() -> None:
    """Raise a cancellation that the calls below have swallowed or turned into an MqttError."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def _watch(client: aiomqtt.Client) -> None:
    """Raises MqttError as soon as the connection is lost; nothing is ever received."""
    async for _ in client.messages:
        pass
