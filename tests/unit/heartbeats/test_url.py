"""A heartbeat by HTTP: which address hears what, and which answers count."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gateway.errors import LinkDown
from gateway.heartbeats import Beat, Health
from gateway.heartbeats.url import Heartbeat, Options
from tests.system.http_receiver import HttpReceiver, Reply

PING = "/ping/8b4f63ae"
TOOK = Reply(200, body=b"OK")


@pytest.fixture
def service() -> Iterator[HttpReceiver]:
    service = HttpReceiver()
    service.usual = TOOK
    yield service
    service.close()


@pytest.fixture
def heartbeat(service: HttpReceiver) -> Callable[..., Heartbeat]:
    def make(**options: Any) -> Heartbeat:
        return Heartbeat(Options(**({"url": service.url(PING), "timeout_s": 5.0} | options)))

    return make


def beat(health: Health, why: str = "") -> Beat:
    return Beat("pudong-1", "7Q2M9XKD", ("pudong",), health, why, 0)


def test_each_health_has_its_address(service: HttpReceiver, heartbeat: Callable[..., Heartbeat]) -> None:
    one = heartbeat()
    answers = [
        one.beat(beat(health, "disk full" if health is Health.BLIND else ""))
        for health in (Health.STARTING, Health.ALIVE, Health.BLIND, Health.STOPPED)
    ]
    assert answers == ["HTTP 200 OK: OK"] * 3 + [""]
    assert [(p.path, p.body) for p in service.posted] == [
        (f"{PING}/start", b"pudong-1 is starting"),
        (PING, b"pudong-1 is alive"),
        (f"{PING}/fail", b"pudong-1 is blind: disk full"),
    ]


def test_a_get_has_no_body_and_keeps_its_query(
    service: HttpReceiver, heartbeat: Callable[..., Heartbeat]
) -> None:
    one = heartbeat(method="GET", url=service.url(f"{PING}/?team=a"))
    one.beat(beat(Health.ALIVE))
    one.beat(beat(Health.BLIND))
    assert [(p.path, p.body) for p in service.posted] == [
        (f"GET {PING}/?team=a", b""),
        (f"GET {PING}/fail?team=a", b""),
    ]


def test_a_service_of_pings_alone_hears_nothing_else(
    service: HttpReceiver, heartbeat: Callable[..., Heartbeat]
) -> None:
    one = heartbeat(form="plain")
    for health in Health:
        one.beat(beat(health))
    assert [p.path for p in service.posted] == [PING]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, body=b"OK (not found)"),
        Reply(200, body=b"OK (rate limited)"),
        Reply(404, body=b"not found"),
        Reply(409, body=b"ambiguous slug"),
        Reply(500),
        Reply(302, {"Location": "https://login.lab.example"}),
        Reply(raw=b"SSH-2.0-OpenSSH\r\n"),
        Reply(200, body=b"OK", delay_s=0.6),
    ],
)
def test_whatever_is_no_yes_is_tried_again(
    service: HttpReceiver, heartbeat: Callable[..., Heartbeat], reply: Reply
) -> None:
    service.replies = [reply]
    one = heartbeat(timeout_s=0.3)
    with pytest.raises(LinkDown, match=r"/ping/\*\*\*: .*[\w)]+; \w+"):  # whoever has the address can ping
        one.beat(beat(Health.ALIVE))
    assert one.beat(beat(Health.ALIVE)) == "HTTP 200 OK: OK"


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"url": "hc-ping.com/abc"}, "expected http"),
        ({"url": "https://hc-ping.com/abc/fail"}, "the ping URL alone"),
        ({"url": "https://hc-ping.com/abc/start/"}, "the ping URL alone"),
        ({"period_s": 4.0}, "period_s must lie between 5 and 3600"),
        ({"period_s": 7200.0}, "period_s"),
        ({"timeout_s": 0.0}, "timeout_s"),
    ],
)
def test_nonsense_is_refused(heartbeat: Callable[..., Heartbeat], options: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        heartbeat(**options)
