"""The gateway as its users meet it: real process, real broker, bad input, acknowledgement, restart."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.system.configurations import ABOVE_150, BROKER, TELEMETRY
from tests.system.gateway_process import GatewayProcess, eventually
from tests.system.mosquitto import Mosquitto

SITE = """
[gateway]
name = "test"
[sites.s]
time_zone = "Asia/Shanghai"
[assets.dewar-1]
site = "s"
[assets.dewar-2]
site = "s"
"""
OWN = """
[channels.dewar-1]
asset = "dewar-1"
source = "broker"
address = "dewar-1/temperature"
profile = "p"
no_data_after_s = 3600.0
[channels.dewar-2]
asset = "dewar-2"
source = "broker"
address = "dewar-2/temperature"
profile = "p"
no_data_after_s = 3600.0
[notifiers.file]
kind = "jsonl"
path = "told.jsonl"
"""
CONFIG = SITE + BROKER + "largest_payload_bytes = 10000" + TELEMETRY + ABOVE_150 + OWN

CONTAINMENT = """scheme;code;asset;zone;from;to
nmpa;8385 7930 0008 7976 6660;dewar-1;;2026-01-01T00:00:00+08:00;
"""

Publish = Callable[[str, Any], None]


@pytest.fixture
def gateway(mosquitto: Mosquitto, configured: Callable[[str], GatewayProcess]) -> GatewayProcess:
    gateway = configured(CONFIG.format(port=mosquitto.port))
    gateway.start()
    gateway.wait_until_up()
    return gateway


def reading(temp: Any) -> dict[str, Any]:
    return {"ts": time.time_ns(), "temp": temp}


def channel(gateway: GatewayProcess, name: str) -> dict[str, Any]:
    status = gateway.status()
    assert status is not None
    return next(c for c in status["channels"] if c["channel"] == name)


def test_bad_input_is_counted_kept_and_in_nobodys_way(gateway: GatewayProcess, publish: Publish) -> None:
    topic = "cryo/dewar-1/telemetry"
    publish(topic, b'{"ts": 1, "temp')
    publish(topic, b"\xff\xfe\x00")
    publish(topic, reading("warm"))
    publish(topic, reading(True))
    publish(topic, b'{"ts": %d, "temp": NaN}' % time.time_ns())
    publish(topic, b'{"ts": %d, "temp": 1e999}' % time.time_ns())
    publish(topic, reading(1e30))
    publish(topic, {"ts": 1, "temp": -190.0})  # 1970
    publish(topic, {"ts": 7_258_118_400 * 10**9, "temp": -190.0})  # 2200
    publish("cryo/nobody/telemetry", reading(-190.0))
    publish(topic, b"[" * 9000)
    publish(topic, b"x" * 20_000)
    publish(topic, reading(-190.5))
    publish("cryo/dewar-2/telemetry", reading(-191.5))

    eventually(lambda: channel(gateway, "dewar-1")["value"] == -190.5, "the good reading came through")
    eventually(lambda: channel(gateway, "dewar-2")["value"] == -191.5, "the neighbour's too")
    status = gateway.status()
    assert status is not None
    counts = {r["reason"]: r["count"] for r in status["refused"]}
    assert sum(counts.values()) == 9
    assert counts["absurd-time"] == 2
    assert counts["unknown-channel"] == 1
    assert counts["oversized"] == 1
    assert {"malformed", "wrong-type"} < set(counts)
    assert status["journal"]["readings"] == 5  # three numbers that cannot be are BAD

    kept = json.loads(gateway.cryogate("refused", "--json").stdout)
    assert len(kept) == 9
    assert any(k["payload"] == '{"ts": 1, "temp' and k["reason"] == "malformed" for k in kept)


def test_an_alarm_from_reading_to_closed(gateway: GatewayProcess, publish: Publish, tmp_path: Path) -> None:
    publish("cryo/dewar-1/telemetry", reading(-190.0))
    publish("cryo/dewar-1/telemetry", reading(-140.0))
    (alarm,) = eventually(gateway.alarms, "an alarm")
    assert (alarm["severity"], alarm["state"], alarm["asset"]) == ("critical", "unacknowledged", "dewar-1")
    assert alarm["units"] == "unknown"  # nobody has said what is inside, and that is not "none"
    assert channel(gateway, "dewar-1")["state"] == "critical above-150"

    (tmp_path / "inside.csv").write_text(CONTAINMENT)
    assert gateway.cryogate("load", str(tmp_path / "inside.csv"), "--by", "Li Na").returncode == 0
    (unit,) = eventually(lambda: (u := gateway.alarms()[0]["units"]) != "unknown" and u, "the units inside")
    assert (unit["scheme"], unit["code"]) == ("nmpa", "83857930000879766660")

    done = gateway.cryogate("ack", alarm["id"][:6].lower(), "--by", "Li Na", "--comment", "on its way back")
    assert done.returncode == 0, done.stderr
    eventually(lambda: gateway.alarms()[0]["state"] == "acknowledged", "acknowledged")
    (acknowledgement,) = gateway.alarms()[0]["acknowledgements"]
    assert (acknowledgement["by"], acknowledgement["comment"]) == ("Li Na", "on its way back")

    gateway.kill()
    gateway.start()
    gateway.wait_until_up()
    assert gateway.alarms()[0]["state"] == "acknowledged"

    publish("cryo/dewar-1/telemetry", reading(-190.0))
    eventually(lambda: not gateway.alarms(), "returned to normal and acknowledged: closed")
    (closed,) = gateway.alarms("--all")
    assert (closed["state"], closed["extreme"], closed["id"]) == ("closed", -140.0, alarm["id"])
    assert closed["units"][0]["beyond_s"] >= closed["beyond_s"] > 0  # from the crossing on
    again = gateway.cryogate("ack", alarm["id"], "--by", "Li Na", "--comment", "again")
    assert again.returncode == 1 and "is closed" in again.stderr

    def told() -> list[str]:
        return [json.loads(line)["change"] for line in (tmp_path / "told.jsonl").read_text().splitlines()]

    changes = ["raised", "amended", "acknowledged", "returned"]  # amended: somebody said what was inside
    eventually(lambda: told() == changes, "every change was told once")


def test_one_gateway_per_data_folder(gateway: GatewayProcess) -> None:
    second = gateway.cryogate("run")
    assert second.returncode == 1
    assert "another gateway already runs" in second.stderr


def test_it_stops_when_asked_and_says_so(gateway: GatewayProcess) -> None:
    assert gateway.stop() == 0
    assert "everything acknowledged is in the journal" in gateway.log.read_text()
    done = gateway.cryogate("status")
    assert done.returncode == 1
    assert "start one with `cryogate run`" in done.stderr


def test_statements_are_refused_clearly(gateway: GatewayProcess, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text(
        "scheme,code,asset,from\nnmpa,123,dewar-9,yesterday\nnmpb,1,dewar-1,2026-01-01\n"
    )
    done = gateway.cryogate("load", str(tmp_path / "bad.csv"), "--by", "Li Na")
    assert done.returncode == 1
    for expected in (
        "line 2, code: expected 20 digits",
        "line 2, asset: 'dewar-9'",
        "line 2, from:",
        "line 3, code: unknown scheme 'nmpb'",
    ):
        assert expected in done.stderr
    assert gateway.cryogate("ack", "E-NOTHING", "--by", "x", "--comment", "y").returncode == 1


def test_silence_is_unknown_and_raises_an_alarm(
    tmp_path: Path, mosquitto: Mosquitto, publish: Publish
) -> None:
    config = tmp_path / "cryogate.toml"
    config.write_text(
        CONFIG.format(port=mosquitto.port).replace("no_data_after_s = 3600.0", "no_data_after_s = 8.0")
    )
    gateway = GatewayProcess(config)
    gateway.start()
    try:
        gateway.wait_until_up()
        publish("cryo/dewar-1/telemetry", reading(-190.0))
        eventually(lambda: channel(gateway, "dewar-1")["state"] == "in range", "heard")
        eventually(lambda: channel(gateway, "dewar-1")["state"] == "unknown", "silent")
        assert channel(gateway, "dewar-1")["value"] is None  # never the last value
        alarms = eventually(lambda: len(a := gateway.alarms()) == 2 and a, "no-data alarms of both")
        assert {a["rule"] for a in alarms} == {"no-data"}
        publish("cryo/dewar-1/telemetry", reading(-190.0))
        states = eventually(
            lambda: (
                (s := {a["asset"]: a["state"] for a in gateway.alarms()})["dewar-1"] != "unacknowledged" and s
            ),
            "heard again",
        )
        assert states == {"dewar-1": "returned unacknowledged", "dewar-2": "unacknowledged"}
    finally:
        gateway.end()
