"""A raised alarm arrives at a webhook, a mailbox and a phone; whatever is told again has the same id."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.notifier_worlds import SECRET
from tests.system.certificates import Certificates
from tests.system.configurations import ABOVE_150, BROKER, DEWAR, PLAIN
from tests.system.gateway_process import GatewayProcess, eventually
from tests.system.http_receiver import NTFY_TOOK, HttpReceiver, Reply
from tests.system.mosquitto import Mosquitto
from tests.system.smtp_receiver import SmtpReceiver

OWN = """
[channels.dewar]
asset = "dewar"
source = "broker"
address = "dewar"
profile = "p"
no_data_after_s = 3600.0
[notifiers.hook]
kind = "webhook"
url = "{hook}"
secret_file = "hook.secret"
ca_file = "certificates/ca.pem"
[notifiers.mail]
kind = "email"
host = "127.0.0.1"
port = {mail}
sender = "gateway@lab.example"
receivers = ["on-call@lab.example"]
ca_file = "certificates/ca.pem"
[notifiers.push]
kind = "ntfy"
url = "{push}"
topic = "cold_chain"
language = "zh"
"""


@dataclass
class Receivers:
    hook: HttpReceiver
    mail: SmtpReceiver
    push: HttpReceiver

    def hooked(self, change: str) -> list[tuple[str, bytes]]:
        """Id and body of each request about the excursion that says so."""
        return [
            (posted.headers["webhook-id"], posted.body)
            for posted in self.hook.posted
            if json.loads(posted.body)["data"]["change"] == change
            and json.loads(posted.body)["data"]["kind"] == "limit"
        ]

    def subjects(self) -> list[str]:
        return [str(mail.parsed()["Subject"]) for mail in self.mail.mails]

    def titles(self) -> list[str]:
        return [json.loads(posted.body)["title"] for posted in self.push.posted]


@pytest.fixture
def receivers(tmp_path: Path) -> Iterator[Receivers]:
    context = Certificates(tmp_path / "certificates").server_context()
    receivers = Receivers(HttpReceiver(context), SmtpReceiver(context), HttpReceiver())
    receivers.push.usual = NTFY_TOOK
    yield receivers
    for one in (receivers.hook, receivers.mail, receivers.push):
        one.close()


@pytest.fixture
def gateway(
    configured: Callable[[str], GatewayProcess], receivers: Receivers, mosquitto: Mosquitto, tmp_path: Path
) -> GatewayProcess:
    (tmp_path / "hook.secret").write_text(SECRET)
    (tmp_path / "hook.secret").chmod(0o600)
    text = (DEWAR + BROKER + PLAIN + ABOVE_150 + OWN).replace(
        "[sites.s]", '[sites.s]\ntime_zone = "Asia/Shanghai"'
    )
    hook, mail, push = receivers.hook.url(), receivers.mail.port, receivers.push.url("")
    gateway = configured(text.format(port=mosquitto.port, hook=hook, mail=mail, push=push))
    assert gateway.cryogate("check").returncode == 0
    gateway.start()
    gateway.wait_until_up()
    return gateway


def all_told(gateway: GatewayProcess) -> bool:
    """Nothing waits, so everything that was told is stated."""
    status = gateway.status()
    return status is not None and all(
        one["behind"] == 0 and not one["problem"] for one in status["notifiers"]
    )


def test_an_alarm_arrives_and_nothing_is_told_twice(
    gateway: GatewayProcess, receivers: Receivers, publish: Callable[[str, Any], None]
) -> None:
    publish("dewar", {"temp": -140.0})
    eventually(lambda: receivers.hooked("raised"), "the webhook is called")
    eventually(lambda: "CRITICAL, raised: dewar -140 °C" in receivers.subjects(), "the mail comes")
    eventually(lambda: "【紧急】报警：dewar -140 °C" in receivers.titles(), "the phone rings")
    pushed = json.loads(receivers.push.posted[-1].body)["message"]
    assert "-140 °C（限值 -150 °C）" in pushed and "+08:00" in pushed

    eventually(lambda: all_told(gateway), "it is stated")
    gateway.kill()
    gateway.start()
    gateway.wait_until_up()
    publish("dewar", {"temp": -190.0})
    eventually(lambda: receivers.hooked("returned"), "the return arrives after a kill")
    eventually(lambda: any(", returned: dewar" in s for s in receivers.subjects()), "by mail, too")
    eventually(lambda: any("已恢复" in title for title in receivers.titles()), "and on the phone")

    eventually(lambda: all_told(gateway), "it is stated")
    assert gateway.stop() == 0
    gateway.start()
    gateway.wait_until_up()
    eventually(lambda: all_told(gateway), "nothing waits after a restart")
    told = [posted.headers["webhook-id"] for posted in receivers.hook.posted]
    assert len(told) == len(set(told)) >= 2
    mails = [mail.parsed()["Message-ID"] for mail in receivers.mail.mails]
    assert len(mails) == len(set(mails)) >= 2
    pushes = [json.loads(posted.body)["sequence_id"] for posted in receivers.push.posted]
    assert len(pushes) == len(set(pushes)) >= 2


def test_a_kill_before_the_answer_repeats_the_same_id(
    gateway: GatewayProcess, receivers: Receivers, publish: Callable[[str, Any], None]
) -> None:
    receivers.hook.usual = Reply(delay_s=9.0)
    publish("dewar", {"temp": -140.0})
    eventually(lambda: receivers.hooked("raised"), "the webhook is called")
    gateway.kill()
    receivers.hook.usual = Reply(503, {"Retry-After": "1"})
    gateway.start()
    gateway.wait_until_up()
    eventually(lambda: len(receivers.hooked("raised")) >= 3, "it is called again, until it answers")
    receivers.hook.usual = Reply(200, body=b"seen")
    eventually(lambda: all_told(gateway), "it is delivered")
    assert len(set(receivers.hooked("raised"))) == 1  # one id, one content
    stated = json.loads(gateway.cryogate("statements", "--kind", "notification", "--json").stdout)
    assert "HTTP 200 OK: seen" in json.dumps(stated)
