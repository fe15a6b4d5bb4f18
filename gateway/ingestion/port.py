"""A serial port: one question, one reply; noise and silence are told apart, a vanished port is LinkDown."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass

import serial

from gateway.drivers import PortSettings, Reply, Request
from gateway.drivers.lines import cut
from gateway.errors import LinkDown

MOST_NOISE = 4096  # bytes kept of what belonged to no frame, per question
WRITE_WITHIN_S = 2.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply, empty on silence, and whatever came with it that was no frame."""

    reply: Reply
    noise: bytes


class Port:
    """An open port. Every method raises LinkDown when the port is gone."""

    def __init__(self, name: str, settings: PortSettings, reply_timeout_s: float) -> None:
        self._name = name
        self._pause_s = settings.pause_s
        self._timeout_s = reply_timeout_s
        try:
            self._port = serial.serial_for_url(
                name,
                baudrate=settings.baud,
                bytesize=settings.data_bits,
                parity=settings.parity,
                stopbits=settings.stop_bits,
                timeout=reply_timeout_s,
                write_timeout=WRITE_WITHIN_S,
            )
        except (serial.SerialException, OSError, ValueError) as error:
            raise LinkDown(
                f"{name}: can not be opened ({error}); check the path, the cable and who may use it"
            ) from None

    def close(self) -> None:
        with contextlib.suppress(serial.SerialException, OSError):  # it may be gone already
            self._port.close()

    def ask(self, request: Request) -> Answer:
        """Send the request and wait for its reply; bytes that were waiting before it are noise."""
        try:
            stale = self._waiting()
            self._port.write(request.payload)
            reply, noise = self._receive(request)
        except (serial.SerialException, OSError) as error:
            raise LinkDown(f"{self._name}: the port is gone ({error}); check cable and power") from None
        if self._pause_s:
            time.sleep(self._pause_s)  # the instrument needs it; a request in between would be lost
        return Answer(reply, (stale + noise)[:MOST_NOISE])

    def _receive(self, request: Request) -> tuple[Reply, bytes]:
        deadline = time.monotonic() + self._timeout_s
        buffer, noise = b"", b""
        while (left_s := deadline - time.monotonic()) > 0:
            self._port.timeout = left_s
            buffer += self._port.read(max(1, min(self._port.in_waiting, request.longest_reply)))
            received_ns = time.time_ns()
            found = cut(buffer, request.terminator, request.longest_reply)
            if found.frame is not None:
                return Reply(found.frame, received_ns), noise + found.rest
            buffer, noise = found.rest, (noise + found.noise)[:MOST_NOISE]
        return Reply(b"", time.time_ns()), noise + buffer

    def _waiting(self) -> bytes:
        stale = b""
        while (size := self._port.in_waiting) and len(stale) < MOST_NOISE:
            stale += self._port.read(min(size, MOST_NOISE))
        if self._port.in_waiting:
            self._port.reset_input_buffer()
        return stale
