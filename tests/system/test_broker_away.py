"""A broker is away, and comes back without all of its devices: one call, and one about the silent ones."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from paho.mqtt.publish import multiple

from gateway.journal.journal import Journal, Statement
from gateway.statements import person, roster
from gateway.statements.person import Way
from tests.system.configurations import BROKER, PLAIN
from tests.system.gateway_process import GatewayProcess, eventually
from tests.system.http_receiver import HttpReceiver
from tests.system.mosquitto import Mosquitto
from tests.unit.alarms.staff import BEGIN_NS, made, somebody, weekly

SHIPPERS = ("sh-1", "sh-2", "sh-3", "sh-4")
SENDING = SHIPPERS[:2]  # after the broker is back
SHIPPER = """
[assets.{name}]
site = "s"
[channels.{name}]
asset = "{name}"
source = "broker"
address = "{name}"
no_data_after_s = 6.0
max_gap_s = 4.0
"""
OWN = """
[gateway]
name = "test"
[clock]
require_sync = false
[sites.s]
[calls]
asks_again_after_s = 1.0
[notifiers.push]
kind = "ntfy"
url = "{push}"
topic = "everything"
"""
WITHIN_S = 60.0  # machines are shared


@pytest.fixture
def gateway(
    configured: Callable[[str], GatewayProcess], phones: HttpReceiver, mosquitto: Mosquitto
) -> GatewayProcess:
    text = OWN + BROKER + PLAIN + "".join(SHIPPER.format(name=name) for name in SHIPPERS)
    gateway = configured(text.format(port=mosquitto.port, push=phones.url("")))
    assert gateway.cryogate("check").returncode == 0
    gateway.start()
    gateway.wait_until_up()
    li_na = person, somebody("li-na", ways=(Way("push", "li-na"),))
    with Journal.open(gateway.folder / "journal.sqlite") as journal:
        for kind, one in (li_na, (roster, made("r", weekly("li-na"), sites=()))):
            journal.commit(statements=[Statement(kind.KIND, "Li Na", BEGIN_NS, kind.to_body(one))])
    return gateway


def rung(phones: HttpReceiver) -> list[dict[str, Any]]:
    """What came to her phone."""
    return [told for one in phones.posted if (told := json.loads(one.body))["topic"] == "li-na"]


def asked_again(phones: HttpReceiver) -> list[dict[str, Any]]:
    """A busy broker may go away once more, and be back before she can be told."""
    return [told for told in rung(phones)[1:] if told["title"] != "Over: source:broker"]


def test_who_answered_is_asked_again_about_those_that_stay_silent(
    gateway: GatewayProcess,
    phones: HttpReceiver,
    mosquitto: Mosquitto,
    publish: Callable[[str, Any], None],
) -> None:
    for name in SHIPPERS:
        publish(name, {"temp": -190.0})
    eventually(lambda: len(_heard(gateway)) == len(SHIPPERS), "all were heard", WITHIN_S)
    mosquitto.kill()
    eventually(lambda: len(_silent(gateway)) == len(SHIPPERS), "all are silent", WITHIN_S)
    (fault,) = [a for a in gateway.alarms() if a["rule"] == "source:broker"]
    eventually(lambda: rung(phones), "she is called", WITHIN_S)
    said = ("--by", "Li-Na", "--comment", "the broker is away")
    one = _silent(gateway)[0]["id"]
    taken = gateway.asked("take", one, "--by", "Li-Na").output
    assert "nobody is on 4 alarms of the same happening" in taken and "(sh-4 no-data)" in taken, taken
    assert f"`cryogate take {one} --group` is about all of it" in taken
    assert gateway.cryogate("ack", fault["id"], "--group", *said).returncode == 0
    eventually(lambda: all(a["state"] == "acknowledged" for a in _silent(gateway)), "answered", WITHIN_S)
    assert len({a["group"] for a in gateway.alarms()}) == len(rung(phones)) == 1, "one happening, one call"

    mosquitto.start()
    with Sending(mosquitto.port):
        [told] = eventually(lambda: asked_again(phones), "she is asked again", WITHIN_S)
        (title, message) = told["title"], told["message"]
        assert "source:broker is back, 2 of 4 still silent" in title, (rung(phones), gateway.alarms())
        assert "2 of 4 are still silent: sh-3, sh-4" in message, message
        silent = {a["asset"]: a["state"] for a in _silent(gateway)}
        assert silent == {"sh-3": "unacknowledged", "sh-4": "unacknowledged"}
        (group,) = {a["group"] for a in _silent(gateway)}
        assert [_answered(one) for one in _silent(gateway)] == ["Li-Na", "Li-Na"]

        gateway.kill()
        gateway.start()
        gateway.wait_until_up()
        eventually(lambda: _calls(gateway, group)["calling"], "and again after a kill", WITHIN_S)
        assert len(_changes(gateway)) == 2 and len(asked_again(phones)) == 1, "but once"
        assert gateway.cryogate("ack", _silent(gateway)[0]["id"], "--group", *said).returncode == 0
        eventually(lambda: not _calls(gateway, group)["calling"], "she answers again", WITHIN_S)


class Sending:
    """Some devices send all the time."""

    def __init__(self, port: int) -> None:
        self._port, self._stop = port, threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        messages: list[Any] = [(name, json.dumps({"temp": -190.0}), 1, False) for name in SENDING]
        while not self._stop.wait(0.5):
            multiple(messages, "127.0.0.1", self._port)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *why: object) -> None:
        self._stop.set()
        self._thread.join(60)


def _heard(gateway: GatewayProcess) -> list[str]:
    channels = (gateway.status() or {"channels": []})["channels"]
    return [one["channel"] for one in channels if one["value"] is not None]


def _silent(gateway: GatewayProcess) -> list[dict[str, Any]]:
    found = [a for a in gateway.alarms() if a["rule"] == "no-data" and a["end"] is None]
    return sorted(found, key=lambda a: str(a["asset"]))


def _answered(alarm: dict[str, Any]) -> str:
    return str(alarm["acknowledgements"][-1]["by"])


def _calls(gateway: GatewayProcess, group: str) -> dict[str, Any]:
    done = gateway.cryogate("calls", "--json")
    assert done.returncode == 0, done.stderr
    return next((one for one in json.loads(done.stdout) if one["id"] == group), {"calling": False})


def _changes(gateway: GatewayProcess) -> list[str]:
    """Alarms that asked again, as stated."""
    done = gateway.cryogate("statements", "--kind", "transition", "--json")
    assert done.returncode == 0, done.stderr
    return [line for line in done.stdout.splitlines() if '"change": "asks again"' in line]
