"""The fixtures for device makers, used as they would: beside code that is not asynchronous."""

from __future__ import annotations

import asyncio
import math
import socket
import threading
from pathlib import Path

import paho.mqtt.client as paho
import pytest
import serial
from paho.mqtt.enums import CallbackAPIVersion

from firmware_sim import instruments
from firmware_sim.background import Background, eventually
from firmware_sim.fleet import FleetError
from firmware_sim.live import StartFleet, StartInstrument
from firmware_sim.run import Broker
from firmware_sim.tcp import free_port

pytest_plugins = ["firmware_sim.fixtures"]

FLEET = """
[[vessel]]
name = "f1"
kind = "ln2_freezer"
probes = [{ name = "top", node = "top", noise = 0.0 }, { name = "bottom", node = "bottom", noise = 0.0 }]
[[instrument]]
name = "line"
kind = "tec3000"
pty = "f1.tty"
units = [{ TEMPA = "f1/top", TEMPB = "f1/bottom" }]
"""
DEVICE = '[[device]]\nname = "d1"\nfields = { temp = "f1/top" }\ninterval_s = 0.02\n'


def ask(path: Path, request: bytes) -> bytes:
    with serial.Serial(str(path), 9600, timeout=60.0) as port:
        port.write(request)
        return port.read_until(b"\r\n")


def test_an_instrument_shows_what_it_is_told_to(simulated_instrument: StartInstrument) -> None:
    tec = simulated_instrument("tec3000", {"t": -197.1, "b": -195.8}, units=[{"TEMPA": "t", "TEMPB": "b"}])
    assert ask(tec.path, b"TEMPA?\r\n") == b"-197.10\r\n"
    tec.shows["t"] = math.nan
    assert ask(tec.path, b"TEMPA?\r\n") == b"+850.00\r\n"
    assert (tec.writes, tec.fills) == (0, [])
    ask(tec.path, b"FILL 1\r\nTEMPB?\r\n")
    assert (tec.writes, tec.fills) == (1, [("t", True)])


@pytest.mark.parametrize("kind", instruments.kinds())
def test_every_kind_comes_without_options(kind: str, simulated_instrument: StartInstrument) -> None:
    first, second = simulated_instrument(kind), simulated_instrument(kind)
    assert first.path.exists()
    assert second.path.exists()
    assert first.path != second.path
    assert first.shows["freezer/top"] == pytest.approx(-187.0, abs=5.0)


def test_a_line_can_be_spoiled_and_unplugged(simulated_instrument: StartInstrument) -> None:
    tec = simulated_instrument("tec3000")
    tec.faults.noise = 1.0
    assert ask(tec.path, b"*IDN?\r\n") != b"Controller, Software ver. 2.05\r\n"
    tec.faults.unplugged = True
    eventually(lambda: not tec.path.exists(), "the port goes")
    tec.faults.unplugged, tec.faults.noise = False, 0.0
    eventually(tec.path.exists, "the port comes back")
    assert ask(tec.path, b"*IDN?\r\n") == b"Controller, Software ver. 2.05\r\n"


def test_what_an_instrument_lacks_is_said(simulated_instrument: StartInstrument) -> None:
    with pytest.raises(ValueError, match="say in shows what these probes show: b"):
        simulated_instrument("tec3000", {"t": 1.0}, units=[{"TEMPA": "t", "TEMPB": "b"}])
    with pytest.raises(ValueError, match="units"):
        simulated_instrument("tec3000", {}, units=[])
    with pytest.raises(FleetError, match="no instrument 'tec9'; there are ami"):
        simulated_instrument("tec9")


def test_a_fleet_is_acted_on_and_looked_at(simulated_fleet: StartFleet, tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    file.write_text(FLEET)
    fleet = simulated_fleet(file, speed=600.0)
    assert fleet.true_value("f1", "top") < -170.0
    fleet.act("probe_open", probe="f1/top")
    assert ask(fleet.path("line"), b"TEMPA?\r\n") == b"+850.00\r\n"
    fleet.act("lid_open", vessel="f1", for_s=600.0)
    eventually(lambda: len(fleet.happened) == 3, "the lid is closed again")
    assert [change.text for change in fleet.happened] == [
        "f1/top probe_open",
        "f1 lid_open",
        "f1 lid_open ends",
    ]
    assert fleet.instrument("line").writes == 0
    assert fleet.ask(lambda world: world.time_s) >= 600.0


def test_an_act_that_makes_no_sense_is_refused(simulated_fleet: StartFleet) -> None:
    fleet = simulated_fleet(FLEET)
    for keys in ({"vessel": "f2"}, {"probe": "f1/top"}, {"vessel": "f1", "factor": 2.0}, {"lid": "f1"}):
        with pytest.raises(FleetError):
            fleet.act("lid_open", **keys)
    assert fleet.happened == []


def test_devices_backfill_through_the_embedded_broker(
    simulated_fleet: StartFleet, embedded_broker: Broker
) -> None:
    heard: list[bytes] = []
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.on_message = lambda _client, _data, message: heard.append(message.payload)
    client.connect(*embedded_broker)
    client.subscribe("cryo/d1/telemetry", 1)
    client.loop_start()
    fleet = simulated_fleet(FLEET + DEVICE, broker=embedded_broker)
    device = fleet.device("d1")
    eventually(lambda: len(heard) >= 3, "messages")
    fleet.act("unplug", link="d1")
    eventually(lambda: device.waiting >= 5 and not device.connected, "it remembers")
    fleet.act("replug", link="d1")
    eventually(lambda: device.connected and device.waiting <= 1, "it has sent all")
    client.loop_stop()
    assert device.forgotten == 0


async def test_they_serve_an_asynchronous_test_too(simulated_fleet: StartFleet) -> None:
    fleet = simulated_fleet(FLEET)
    reply = await asyncio.to_thread(ask, fleet.path("line"), b"*IDN?\r\n")
    assert reply == b"Controller, Software ver. 2.05\r\n"


def test_two_fleets_and_a_tcp_port(simulated_fleet: StartFleet) -> None:
    port = free_port()
    first = simulated_fleet(FLEET)
    second = simulated_fleet(FLEET.replace('pty = "f1.tty"', f'tcp = "127.0.0.1:{port}"'))
    assert first.path("line").exists()
    with pytest.raises(KeyError, match="line has no pty"):
        second.path("line")
    with serial.serial_for_url(f"socket://127.0.0.1:{port}", timeout=60.0) as line:
        line.write(b"*IDN?\r\n")
        assert line.read_until(b"\r\n") == b"Controller, Software ver. 2.05\r\n"


def test_devices_without_a_broker_are_refused(simulated_fleet: StartFleet) -> None:
    with pytest.raises(ValueError, match="say broker="):
        simulated_fleet(FLEET + DEVICE)
    with pytest.raises(FleetError, match="no TOML"):
        simulated_fleet("[fleet")


def test_what_fails_beside_a_test_fails_the_test(tmp_path: Path) -> None:
    async def fail() -> None:
        raise OSError("the port is taken")

    with Background() as background:
        background.start(fail(), "fails")
        with pytest.raises(OSError, match="the port is taken"):
            background.until(lambda: False, "something else")
    with pytest.raises(OSError, match="the port is taken"), Background() as background:
        background.start(fail(), "fails")
        background.call(lambda: None)


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    with Background() as background, socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        background.start(asyncio.Event().wait(), "waits")  # type: ignore[arg-type]
    assert [thread.name for thread in threading.enumerate() if thread.name == "simulators"] == []
    with pytest.raises(TimeoutError, match="s: rain"):
        eventually(lambda: False, "rain", within_s=0.05)
