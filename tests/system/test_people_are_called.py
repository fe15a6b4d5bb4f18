"""A gateway calls whoever is on duty, then the deputy, over a kill, until somebody acknowledges the group."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.journal.journal import Journal, Statement
from gateway.statements import person, roster
from gateway.statements.person import Way
from tests.system.certificates import Certificates
from tests.system.configurations import ABOVE_150, BROKER, DEWAR, PLAIN
from tests.system.gateway_process import GatewayProcess, eventually
from tests.system.http_receiver import HttpReceiver
from tests.system.mosquitto import Mosquitto
from tests.system.smtp_receiver import SmtpReceiver
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
[notifiers.mail]
kind = "email"
host = "127.0.0.1"
port = {mail}
sender = "gateway@lab.example"
ca_file = "certificates/ca.pem"
[escalations.fast]
repeat_after_s = 3600
steps = [
  {{ after_s = 0, call = ["on duty"] }},
  {{ after_s = 4, call = ["deputies"], ways = 2 }},
]
"""
PEOPLE = {
    "li-na": (Way("mail", "li-na@lab.example"), Way("push", "li-na")),
    "wang-wei": (Way("push", "wang-wei"), Way("mail", "wang-wei@lab.example")),
}


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[SmtpReceiver]:
    receiver = SmtpReceiver(Certificates(tmp_path / "certificates").server_context())
    yield receiver
    receiver.close()


@pytest.fixture
def gateway(
    configured: Callable[[str], GatewayProcess],
    phones: HttpReceiver,
    mail: SmtpReceiver,
    mosquitto: Mosquitto,
) -> GatewayProcess:
    text = DEWAR + BROKER + PLAIN + ABOVE_150 + OWN
    gateway = configured(text.format(port=mosquitto.port, push=phones.url(""), mail=mail.port))
    assert gateway.cryogate("check").returncode == 0
    gateway.start()
    gateway.wait_until_up()
    said = [(person, somebody(name, ways=ways)) for name, ways in PEOPLE.items()]
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()  # so it is the turn of Li Na on any day
    turns = weekly(*PEOPLE, weekday=None, start=yesterday)
    with Journal.open(gateway.folder / "journal.sqlite") as journal:
        for kind, one in [*said, (roster, made("r", turns, sites=()))]:
            journal.commit(statements=[Statement(kind.KIND, "Li Na", BEGIN_NS, kind.to_body(one))])
    return gateway


def rung(phones: HttpReceiver, topic: str) -> list[str]:
    """Ids of the calls that came to a phone."""
    posted = [json.loads(one.body) for one in phones.posted]
    return [one["sequence_id"] for one in posted if one["topic"] == topic]


def test_until_somebody_acknowledges(
    gateway: GatewayProcess, phones: HttpReceiver, mail: SmtpReceiver, publish: Callable[[str, Any], None]
) -> None:
    mail.refusals["li-na@lab.example"] = "550 no such mailbox"
    publish("dewar", {"temp": -140.0})
    eventually(lambda: rung(phones, "li-na"), "by the next way, as the mailbox is refused")
    eventually(lambda: rung(phones, "wang-wei"), "the deputy's phone")
    eventually(lambda: mail.mails, "and mailbox")
    called = eventually(lambda: _called(gateway, 4), "all of it is stated")
    assert [(one["person"], one["by"], one["outcome"]) for one in called["attempts"]][:2] == [
        ("li-na", "mail", "rejected"),
        ("li-na", "push", "delivered"),
    ]
    assert called["calling"] and called["priority"] == "urgent" and called["next"]["persons"]
    alarm = next(a for a in gateway.alarms() if a["rule"] == "above-150")
    assert alarm["group"] == called["id"] and {one["name"] for one in alarm["told"]} == {"Li-Na", "Wang-Wei"}
    eventually(lambda: any(a["rule"].startswith("way:mail") for a in gateway.alarms()), "a fault")
    assert "told Li-Na" in gateway.cryogate("alarms").stdout
    assert "step 1 to Li-Na by mail: rejected" in gateway.cryogate("calls", called["id"]).stdout

    gateway.kill()
    for path in gateway.folder.glob("records.sqlite*"):
        path.unlink()
    gateway.start()
    gateway.wait_until_up()
    before = {topic: rung(phones, topic) for topic in PEOPLE}
    again = eventually(lambda: _called(gateway, 4), "it knows what it did")
    assert again["attempts"][:4] == called["attempts"][:4]

    mail.refusals.clear()
    tested = gateway.cryogate("notify", "--test", "li-na")
    assert tested.returncode == 0 and "mail li-na@lab.example: delivered" in tested.stdout, tested.stdout
    done = gateway.cryogate("ack", alarm["id"], "--group", "--by", "Li-Na", "--comment", "at the dewar")
    assert done.returncode == 0, done.stderr
    eventually(lambda: len(rung(phones, "wang-wei")) > len(before["wang-wei"]), "the deputy may sleep")
    assert len(set(rung(phones, "li-na"))) == len(rung(phones, "li-na"))
    eventually(
        lambda: not next(c for c in _calls(gateway) if c["id"] == called["id"])["calling"], "it has ended"
    )


def test_what_came_and_went_while_the_gateway_was_dead_is_told(
    gateway: GatewayProcess, phones: HttpReceiver, mail: SmtpReceiver, publish: Callable[[str, Any], None]
) -> None:
    """Its asset had an alarm before, of which people had heard the end."""
    publish("dewar", {"temp": -140.0})
    eventually(lambda: mail.mails, "told")
    publish("dewar", {"temp": -195.0})
    eventually(lambda: len(mail.mails) >= 2, "over")
    eventually(lambda: _called(gateway, 2), "stated")
    gateway.kill()
    told = len(mail.mails)
    for value in (-90.0, -195.0):
        publish("dewar", {"temp": value})
    gateway.start()
    gateway.wait_until_up()
    eventually(lambda: len(mail.mails) > told, "what it was like meanwhile")
    alarms = eventually(lambda: _excursions(gateway, 2), "both")
    assert {a["extreme"] for a in alarms} == {-140.0, -90.0} and len({a["group"] for a in alarms}) == 1


def _excursions(gateway: GatewayProcess, number: int) -> list[dict[str, Any]]:
    found = [one for one in gateway.alarms() if one["rule"] == "above-150"]
    return found if len(found) == number else []


def _calls(gateway: GatewayProcess) -> list[dict[str, Any]]:
    done = gateway.cryogate("calls", "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _called(gateway: GatewayProcess, attempts: int) -> dict[str, Any] | None:
    """The group of the excursion, once so many attempts about it are stated."""
    found = [
        one for one in _calls(gateway) if one["first"].startswith("E") and len(one["attempts"]) >= attempts
    ]
    return found[0] if found else None
