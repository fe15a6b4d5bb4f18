"""Webhooks to a real receiver on loopback: signed, bounded, judged by what it answers."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import LinkDown, Rejected
from gateway.notifiers.posting import LARGEST_ANSWER, LONGEST_WORDS
from gateway.notifiers.webhook import Notifier, Options, signature
from tests.system.alarm_changes import fault, life
from tests.system.certificates import Certificates
from tests.system.http_receiver import HttpReceiver, Posted, Reply

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()


@pytest.fixture
def receiver() -> Iterator[HttpReceiver]:
    receiver = HttpReceiver()
    yield receiver
    receiver.close()


@pytest.fixture
def notifier(receiver: HttpReceiver, tmp_path: Path) -> Callable[..., Notifier]:
    """To the receiver, with other options where given."""

    def make(**options: Any) -> Notifier:
        (tmp_path / "secret").write_text(SECRET + "\n")
        usual = {"url": receiver.url(), "secret_file": str(tmp_path / "secret"), "timeout_s": 5.0}
        return Notifier(Options(**(usual | options)))

    return make


def header(posted: Posted, name: str) -> str:
    return posted.headers[name]


def test_the_signature_is_that_of_the_specification() -> None:
    """The example of the specification's own libraries."""
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_change_arrives_signed(receiver: HttpReceiver, notifier: Callable[..., Notifier]) -> None:
    receiver.usual = Reply(200, body="ok,\n\x1b[2J 收到".encode())
    raised = life()[0]
    assert notifier().notify(raised) == "HTTP 200 OK: ok, [2J 收到"
    (posted,) = receiver.posted
    name, at = header(posted, "webhook-id"), header(posted, "webhook-timestamp")
    assert abs(int(at) - time.time()) < 60
    signed = hmac.new(KEY, f"{name}.{at}.".encode() + posted.body, hashlib.sha256).digest()
    assert header(posted, "webhook-signature") == "v1," + base64.b64encode(signed).decode()
    assert header(posted, "Content-Type") == "application/json"
    told = json.loads(posted.body)
    assert (told["type"], told["timestamp"]) == ("alarm.raised", told["data"]["recorded"])
    assert {**told["data"], **raised.alarm} == told["data"]


def test_every_try_has_the_same_id_and_every_change_another(
    receiver: HttpReceiver, notifier: Callable[..., Notifier]
) -> None:
    changes = [*life(), *life("E-OTHER"), fault()]
    for _ in range(2):
        for change in changes:
            notifier().notify(change)
    names = [header(posted, "webhook-id") for posted in receiver.posted]
    assert names[: len(changes)] == names[len(changes) :]
    assert len(set(names)) == len(changes)
    assert all("." not in name for name in names)
    assert [p.body for p in receiver.posted[: len(changes)]] == [
        p.body for p in receiver.posted[len(changes) :]
    ]


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 599])
def test_what_may_pass_is_tried_again(
    receiver: HttpReceiver, notifier: Callable[..., Notifier], status: int
) -> None:
    receiver.usual = Reply(status, body=b"busy")
    with pytest.raises(LinkDown, match=rf"HTTP {status}.*busy; \w+") as raised:
        notifier().notify(fault())
    assert raised.value.after_s == 0


def test_nobody_comes_before_retry_after(receiver: HttpReceiver, notifier: Callable[..., Notifier]) -> None:
    receiver.replies = [Reply(429, {"Retry-After": "100"})]
    told = notifier()
    with pytest.raises(LinkDown) as raised:
        told.notify(fault())
    assert raised.value.after_s == 100
    with pytest.raises(LinkDown, match="asked us to wait") as raised:
        told.notify(fault())
    assert 95 < raised.value.after_s <= 100
    assert len(receiver.posted) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413, 422, 499])
def test_what_will_never_be_taken_is_rejected(
    receiver: HttpReceiver, notifier: Callable[..., Notifier], status: int
) -> None:
    receiver.usual = Reply(status, body=b'{"error":\n"no such hook"}')
    with pytest.raises(Rejected, match=f'HTTP {status}.*: {{"error": "no such hook"}}'):
        notifier().notify(fault())


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(
    receiver: HttpReceiver, notifier: Callable[..., Notifier], status: int
) -> None:
    receiver.usual = Reply(status, {"Location": receiver.url("/elsewhere")})
    with pytest.raises(Rejected, match=f"HTTP {status}: it redirects to .*/elsewhere, .*not followed"):
        notifier().notify(fault())
    assert [p.path for p in receiver.posted] == ["/hook"]


@pytest.mark.parametrize(
    "raw",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\x16\x03\x01" * 20,
        b"HTTP/1.1 2OO OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n",
        b"HTTP/1.1 200 " + b"x" * 100_000,
        b"\r\n",
    ],
    ids=["ssh", "tls", "status", "headers", "endless", "blank"],
)
def test_nonsense_is_tried_again(
    receiver: HttpReceiver, notifier: Callable[..., Notifier], raw: bytes
) -> None:
    receiver.usual = Reply(raw=raw)
    with pytest.raises(LinkDown, match=r"is no HTTP: .*; \w+|connection broke: .*; \w+"):
        notifier().notify(fault())


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, {"Content-Length": "1000"}, b"broken off"),
        Reply(200, {"Transfer-Encoding": "chunked", "Content-Length": "9"}, b"not chunked"),
        Reply(200, body=b"x" * (LARGEST_ANSWER * 50)),
    ],
    ids=["short", "chunks", "large"],
)
def test_the_status_counts_whatever_the_body_is(
    receiver: HttpReceiver, notifier: Callable[..., Notifier], reply: Reply
) -> None:
    receiver.usual = reply
    said = notifier().notify(fault())
    assert said.startswith("HTTP 200 OK") and len(said) <= LONGEST_WORDS + 20


@pytest.mark.parametrize(
    "reply",
    [Reply(delay_s=60.0), Reply(raw=b"HTTP/1.1 200 OK\r\nX: " + b"y" * 600, drip_s=0.1)],
    ids=["silent", "drips"],
)
def test_it_waits_no_longer_than_it_may(
    receiver: HttpReceiver, notifier: Callable[..., Notifier], reply: Reply
) -> None:
    receiver.usual = reply
    began_s = time.monotonic()
    with pytest.raises(LinkDown, match=r"no answer within 0\.5 s; "):
        notifier(timeout_s=0.5).notify(fault())
    assert time.monotonic() - began_s < 30  # of a minute


def test_a_body_that_drips_is_cut_and_delivered(
    receiver: HttpReceiver, notifier: Callable[..., Notifier]
) -> None:
    receiver.usual = Reply(200, body=b"x" * 1200, drip_s=0.05)
    began_s = time.monotonic()
    assert notifier(timeout_s=5.0).notify(fault()).startswith("HTTP 200 OK")  # its head comes at once
    assert time.monotonic() - began_s < 40  # of a minute


def test_nobody_there(receiver: HttpReceiver, notifier: Callable[..., Notifier]) -> None:
    receiver.close()
    with pytest.raises(LinkDown, match="nobody listens there; "):
        notifier().notify(fault())
    with pytest.raises(LinkDown, match="not known; "):
        notifier(url="http://nobody.invalid/").notify(fault())
    with pytest.raises(ValueError, match="expected http://HOST/PATH"):  # no name server can be asked for it
        notifier(url=f"http://{'a' * 70}.invalid/")


def test_tls_is_verified(notifier: Callable[..., Notifier], tmp_path: Path) -> None:
    right, other = Certificates(tmp_path / "right"), Certificates(tmp_path / "other")
    receiver = HttpReceiver(right.server_context())
    try:
        url = receiver.url()
        assert notifier(url=url, ca_file=right.path("ca.pem")).notify(fault()) == "HTTP 204 No Content"
        assert notifier(url=url.replace("127.0.0.1", "localhost"), ca_file=right.path("ca.pem")).notify(
            fault()
        )
        for ca_file in (other.path("ca.pem"), None):
            with pytest.raises(
                LinkDown, match=r"certificate does not verify: .*; give its authority as ca_file"
            ):
                notifier(url=url, ca_file=ca_file).notify(fault())
        with pytest.raises(LinkDown, match=r"ca_file .* cannot be used: .*; "):
            notifier(url=url, ca_file=right.path("server.key")).notify(fault())
        assert len(receiver.posted) == 2
    finally:
        receiver.close()


def test_a_certificate_for_another_name(notifier: Callable[..., Notifier], tmp_path: Path) -> None:
    certificates = Certificates(tmp_path / "certificates")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.path("client.pem"), certificates.path("client.key"))
    receiver = HttpReceiver(context)
    try:
        with pytest.raises(LinkDown, match=r"does not verify: .*; .*the name that stands in the certificate"):
            notifier(url=receiver.url(), ca_file=certificates.path("ca.pem")).notify(fault())
        assert receiver.posted == []
    finally:
        receiver.close()


def test_tls_to_a_port_without(receiver: HttpReceiver, notifier: Callable[..., Notifier]) -> None:
    with pytest.raises(LinkDown, match=r"TLS failed: .*; |connection broke: .*; "):
        notifier(url=receiver.url().replace("http:", "https:"), timeout_s=60.0).notify(fault())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"\xff\xfe",
        b"secret",
        b"whsec_",
        b"whsec_!!!!",
        b"whsec_c2hvcnQ=",
        SECRET[6:].encode(),
        b"a b",
    ],
)
def test_a_secret_that_is_none(
    receiver: HttpReceiver, notifier: Callable[..., Notifier], tmp_path: Path, content: bytes
) -> None:
    told = notifier()
    (tmp_path / "secret").write_bytes(content)
    with pytest.raises(LinkDown, match=r"secret_file .*; \w+") as raised:
        told.notify(fault())
    assert "c2hvcnQ" not in str(raised.value)
    (tmp_path / "secret").unlink()
    with pytest.raises(LinkDown, match="cannot be read: No such file"):
        told.notify(fault())
    assert receiver.posted == []
    (tmp_path / "secret").write_text(SECRET)  # read anew
    assert told.notify(fault())


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"url": "hook.example"}, "expected http://HOST/PATH"),
        ({"url": "ftp://a/b"}, "expected http"),
        ({"url": "http:///b"}, "expected http"),
        ({"url": "http://a:99999/"}, "expected http"),
        ({"url": "http://[::1/"}, "expected http"),
        ({"url": "http://a/b c"}, "without spaces"),
        ({"url": "http://a/b\r\nX: y"}, "expected http"),
        ({"url": "http://a/液"}, "in ASCII"),
        ({"url": "http://user:secret@a/"}, "no user and password"),
        ({"url": "http://a/#b"}, "fragment"),
        ({"timeout_s": 0.0}, "timeout_s"),
        ({"timeout_s": 3600.0}, "timeout_s"),
        ({"timeout_s": float("nan")}, "timeout_s"),
    ],
)
def test_nonsense_is_refused(notifier: Callable[..., Notifier], options: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why) as raised:
        notifier(**options)
    assert "secret@" not in str(raised.value)
