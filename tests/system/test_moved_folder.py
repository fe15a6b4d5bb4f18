"""The data folder is renamed while the gateway runs: nothing is acknowledged until it is back."""

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
no_data_after_s = 3000.0
"""


def channel_value(gateway: GatewayProcess) -> float | None:
    (channel,) = gateway.status()["channels"]
    return channel["value"]


def test_a_folder_that_is_moved_takes_nothing_until_it_is_back(
    configured: Callable[[str], GatewayProcess], mosquitto: Mosquitto, publish: Callable[[str, Any], None]
) -> None:
    gateway = configured((DEWAR + BROKER + PLAIN + ABOVE_150 + OWN).format(port=mosquitto.port))
    gateway.start()
    gateway.wait_until_up()
    publish("dewar", {"temp": -190.0})
    eventually(lambda: channel_value(gateway) == -190.0, "a reading is stored")
    away = gateway.folder.rename(gateway.folder.with_name("away"))
    publish("dewar", {"temp": -120.0})
    eventually(lambda: "is gone: its folder was moved" in gateway.log.read_text(), "it says so")
    examined = " ".join(gateway.cryogate("doctor").stdout.split())
    assert "no gateway runs" in examined
    assert f"holds {away}/lock" in examined and f"mv {away} {gateway.folder}" in examined
    away.rename(gateway.folder)
    eventually(lambda: any(a.get("extreme") == -120.0 for a in gateway.alarms()), "what waited is screened")
    assert gateway.stop() == 0
    assert "Traceback" not in gateway.log.read_text()
