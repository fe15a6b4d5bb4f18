"""A broker that comes and goes: the gateway says so, as a fault and to whoever asks."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.system.configurations import BROKER, DEWAR, TELEMETRY
from tests.system.gateway_process import GatewayProcess, eventually
from tests.system.mosquitto import Mosquitto

CHANNEL = """
[channels.top]
asset = "dewar"
source = "broker"
address = "d/temperature"
no_data_after_s = 86400.0
"""
WITHIN_S = 120.0


def test_a_broker_that_comes_and_goes_is_a_fault_within_two_minutes(
    mosquitto: Mosquitto, configured: Callable[[str], GatewayProcess]
) -> None:
    gateway = configured((DEWAR + BROKER + TELEMETRY).format(port=mosquitto.port) + CHANNEL)
    gateway.start()

    def source() -> dict[str, Any]:
        found: dict[str, Any] = (gateway.status() or {"sources": [{"state": "", "flapping": ""}]})["sources"][
            0
        ]
        return found

    def comes_and_goes() -> bool:
        eventually(lambda: source()["state"] == "up", "up again", WITHIN_S)
        mosquitto.kill()
        mosquitto.start()
        return source()["flapping"] != ""

    eventually(comes_and_goes, "flaps", WITHIN_S)
    eventually(lambda: [a for a in gateway.alarms() if a["rule"] == "flaps:broker"], "an alarm")
    (alarm,) = [a for a in gateway.alarms() if a["rule"] == "flaps:broker"]
    assert alarm["severity"] == "major" and alarm["asset"] == "dewar"
    assert (
        "source broker: flaps: 3 times in the last 5 minutes; the last time: 127.0.0.1:" in alarm["message"]
    )
    found = json.loads(gateway.cryogate("doctor", "--json").stdout)["findings"]
    assert [f["level"] for f in found if f["where"] == "link of broker"] == ["warning"]
    assert "flaps: 3 times" in gateway.cryogate("status").stdout
