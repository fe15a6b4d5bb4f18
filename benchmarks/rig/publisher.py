"""Devices that publish JSON with QoS 1: a few microseconds a message, so that who listens has the machine.

What is published follows from its number alone, so that millions can be checked without being kept: reading i
comes from device i % devices, wanders between -190 and -130 degC, and has a time of its own. MQTT 3.1.1
by hand, a persistent session, and whatever is not acknowledged is sent again after a reconnect.
"""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
import time
from array import array
from collections import deque
from typing import Final

import numpy as np
from numpy.typing import NDArray

CLIENT: Final = b"devices"
WINDOW: Final = 2000  # messages on their way to the broker
BURST: Final = 100  # messages in one write
PERIOD: Final = 400  # readings of a device from one warm phase to the next
CYCLE_S: Final = 0.02  # at a given rate: how long an idle device sleeps


def hundredths(number: NDArray[np.int64], devices: int, period: int = PERIOD) -> NDArray[np.int64]:
    """int64[N], hundredths of a degC: a triangle with noise, each device in a phase of its own."""
    device, turn = number % devices, number // devices
    x = (turn + 37 * device) % period
    up = np.minimum(x, period - x)  # 0 ... period / 2
    return -19_000 + 6_000 * up // (period // 2) + (number * 2_654_435_761 >> 7) % 100


class Publisher(threading.Thread):
    """Publishes until `enough` is set or `most` are out, then waits for the last acknowledgements.

    `rate` in messages per second, 0 for as fast as the broker takes them. With `start_ns` and `step_ns`
    reading n of every device has the time start + n x step; without, the time of sending. It is told in
    units of `unit_ns`.
    """

    def __init__(
        self,
        port: int,
        devices: int,
        rate: float,
        *,
        most: int = 0,
        start_ns: int = 0,
        step_ns: int = 0,
        unit_ns: int = 1,
        period: int = PERIOD,
    ) -> None:
        super().__init__(name="publisher", daemon=True)
        self.devices = devices
        self.rate = rate
        self.period = period
        self.enough = threading.Event()
        self.paused = threading.Event()  # set: nothing new is sent
        self.times: array[int] = array("q")  # ns, by number
        self.sent_s: array[float] = array("d")  # wall clock, by number
        self._acknowledged = bytearray()  # by number
        self.acknowledged_count = 0
        self._port = port
        self._most = most
        self._start_ns, self._step_ns, self._unit_ns = start_ns, step_ns, unit_ns
        self._waiting: deque[int] = deque()  # numbers on their way, in order
        self._last_ns = 0
        self._began_s = 0.0
        self._lent = 0  # messages that were not due because nothing was sent

    def acknowledged(self) -> NDArray[np.int64]:
        """Numbers that the broker took over, in order."""
        return np.flatnonzero(np.frombuffer(bytes(self._acknowledged), np.uint8))

    def go_on_at(self, rate: float) -> None:
        """From now on so many messages a second."""
        self._began_s, self._lent, self.rate = time.monotonic(), -len(self.times), rate

    def finish(self, within_s: float = 60.0) -> None:
        """No more; returns when the broker has all. Raises TimeoutError."""
        self.enough.set()
        self.join(within_s)
        if self.is_alive():
            raise TimeoutError(f"{len(self._waiting)} messages were not acknowledged within {within_s} s")

    def run(self) -> None:
        self._began_s = time.monotonic()
        while not self._is_done():
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port), 2) as line:
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._converse(line)
            if not self._is_done():
                time.sleep(0.1)  # the broker is away

    def _is_done(self) -> bool:
        ended = self.enough.is_set() or (self._most > 0 and len(self.times) >= self._most)
        return ended and not self._waiting

    def _converse(self, line: socket.socket) -> None:
        """One connection. Raises OSError when it breaks."""
        line.sendall(b"\x10" + bytes([12 + len(CLIENT)]) + b"\0\4MQTT\4\0\0\0" + _text(CLIENT))
        if len(line.recv(4)) < 4:
            return
        for i in range(0, len(self._waiting), BURST):
            again = [self._packet(n, dup=True) for n in list(self._waiting)[i : i + BURST]]
            line.sendall(b"".join(again))
        held = b""
        while not self._is_done():
            fresh = [self._next() for _ in range(self._due())]
            if fresh:
                line.sendall(b"".join(self._packet(n) for n in fresh))
            pause_s = 0.0 if fresh else CYCLE_S
            if select.select([line], [], [], pause_s)[0]:
                data = line.recv(65_536)
                if not data:
                    return
                held = self._take(held + data)
        line.sendall(b"\xe0\0")

    def _due(self) -> int:
        """How many may go out now."""
        room = min(BURST, WINDOW - len(self._waiting))
        if self._most:
            room = min(room, self._most - len(self.times))
        if self.enough.is_set() or self.paused.is_set():
            return 0
        if not self.rate:
            return max(0, room)
        due = int((time.monotonic() - self._began_s) * self.rate) - self._lent - len(self.times)
        if due > 2 * self.rate:  # after an outage devices go on, they do not send an hour at once
            self._lent += due
            return 0
        return max(0, min(room, due))

    def _next(self) -> int:
        number = len(self.times)
        self._last_ns = max(self._last_ns + 1, time.time_ns())
        step = number // self.devices
        self.times.append(self._start_ns + step * self._step_ns if self._step_ns else self._last_ns)
        self.sent_s.append(time.time())
        self._acknowledged.append(0)
        self._waiting.append(number)
        return number

    def _packet(self, number: int, dup: bool = False) -> bytes:
        x = (number // self.devices + 37 * (number % self.devices)) % self.period
        up = 6_000 * min(x, self.period - x) // (self.period // 2)
        value = -19_000 + up + (number * 2_654_435_761 >> 7) % 100
        body = b"%s%s" % (
            _text(b"cryo/dewar-%d/telemetry" % (number % self.devices)) + _mid(number),
            b'{"seq":%d,"temp":%.2f,"ts":%d,"t":%.6f}'
            % (number, value / 100, self.times[number] // self._unit_ns, self.sent_s[number]),
        )
        length = len(body)
        return bytes([0x3A if dup else 0x32, length & 0x7F | 0x80, length >> 7]) + body

    def _take(self, data: bytes) -> bytes:
        """PUBACKs, in the order of what was sent; the rest of a packet that is not whole."""
        whole = len(data) // 4 * 4
        for i in range(0, whole, 4):
            mid = data[i + 2 : i + 4]
            while self._waiting:  # a broker that restarted may leave out what it acknowledged before
                number = self._waiting.popleft()
                if _mid(number) == mid:
                    self._acknowledged[number] = 1
                    self.acknowledged_count += 1
                    break
        return data[whole:]


def _mid(number: int) -> bytes:
    return struct.pack(">H", number % 65_535 + 1)


def _text(data: bytes) -> bytes:
    return struct.pack(">H", len(data)) + data
