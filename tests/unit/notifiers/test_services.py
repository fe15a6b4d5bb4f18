"""PagerDuty, Opsgenie, GoAlert, Alertmanager: an alarm there lives as long as here, under one key."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.alarms.change import AlarmChange
from gateway.errors import LinkDown, Rejected
from gateway.notifiers import alertmanager, goalert, opsgenie, pagerduty
from gateway.notifiers.service import Action, action, key_of
from tests.system import http_receiver as answers
from tests.system.alarm_changes import fault, life
from tests.system.certificates import Certificates
from tests.system.http_receiver import HttpReceiver, Reply

PATHS = {
    pagerduty: "/v2/enqueue",
    opsgenie: "/v2/alerts",
    goalert: "/api/v2/generic/incoming",
    alertmanager: "/api/v2/alerts",
}
TOOK = {
    pagerduty: answers.PAGERDUTY_TOOK,
    opsgenie: answers.OPSGENIE_TOOK,
    goalert: answers.GOALERT_TOOK,
    alertmanager: answers.ALERTMANAGER_TOOK,
}
KEY = "k/e+y"


@pytest.fixture
def server() -> Iterator[HttpReceiver]:
    server = HttpReceiver()
    yield server
    server.close()


@pytest.fixture
def service(server: HttpReceiver, tmp_path: Path) -> Callable[..., Any]:
    (tmp_path / "key").write_text(KEY + "\n")

    def make(module: Any, **options: Any) -> Any:
        server.usual = TOOK[module]
        usual = {"url": server.url(PATHS[module]), "token_file": str(tmp_path / "key"), "timeout_s": 5.0}
        return module.Notifier(module.Options(**(usual | options)))

    return make


def said(server: HttpReceiver) -> list[Any]:
    return [json.loads(posted.body) for posted in server.posted]


def with_fields(change: AlarmChange, name: str, **fields: Any) -> AlarmChange:
    return dataclasses.replace(change, change=name, alarm={**change.alarm, **fields})


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (life()[0], Action.OPEN),
        (life()[1], Action.ACKNOWLEDGE),
        (life()[2], Action.OPEN),
        (life()[3], Action.RESOLVE),
        (fault(), Action.OPEN),
        (with_fields(life()[0], "withdrawn", withdrawn=True), Action.RESOLVE),
        (with_fields(life()[0], "ended", over="2026-01-05T11:00:00Z"), Action.OPEN),
        (with_fields(life()[0], "closed", state="closed"), Action.RESOLVE),
        (with_fields(life()[0], "taken"), Action.ACKNOWLEDGE),
        (with_fields(life()[0], "asks again"), Action.OPEN),
        (with_fields(life()[0], "commented"), Action.OPEN),
        (with_fields(life()[0], "commented", taken={"by": "Zhao Min"}), Action.ACKNOWLEDGE),
        (with_fields(life()[0], "commented", overlay={"kind": "shelved"}), Action.ACKNOWLEDGE),
        (with_fields(life()[1], "assigned"), Action.ACKNOWLEDGE),
        (with_fields(life()[0], "speaks again"), Action.OPEN),
        (with_fields(life()[0], "speaks again", taken={"by": "Zhao Min"}), Action.ACKNOWLEDGE),
    ],
    ids=lambda v: v.change if isinstance(v, AlarmChange) else "",
)
def test_what_becomes_of_it_there(change: AlarmChange, wanted: Action) -> None:
    assert action(change) is wanted


def test_all_changes_of_an_alarm_have_one_key() -> None:
    assert {key_of(change) for change in life()} == {"E-7Q2M9XKD"}
    long = [with_fields(life()[0], "raised", id=name + "x" * 300) for name in "ab"]
    assert len({key_of(change) for change in long}) == 2 and len(key_of(long[0])) <= 200


def test_pagerduty(server: HttpReceiver, service) -> None:
    for change in life():
        assert service(pagerduty).notify(change).startswith("HTTP 202 Accepted")
    events = said(server)
    assert [event["event_action"] for event in events] == ["trigger", "acknowledge", "trigger", "resolve"]
    assert {event["dedup_key"] for event in events} == {"E-7Q2M9XKD"}
    assert events[0]["routing_key"] == KEY
    payload = events[0]["payload"]
    assert payload["summary"] == "CRITICAL, raised: freezer-1/top -140.5 °C"
    assert (payload["severity"], payload["source"], payload["class"]) == (
        "critical",
        "freezer-1",
        "above-150",
    )
    assert "units" not in payload["custom_details"]


def test_opsgenie(server: HttpReceiver, service) -> None:
    for change in life():
        service(opsgenie).notify(change)
    alias = "/v2/alerts/E-7Q2M9XKD/"
    assert [posted.path for posted in server.posted] == [
        "/v2/alerts",
        f"{alias}acknowledge?identifierType=alias",
        "/v2/alerts",
        f"{alias}close?identifierType=alias",
    ]
    assert {posted.headers["Authorization"] for posted in server.posted} == {f"GenieKey {KEY}"}
    opened = said(server)[0]
    assert (opened["alias"], opened["priority"]) == ("E-7Q2M9XKD", "P1") and len(opened["message"]) <= 130


@pytest.mark.parametrize("name", ["speaks again", "asks again", "taken back"])
def test_what_asks_again_is_not_left_acknowledged_there(server: HttpReceiver, service, name: str) -> None:
    change = with_fields(life()[0], name)
    service(pagerduty).notify(change)
    assert [event["event_action"] for event in said(server)] == ["resolve", "trigger"]
    service(opsgenie).notify(change)
    alias = "/v2/alerts/E-7Q2M9XKD/"
    paths = [posted.path for posted in server.posted][2:]
    assert paths == [f"{alias}unacknowledge?identifierType=alias", "/v2/alerts"]


def test_what_worsens_after_an_answer_is_not_left_acknowledged_there(server: HttpReceiver, service) -> None:
    amended = with_fields(life()[1], "amended")
    service(pagerduty).notify(amended)
    service(pagerduty).notify(dataclasses.replace(amended, worsened=True))
    assert [event["event_action"] for event in said(server)] == ["trigger", "resolve", "trigger"]


def test_what_worsened_while_it_was_quiet_asks_once_it_speaks(server: HttpReceiver, service) -> None:
    speaks = with_fields(life()[1], "speaks again")
    service(pagerduty).notify(speaks)
    service(pagerduty).notify(dataclasses.replace(speaks, worsened=True))
    assert [event["event_action"] for event in said(server)] == ["acknowledge", "resolve", "trigger"]


def test_a_remark_that_is_taken_back_pages_nobody(server: HttpReceiver, service) -> None:
    change = with_fields(life()[1], "taken back")
    service(pagerduty).notify(change)
    assert [event["event_action"] for event in said(server)] == ["acknowledge"]


def test_goalert(server: HttpReceiver, service) -> None:
    for change in life():
        assert service(goalert).notify(change) == "HTTP 204 No Content"
    assert server.posted[0].path == "/api/v2/generic/incoming?token=k%2Fe%2By"
    assert [one.get("action") for one in said(server)] == [None, None, None, "close"]
    assert {one["dedup"] for one in said(server)} == {"E-7Q2M9XKD"}


def test_a_remark_leaves_what_is_wrong_on_the_alert(server: HttpReceiver, service) -> None:
    raised = life()[0]
    for change in (raised, dataclasses.replace(raised, change="commented")):
        service(alertmanager).notify(change)
    before, after = (one[0]["annotations"]["summary"] for one in said(server))
    assert before == after


def test_alertmanager(server: HttpReceiver, service) -> None:
    for change in life():
        service(alertmanager).notify(change)
    raised, acknowledged, amended, returned = said(server)
    assert server.posted[0].headers["Authorization"] == f"Bearer {KEY}"
    assert raised[0]["labels"] == {
        "alertname": "above-150",
        "alarm": "E-7Q2M9XKD",
        "severity": "critical",
        "site": "pudong",
        "asset": "freezer-1",
        "zone": "top",
        "channel": "top",
    }
    assert len({json.dumps(one[0]["labels"]) for one in said(server)}) == 1
    assert raised[0]["endsAt"] > "2035" and acknowledged[0]["endsAt"] > "2035"
    assert returned[0]["endsAt"] == "2026-01-05T11:01:04.000000000Z"
    others = {one["labels"]["severity"]: one["endsAt"] for one in amended[1:]}
    assert sorted(others) == ["major", "minor", "warning"] and max(others.values()) < "2027"
    service(alertmanager, token_file=None).notify(fault())
    assert "Authorization" not in server.posted[-1].headers


@pytest.mark.parametrize("module", PATHS, ids=lambda m: m.__name__.rsplit(".")[-1])
class TestEach:
    @pytest.mark.parametrize("body", [b"ok", b"<html>log in</html>", b"[]", b"null", b'{"x": 1}', b"\xff"])
    def test_a_200_of_something_else_is_nobody_told(
        self, module: Any, body: bytes, server: HttpReceiver, service
    ) -> None:
        told = service(module)
        server.usual = Reply(200, body=body)
        with pytest.raises((LinkDown, Rejected), match=r"; check"):
            told.notify(fault())

    def test_failures_and_no_secret_in_them(self, module: Any, server: HttpReceiver, service) -> None:
        told = service(module)
        server.replies = [
            Reply(400, body=f"invalid key {KEY}".encode()),
            Reply(429, {"Retry-After": "0"}),
            Reply(503),
            Reply(301, {"Location": "https://elsewhere.example/"}),
            Reply(200, delay_s=1.5),
        ]
        with pytest.raises(Rejected, match=r"HTTP 400 .*invalid key \*\*\*; check"):
            told.notify(fault())
        for why in ("HTTP 429", "HTTP 503"):
            with pytest.raises(LinkDown, match=why):
                told.notify(fault())
        with pytest.raises(Rejected, match="which is not followed"):
            told.notify(fault())
        with pytest.raises(LinkDown, match="no answer within 1 s"):
            service(module, timeout_s=1.0).notify(fault())

    def test_tls_is_verified(self, module: Any, service, tmp_path: Path) -> None:
        certificates = Certificates(tmp_path / "certificates")
        secure = HttpReceiver(certificates.server_context())
        secure.usual, url = TOOK[module], secure.url(PATHS[module])
        try:
            assert service(module, url=url, ca_file=certificates.path("ca.pem")).notify(fault())
            with pytest.raises(LinkDown, match="certificate does not verify"):
                service(module, url=url).notify(fault())
        finally:
            secure.close()

    def test_every_try_is_the_same(self, module: Any, server: HttpReceiver, service) -> None:
        for _ in range(2):
            for change in life():
                service(module).notify(change)
        bodies = [posted.body for posted in server.posted]
        assert bodies[:4] == bodies[4:]

    def test_nonsense_is_refused(self, module: Any, service) -> None:
        for options in ({"url": "x.example"}, {"timeout_s": 0.0}, {"url": "https://x.example/v1?token=a"}):
            if module is pagerduty and "token=a" in str(options):
                continue  # the key is no part of its address
            with pytest.raises(ValueError, match=r"url|timeout_s"):
                service(module, **options)
