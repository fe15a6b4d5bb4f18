"""E-mail to a real server on loopback: verified, logged in, refused in part or whole."""

from __future__ import annotations

import dataclasses
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import LinkDown, Rejected
from gateway.notifiers.email import Notifier, Options
from tests.system.alarm_changes import fault, life
from tests.system.certificates import Certificates
from tests.system.smtp_receiver import SmtpReceiver, text_of

A, B = "a@lab.example", "b@lab.example"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("mail") / "certificates")


@pytest.fixture
def server(certificates: Certificates) -> Iterator[SmtpReceiver]:
    server = SmtpReceiver(certificates.server_context())
    yield server
    server.close()


@pytest.fixture
def notifier(server: SmtpReceiver, certificates: Certificates) -> Callable[..., Notifier]:
    def make(**options: Any) -> Notifier:
        usual = {
            "host": "127.0.0.1",
            "port": server.port,
            "sender": "gateway@lab.example",
            "receivers": (A, B),
            "ca_file": certificates.path("ca.pem"),
            "timeout_s": 10.0,
        }
        return Notifier(Options(**(usual | options)))

    return make


def test_a_change_arrives_as_text_and_html(server: SmtpReceiver, notifier: Callable[..., Notifier]) -> None:
    raised = life()[0]
    assert notifier().notify(raised) == "250 2.0.0 queued as 4Wq1"
    (mail,) = server.mails
    assert mail.receivers == [A, B]
    head = mail.parsed()
    assert head["Subject"] == "CRITICAL, raised: freezer-1/top -140.5 °C"
    assert (head["From"], head["To"]) == ("gateway@lab.example", f"{A}, {B}")
    assert head["Message-ID"] == "<E-7Q2M9XKD-1@lab.example>"
    assert head["References"] == "<E-7Q2M9XKD@lab.example>"
    assert head["Date"] == "Mon, 05 Jan 2026 11:01:01 +0000"
    assert "Since: 2026-01-05 11:00:00 UTC" in text_of(mail)
    assert "BAG &quot;1&quot;,\\n批" in text_of(mail, "html")
    assert max(map(len, mail.content.split(b"\r\n"))) <= 998 and mail.content.isascii()


def test_in_chinese_by_implicit_tls_with_a_login(
    certificates: Certificates, notifier: Callable[..., Notifier], tmp_path: Path
) -> None:
    server = SmtpReceiver(certificates.server_context(), implicit=True, login=("gw", "pass wörd"))
    (tmp_path / "password").write_text("pass wörd\n")
    login = {"username": "gw", "password_file": str(tmp_path / "password"), "security": "tls"}
    try:
        told = notifier(port=server.port, language="zh", **login)
        assert told.notify(life()[1]).startswith("250 ")
        assert server.mails[0].parsed()["Subject"] == "【紧急】已确认：freezer-1/top -140.5 °C"
        (tmp_path / "password").write_text("wrong")
        with pytest.raises(LinkDown, match=r"login refused: 535 .*; check username and password_file"):
            told.notify(life()[1])
        assert len(server.mails) == 1
    finally:
        server.close()


def test_every_try_is_the_same_message(server: SmtpReceiver, notifier: Callable[..., Notifier]) -> None:
    changes = [*life(), fault()]
    for _ in range(2):
        for change in changes:
            notifier().notify(change)
    first, again = server.mails[: len(changes)], server.mails[len(changes) :]
    assert [mail.content for mail in first] == [mail.content for mail in again]
    assert len({mail.parsed()["Message-ID"] for mail in first}) == len(changes)


@pytest.mark.parametrize("name", ["a\r\nBcc: x@evil.example", "a\nSubject: b", "<script>", "\u202e", "\x00"])
def test_no_header_and_no_tag_comes_from_outside(
    server: SmtpReceiver, notifier: Callable[..., Notifier], name: str
) -> None:
    raised = life()[0]
    alarm = {**raised.alarm, "asset": name, "rule": name, "units": [{"code": name}]}
    notifier().notify(dataclasses.replace(raised, alarm=alarm))
    head = server.mails[0].parsed()
    assert head["Bcc"] is None and len(head.get_all("Subject")) == 1
    assert server.mails[0].receivers == [A, B]
    assert "<script>" not in text_of(server.mails[0], "html")


@pytest.mark.parametrize("at", ["MAIL", "DATA"])
def test_4xx_is_tried_again_and_5xx_rejected_with_the_words(
    server: SmtpReceiver, notifier: Callable[..., Notifier], at: str
) -> None:
    server.refusals = {at: "451 4.7.1 greylisted, come back"}
    with pytest.raises(
        LinkDown, match=r"refused for now: 451 4\.7\.1 greylisted, come back; it is tried again"
    ):
        notifier().notify(fault())
    server.refusals = {at: "550 5.7.1 not from here"}
    with pytest.raises(Rejected, match=r"refused: 550 5\.7\.1 not from here; check"):
        notifier().notify(fault())
    assert server.mails == []


def test_a_receiver_who_is_refused_among_several_is_said(
    server: SmtpReceiver, notifier: Callable[..., Notifier]
) -> None:
    server.refusals = {B: "550 5.1.1 no such user"}
    said = notifier().notify(fault())
    assert said == f"250 2.0.0 queued as 4Wq1; not to {B}: 550 5.1.1 no such user"
    assert server.mails[0].receivers == [A]
    server.refusals[A] = "550 5.1.1 no such user"
    with pytest.raises(Rejected, match=rf"{A}: 550 5.1.1 no such user, {B}: 550"):
        notifier().notify(fault())
    server.refusals[A] = "452 4.2.2 mailbox full"
    with pytest.raises(LinkDown, match=rf"{A}: 452 4.2.2 mailbox full, {B}: 550"):
        notifier().notify(fault())
    assert len(server.mails) == 1


def test_a_certificate_that_does_not_verify(
    server: SmtpReceiver, certificates: Certificates, notifier: Callable[..., Notifier], tmp_path: Path
) -> None:
    other = Certificates(tmp_path / "other")
    implicit = SmtpReceiver(certificates.server_context(), implicit=True)
    try:
        for ca_file in (other.path("ca.pem"), None):
            for where in ({}, {"port": implicit.port, "security": "tls"}):
                with pytest.raises(
                    LinkDown, match=r"certificate does not verify: .*; give its authority as ca_file"
                ):
                    notifier(ca_file=ca_file, **where).notify(fault())
        assert server.mails == implicit.mails == []
    finally:
        implicit.close()


def test_nobody_there_or_no_mail_server(server: SmtpReceiver, notifier: Callable[..., Notifier]) -> None:
    with pytest.raises(LinkDown, match=r"; check"):
        notifier(host="nobody.invalid").notify(fault())
    with pytest.raises(LinkDown, match=r"TLS failed: .*; |; check host, port and security"):
        notifier(security="tls").notify(fault())  # it speaks STARTTLS
    server.close()
    with pytest.raises(LinkDown, match=r"nobody listens there; check host and port"):
        notifier().notify(fault())


def test_a_server_without_starttls_hears_nothing(notifier: Callable[..., Notifier]) -> None:
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with listener.accept()[0] as talk:
                talk.sendall(b"220 plain\r\n")
                while line := talk.recv(1000):
                    heard.append(line)
                    talk.sendall(b"250 fine\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(LinkDown, match=r"STARTTLS.*; check"):
            notifier(port=listener.getsockname()[1]).notify(fault())
        thread.join()
    assert not any(b"MAIL" in line or b"AUTH" in line for line in heard)


@pytest.mark.parametrize(
    "greeting", [b"", b"2", b"250-endless\r\n" * 10, b"HTTP/1.1 400 Bad Request\r\n\r\n"]
)
def test_silence_and_nonsense_end_in_time(notifier: Callable[..., Notifier], greeting: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with listener.accept()[0] as talk:
                talk.sendall(greeting)
                while talk.recv(1000):
                    pass

        thread = threading.Thread(target=serve)
        thread.start()
        began_s = time.monotonic()
        with pytest.raises(LinkDown, match=r"; check"):
            notifier(port=listener.getsockname()[1], timeout_s=1.0).notify(fault())
        assert time.monotonic() - began_s < 60  # it would wait for ever
        thread.join()


def test_a_server_that_is_slow_with_its_answer(
    server: SmtpReceiver, notifier: Callable[..., Notifier]
) -> None:
    server.delay_s = 3.0
    with pytest.raises(LinkDown, match=r"; check"):
        notifier(timeout_s=1.0).notify(fault())


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"host": ""}, "host"),
        ({"host": "mail\r\nx"}, "host"),
        ({"host": "smtp://mail"}, "host"),
        ({"port": 70_000}, "port"),
        ({"receivers": ()}, "receivers"),
        ({"receivers": (A, A)}, "twice"),
        ({"receivers": ("Li Na <a@lab.example>",)}, "an address alone"),
        ({"receivers": ("a@lab.example\r\nBcc: x@y",)}, "an address alone"),
        ({"receivers": ("李@lab.example",)}, "an address alone"),
        ({"sender": "gateway"}, "an address alone"),
        ({"sender": f"a@{'b' * 300}"}, "an address alone"),
        ({"username": "gw"}, "belong together"),
        ({"password_file": "p"}, "belong together"),
        ({"username": "a\nb", "password_file": "p"}, "username"),
        ({"timeout_s": float("nan")}, "timeout_s"),
    ],
)
def test_nonsense_is_refused(options: dict[str, Any], why: str) -> None:
    usual = {"host": "mail.lab.example", "sender": "gateway@lab.example", "receivers": (A,)}
    with pytest.raises(ValueError, match=why):
        Options(**(usual | options))


def test_the_usual_ports() -> None:
    usual = {"host": "mail.lab.example", "sender": "gateway@lab.example", "receivers": (A,)}
    assert (Options(**usual).port, Options(**usual, security="tls").port) == (587, 465)
