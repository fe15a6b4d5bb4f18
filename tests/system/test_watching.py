"""Two gateways watch each other: one is killed, and the people of its site are called from the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.system.gateway_process import GatewayProcess, eventually
from tests.system.http_receiver import HttpReceiver, Reply
from tests.system.mosquitto import Mosquitto

FAR = """
[gateway]
name = "far"
[clock]
require_sync = false
[sites.pudong]
[heartbeat.outside]
kind = "url"
url = "{url}"
period_s = 5.0
[heartbeat.state]
kind = "mqtt"
host = "127.0.0.1"
port = {port}
client_id = "far-state"
topic = "cryogate/far/state"
period_s = 5.0
"""
NEAR = """
[gateway]
name = "near"
[clock]
require_sync = false
[sites.pudong]
[peers.far]
kind = "mqtt"
host = "127.0.0.1"
port = {port}
client_id = "near-hears-far"
topic = "cryogate/far/state"
site = "pudong"
silent_after_s = 10.0
[notifiers.lamp]
kind = "siren"
again_s = 1.0
[notifiers.lamp.command]
on = ["/bin/sh", "-c", "echo on > {lamp}"]
off = ["/bin/sh", "-c", "echo off > {lamp}"]
"""


@pytest.fixture
def service() -> Iterator[HttpReceiver]:
    service = HttpReceiver()
    service.usual = Reply(200, body=b"OK")
    yield service
    service.close()


def made(folder: Path, text: str) -> GatewayProcess:
    folder.mkdir()
    (folder / "cryogate.toml").write_text(text)
    gateway = GatewayProcess(folder / "cryogate.toml")
    gateway.start()
    return gateway


def test_a_gateway_that_dies_is_noticed_by_its_peer(
    tmp_path: Path, mosquitto: Mosquitto, service: HttpReceiver
) -> None:
    lamp = tmp_path / "lamp-state"
    far = made(tmp_path / "far", FAR.format(url=service.url("/ping"), port=mosquitto.port))
    near = made(tmp_path / "near", NEAR.format(port=mosquitto.port, lamp=lamp))

    def lamp_is(state: str) -> bool:
        return lamp.exists() and lamp.read_text() == f"{state}\n"

    def said_alive() -> str:
        return str((near.status() or {"peers": [{}]})["peers"][0].get("said_alive") or "")

    def silence(state: str) -> dict[str, Any] | None:
        found = [a for a in near.alarms("--all") if a["rule"] == "peer:far" and a["state"] == state]
        return found[0] if found else None

    try:
        eventually(lambda: [p.path for p in service.posted][:2] == ["/ping/start", "/ping"], "it pings")
        eventually(lambda: lamp_is("off"), "nothing is wrong")
        eventually(lambda: (near.status() or {"peers": [{}]})["peers"][0].get("state") == "alive", "heard")
        assert "says that it is alive" in near.cryogate("doctor").stdout
        assert "told that it is alive" in far.cryogate("doctor").stdout

        first = said_alive()
        eventually(lambda: said_alive() > first, "it says so again")
        last = said_alive()
        far.kill()
        alarm = eventually(lambda: silence("unacknowledged"), "the silence is an alarm", 60)
        assert (alarm["site"], alarm["severity"]) == ("pudong", "critical")
        assert "gateway far at site pudong" in alarm["message"] and "its broker lost it" in alarm["message"]
        (told,) = re.findall(r"it was last alive at (\S+Z) by its clock", alarm["message"])
        assert told >= f"{last[:19]}Z", "not when it had connected, which is the time of its will"
        eventually(lambda: lamp_is("on"), "the lamp")

        near.kill()
        lamp.write_text("nobody knows\n")
        near.start()
        eventually(lambda: lamp_is("on"), "the lamp after a kill")
        assert near.cryogate("siren").stdout == f"lamp: should be on, because of {alarm['id']}\n"
        near.cryogate("ack", alarm["id"], "--by", "Li Na", "--comment", "on my way")
        eventually(lambda: lamp_is("off"), "somebody has acknowledged")

        before = len(service.posted)
        far.start()
        eventually(lambda: silence("closed"), "it is back", 90)
        assert service.posted[before].path == "/ping/start"
        assert far.stop() == 0
        assert near.cryogate("siren", "--test", "lamp", "--seconds", "1").stdout == (
            "lamp: on\nlamp: should be off: no alarm asks for it\n"
        )
        eventually(lambda: lamp_is("off"), "after the test")
    finally:
        far.end()
        near.end()
