"""The serial source on real pseudo-terminals and TCP sockets, against simulated instruments that were written
from the manuals alone, and against a peer that does everything a line can do wrong."""

from __future__ import annotations

import math
import socket
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from firmware_sim import instruments
from firmware_sim.pty import serve_pty
from firmware_sim.tcp import serve_tcp
from gateway.drivers import lakeshore218, tec3000
from gateway.drivers.rtu import read_request
from gateway.ingestion.intake import Intake
from gateway.ingestion.link import LinkState
from gateway.ingestion.sources.serial import Options, Source
from gateway.model import Quality
from tests.system.mqtt_parts import Running, eventually
from tests.system.serial_parts import TOP, Delivered, Peer, in_background, polls, sound, tec_source

SHOWN = {"top": -197.1, "bottom": -150.02, "warm": 21.5, "cold": -5.2, "open": math.nan}
BUS = {
    "units": [
        {"bus_id": 1, "TEMPA": "top", "TEMPB": "bottom"},
        {"bus_id": 3, "TEMPA": "warm", "TEMPB": "open"},
    ]
}
Start = Callable[[Source, Intake], Running]


def instrument(kind: str, table: dict[str, Any]) -> Any:
    module = instruments.load(kind)
    return module.build(module.Options.model_validate(table), SHOWN.__getitem__, lambda probe, wanted: None)


# simulated instruments


@pytest.mark.parametrize("blank_padded", [False, True])
def test_a_bus_of_tec_3000_one_of_them_switched_off(line: Path, start: Any, blank_padded: bool) -> None:
    bus = instrument("tec3000", BUS | {"blank_padded": blank_padded})
    channels = {"001/TEMPA": 0, "001/TEMPB": 1, "003/TEMPA": 2, "003/TEMPB": 3}
    with in_background(lambda: serve_pty(line, bus.receive, lambda: False)):
        eventually(line.exists)
        source = tec_source(str(line), tec3000.Options((1, 2, 3)), channels, reply_timeout_s=0.4)
        running, delivered = start(source)
        (poll,) = polls(delivered, 1)
        assert (poll[0], poll[1], poll[2]) == (-197.1, -150.02, 21.5)
        assert math.isnan(poll[3])
        assert source.link.state is LinkState.UP
        assert "no answer to 002 *IDN?" in source.link.detail
        assert running.end() is None
    assert delivered.refused == []
    assert bus.writes == 0


def test_only_configured_addresses_are_delivered_with_their_time(line: Path, start: Any) -> None:
    bus = instrument("tec3000", BUS)
    before_ns = time.time_ns()
    with in_background(lambda: serve_pty(line, bus.receive, lambda: False)):
        eventually(line.exists)
        _, delivered = start(tec_source(str(line), tec3000.Options((1, 3)), {"003/TEMPA": 8}))
        assert polls(delivered, 2) == [{8: 21.5}, {8: 21.5}]
    times = [int(decoded.arrivals.samples.time[0]) for decoded in delivered.decoded]
    assert before_ns < times[0] < times[1] < time.time_ns()
    assert [int(decoded.arrivals.received[0]) for decoded in delivered.decoded] == times


def test_registers_that_no_channel_has_are_not_read(line: Path, start: Any) -> None:
    transmitter, asked = instrument("modbus_rtu", {"units": [{"probes": ["top"]}]}), []

    def receive(data: bytes, time_s: float) -> bytes:
        asked.append(data)
        return transmitter.receive(data, time_s)

    with in_background(lambda: serve_pty(line, receive, lambda: False)):
        eventually(line.exists)
        source = Source("line", Options("modbus_rtu", str(line), 0.05, 2.0), {"1/temperature/1": 5})
        running, delivered = start(source)
        assert polls(delivered, 2) == [{5: -197.1}] * 2
        running.end()
    assert b"".join(asked) == read_request(1, 3, 0, 4).payload * (sum(map(len, asked)) // 8)


def test_a_lake_shore_218_that_loses_what_comes_within_50_ms(line: Path, start: Any) -> None:
    wiring = {"inputs": {"1": "top", "2": "warm", "4": "open", "8": "cold"}}
    monitor = instrument("lakeshore218", wiring)
    channels = {str(i): i for i in range(1, 9)}
    with in_background(lambda: serve_pty(line, monitor.receive, lambda: False)):
        eventually(line.exists)
        options = Options("lakeshore218", str(line), 0.05, 2.0, options=lakeshore218.Options((1, 2, 4, 8)))
        source = Source("line", options, channels)
        running, delivered = start(source)
        for poll in polls(delivered, 2):
            assert (poll[1], poll[2], poll[8]) == (-197.1, 21.5, -5.2)
            assert math.isnan(poll[4])
        assert source.link.detail == str(line)  # every request was answered
        running.end()
    samples = delivered.decoded[0].arrivals.samples
    assert samples.quality.tolist() == [Quality.GOOD, Quality.GOOD, Quality.BAD, Quality.GOOD]
    assert delivered.refused == []
    assert monitor.writes == 0


@pytest.mark.parametrize(("kind", "driver"), [("lakeshore218", "tec3000"), ("tec3000", "lakeshore218")])
def test_a_wrong_instrument_gives_refusals_and_no_readings(
    line: Path, start: Any, kind: str, driver: str
) -> None:
    table = (
        {"inputs": {"1": "top"}} if kind == "lakeshore218" else {"units": [{"TEMPA": "top", "TEMPB": "warm"}]}
    )
    wrong = instrument(kind, table)
    with in_background(lambda: serve_pty(line, wrong.receive, lambda: False)):
        eventually(line.exists)
        source = Source("line", Options(driver, str(line), 0.1, 2.0), {"TEMPA": 0, "TEMPB": 1, "1": 2})
        running, delivered = start(source)
        assert polls(delivered, 3) == [{}, {}, {}]
        running.end()
    assert set(delivered.reasons()) == {("malformed", "*IDN?")}
    assert wrong.writes == 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_tcp_serial_server_that_goes_away_and_comes_back(start: Any) -> None:
    number, pulled = free_port(), threading.Event()
    alone = instrument("tec3000", {"units": [{"TEMPA": "top", "TEMPB": "bottom"}]})
    source = tec_source(f"socket://127.0.0.1:{number}")
    with in_background(lambda: serve_tcp("127.0.0.1", number, alone.receive, pulled.is_set)):
        eventually(lambda: is_open(number))
        running, delivered = start(source)
        assert polls(delivered, 2) == [{3: -197.1, 4: -150.02}] * 2
        pulled.set()
        assert "the port is gone" in running.join()
        refused, _ = start(source)
        assert "cannot be opened" in refused.join()
        pulled.clear()
        eventually(lambda: is_open(number))
        again, delivered = start(source)
        assert polls(delivered, 1) == [{3: -197.1, 4: -150.02}]
        assert again.end() is None


def is_open(number: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", number), 1.0).close()
    except OSError:
        return False
    return True


# what a line can do wrong


def test_unplugged_it_ends_and_plugged_in_again_it_goes_on(line: Path, peer: Peer, start: Any) -> None:
    source = tec_source(str(line))
    running, delivered = start(source)
    polls(delivered, 1)
    peer.unplug()
    assert f"{line}: the port is gone" in running.join()
    absent, _ = start(source)
    assert f"{line}: cannot be opened" in absent.join()
    peer.plug_in()
    _, delivered = start(source)
    assert polls(delivered, 1) == [{3: -197.1, 4: -150.02}]
    assert source.link.state is LinkState.UP


def test_silence_shows_on_the_link_and_passes(line: Path, peer: Peer, start: Any) -> None:
    source = tec_source(str(line), reply_timeout_s=0.2)
    running, delivered = start(source)
    running.wait_up()
    peer.script = lambda request: b""
    eventually(lambda: source.link.state is LinkState.SILENT)
    assert f"{line}: no answer to *IDN? within 0.2 s; check cable" in source.link.detail
    asked = len(peer.asked)
    eventually(lambda: len(peer.asked) >= asked + 2)
    assert set(peer.asked[asked:]) == {b"*IDN?"}  # it is not asked for anything else
    peer.script = sound
    running.wait_up()
    assert source.link.detail == str(line)
    delivered.look()
    assert polls(delivered, 1) == [{3: -197.1, 4: -150.02}]
    assert not running.ended


def test_noise_before_and_after_frames_is_counted_and_costs_no_reading(
    line: Path, peer: Peer, start: Any
) -> None:
    peer.script = lambda request: b"\r\n" + b"\xfe\x00" * 40 + b"\r\n" + sound(request) + b"\xff\x00"
    _, delivered = start(tec_source(str(line)))
    assert polls(delivered, 2) == [{3: -197.1, 4: -150.02}] * 2
    assert set(delivered.reasons()) == {("noise", "*IDN?"), ("noise", "TEMPA?"), ("noise", "TEMPB?")}
    peer.script = sound
    polls(delivered, 1)  # may still have begun in the noise
    seen = len(delivered.refused)
    assert polls(delivered, 2) == [{3: -197.1, 4: -150.02}] * 2
    assert len(delivered.refused) - seen <= 1


def test_noise_inside_a_frame_costs_that_reading_alone(line: Path, peer: Peer, start: Any) -> None:
    peer.script = lambda request: b"\xff" + TOP if request == b"TEMPA?" else sound(request)
    _, delivered = start(tec_source(str(line)))
    assert polls(delivered, 2) == [{4: -150.02}] * 2
    assert set(delivered.reasons()) == {("malformed", "TEMPA?")}
    assert delivered.refused[0].payload == b"\xff-197.10"


def test_half_a_frame_is_noise_and_the_next_question_is_answered(line: Path, peer: Peer, start: Any) -> None:
    peer.script = lambda request: b"-197" if request == b"TEMPA?" else sound(request)
    _, delivered = start(tec_source(str(line), reply_timeout_s=0.4))
    assert polls(delivered, 1) == [{4: -150.02}]
    assert delivered.reasons() == [("noise", "TEMPA?")]
    assert delivered.refused[0].payload == b"-197"


def test_what_waits_before_a_question_is_not_its_answer(line: Path, peer: Peer, start: Any) -> None:
    said = []

    def also_says_an_old_value(request: bytes) -> bytes:
        said.append(request)
        return sound(request) + (b"-99.99\r\n" if request == b"*IDN?" else b"")

    peer.script = also_says_an_old_value
    _, delivered = start(tec_source(str(line)))
    assert polls(delivered, 2) == [{3: -197.1, 4: -150.02}] * 2
    assert {refused.payload for refused in delivered.refused} == {b"-99.99\r\n"}


def test_a_late_reply_is_never_the_answer_to_the_next_question(line: Path, peer: Peer, start: Any) -> None:
    """Every reply comes when the next question is asked, as from a server that is slower than the timeout."""
    late = [b""]

    def one_behind(request: bytes) -> bytes:
        late.append(sound(request))
        return late.pop(0)

    peer.script = one_behind
    source = tec_source(str(line), reply_timeout_s=0.2)
    running, delivered = start(source)
    running.wait_up()
    eventually(lambda: len(peer.asked) >= 12)
    delivered.look()
    assert all(poll == {} for poll in delivered.polls)
    assert ("noise", "TEMPA?") in delivered.reasons()  # an identification
    peer.script = sound
    eventually(lambda: {3: -197.1, 4: -150.02} in delivered.look().polls)
    assert {value for poll in delivered.polls for value in poll.values()} == {-197.1, -150.02}


def test_a_line_that_babbles_fills_no_memory_and_stops_nothing(line: Path, peer: Peer, start: Any) -> None:
    peer.script = lambda request: b"\xaa" * 3000
    source = tec_source(str(line), reply_timeout_s=0.2)
    running, delivered = start(source)
    eventually(lambda: source.link.state is LinkState.SILENT)
    assert "only noise; check baud rate" in source.link.detail
    eventually(lambda: len(delivered.look().refused) >= 3)
    assert {len(refused.payload) for refused in delivered.refused} == {256}
    peer.script = sound
    running.wait_up()
    assert polls(delivered, 1)[-1] == {3: -197.1, 4: -150.02}


def test_a_socket_that_never_stops_talking(start: Any) -> None:
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=flood, args=(server, stop), name="flood")
        thread.start()
        source = tec_source(f"socket://127.0.0.1:{server.getsockname()[1]}", reply_timeout_s=0.2)
        running, delivered = start(source)
        eventually(lambda: source.link.state is LinkState.SILENT)
        eventually(lambda: len(delivered.look().refused) >= 3)
        assert running.end() is None
        stop.set()
        thread.join()
    assert all(poll == {} for poll in delivered.polls)
    assert all(len(refused.payload) <= 256 for refused in delivered.refused)


def flood(server: socket.socket, stop: threading.Event) -> None:
    """Answers every question with more than anybody listens to."""
    connection, _ = server.accept()
    connection.settimeout(0.1)
    with connection:
        while not stop.is_set():
            try:
                if not connection.recv(100):
                    return
                connection.sendall(b"7.77," * 10_000)
            except TimeoutError:
                continue
            except OSError:
                return


# stopping and waiting


def test_stop_does_not_wait_for_dead_controllers(line: Path, peer: Peer, start: Any) -> None:
    peer.script = lambda request: b""
    dead = tec3000.Options(tuple(range(1, 33)))
    running, delivered = start(tec_source(str(line), dead, reply_timeout_s=0.5))
    eventually(lambda: len(peer.asked) >= 2)
    asked = len(peer.asked)
    running.end()
    assert len(peer.asked) <= asked + 1  # of the 30 that were left
    assert delivered.look().polls == []


class CountingIntake(Intake):
    """Counts how often a source waited in vain."""

    found_full = 0

    def wait_for_room(self, timeout_s: float) -> bool:
        has_room = super().wait_for_room(timeout_s)
        self.found_full += not has_room
        return has_room


def test_a_full_intake_stops_the_asking(line: Path, peer: Peer, run_source: Start) -> None:
    source, intake = tec_source(str(line), reply_timeout_s=0.3), CountingIntake(1)
    delivered = Delivered(source, intake)
    run_source(source, intake)
    eventually(lambda: intake.found_full >= 1)
    assert len(intake) == 1
    asked = len(peer.asked)
    eventually(lambda: intake.found_full >= 3)
    assert len(peer.asked) == asked
    delivered.look()
    eventually(lambda: len(peer.asked) > asked)


def test_two_readers_of_one_port_do_not_steal_each_others_bytes(line: Path, peer: Peer, start: Any) -> None:
    first, delivered = start(tec_source(str(line)))
    first.wait_up()
    second, _ = start(tec_source(str(line)))
    assert "lock" in second.join()
    delivered.look()
    assert polls(delivered, 2) == [{3: -197.1, 4: -150.02}] * 2


def test_after_silence_the_next_poll_waits_for_what_may_come_late(line: Path, peer: Peer, start: Any) -> None:
    times: list[float] = []

    def note(request: bytes) -> bytes:
        times.append(time.monotonic())
        return b""

    peer.script = note
    start(tec_source(str(line), reply_timeout_s=0.1))
    eventually(lambda: len(times) >= 4)
    pauses = [b - a for a, b in pairwise(times)]
    assert min(pauses) >= 0.29  # the reply timeout, and two more; not the next beat of 50 ms
