"""A drill on a real gateway: from the command to a phone, over a kill, to the report."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from gateway.journal.journal import Journal, Statement
from gateway.statements import person, roster
from gateway.statements.person import Way
from tests.system.configurations import ABOVE_150, BROKER, DEWAR, PLAIN
from tests.system.faketime import FakeTime
from tests.system.gateway_process import GatewayProcess, eventually
from tests.system.http_receiver import HttpReceiver
from tests.system.mosquitto import Mosquitto
from tests.unit.alarms.staff import BEGIN_NS, made, somebody, weekly

OWN = """
[channels.dewar]
asset = "dewar"
source = "broker"
address = "dewar"
profile = "p"
no_data_after_s = 3600.0
[notifiers.push]
kind = "ntfy"
url = "{push}"
topic = "everything"
[escalations.fast]
repeat_after_s = 3600
steps = [{{ after_s = 0, call = ["on duty"] }}]
"""


@pytest.fixture
def gateway(
    configured: Callable[[str], GatewayProcess], phones: HttpReceiver, mosquitto: Mosquitto
) -> GatewayProcess:
    text = DEWAR + BROKER + PLAIN + ABOVE_150 + OWN
    gateway = configured(text.format(port=mosquitto.port, push=phones.url("")))
    gateway.start()
    gateway.wait_until_up()
    said: list[tuple[Any, Any]] = [
        (person, somebody("li-na", ways=(Way("push", "li-na"),))),
        (roster, made("r", weekly("li-na"), sites=())),
    ]
    with Journal.open(gateway.folder / "journal.sqlite") as journal:
        for kind, one in said:
            journal.commit(statements=[Statement(kind.KIND, "Li Na", BEGIN_NS, kind.to_body(one))])
    return gateway


DAILY = """
[drills.daily]
asset = "dewar"
every_d = 1
at = "00:00"
latest_h = 1.0
"""
DAYS_S = 3 * 86_400


def overdue(gateway: GatewayProcess) -> list[dict[str, Any]]:
    return [
        a for a in gateway.alarms() if a["rule"] == "drill overdue:daily" and a["state"] == "unacknowledged"
    ]


def test_one_that_is_overdue_calls_people_until_somebody_begins_it(
    gateway: GatewayProcess, phones: HttpReceiver, publish: Callable[[str, Any], None]
) -> None:
    """Days go by while the gateway is off."""
    gateway.stop()
    with gateway.config.open("a") as config:
        config.write(DAILY)
    gateway.start()
    gateway.wait_until_up()
    gateway.stop()
    gateway.environment = FakeTime(gateway.folder, DAYS_S).environment
    gateway.start()
    gateway.wait_until_up()
    publish("dewar", {"temp": -195.0})
    [alarm] = eventually(lambda: overdue(gateway), "it is overdue", 30)
    assert "the drill daily on dewar has been due since" in alarm["message"]
    eventually(
        lambda: [one for one in rung(phones) if "drill overdue:daily" in one["title"]], "people hear of it"
    )
    asked = gateway.cryogate("drill", "--asset", "dewar", "--by", "Wang Wei", "--reason", "daily")
    assert asked.returncode == 0, asked.stderr
    eventually(lambda: not overdue(gateway), "one has begun", 30)


def rung(phones: HttpReceiver) -> list[dict[str, Any]]:
    """What came to the phone of who is on duty."""
    posted = [json.loads(one.body) for one in phones.posted]
    return [one for one in posted if one["topic"] == "li-na"]


def reported(gateway: GatewayProcess) -> dict[str, Any]:
    done = gateway.cryogate("drill", "--report", "--json")
    assert done.returncode == 0, done.stderr
    [found] = json.loads(done.stdout)
    return dict(found)


def test_from_the_command_to_the_acknowledgement(
    gateway: GatewayProcess, phones: HttpReceiver, publish: Callable[[str, Any], None]
) -> None:
    publish("dewar", {"temp": -195.0})
    asked = gateway.cryogate("drill", "--asset", "dewar", "--by", "Wang Wei", "--reason", "monthly", "--json")
    assert asked.returncode == 0, asked.stderr
    drill = json.loads(asked.stdout)
    [call] = eventually(lambda: rung(phones), "who is on duty is called")
    assert call["title"].startswith(("DRILL - ", "【演练】")), call
    eventually(lambda: reported(gateway)["reached"], "that is stated")
    again = gateway.cryogate("drill", "--asset", "dewar", "--by", "Wang Wei")
    assert again.returncode == 1 and drill["drill"] in again.stderr

    gateway.kill()
    for path in gateway.folder.glob("records.sqlite*"):
        path.unlink()
    gateway.start()
    gateway.wait_until_up()
    [alarm] = eventually(lambda: [a for a in gateway.alarms() if a["kind"] == "drill"], "it goes on")
    assert alarm["id"] == drill["drill"] and alarm["drill"]["outcome"] is None
    publish("dewar", {"temp": -140.0})
    real = eventually(
        lambda: [a for a in gateway.alarms() if a["kind"] == "limit"], "a real one beside it", 20
    )
    eventually(lambda: len(rung(phones)) == 2, "which is called, too")
    assert "DRILL" not in rung(phones)[1]["title"] and "演练" not in rung(phones)[1]["title"]

    done = gateway.cryogate("ack", drill["drill"], "--by", "Li-Na", "--comment", "seen, walked to the dewar")
    assert done.returncode == 0, done.stderr
    eventually(lambda: reported(gateway)["state"] == "passed", "it has passed")
    eventually(lambda: len(rung(phones)) == 3, "who was called hears that it is over")
    report = reported(gateway)
    assert [(one["person"], one["by"]) for one in report["reached"]] == [("li-na", "push")]
    assert 0 <= report["raised_after_s"] <= report["calls"][0]["after_s"] <= report["reached"][0]["after_s"]
    assert report["acknowledged"][0]["by"] == "Li-Na" and report["not_reached"] == []
    assert len([one for one in report["attempts"] if one["kind"] == "alarm"]) == 1, "and nobody twice"
    assert [a["state"] for a in gateway.alarms() if a["id"] == real[0]["id"]] == ["unacknowledged"]
    assert "drill passed: Li-Na acknowledged it after" in gateway.cryogate("drill", "--report").stdout
