"""Calls reach one person at an address: a mailbox, a topic, a program; tables may leave others out."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.alarms.call import CallKind, Priority
from gateway.errors import LinkDown, Rejected
from gateway.notifiers import Addressed, email, ntfy, tells_changes, webhook
from tests.conformance.notifier_worlds import SECRET
from tests.system.alarm_changes import fault
from tests.system.certificates import Certificates
from tests.system.http_receiver import NTFY_TOOK, HttpReceiver, Reply
from tests.system.smtp_receiver import SmtpReceiver, text_of
from tests.unit.notifiers.calls import CALL, call, in_chinese

LINK = "https://gw.lab.example/a/x7?t=a&b=1"


@pytest.fixture
def server() -> Iterator[HttpReceiver]:
    server = HttpReceiver()
    yield server
    server.close()


@pytest.fixture
def push(server: HttpReceiver) -> Callable[..., ntfy.Notifier]:
    server.usual = NTFY_TOOK
    return lambda **options: ntfy.Notifier(ntfy.Options(url=server.url(""), **options))


@pytest.fixture
def hook(tmp_path: Path) -> webhook.Notifier:
    (tmp_path / "secret").write_text(SECRET)
    return webhook.Notifier(webhook.Options(str(tmp_path / "secret"), timeout_s=60.0))


def published(server: HttpReceiver) -> list[dict[str, Any]]:
    return [json.loads(posted.body) for posted in server.posted]


def test_a_mailbox(tmp_path: Path) -> None:
    certificates = Certificates(tmp_path / "certificates")
    server = SmtpReceiver(certificates.server_context())
    usual = {"host": "127.0.0.1", "port": server.port, "sender": "gw@lab.example"}
    mail = email.Notifier(email.Options(**usual, ca_file=certificates.path("ca.pem")))  # type: ignore[arg-type]
    try:
        assert mail.tell(in_chinese(link=LINK), "wang@lab.example").startswith("250 ")
        mail.tell(in_chinese(link=LINK), "wang@lab.example")
        mail.tell(call(kind=CallKind.OVER, id="C-8"), "li@lab.example")
        first, again, over = server.mails
        assert (first.receivers, over.receivers) == (["wang@lab.example"], ["li@lab.example"])
        assert first.content == again.content
        assert first.parsed()["Subject"] == "【特急】freezer-1/top -140.5 °C"
        assert first.parsed()["References"] == over.parsed()["References"]  # one thread
        assert first.parsed()["Message-ID"] == "<C-7Q2M9XKD-12-wang@lab.example>"
        assert f'<a href="{LINK.replace("&", "&amp;")}" style="word-break:break-all">' in text_of(
            first, "html"
        )
        server.refusals["wang@lab.example"] = "550 5.1.1 no such user"
        with pytest.raises(Rejected, match=r"wang@lab.example: 550 .*; check"):
            mail.tell(CALL, "wang@lab.example")
        strangers = email.Notifier(email.Options(**usual))  # type: ignore[arg-type]
        with pytest.raises(LinkDown, match="certificate does not verify"):
            strangers.tell(CALL, "li@lab.example")
        with pytest.raises(Rejected, match="names nobody"):
            mail.notify(fault())
        assert len(server.mails) == 3
    finally:
        server.close()


def test_a_topic_with_a_button_where_there_is_a_link(server: HttpReceiver, push) -> None:
    assert push().tell(in_chinese(link=LINK, drill=True), "wang_1") == "HTTP 200, id hwQ2YpKdmg"
    push().tell(call(kind=CallKind.OVER), "li")
    said, over = published(server)
    assert (said["topic"], said["priority"]) == ("wang_1", 5)
    assert said["title"].startswith("【演练】") and said["tags"] == ["rotating_light", "warning"]
    assert said["actions"] == [{"action": "view", "label": "确认", "url": LINK}] and said["click"] == LINK
    assert "actions" not in over and over["priority"] == 3 and over["topic"] == "li"


def test_the_priority_of_a_call_is_that_of_the_phone(server: HttpReceiver, push) -> None:
    for priority in Priority:
        push().tell(call(priority=priority), "li")
    assert [said["priority"] for said in published(server)] == [2, 3, 4, 5]


def test_long_names_of_calls_stay_different(server: HttpReceiver, push) -> None:
    for name in ("a", "b"):
        push().tell(call(id=name + "x" * 300), "li")
    ids = [said["sequence_id"] for said in published(server)]
    assert len(set(ids)) == 2 and max(map(len, ids)) <= 64


def test_a_program_gets_facts_and_words(server: HttpReceiver, hook: webhook.Notifier) -> None:
    assert hook.tell(in_chinese(link=LINK), server.url("/wang")) == "HTTP 204 No Content"
    (posted,) = server.posted
    name, at_s = posted.headers["webhook-id"], int(posted.headers["webhook-timestamp"])
    secret = base64.b64decode(SECRET.removeprefix("whsec_"))
    assert posted.headers["webhook-signature"] == webhook.signature(secret, name, at_s, posted.body)
    said = json.loads(posted.body)
    assert (posted.path, said["type"], said["data"]["person"]) == ("/wang", "call.alarm", "wang")
    data = said["data"]
    assert data["guidance"]["plan"] == "EP-07" and data["time_left"]["lowest_s"] == 2400.0
    assert data["next"] == {"name": "李娜", "at": "2026-01-05T11:07:10.000000000Z"}
    assert data["title"] == "【特急】freezer-1/top -140.5 °C" and "关好盖子" in data["text"]
    assert data["alarms"][0]["id"] == "E-7Q2M9XKD"


def test_a_server_that_wants_to_be_left_alone_delays_no_other(
    server: HttpReceiver, hook: webhook.Notifier
) -> None:
    other = HttpReceiver()
    server.usual = Reply(429, {"Retry-After": "30"})
    try:
        for _ in range(2):
            with pytest.raises(LinkDown) as waited:
                hook.tell(CALL, server.url("/wang"))
            assert waited.value.after_s > 25
        assert len(server.posted) == 1
        hook.tell(CALL, other.url("/li"))
        assert len(other.posted) == 1
    finally:
        other.close()


def test_addresses_are_checked_by_who_uses_them(push, hook: webhook.Notifier) -> None:
    mail = email.Notifier(email.Options("mail.lab.example", "gw@lab.example"))
    for notifier, good, bad in (
        (mail, "li@lab.example", "Li Na <li@lab.example>"),
        (push(), "li_na", "li/na"),
        (hook, "https://li.lab.example/hook", "li.lab.example"),
    ):
        assert isinstance(notifier, Addressed)
        notifier.check_address(good)
        with pytest.raises(ValueError, match="expected"):
            notifier.check_address(bad)


def test_without_receivers_only_persons_are_told(server: HttpReceiver, push, hook: webhook.Notifier) -> None:
    assert not tells_changes(push()) and tells_changes(push(topic="cold_chain"))
    assert not tells_changes(hook)
    for notifier in (push(), hook):
        with pytest.raises(Rejected, match="names nobody"):
            notifier.notify(fault())
    assert server.posted == []
