"""A serial server that stalls and then delivers everything, also over a new connection: no value comes under
another channel's name."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from gateway.drivers import modbus_rtu
from gateway.drivers.registers import Registers
from gateway.drivers.rtu import read_request
from gateway.ingestion.sources.serial import Options, Source
from tests.system.instrument_parts import simulated
from tests.system.mqtt_parts import eventually

REQUEST = 8  # bytes of a Modbus request to read
TOP, BOTTOM = 0, 1  # registers of the cold probe, and of the one in the room
RIGHT = {TOP: -195.8, BOTTOM: 21.5}
Answer = Callable[[bytes], bytes]


class Server:
    """Passes each request to `answer`; from one on it holds the replies until as many more were asked for, or
    breaks the connection at the next request of a register and holds the reply for the next connection."""

    def __init__(self, answer: Answer) -> None:
        self._answer, self.connections = answer, 0
        self._hold_for, self._break_at = 0, -1
        self._held: list[bytes] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = f"socket://127.0.0.1:{self._listening.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, name="server")
        self._thread.start()

    def stall_for(self, requests: int) -> None:
        self._hold_for = requests

    def break_at(self, register: int, hold_for: int) -> None:
        """And hold the replies until as many requests more were asked for on the next connection."""
        self._hold_for_then, self._break_at = hold_for, register

    @property
    def stalls(self) -> bool:
        return self._hold_for > 0

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            with connection:
                self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        asked = b""
        while came := connection.recv(100):
            asked += came
            while len(asked) >= REQUEST:
                request, asked = asked[:REQUEST], asked[REQUEST:]
                self._held.append(self._answer(request))
                if request[3] == self._break_at:
                    self._break_at, self._hold_for = -1, self._hold_for_then
                    return
                self._hold_for = max(0, self._hold_for - 1)
            if not self._hold_for:
                connection.sendall(b"".join(self._held))
                self._held.clear()


@pytest.fixture
def serve() -> Any:
    servers: list[Server] = []

    def begin(answer: Answer) -> Server:
        servers.append(Server(answer))
        return servers[-1]

    yield begin
    for server in servers:
        server.close()


def transmitter(request: bytes) -> bytes:
    one = simulated("modbus_rtu", units=[{"probes": ["cold", "room"]}])
    return one.receive(request, 0.0)


def source_at(port: str) -> Source:
    blocks = tuple(Registers(name, first, scale=0.1) for name, first in (("top", TOP), ("bottom", BOTTOM)))
    options = Options(
        "modbus_rtu",
        port,
        poll_interval_s=0.05,
        reply_timeout_s=0.1,
        options=modbus_rtu.Options(registers=blocks),
    )
    return Source("line", options, {"1/top/1": TOP, "1/bottom/1": BOTTOM})


@pytest.mark.parametrize("requests", [1, 2, 3, 4, 7])
def test_after_a_stall_of_any_length_each_register_has_its_own_value(
    requests: int, serve: Any, start: Any
) -> None:
    server = serve(transmitter)
    source = source_at(server.port)
    running, delivered = start(source)
    for _ in range(3):
        eventually(lambda: RIGHT in delivered.look().polls[-1:])
        server.stall_for(requests)
        eventually(lambda: not server.stalls)
        seen = len(delivered.polls)
        eventually(lambda n=seen: delivered.look().polls[n:].count(RIGHT) >= 2)
    values = {(channel, value) for poll in delivered.polls for channel, value in poll.items()}
    assert values == set(RIGHT.items())
    assert server.connections == 1
    assert source.link.remarks == ()  # what comes late is no noise of the line
    running.end()


def test_a_transmitter_that_answers_nothing_else_is_connected_to_again(serve: Any, start: Any) -> None:
    """It sends one register whatever is asked: nothing can prove what its replies answer."""

    def stubborn(request: bytes) -> bytes:
        known = read_request(1, 3, request[3], 1).payload
        return transmitter(known)

    server = serve(stubborn)
    source = source_at(server.port)
    begun, _ = start(source)
    assert "the line is opened again" in begun.join()  # nobody knows what was asked before
    running, delivered = start(source)
    eventually(lambda: RIGHT in delivered.look().polls)
    server.stall_for(3)
    assert "the line is opened again" in running.join()
    delivered.look()
    _, again = start(source)
    eventually(lambda: RIGHT in again.look().polls)
    values = {pair for poll in delivered.polls + again.polls for pair in poll.items()}
    assert values == set(RIGHT.items())
    assert server.connections == 3


@pytest.mark.parametrize("requests", [0, 1, 3])
@pytest.mark.parametrize("register", [TOP, BOTTOM])
@pytest.mark.parametrize("restarted", [False, True], ids=["reconnected", "restarted"])
def test_what_was_asked_before_a_break_is_no_reply_to_what_is_asked_after_it(
    requests: int, register: int, restarted: bool, serve: Any, start: Any
) -> None:
    server = serve(transmitter)
    source = source_at(server.port)
    running, before = start(source)
    eventually(lambda: RIGHT in before.look().polls)
    server.break_at(register, requests)
    assert "the port is gone" in running.join()
    _, after = start(source_at(server.port) if restarted else source)
    eventually(lambda: after.look().polls.count(RIGHT) >= 2)
    values = {pair for poll in before.look().polls + after.polls for pair in poll.items()}
    assert values == set(RIGHT.items())
