"""A port on a real pseudo-terminal: its line settings, its errors, one reply to one request."""

from __future__ import annotations

import os
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.drivers import PortSettings, Request
from gateway.errors import LinkDown
from gateway.ingestion.port import Port
from tests.system.serial_parts import Peer

QUESTION = Request(b"TEMPA?\r\n", b"\r\n", 16)


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[Peer]:
    made = Peer(tmp_path / "line.tty")
    yield made
    made.unplug()


@pytest.fixture
def port(peer: Peer, tmp_path: Path) -> Iterator[Port]:
    opened = Port(str(tmp_path / "line.tty"), PortSettings(9600), 0.2)
    yield opened
    opened.close()


@pytest.mark.parametrize("settings", [PortSettings(9600), PortSettings(9600, 7, "O", 1)])
def test_damaged_bytes_are_marked_and_not_dropped(peer: Peer, tmp_path: Path, settings: PortSettings) -> None:
    port = Port(str(tmp_path / "line.tty"), settings, 0.2)
    line = os.open(tmp_path / "line.tty", os.O_RDWR | os.O_NOCTTY)
    try:
        flags = termios.tcgetattr(line)[0]
        assert flags & (termios.INPCK | termios.IGNPAR | termios.PARMRK | termios.ISTRIP) == termios.INPCK
        assert port.ask(QUESTION).reply.frame == b"-197.10"
    finally:
        os.close(line)
        port.close()


def test_a_reply_of_the_longest_length_is_one_and_a_longer_one_is_noise(peer: Peer, port: Port) -> None:
    peer.script = lambda request: b"1" * 16 + b"\r\n"
    assert port.ask(QUESTION).reply.frame == b"1" * 16
    peer.script = lambda request: b"1" * 17 + b"\r\n"
    answer = port.ask(QUESTION)
    assert (answer.reply.frame, answer.noise) == (b"", b"1" * 17 + b"\r\n")


def test_the_tail_of_a_long_line_is_no_reply(peer: Peer, port: Port) -> None:
    peer.script = lambda request: b"x" * 100 + b"-99.90\r\n"
    answer = port.ask(QUESTION)
    assert (answer.reply.frame, answer.noise) == (b"", b"x" * 100 + b"-99.90\r\n")


def test_what_nobody_asked_for_is_noise(peer: Peer, port: Port) -> None:
    peer.say(b"-88.80\r\n")
    answer = port.ask(QUESTION)
    assert (answer.reply.frame, answer.noise) == (b"-197.10", b"-88.80\r\n")
    answer = port.ask(QUESTION)
    assert (answer.reply.frame, answer.noise) == (b"-197.10", b"")


def test_a_line_that_babbles_is_not_listened_to_until_the_timeout(peer: Peer, tmp_path: Path) -> None:
    peer.script = lambda request: b"x" * 6000
    port = Port(str(tmp_path / "line.tty"), PortSettings(9600), 60.0)
    answer = port.ask(QUESTION)
    port.close()
    assert (answer.reply.frame, answer.noise) == (b"", b"x" * 256)


def test_blank_lines_are_no_silence(peer: Peer, port: Port) -> None:
    peer.script = lambda request: b"\r\n\r\n-5.20\r\n"
    answer = port.ask(QUESTION)
    assert (answer.reply.frame, answer.noise) == (b"-5.20", b"\r\n\r\n")


def test_much_of_what_nobody_asked_for_is_thrown_away(peer: Peer, port: Port) -> None:
    peer.say(b"7.77\r\n" * 500)
    answer = port.ask(QUESTION)
    assert (answer.reply.frame, len(answer.noise)) == (b"-197.10", 256)


def test_a_port_that_is_gone_is_link_down_whatever_is_asked_of_it(tmp_path: Path) -> None:
    peer = Peer(tmp_path / "line.tty")
    port = Port(str(tmp_path / "line.tty"), PortSettings(9600, 7, "O", 1), 0.2)
    peer.unplug()
    for _ in range(2):
        with pytest.raises(LinkDown, match="the port is gone"):
            port.ask(QUESTION)
    port.close()
    port.close()


@pytest.mark.parametrize("name", ["no-such-line", "."])
def test_what_is_no_port_is_link_down(tmp_path: Path, name: str) -> None:
    with pytest.raises(LinkDown, match="cannot be opened"):
        Port(str(tmp_path / name), PortSettings(9600), 0.2)


def test_a_file_is_no_port(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("-197.10\r\n")
    with pytest.raises(LinkDown, match="cannot be opened"):
        Port(str(tmp_path / "file"), PortSettings(9600), 0.2)


def test_a_line_that_refuses_its_settings_is_link_down(peer: Peer, tmp_path: Path) -> None:
    """A pseudo-terminal has no parity: where nothing else is left to set, it says so."""
    name, settings = str(tmp_path / "line.tty"), PortSettings(9600, 7, "O", 1)
    Port(name, settings, 0.2).close()
    line = os.open(name, os.O_RDWR | os.O_NOCTTY)
    flags = termios.tcgetattr(line)
    flags[0] &= ~termios.INPCK
    termios.tcsetattr(line, termios.TCSANOW, flags)
    os.close(line)
    with pytest.raises(LinkDown, match="cannot be opened"):
        Port(name, settings, 0.2)


def test_a_line_nobody_reads_is_link_down(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    port = Port(os.ttyname(theirs), PortSettings(9600), 0.01)
    try:
        with pytest.raises(LinkDown, match="Write timeout"):
            for _ in range(100):
                port.ask(Request(b"x" * 1000, b"\r\n", 16))
    finally:
        port.close()
        os.close(ours)
        os.close(theirs)
