"""A serial port: one question, one reply; noise and silence are told apart, a vanished port is LinkDown."""

from __future__ import annotations

import contextlib
import stat
import termios
import time
from collections.abc import Callable
from pathlib import Path

import serial

from gateway.dataclass import dataclass
from gateway.drivers import PortSettings, Reply, Request
from gateway.drivers.hearing import NOISE_KEPT, Hearing
from gateway.errors import LinkDown

MOST_HEARD = 4096  # bytes listened to for one reply; a line that babbles on gives none
WRITE_WITHIN_S = 1.0  # a request fits into the kernel's buffer
SLICE_S = 0.05  # a reply timeout is exact to this

Lost = (serial.SerialException, OSError, termios.error)  # termios.error is no OSError


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply, empty on silence, and what came with it: noise, and the request itself from what echoes."""

    reply: Reply
    noise: bytes
    echoed: bool = False


class Port:
    """An open port. Every method but `close` raises LinkDown when the port is gone."""

    def __init__(
        self,
        name: str,
        settings: PortSettings,
        reply_timeout_s: float,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._name = name
        self._now_ns = now_ns  # when something was received
        self._pause_s = settings.pause_s
        self._timeout_s = reply_timeout_s
        try:
            self._port = _open(name, settings, min(SLICE_S, reply_timeout_s))
        except (*Lost, ValueError) as error:
            raise LinkDown(
                f"{name}: cannot be opened ({error}); check the path, the cable, who may use it and who does"
            ) from None

    def close(self) -> None:
        with contextlib.suppress(*Lost):  # it may be gone already
            self._port.close()

    def ask(self, request: Request) -> Answer:
        """Send the request and wait for its reply; what was waiting before it is noise, not its reply."""
        try:
            stale = self._drain()
            self._port.write(request.payload)
            answer = self._listen(request, stale)
        except Lost as error:
            raise LinkDown(f"{self._name}: the port is gone ({error}); check cable and power") from None
        if self._pause_s > 0.0:
            time.sleep(self._pause_s)  # the instrument needs it; a request in between would be lost
        return answer

    def _listen(self, request: Request, stale: bytes) -> Answer:
        deadline_s = time.monotonic() + self._timeout_s
        hearing, heard = Hearing(request, stale), 0
        while heard < MOST_HEARD and time.monotonic() < deadline_s:
            came = self._port.read(max(1, min(self._port.in_waiting, request.longest_reply)))
            received_ns = self._now_ns()
            frame, heard = hearing.hear(came), heard + len(came)
            if frame is not None:
                return Answer(Reply(frame, received_ns), hearing.noise, hearing.echoed)
        return Answer(Reply(hearing.give_up(), self._now_ns()), hearing.noise, hearing.echoed)

    def _drain(self) -> bytes:
        stale = b""
        while (size := self._port.in_waiting) and len(stale) < NOISE_KEPT:
            stale += self._port.read(min(size, NOISE_KEPT))
        if self._port.in_waiting:
            self._port.reset_input_buffer()
        return stale


def _open(name: str, settings: PortSettings, timeout_s: float) -> serial.Serial:
    """The timeout stays what it is: to change it, pyserial sets the whole line up anew.

    Nothing but a device is opened: who closes a database of this process by a second way ends its locks.
    """
    if "://" not in name and not stat.S_ISCHR(Path(name).stat().st_mode):
        raise ValueError("this is no serial port")
    port = serial.serial_for_url(
        name,
        baudrate=settings.baud,
        bytesize=settings.data_bits,
        parity=settings.parity,
        stopbits=settings.stop_bits,
        timeout=timeout_s,
        write_timeout=None if name.startswith("rfc2217://") else WRITE_WITHIN_S,  # pyserial has none there
        exclusive=True,  # two readers would steal each other's bytes
    )
    if isinstance(port, serial.Serial):
        _mark_damage(port)
    return port


def _mark_damage(port: serial.Serial) -> None:
    """A byte that fails parity or framing arrives as NUL, which no reply contains, and not as it came."""
    settings = termios.tcgetattr(port.fileno())
    settings[0] = settings[0] & ~(termios.IGNPAR | termios.PARMRK) | termios.INPCK
    termios.tcsetattr(port.fileno(), termios.TCSANOW, settings)
