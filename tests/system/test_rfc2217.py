"""A serial server that speaks RFC 2217: pyserial's own server side, in front of a simulated instrument."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import serial
import serial.rfc2217

from gateway.ingestion.intake import Intake
from gateway.ingestion.sources.serial import Options, Source
from tests.system.mosquitto import free_port
from tests.system.mqtt_parts import Running, eventually
from tests.system.serial_parts import Peer


class WithoutModemLines(serial.Serial):
    """A pseudo-terminal has none; an RFC 2217 server asks for them."""

    cts = dsr = ri = cd = property(lambda _: False)

    def _update_rts_state(self) -> None:
        pass

    def _update_dtr_state(self) -> None:
        pass


class Server(threading.Thread):
    """One connection between TCP and a port; the client sets baud rate and parity over the wire."""

    def __init__(self, number: int, line: Path) -> None:
        super().__init__(name="rfc2217", daemon=True)
        self._listener = socket.create_server(("127.0.0.1", number))
        self._line = line
        self.baud_set: list[int] = []
        self.stop = threading.Event()

    def run(self) -> None:
        connection, _ = self._listener.accept()
        connection.settimeout(0.02)
        with WithoutModemLines(str(self._line), timeout=0) as port, connection:
            lock = threading.Lock()

            class Wire:
                def write(self, data: bytes) -> None:
                    with lock:
                        connection.sendall(data)

            manager = serial.rfc2217.PortManager(port, Wire())
            while not self.stop.is_set():
                try:
                    data = connection.recv(1024)
                except TimeoutError:
                    data = None
                if data == b"":
                    return
                if data:
                    port.write(b"".join(manager.filter(data)))
                    self.baud_set.append(port.baudrate)
                if waiting := port.read(port.in_waiting or 1):
                    connection.sendall(b"".join(manager.escape(waiting)))


def test_a_serial_server_takes_the_line_settings_and_passes_the_bytes(tmp_path: Path) -> None:
    peer, number = Peer(tmp_path / "line.tty"), free_port()
    server = Server(number, tmp_path / "line.tty")
    server.start()
    options = Options(
        driver="tec3000",
        port=f"rfc2217://127.0.0.1:{number}",
        poll_interval_s=0.2,
        reply_timeout_s=1.0,
        baud=19200,
    )
    source, intake = Source("freezer", options, {"TEMPA": 3, "TEMPB": 4}), Intake(100)
    running = Running(source, intake)
    try:
        running.wait_up()
        eventually(lambda: len(intake) > 0)
        samples = source.decode(intake.take(1.0)["freezer"]).arrivals.samples
        found = dict(zip(samples.channel.tolist(), samples.value.tolist(), strict=True))
        assert found == {3: -197.1, 4: -150.02}
        assert server.baud_set[-1] == 19200
        server.stop.set()
        assert (
            "freezer" not in str(running.join()) and running.ended[0] is not None
        )  # the server is gone: LinkDown
    finally:
        server.stop.set()
        running.stop.set()
        peer.unplug()
