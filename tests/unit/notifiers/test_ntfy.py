"""ntfy, by its documented interface: what is published, and which answers count."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import LinkDown, Rejected
from gateway.notifiers.ntfy import LONGEST_MESSAGE, Notifier, Options
from tests.system.alarm_changes import fault, life
from tests.system.certificates import Certificates
from tests.system.http_receiver import NTFY_TOOK, HttpReceiver, Reply


@pytest.fixture
def server() -> Iterator[HttpReceiver]:
    server = HttpReceiver()
    server.usual = NTFY_TOOK
    yield server
    server.close()


@pytest.fixture
def notifier(server: HttpReceiver) -> Callable[..., Notifier]:
    def make(**options: Any) -> Notifier:
        return Notifier(
            Options(**({"url": server.url(""), "topic": "cold_chain", "timeout_s": 5.0} | options))
        )

    return make


def published(server: HttpReceiver) -> list[dict[str, Any]]:
    return [json.loads(posted.body) for posted in server.posted]


def test_a_change_is_published_as_json(
    server: HttpReceiver, notifier: Callable[..., Notifier], tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("tk_abc\n")
    told = notifier(token_file=str(tmp_path / "token"), tags=("pudong",), language="zh")
    assert told.notify(life()[0]) == "HTTP 200, id hwQ2YpKdmg"
    (said,) = published(server)
    assert server.posted[0].path == "/"
    assert server.posted[0].headers["Authorization"] == "Bearer tk_abc"
    assert said["topic"] == "cold_chain"
    assert said["title"] == "【紧急】报警：freezer-1/top -140.5 °C"
    assert "开始：2026-01-05 11:00:00 UTC" in said["message"]
    assert (said["priority"], said["tags"]) == (5, ["rotating_light", "pudong"])


def test_without_a_token_nothing_is_said_about_one(
    server: HttpReceiver, notifier: Callable[..., Notifier]
) -> None:
    notifier().notify(fault())
    assert "Authorization" not in server.posted[0].headers


@pytest.mark.parametrize(
    ("severity", "raised", "amended", "acknowledged"),
    [
        ("critical", 5, 5, 3),
        ("major", 4, 4, 3),
        ("minor", 3, 3, 3),
        ("warning", 3, 3, 3),
        ("new one", 3, 3, 3),
    ],
)
def test_the_priority_is_that_of_the_severity(
    server: HttpReceiver,
    notifier: Callable[..., Notifier],
    severity: str,
    raised: int,
    amended: int,
    acknowledged: int,
) -> None:
    for change in life():
        notifier().notify(dataclasses.replace(change, alarm={**change.alarm, "severity": severity}))
    priorities = {
        change.change: said["priority"] for change, said in zip(life(), published(server), strict=True)
    }
    assert (priorities["raised"], priorities["amended"]) == (raised, amended)
    assert priorities["acknowledged"] == priorities["returned"] == acknowledged


def test_every_try_is_the_same_and_every_change_another(
    server: HttpReceiver, notifier: Callable[..., Notifier]
) -> None:
    for _ in range(2):
        for change in life():
            notifier().notify(change)
    said = published(server)
    assert said[:4] == said[4:]
    assert len({one["sequence_id"] for one in said}) == 4


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"ok",
        b"<html>log in</html>",
        b"[]",
        b"null",
        b'{"id": 7, "event": "message"}',
        b'{"event": "message"}',
        b'{"id":"a"}',
        b"\xff",
    ],
)
def test_a_200_of_something_else_is_nobody_told(
    server: HttpReceiver, notifier: Callable[..., Notifier], body: bytes
) -> None:
    server.usual = Reply(200, body=body)
    with pytest.raises(LinkDown, match=r"HTTP 200 OK.*no answer of ntfy; check"):
        notifier().notify(fault())


def test_its_refusals(server: HttpReceiver, notifier: Callable[..., Notifier]) -> None:
    limited = b'{"code":42901,"http":429,"error":"limit reached: too many requests"}'
    server.replies = [
        Reply(403, body=b'{"code":40301,"http":403,"error":"forbidden"}'),
        Reply(429, {"Retry-After": "7"}, limited),
    ]
    told = notifier()
    with pytest.raises(Rejected, match=r"HTTP 403 .*forbidden.*; check"):
        told.notify(fault())
    with pytest.raises(LinkDown, match=r"limit reached") as raised:
        told.notify(fault())
    assert raised.value.after_s == 7


def test_names_from_outside_become_no_header_and_no_attachment(
    server: HttpReceiver, notifier: Callable[..., Notifier]
) -> None:
    nasty = "液\r\nX-Priority: 1\r\n" * 5000
    raised = life()[0]
    fields = dict.fromkeys(("site", "asset", "zone", "rule", "message"), nasty)
    units = [{"code": nasty}] * 9
    notifier(language="zh").notify(
        dataclasses.replace(raised, alarm={**raised.alarm, **fields, "units": units})
    )
    assert "X-Priority" not in server.posted[0].headers
    (said,) = published(server)
    assert "\n" not in said["title"] and len(said["message"].encode()) <= LONGEST_MESSAGE + 3 < 4096


def test_tls_is_verified(notifier: Callable[..., Notifier], tmp_path: Path) -> None:
    certificates = Certificates(tmp_path / "certificates")
    server = HttpReceiver(certificates.server_context())
    server.usual = NTFY_TOOK
    try:
        assert notifier(url=server.url(""), ca_file=certificates.path("ca.pem")).notify(fault())
        with pytest.raises(LinkDown, match=r"certificate does not verify"):
            notifier(url=server.url("")).notify(fault())
        assert len(server.posted) == 1
    finally:
        server.close()


def test_a_token_that_is_none(
    server: HttpReceiver, notifier: Callable[..., Notifier], tmp_path: Path
) -> None:
    for content in (b"", b"a b", b"\xff", "令牌".encode()):
        (tmp_path / "token").write_bytes(content)
        with pytest.raises(LinkDown, match=r"token_file .*; \w+"):
            notifier(token_file=str(tmp_path / "token")).notify(fault())
    assert server.posted == []


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"url": "ntfy.lab.example"}, "expected http"),
        ({"url": "https://ntfy.lab.example/cold_chain"}, "the server alone"),
        ({"url": "https://ntfy.lab.example/?auth=x"}, "the server alone"),
        ({"topic": ""}, "topic"),
        ({"topic": "a/b"}, "topic"),
        ({"topic": "a\nb"}, "topic"),
        ({"topic": "液氮"}, "topic"),
        ({"topic": "a" * 65}, "topic"),
        ({"tags": ("a,b",)}, "tags"),
        ({"tags": ("",)}, "tags"),
        ({"tags": ("a",) * 11}, "tags"),
        ({"timeout_s": 0.0}, "timeout_s"),
    ],
)
def test_nonsense_is_refused(notifier: Callable[..., Notifier], options: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        notifier(**options)
