"""A budget that people reset and a floor that follows a barometer, in the real gateway."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from gateway.model import SECOND
from gateway.times import format_rfc3339
from tests.system.configurations import BROKER, DEWAR
from tests.system.gateway_process import GatewayProcess, eventually
from tests.system.mosquitto import Mosquitto

OWN = """
[[sources.broker.topics]]
pattern = "cryo/{{device}}"
payload = "json"
[sources.broker.topics.options]
time_pointer = "/ts"
time_format = "unix_ns"
readings = [{{ address = "{{device}}", value_pointer = "/v" }}]
[[profiles.p]]
version = "1"
[[profiles.p.rules]]
id = "range"
kind = "plausible"
ceiling_degC = 60.0
ln2_pressure_channel = "barometer"
severity = "minor"
[[profiles.p.rules]]
id = "below-197"
kind = "limit"
side = "low"
limit_degC = -197.0
severity = "minor"
[[profiles.p.rules]]
id = "warm"
kind = "budget"
side = "high"
limit_degC = -150.0
budget_s = 30.0
severity = "critical"
[channels.liquid]
asset = "dewar"
source = "broker"
address = "liquid"
profile = "p"
[channels.barometer]
asset = "dewar"
source = "broker"
address = "barometer"
quantity = "pressure"
unit = "hPa"
"""
CONFIG = DEWAR + BROKER + OWN
Measured = Callable[[str, float, int], None]


@pytest.fixture
def gateway(mosquitto: Mosquitto, configured: Callable[[str], GatewayProcess]) -> GatewayProcess:
    gateway = configured(CONFIG.format(port=mosquitto.port))
    gateway.start()
    gateway.wait_until_up()
    return gateway


@pytest.fixture
def measured(publish: Callable[[str, Any], None]) -> Measured:
    """Device, value, and when it was measured."""
    return lambda device, value, at_ns: publish(f"cryo/{device}", {"ts": at_ns, "v": value})


def alarm(gateway: GatewayProcess, rule: str, **expected: Any) -> dict[str, Any]:
    def found() -> Any:
        mine = [a for a in gateway.alarms("--all") if a["rule"] == rule]
        return [a for a in mine if all(a[k] == v for k, v in expected.items())]

    return eventually(found, f"an alarm {rule} with {expected}")[0]


def test_a_reset_live_late_and_while_the_gateway_is_down(gateway: GatewayProcess, measured: Measured) -> None:
    begin_ns = time.time_ns() - 100 * SECOND
    for k in range(10):
        measured("liquid", -140.0, begin_ns + 10 * k * SECOND)
    assert alarm(gateway, "warm")["start"] == format_rfc3339(begin_ns + 30 * SECOND)

    now = gateway.cryogate("reset", "liquid", "warm", "--by", "Li Na", "--comment", "unloaded")
    assert now.returncode == 0, now.stderr
    eventually(lambda: alarm(gateway, "warm")["resets"], "the reset stands on the alarm")
    measured("liquid", -140.0, time.time_ns())
    ended = alarm(gateway, "warm", state="returned unacknowledged")
    assert [(r["by"], r["comment"]) for r in ended["resets"]] == [("Li Na", "unloaded")]

    gateway.kill()
    words = ["reset", "liquid", "warm", "--by", "Wang Wei", "--comment", "came back late"]
    words += ["--at", format_rfc3339(begin_ns + 15 * SECOND)]
    assert "in the journal as " in gateway.cryogate(*words).stdout
    assert "Wang Wei stated that before" in gateway.cryogate(*words).stdout
    gateway.start()
    gateway.wait_until_up()
    moved = alarm(gateway, "warm", revision=2)
    assert (moved["id"], moved["start"]) == (ended["id"], format_rfc3339(begin_ns + 50 * SECOND))
    assert f"was {ended['start']}" in gateway.cryogate("history", moved["id"]).stdout
    refused = gateway.cryogate("reset", "liquid", "below-197", "--by", "x", "--comment", "y")
    assert (refused.returncode, "its budgets: warm" in refused.stderr) == (1, True)


def test_a_pressure_that_comes_late_amends(gateway: GatewayProcess, measured: Measured) -> None:
    begin_ns = time.time_ns() - 100 * SECOND
    measured("liquid", -196.0, begin_ns)
    measured("liquid", -198.0, begin_ns + 10 * SECOND)
    assert alarm(gateway, "below-197")["withdrawn"] is False
    measured("barometer", 1013.25, begin_ns + 5 * SECOND)
    alarm(gateway, "below-197", withdrawn=True)
    measured("barometer", 753.0, begin_ns + 8 * SECOND)  # it flies after all
    back = alarm(gateway, "below-197", withdrawn=False)
    assert (back["revision"], back["extreme"]) == (3, -198.0)
