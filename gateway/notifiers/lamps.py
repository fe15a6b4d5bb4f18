"""What switches a lamp or a siren: a command, a coil of a Modbus device, or bytes on a serial line.

Each sets the state again when it is asked to, and opens what it needs for that moment alone.

Source: Modbus Application Protocol V1.1b3, 6.5 (Write Single Coil: the reply echoes the request); Modbus
Messaging on TCP/IP V1.0b, 3.1.3 (header).
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Final, Literal, Protocol

from gateway.dataclass import dataclass
from gateway.drivers import PortSettings, Request
from gateway.errors import LinkDown
from gateway.hosts import why_no_host
from gateway.mqtt.broker import check_range
from gateway.notifiers.deadline import no_longer_than
from gateway.text import first_words, one_line

if TYPE_CHECKING:
    import serial

MODBUS_PORT: Final = 502
ECHO: Final = 8  # bytes of an RTU frame: slave, function, address, value, CRC
EXCEPTION: Final = 5
MOST_BYTES: Final = 256  # to a serial line; relays take four
LONGEST_WORDS: Final = 200  # characters of what a command says


class Lamp(Protocol):
    """Something that is on or off."""

    def switch(self, on: bool, why: Mapping[str, str], /) -> str:
        """Returns when it is so, with what was answered. `why`: for a command, by name. Raises LinkDown."""


@dataclass(frozen=True, slots=True)
class Command:
    """Two programs with their arguments; no shell reads them."""

    on: tuple[str, ...]
    off: tuple[str, ...]
    timeout_s: float = 10.0

    def __post_init__(self) -> None:
        for key, words in (("on", self.on), ("off", self.off)):
            if not words or not words[0] or any("\0" in word for word in words):
                raise ValueError(f'{key}: expected a program and its arguments, e.g. ["/usr/bin/siren", "1"]')
        check_range("timeout_s", self.timeout_s, 0.1, 60)

    def switch(self, on: bool, why: Mapping[str, str]) -> str:
        """Raises LinkDown."""
        words = self.on if on else self.off
        shown = one_line(words[0])
        try:
            code, said = _ran(words, {**os.environ, **why}, self.timeout_s)
        except OSError as error:
            raise LinkDown(f"{shown}: {error.strerror}; check the path and who may run it") from None
        except ValueError as error:  # bytes that no program can be given
            raise LinkDown(f"{shown}: {error}; correct the command") from None
        if code is None:
            raise LinkDown(f"{shown}: it did not end within {self.timeout_s:g} s, and was killed; check it")
        if code != 0:
            raise LinkDown(f"{shown}: it ended with {code}: {said or 'without a word'}; check it by hand")
        return said


@dataclass(frozen=True, slots=True)
class Coil:
    """One coil of one device, by Modbus TCP (`host`) or Modbus RTU on a line of its own (`line`)."""

    coil: int  # 0-based
    host: str = ""
    port: int = MODBUS_PORT
    line: str = field(default="", metadata={"path": True})
    baud: int = 9600
    parity: Literal["N", "E", "O"] = "N"
    slave: int = 1
    timeout_s: float = 2.0

    def __post_init__(self) -> None:
        if bool(self.host) == bool(self.line):
            raise ValueError("coil: give host (Modbus TCP) or line (Modbus RTU), one of them")
        if self.host and (wrong := why_no_host(self.host)):
            raise ValueError(f"host {wrong}")
        check_range("coil", self.coil, 0, 65_535)
        check_range("port", self.port, 1, 65_535)
        check_range("slave", self.slave, 0, 247)
        check_range("timeout_s", self.timeout_s, 0.1, 60)

    def switch(self, on: bool, _: Mapping[str, str]) -> str:
        """Raises LinkDown."""
        frame = self._frame(on)
        where = f"{self.host}:{self.port}" if self.host else self.line
        answer = self._over_tcp(frame, where) if self.host else self._over_line(frame)
        if answer != frame:
            said = f"it answers {answer[:16].hex(' ')}" if answer else "it does not answer"
            raise LinkDown(f"{where}: {said}; check slave and coil, and that it takes function 5")
        return f"coil {self.coil} of {where} is {'on' if on else 'off'}"

    def _frame(self, on: bool) -> bytes:
        from pymodbus.framer import FramerRTU, FramerSocket  # long to import; commands ask for Options alone
        from pymodbus.pdu import DecodePDU
        from pymodbus.pdu.bit_message import WriteSingleCoilRequest

        request = WriteSingleCoilRequest(address=self.coil, bits=[on], dev_id=self.slave)
        framer = FramerSocket if self.host else FramerRTU
        return framer(DecodePDU(False)).buildFrame(request)

    def _over_tcp(self, frame: bytes, where: str) -> bytes:
        until_s = time.monotonic() + self.timeout_s
        try:
            with (
                socket.create_connection((self.host, self.port), self.timeout_s) as connection,
                no_longer_than(until_s - time.monotonic(), connection),
            ):
                connection.sendall(frame)
                return _exactly(connection, len(frame))
        except (OSError, UnicodeError) as error:
            raise LinkDown(f"{where}: {_why(error)}; check host and port, its power and network") from None

    def _over_line(self, frame: bytes) -> bytes:
        from gateway.ingestion.port import Port

        def length(begun: bytes) -> int | None:
            if len(begun) < 2:
                return None
            return EXCEPTION if begun[1] & 0x80 else ECHO

        port = Port(self.line, PortSettings(self.baud, parity=self.parity), self.timeout_s)
        try:
            heard = port.ask(Request(frame, b"", MOST_BYTES, length))
        finally:
            port.close()
        return frame if heard.echoed or heard.reply.frame == frame else heard.reply.frame


@dataclass(frozen=True, slots=True)
class Bytes:
    """Bytes for on and for off, in hexadecimal: "A0 01 01 A2"."""

    line: str = field(metadata={"path": True})
    on: str
    off: str
    baud: int = 9600
    parity: Literal["N", "E", "O"] = "N"

    def __post_init__(self) -> None:
        for key, text in (("on", self.on), ("off", self.off)):
            if not 1 <= len(_bytes(key, text)) <= MOST_BYTES:
                raise ValueError(f"{key}: expected 1 to {MOST_BYTES} bytes in hexadecimal")

    def switch(self, on: bool, _: Mapping[str, str]) -> str:
        """Raises LinkDown. Nobody answers: a line that takes the bytes is all that can be known."""
        from gateway.ingestion.port import Lost

        sent = _bytes("on", self.on) if on else _bytes("off", self.off)
        try:
            with contextlib.closing(self._open()) as port:
                port.write(sent)
                port.flush()
        except (*Lost, ValueError) as error:
            raise LinkDown(f"{self.line}: {error}; check the path, the cable and who may use it") from None
        return f"sent {sent.hex(' ')} to {self.line}"

    def _open(self) -> serial.SerialBase:
        import serial

        parity = {"N": serial.PARITY_NONE, "E": serial.PARITY_EVEN, "O": serial.PARITY_ODD}[self.parity]
        return serial.serial_for_url(self.line, self.baud, parity=parity, timeout=1.0, write_timeout=1.0)


def _bytes(key: str, text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise ValueError(
            f'{key} {one_line(text[:80])!r}: expected bytes in hexadecimal, "A0 01 01 A2"'
        ) from None


def _ran(words: tuple[str, ...], environment: Mapping[str, str], timeout_s: float) -> tuple[int | None, str]:
    """The exit code, None where it had to be killed with all it started; and its first words."""
    with subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        cwd="/",
        start_new_session=True,
    ) as process:
        try:
            said, _ = process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            return None, ""
    return process.returncode, first_words(said.decode("utf-8", "replace"), LONGEST_WORDS)


def _exactly(connection: socket.socket, size: int) -> bytes:
    """As many bytes, or fewer where the other side ended before."""
    got = b""
    while len(got) < size and (more := connection.recv(size - len(got))):
        got += more
    return got


def _why(error: OSError | UnicodeError) -> str:
    if isinstance(error, socket.gaierror | UnicodeError):
        return "this name is not known"
    if isinstance(error, TimeoutError):
        return "no answer"
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
