"""A fleet running live: the story against the real clock, instruments on ports, devices at their broker."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from firmware_sim import instruments
from firmware_sim.chance import generator
from firmware_sim.connection import Connection, share
from firmware_sim.faults import LinkFaults, heard_of
from firmware_sim.mqtt import Publisher
from firmware_sim.pty import Answer, serve_pty
from firmware_sim.schema import Fleet, Instrument, instrument_options
from firmware_sim.tcp import serve_tcp
from firmware_sim.world import Change, World, step_for

TICK_S: Final = 0.05  # real seconds between moves of the world
MOST_STEPS_PER_TICK: Final = 1000  # a machine that cannot keep up gets a slower story, not a blocked loop

Broker = tuple[str, int]  # host, port


class Run:
    """One run of a fleet; `speed` overrides the file's."""

    def __init__(self, fleet: Fleet, speed: float | None = None) -> None:
        self.fleet = fleet
        self.speed = fleet.fleet.speed if speed is None else speed
        self.world = World(fleet, step_for(self.speed))
        self._started_s = time.monotonic()
        start = fleet.fleet.start
        self._started_ns = time.time_ns() if start is None else round(start.timestamp() * 1e9)
        self.instruments = {i.name: self._instrument(i) for i in fleet.instrument}
        self.publishers = [
            Publisher(
                device,
                self.world.measure,
                self.clock_ns,
                self.world.links[device.name],
                generator(fleet.fleet.seed, f"link {device.name}"),
            )
            for device in fleet.device
        ]

    def clock_ns(self) -> int:
        """What a good device clock shows: real time since the start, from the fleet's `start` or from now."""
        return self._started_ns + round((time.monotonic() - self._started_s) * 1e9)

    async def run(self, broker: Broker, run_dir: Path, report: Callable[[Change], None]) -> None:
        """Run until cancelled; `report` hears of everything the story does. Raises OSError for a bad port."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._move(report), name="story")
            for instrument in self.fleet.instrument:
                self._serve(tasks, instrument, run_dir)
            for connection in self.connections():
                tasks.create_task(connection.run(*broker), name=connection.identifier)

    async def _move(self, report: Callable[[Change], None]) -> None:
        while True:
            story_s = (time.monotonic() - self._started_s) * self.speed
            for change in self.world.advance(story_s, MOST_STEPS_PER_TICK):
                report(change)
            await asyncio.sleep(TICK_S)

    def connections(self) -> list[Connection]:
        """Fresh connections to the broker, with the devices dealt out to them."""
        seed, most = self.fleet.fleet.seed, self.fleet.fleet.connections
        return [
            Connection(some, generator(seed, f"connection of {some[0].name}"))
            for some in share(self.publishers, most)
        ]

    def _instrument(self, instrument: Instrument) -> instruments.Instrument:
        kind = instruments.load(instrument.kind)
        return kind.build(instrument_options(instrument), self.world.measure, self.world.fill)

    def _serve(self, tasks: asyncio.TaskGroup, instrument: Instrument, run_dir: Path) -> None:
        faults = self.world.links[instrument.name]
        answer = self._spoiled(instrument, faults)
        if instrument.pty is not None:
            served = serve_pty(run_dir / instrument.pty, answer, lambda: faults.unplugged)
            tasks.create_task(served, name=f"pty {instrument.name}")
        if instrument.tcp is not None:
            host, _, port = instrument.tcp.rpartition(":")
            on_tcp = serve_tcp(host, int(port), answer, lambda: faults.unplugged)
            tasks.create_task(on_tcp, name=f"tcp {instrument.name}")

    def _spoiled(self, instrument: Instrument, faults: LinkFaults) -> Answer:
        ideal = self.instruments[instrument.name]
        rng = generator(self.fleet.fleet.seed, f"link {instrument.name}")
        return lambda data, time_s: heard_of(data, ideal.receive(data, time_s), faults, rng)


async def run_for(seconds: float | None, stop: asyncio.Event, work: asyncio.Task[None]) -> None:
    """Let `work` run until `stop`, for `seconds` at most, or until it fails; raises what it raised."""
    stopping = asyncio.create_task(stop.wait(), name="stop")
    await asyncio.wait({stopping, work}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    work.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await work
