"""A siren is on while somebody is needed, whatever was before: by command, Modbus and serial line."""

from __future__ import annotations

import os
import pty
import select
import socketserver
import struct
import threading
import tty
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import LinkDown
from gateway.notifiers.lamps import Bytes, Coil, Command
from gateway.notifiers.siren import Notifier, Options, asks, sounding
from tests.system.alarm_changes import BASE_NS, life
from tests.system.mosquitto import free_port

RAISED, ACKNOWLEDGED, AMENDED, RETURNED = life()


class ModbusTcp:
    """A device with coils on loopback, by the words of the standard: function 5 is echoed."""

    def __init__(self) -> None:
        self.coils: dict[tuple[int, int], bool] = {}
        self.answer: Callable[[bytes], bytes] = lambda request: request
        device = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                request: bytes = self.request.recv(260)
                _, protocol, length, slave, function, coil, value = struct.unpack(">HHHBBHH", request)
                assert (protocol, length, function) == (0, 6, 5)
                device.coils[slave, coil] = {0xFF00: True, 0x0000: False}[value]
                self.request.sendall(device.answer(request))

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def device() -> Iterator[ModbusTcp]:
    device = ModbusTcp()
    yield device
    device.close()


class Line:
    """The far end of a serial line."""

    def __init__(self) -> None:
        self._ours, self._theirs = pty.openpty()
        tty.setraw(self._theirs)
        self.path = os.ttyname(self._theirs)

    def heard(self, size: int, within_s: float = 60.0) -> bytes:
        got = b""
        while len(got) < size and select.select([self._ours], [], [], within_s)[0]:
            got += os.read(self._ours, size - len(got))
        return got

    def say(self, said: bytes) -> None:
        os.write(self._ours, said)

    def close(self) -> None:
        os.close(self._ours)
        os.close(self._theirs)


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line()
    yield line
    line.close()


class Lamp:
    """A command that keeps what it was told in a file."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "lamp"
        script = f'echo "$1 $CRYOGATE_ALARM" >> {self.file}'
        self.command = Command(("/bin/sh", "-c", script, "sh", "on"), ("/bin/sh", "-c", script, "sh", "off"))

    def told(self) -> list[str]:
        return self.file.read_text().splitlines() if self.file.exists() else []


@pytest.fixture
def lamp(tmp_path: Path) -> Lamp:
    return Lamp(tmp_path)


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def siren(self, command: Command, alarms: Any = (), **more: Any) -> Notifier:
        options = Options(**({"command": command} | more))
        now_ns = lambda: BASE_NS + round((self.now_s - 1000.0) * 1e9) + 62 * 10**9  # noqa: E731
        siren = Notifier(options, now_ns, lambda: self.now_s)
        siren.oversee(lambda: alarms)
        return siren


def test_on_until_somebody_acknowledges(lamp: Lamp) -> None:
    siren = Clock().siren(lamp.command)
    siren.keep()
    assert [siren.notify(change) for change in life()] == ["on", "off", "off", "off"]
    assert lamp.told() == ["off ", *(f"{state} E-7Q2M9XKD" for state in ("on", "off", "off", "off"))]


def test_two_alarms_need_two_acknowledgements(lamp: Lamp) -> None:
    siren, other = Clock().siren(lamp.command), life("E-OTHER")
    answers = [siren.notify(change) for change in (RAISED, other[0], ACKNOWLEDGED, other[1])]
    assert answers == ["on", "on", "on", "off"]


def test_what_is_over_is_quiet_although_nobody_acknowledged(lamp: Lamp) -> None:
    siren = Clock().siren(lamp.command)
    over = replace(RETURNED, alarm=RETURNED.alarm | {"state": "returned unacknowledged"})
    assert [siren.notify(change) for change in (RAISED, over)] == ["on", "off"]


@pytest.mark.parametrize(
    ("changed", "least", "is_on"),
    [
        ({}, "critical", True),
        ({"severity": "major"}, "critical", False),
        ({"severity": "major"}, "major", True),
        ({"severity": "new one"}, "critical", True),
        ({"overlay": {"kind": "shelved", "by": "Li Na", "until": None, "reason": "filling"}}, "major", False),
        ({"overlay": None}, "major", True),
        ({"withdrawn": True}, "major", False),
        ({"state": "acknowledged"}, "major", False),
    ],
)
def test_which_alarms_ask_for_it(changed: dict[str, Any], least: str, is_on: bool) -> None:
    assert asks(RAISED.alarm | changed, least) is is_on


def test_after_a_start_it_is_what_the_records_say(lamp: Lamp) -> None:
    clock = Clock()
    clock.siren(lamp.command, [RAISED.alarm]).keep()
    clock.siren(lamp.command, [ACKNOWLEDGED.alarm]).keep()
    assert lamp.told() == ["on ", "off "]


def test_what_comes_again_after_a_crash_does_not_wake_anybody(lamp: Lamp) -> None:
    """The records know more than the page that is told again."""
    siren = Clock().siren(lamp.command, [ACKNOWLEDGED.alarm])
    assert siren.notify(RAISED) == "off"
    again = replace(RAISED, number=9, alarm=RAISED.alarm | {"changes": 9})
    assert siren.notify(again) == "on"


def test_it_is_set_anew_every_while(lamp: Lamp) -> None:
    clock = Clock()
    siren = clock.siren(lamp.command, [RAISED.alarm], again_s=30.0)
    for _ in range(61):
        siren.keep()
        clock.now_s += 1
    assert lamp.told() == ["on "] * 3


def test_it_can_wait_until_somebody_should_have_acknowledged(lamp: Lamp) -> None:
    clock = Clock()
    siren = clock.siren(lamp.command, after_s=10.0)
    assert siren.notify(RAISED) == "off"
    for _ in range(12):
        siren.keep()
        clock.now_s += 1
    assert [told.split()[0] for told in lamp.told()] == ["off", "on"]
    options = Options(lamp.command, after_s=10.0)
    raised_ns = BASE_NS + 60 * 10**9
    assert sounding([RAISED.alarm], options, raised_ns + 9 * 10**9) == []
    assert sounding([RAISED.alarm], options, raised_ns + 10 * 10**9) == ["E-7Q2M9XKD"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("/nowhere/siren",), r"/nowhere/siren: No such file or directory; check the path"),
        (("/bin/sh", "-c", "echo stuck relay; exit 3"), r"ended with 3: stuck relay; check it by hand"),
        (("/bin/false",), r"ended with 1: without a word"),
        (("/bin/sh", "-c", "sleep 60 & sleep 60"), r"did not end within 0.3 s, and was killed"),
        (("/bin/sh", "-c", "yes | head -c 3000000; exit 1"), r"ended with 1: y y"),
    ],
)
def test_a_command_that_fails_is_tried_again(words: tuple[str, ...], why: str) -> None:
    siren = Clock().siren(Command(words, words, 0.3 if "sleep" in words[-1] else 10.0))
    with pytest.raises(LinkDown, match=why):
        siren.notify(RAISED)


def test_a_siren_that_failed_is_set_at_the_next_occasion(tmp_path: Path, lamp: Lamp) -> None:
    siren = Clock().siren(replace(lamp.command, on=("/bin/sh", str(tmp_path / "on"))))
    with pytest.raises(LinkDown):
        siren.notify(RAISED)
    (tmp_path / "on").write_text(f"echo on >> {lamp.file}")
    siren.keep()
    assert lamp.told() == ["on"]


def test_a_coil_by_modbus_tcp(device: ModbusTcp) -> None:
    coil = Coil(3, "127.0.0.1", device.port, slave=9)
    siren = Clock().siren(None, coil=coil)  # type: ignore[arg-type]
    assert siren.notify(RAISED) == f"on: coil 3 of 127.0.0.1:{device.port} is on"
    assert device.coils == {(9, 3): True}
    siren.notify(ACKNOWLEDGED)
    assert device.coils == {(9, 3): False}


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (lambda request: request[:7] + b"\x85\x02", "it answers"),
        (lambda request: request[:-2] + b"\x00\x00", "it answers"),
        (lambda request: b"", "it does not answer"),
        (lambda request: b"HTTP/1.1 400 Bad", "it answers"),
    ],
)
def test_a_coil_that_is_not_taken_is_tried_again(
    device: ModbusTcp, answer: Callable[[bytes], bytes], why: str
) -> None:
    device.answer = answer
    with pytest.raises(LinkDown, match=rf"{why}.*; check slave and coil"):
        Coil(3, "127.0.0.1", device.port, timeout_s=60.0).switch(True, {})


def test_nobody_at_the_address() -> None:
    with pytest.raises(LinkDown, match="Connection refused; check host and port"):
        Coil(3, "127.0.0.1", free_port()).switch(True, {})


@pytest.mark.parametrize("reply", ["echo", "exception", "nothing"])
def test_a_coil_by_modbus_rtu(line: Line, reply: str) -> None:
    came: list[bytes] = []

    def device() -> None:
        came.append(line.heard(8))
        if reply == "echo":
            line.say(came[0])
        elif reply == "exception":
            line.say(bytes.fromhex("01 85 02 C3 51"))

    thread = threading.Thread(target=device)
    thread.start()
    coil = Coil(5, line=line.path, timeout_s=1.0 if reply == "nothing" else 60.0)
    try:
        if reply == "echo":
            assert coil.switch(True, {}) == f"coil 5 of {line.path} is on"
        else:
            with pytest.raises(LinkDown, match="; check slave and coil"):
                coil.switch(True, {})
    finally:
        thread.join()
    assert came == [bytes.fromhex("01 05 00 05 FF 00 9C 3B")]


def test_bytes_on_a_serial_line(line: Line) -> None:
    told = Bytes(line.path, "A0 01 01 A2", "A0 01 00 A1")
    siren = Clock().siren(None, serial=told)  # type: ignore[arg-type]
    assert siren.notify(RAISED) == f"on: sent a0 01 01 a2 to {line.path}"
    assert line.heard(4) == bytes.fromhex("A0 01 01 A2")
    siren.notify(ACKNOWLEDGED)
    assert line.heard(4) == bytes.fromhex("A0 01 00 A1")


def test_a_line_that_is_gone() -> None:
    with pytest.raises(LinkDown, match="; check the path, the cable"):
        Bytes("/dev/nowhere", "01", "00").switch(True, {})


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: Options(), "give one of command, coil and serial"),
        (lambda: Options(Command(("a",), ("b",)), Coil(1, "h")), "give one of"),
        (lambda: Options(Command(("a",), ("b",)), after_s=-1.0), "after_s"),
        (lambda: Options(Command(("a",), ("b",)), again_s=0.0), "again_s"),
        (lambda: Command((), ("b",)), "on: expected a program"),
        (lambda: Command(("a",), ("b\0",)), "off: expected a program"),
        (lambda: Coil(1), "give host"),
        (lambda: Coil(1, "h", line="/dev/x"), "give host"),
        (lambda: Coil(1, "http://h"), "a name or an address alone"),
        (lambda: Coil(70_000, "h"), "coil must lie between"),
        (lambda: Coil(1, "h", slave=248), "slave"),
        (lambda: Bytes("/dev/x", "A0 0", "00"), "bytes in hexadecimal"),
        (lambda: Bytes("/dev/x", "", "00"), "1 to 256 bytes"),
    ],
)
def test_nonsense_is_refused(make: Callable[[], object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        make()
