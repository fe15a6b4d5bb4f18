"""Acknowledged readings that a damaged write-ahead log lost are an alarm, until somebody has seen it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.system.configurations import ABOVE_150, BROKER, DEWAR, PLAIN
from tests.system.gateway_process import GatewayProcess, eventually
from tests.system.mosquitto import Mosquitto

OWN = """
[channels.dewar]
asset = "dewar"
source = "broker"
address = "dewar"
profile = "p"
no_data_after_s = 300000000.0
"""


def lost(gateway: GatewayProcess) -> list[dict[str, Any]]:
    return [one for one in gateway.alarms("--all") if one["rule"].startswith("recovery:")]


def test_what_a_damaged_log_lost_is_an_alarm(
    configured: Callable[[str], GatewayProcess],
    mosquitto: Mosquitto,
    publish: Callable[[str, Any], None],
) -> None:
    gateway = configured((DEWAR + BROKER + PLAIN + ABOVE_150 + OWN).format(port=mosquitto.port))
    gateway.start()
    gateway.wait_until_up()
    for value in range(20):
        publish("dewar", {"temp": -190.0 - value / 10})
    publish("dewar", {"temp": -120.0})
    eventually(lambda: any(one["extreme"] == -120.0 for one in gateway.alarms()), "screened")
    gateway.kill()
    log = gateway.folder / "journal.sqlite-wal"
    content = bytearray(log.read_bytes())
    content[len(content) // 2] ^= 1
    log.write_bytes(content)

    gateway.start()
    gateway.wait_until_up()
    found = eventually(lambda: lost(gateway), "it is an alarm")
    assert any("acknowledge this alarm" in one["message"] for one in found)
    assert found[0]["id"] in gateway.cryogate("doctor").stdout
    for one in found:
        assert gateway.cryogate("ack", one["id"], "--by", "Li Na", "--comment", "asked").returncode == 0
    eventually(lambda: all(one["over"] for one in lost(gateway)), "it is over")
    assert gateway.stop() == 0
    gateway.start()
    gateway.wait_until_up()
    assert len(lost(gateway)) == len(found)
    assert gateway.stop() == 0
