"""A stop that is asked for loses nothing, leaves nothing to screen, and is quick however much comes in."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.alarming.screening import STATE
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from tests.system.gateway_process import GatewayProcess, eventually
from tests.system.mosquitto import Mosquitto
from tests.system.test_gateway_crash import CONFIG, DEVICE, DEVICES, Publisher, journaled

STOPS = 5
STOPPED_WITHIN_S = 45.0  # the machine of the tests is busy; systemd waits 60


@pytest.fixture
def gateway(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[GatewayProcess]:
    config = tmp_path / "cryogate.toml"
    config.write_text(
        CONFIG.format(port=mosquitto.port) + "".join(DEVICE.format(n=n) for n in range(DEVICES))
    )
    gateway = GatewayProcess(config)
    yield gateway
    gateway.end()


def test_stops_in_the_middle_of_a_stream_lose_nothing(gateway: GatewayProcess, mosquitto: Mosquitto) -> None:
    gateway.start()
    gateway.wait_until_up()
    publisher = Publisher(mosquitto.port)
    publisher.start()
    for _ in range(STOPS):
        time.sleep(1.0)
        began_s = time.monotonic()
        assert gateway.stop() == 0
        assert time.monotonic() - began_s < STOPPED_WITHIN_S
        with Journal.open_reading(gateway.folder / "journal.sqlite") as journal:
            last_seq = journal.last_seq()
        records = Records(gateway.folder / "records.sqlite", read_only=True)
        saved = records.saved(STATE)
        records.close()
        assert saved is not None and saved[0] == last_seq, "something is stored and not screened"
        gateway.start()
        gateway.wait_until_up()
    publisher.enough.set()
    publisher.join(60)
    eventually(lambda: len(journaled(gateway)) >= len(publisher.acknowledged), "all of it is stored")
    there = journaled(gateway)
    assert len(there) == len({(device, time_ns) for device, time_ns, _ in there}), "a reading is there twice"
    assert {(device, time_ns): value for device, time_ns, value in there} == publisher.acknowledged
    assert len(there) > 300
