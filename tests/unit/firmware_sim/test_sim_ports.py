"""Simulated instruments on real pseudo-terminals and sockets, read by the real pyserial."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import termios
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import serial

from firmware_sim import instruments
from firmware_sim.instruments import Instrument
from firmware_sim.pty import serve_pty
from firmware_sim.tcp import serve_tcp

WITHIN_S = 60.0  # machines are shared


def tec3000() -> Instrument:
    module = instruments.load("tec3000")
    options = module.Options.model_validate({"units": [{"bus_id": 1, "TEMPA": "top", "TEMPB": "bottom"}]})
    return module.build(options, {"top": -197.10, "bottom": -195.8}.__getitem__, lambda probe, wanted: None)


def lakeshore218() -> Instrument:
    module = instruments.load("lakeshore218")
    options = module.Options.model_validate({"inputs": {"1": "top"}})
    return module.build(options, {"top": -195.8}.__getitem__, lambda probe, wanted: None)


async def eventually(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not condition():
        assert time.monotonic() < deadline, f"not within {WITHIN_S} s: {what}"
        await asyncio.sleep(0.01)


@asynccontextmanager
async def serving(work: asyncio.Task[None]) -> AsyncIterator[None]:
    try:
        yield
    finally:
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work


class Plug:
    """A cable that a test can pull."""

    def __init__(self) -> None:
        self.pulled = False

    def __call__(self) -> bool:
        return self.pulled


def on_pty(path: Path, instrument: Instrument, plug: Plug) -> asyncio.Task[None]:
    return asyncio.create_task(serve_pty(path, instrument.receive, plug))


def ask(port: serial.Serial, request: bytes) -> bytes:
    port.write(request)
    return port.read_until(b"\r\n")


async def test_pyserial_talks_to_an_instrument_and_may_come_again(tmp_path: Path) -> None:
    path = tmp_path / "run" / "freezer-1.tty"

    def visit() -> bytes:
        with serial.Serial(str(path), 9600, timeout=WITHIN_S) as port:
            return ask(port, b"001 TEMPA?\r\n") + ask(port, b"001 TEMPB?\r\n")

    async with serving(on_pty(path, tec3000(), Plug())):
        await eventually(path.exists, "the link")
        for _ in range(3):
            assert await asyncio.to_thread(visit) == b"-197.10\r\n-195.80\r\n"
    assert not path.is_symlink()


async def test_the_line_is_raw_before_anybody_sets_it(tmp_path: Path) -> None:
    path = tmp_path / "a.tty"

    def visit() -> bytes:
        line = os.open(path, os.O_RDWR | os.O_NOCTTY)
        try:
            assert termios.tcgetattr(line)[3] & (termios.ECHO | termios.ICANON) == 0
            os.write(line, b"001 TEMPA?\r\n")
            return os.read(line, 100)
        finally:
            os.close(line)

    async with serving(on_pty(path, tec3000(), Plug())):
        await eventually(path.exists, "the link")
        assert await asyncio.to_thread(visit) == b"-197.10\r\n"


async def test_seven_bits_and_odd_parity_can_be_asked_for_again_and_again(tmp_path: Path) -> None:
    """A pty keeps no parity; the C library refuses a second request unless somebody resets it."""
    path = tmp_path / "ls.tty"

    def visit() -> bytes:
        deadline = time.monotonic() + WITHIN_S
        while True:
            try:
                with serial.Serial(str(path), 9600, bytesize=7, parity="O", timeout=WITHIN_S) as port:
                    return ask(port, b"KRDG? 1\r\n")
            except termios.error:  # the reader came back within the tenth of a second that a reset takes
                assert time.monotonic() < deadline
                time.sleep(0.02)

    async with serving(on_pty(path, lakeshore218(), Plug())):
        await eventually(path.exists, "the link")
        for _ in range(3):
            assert await asyncio.to_thread(visit) == b"+77.350\r\n"
            await asyncio.sleep(0.05)  # the instrument's own silence


async def test_an_unplugged_line_fails_its_reader_and_comes_back(tmp_path: Path) -> None:
    path, plug = tmp_path / "a.tty", Plug()

    def read_until_it_fails() -> None:
        with serial.Serial(str(path), 9600, timeout=0.05) as port:
            deadline = time.monotonic() + WITHIN_S
            while time.monotonic() < deadline:
                ask(port, b"001 TEMPA?\r\n")
        raise AssertionError("the reader noticed nothing")

    def visit() -> bytes:
        with serial.Serial(str(path), 9600, timeout=WITHIN_S) as port:
            return ask(port, b"001 TEMPA?\r\n")

    async with serving(on_pty(path, tec3000(), plug)):
        await eventually(path.exists, "the link")
        reader = asyncio.create_task(asyncio.to_thread(read_until_it_fails))
        plug.pulled = True
        with pytest.raises(OSError):  # pyserial's SerialException is an OSError
            await reader
        await eventually(lambda: not path.is_symlink(), "the link goes")
        plug.pulled = False
        await eventually(path.exists, "the link comes back")
        assert await asyncio.to_thread(visit) == b"-197.10\r\n"


async def test_a_reader_that_never_reads_does_not_stop_the_instrument(tmp_path: Path) -> None:
    path = tmp_path / "a.tty"

    def flood() -> bytes:
        with serial.Serial(str(path), 9600, timeout=WITHIN_S, write_timeout=WITHIN_S) as port:
            for _ in range(2000):
                port.write(b"001 TEMPA?\r\n" * 10)
            port.reset_input_buffer()
        with serial.Serial(str(path), 9600, timeout=WITHIN_S) as port:
            time.sleep(0.1)
            port.reset_input_buffer()
            return ask(port, b"001 TEMPB?\r\n")

    async with serving(on_pty(path, tec3000(), Plug())):
        await eventually(path.exists, "the link")
        assert (await asyncio.to_thread(flood)).endswith(b"\r\n")


async def test_an_old_link_is_replaced_and_a_file_is_not(tmp_path: Path) -> None:
    path = tmp_path / "a.tty"
    path.symlink_to("/dev/pts/no-longer-there")
    async with serving(on_pty(path, tec3000(), Plug())):
        await eventually(path.exists, "the link")
    path.write_text("precious")
    with pytest.raises(FileExistsError, match="is no link; move it away"):
        await serve_pty(path, tec3000().receive, Plug())
    assert path.read_text() == "precious"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_pyserial_reaches_an_instrument_over_tcp_until_it_is_unplugged() -> None:
    number, plug = free_port(), Plug()
    url = f"socket://127.0.0.1:{number}"

    def visit() -> bytes:
        with serial.serial_for_url(url, timeout=WITHIN_S) as port:
            return ask(port, b"001 TEMPA?\r\n")

    def is_open() -> bool:
        try:
            socket.create_connection(("127.0.0.1", number), 1.0).close()
        except OSError:
            return False
        return True

    async with serving(asyncio.create_task(serve_tcp("127.0.0.1", number, tec3000().receive, plug))):
        await eventually(is_open, "it listens")
        assert await asyncio.to_thread(visit) == b"-197.10\r\n"
        reader, writer = await asyncio.open_connection("127.0.0.1", number)
        plug.pulled = True
        with contextlib.suppress(ConnectionError):
            assert await asyncio.wait_for(reader.read(), WITHIN_S) == b""
        writer.close()
        await eventually(lambda: not is_open(), "it refuses")
        plug.pulled = False
        await eventually(is_open, "it listens again")
        assert await asyncio.to_thread(visit) == b"-197.10\r\n"
