"""A serial port with the instruments on it, polled on a fixed schedule that does not drift."""

from __future__ import annotations

import importlib
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import Any, Final

import numpy as np

from gateway.drivers import PortSettings, Readings
from gateway.ingestion.intake import Intake
from gateway.ingestion.link import Link, LinkState
from gateway.ingestion.port import Port
from gateway.model import Arrivals, Decoded, Refusal, Refused, Samples

DRIVERS: Final = "gateway.drivers"
BYTES_PER_READING: Final = 64  # what a queued reading weighs, roughly
MOST_REFUSED: Final = 100  # kept of one poll
SHORTEST_INTERVAL_S: Final = 0.05  # 20 requests a second is what such instruments can do


@dataclass(frozen=True, slots=True)
class Options:
    """`port` is a device path, or socket://host:port, rfc2217://host:port for a serial server."""

    driver: str
    port: str = field(metadata={"path": True})
    poll_interval_s: float = 10.0
    reply_timeout_s: float = 1.0
    baud: int | None = None
    data_bits: int | None = None
    parity: str | None = None
    stop_bits: int | None = None
    options: Any = field(default=None, metadata={"plug_in": DRIVERS, "named_by": "driver"})

    def __post_init__(self) -> None:
        if not SHORTEST_INTERVAL_S <= self.poll_interval_s <= 86_400:
            raise ValueError(f"poll_interval_s must lie between {SHORTEST_INTERVAL_S} and 86400")
        if not 0.01 <= self.reply_timeout_s <= 60:
            raise ValueError("reply_timeout_s must lie between 0.01 and 60")
        if self.parity is not None and self.parity not in ("N", "E", "O"):
            raise ValueError("parity must be 'N', 'E' or 'O'")


class Source:
    """See the contract in gateway.ingestion.sources."""

    def __init__(self, name: str, options: Options, channels: Mapping[str, int]) -> None:
        self.name = name
        self.link = Link(name)
        self._options = options
        self._channels = channels
        self._driver: ModuleType = importlib.import_module(f"{DRIVERS}.{options.driver}")
        self._driver_options = options.options or self._driver.Options()

    def run(self, intake: Intake, stop: threading.Event) -> None:
        """Poll until `stop` is set. Raises LinkDown when the port vanishes."""
        self.link.change(LinkState.CONNECTING, self._options.port)
        port = Port(self._options.port, self._settings(), self._options.reply_timeout_s)
        try:
            due_s = time.monotonic()
            while not stop.wait(max(0.0, due_s - time.monotonic())):
                if intake.wait_for_room(self._options.reply_timeout_s):
                    self._poll(port, intake, stop)
                due_s = self._next(due_s)
        finally:
            port.close()

    def decode(self, items: Sequence[Readings]) -> Decoded:
        """Readings of configured channels; an instrument may have probes that nobody configured."""
        parts = [self._arrivals(readings) for readings in items]
        refused = tuple(r for readings in items for r in readings.refused)
        return Decoded(Arrivals.concatenate(parts), refused)

    def acknowledge(self, items: Sequence[Readings]) -> None:
        """An instrument that is asked for its present value needs no answer."""

    def _poll(self, port: Port, intake: Intake, stop: threading.Event) -> None:
        noise: list[Refused] = []
        answered = False
        asking = self._driver.poll(self._driver_options)
        try:
            request = next(asking)
            while not stop.is_set():
                answer = port.ask(request)
                answered |= bool(answer.reply.frame)
                if answer.noise and len(noise) < MOST_REFUSED:
                    asked = request.payload.decode("ascii", "replace").strip()
                    noise.append(
                        Refused(Refusal.NOISE, "bytes of no frame", asked, answer.noise, answer.reply.time_ns)
                    )
                request = asking.send(answer.reply)
        except StopIteration as ended:
            self._deliver(ended.value, noise, answered, intake)
        finally:
            asking.close()

    def _deliver(self, readings: Readings, noise: list[Refused], answered: bool, intake: Intake) -> None:
        if answered:
            self.link.change(LinkState.UP, self._options.port)
        else:
            detail = f"{self._options.port}: no answer within {self._options.reply_timeout_s:g} s"
            self.link.change(LinkState.SILENT, f"{detail}; check cable, power, baud rate and bus id")
        kept = (*readings.refused, *noise)[:MOST_REFUSED]
        if readings.address or kept:
            size = BYTES_PER_READING * len(readings.address) + sum(len(r.payload) for r in kept)
            intake.put(self.name, replace(readings, refused=kept), size)

    def _arrivals(self, readings: Readings) -> Arrivals:
        known = [i for i, address in enumerate(readings.address) if address in self._channels]
        channel = np.array([self._channels[readings.address[i]] for i in known], np.int32)
        time_ns = readings.time[known]
        return Arrivals(Samples(time_ns, channel, readings.value[known], readings.quality[known]), time_ns)

    def _next(self, due_s: float) -> float:
        """The next beat of the schedule that is not over yet."""
        interval_s = self._options.poll_interval_s
        missed = int((time.monotonic() - due_s) // interval_s)
        return due_s + (missed + 1) * interval_s

    def _settings(self) -> PortSettings:
        given = {k: getattr(self._options, k) for k in ("baud", "data_bits", "parity", "stop_bits")}
        default: PortSettings = self._driver.PORT
        return replace(default, **{k: v for k, v in given.items() if v is not None})
