"""Text messages and voice calls by a template: what is sent, what answers mean, what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest

from gateway.errors import LinkDown, Rejected
from gateway.notifiers import Addressed, tells_changes
from gateway.notifiers.http_template import Notifier, Options
from gateway.notifiers.text_message import parts_of
from gateway.text import one_line
from tests.system.alarm_changes import fault, life
from tests.system.certificates import Certificates
from tests.system.http_receiver import HttpReceiver, Reply
from tests.unit.notifiers.calls import RAISED, call, in_chinese

WANG = "+8613800138000"
JSON_BODY = '{"to": ["${address}"], "text": "${short}", "ref": "${id}", "n": 1}'
OK = Reply(200, body=b'{"result": [{"code": "OK"}], "bool": true, "n": 0}')
NASTY = "\"},{&<>'%0d%0a\r\n液\\"


@pytest.fixture
def server() -> Iterator[HttpReceiver]:
    server = HttpReceiver()
    server.usual = OK
    yield server
    server.close()


@pytest.fixture
def sms(server: HttpReceiver, tmp_path: Path) -> Callable[..., Notifier]:
    (tmp_path / "key").write_text("k/e+y\n")

    def make(**options: Any) -> Notifier:
        usual = {
            "url": server.url("/sms"),
            "body": JSON_BODY,
            "delivered_at": "/result/0/code",
            "delivered_is": ("OK",),
            "timeout_s": 5.0,
        }
        return Notifier(Options(**(usual | options)))

    return make


def with_key(tmp_path: Path) -> dict[str, Any]:
    return {"secret_file": str(tmp_path / "key"), "headers": {"authorization": "Bearer ${secret}"}}


def test_a_call_as_a_text_message(server: HttpReceiver, sms, tmp_path: Path) -> None:
    told = sms(**with_key(tmp_path))
    assert isinstance(told, Addressed)
    assert told.tell(in_chinese(), WANG).startswith("HTTP 200 OK")
    (posted,) = server.posted
    said = json.loads(posted.body)
    assert said["to"] == [WANG] and said["ref"] == "C-7Q2M9XKD-12-wang"
    assert said["text"].startswith("【特急】freezer-1/top -140.5 C；限值") or said["text"].startswith(
        "【特急】"
    )
    assert parts_of(said["text"]) == 1
    assert posted.headers["Authorization"] == "Bearer k/e+y"
    assert posted.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("form", "body"),
    [
        ("json", '{"to": "${address}", "text": "${text}"}'),
        ("form", "to=${address}&text=${text}"),
        ("xml", "<sms to='${address}'><text>${text}</text></sms>"),
    ],
)
def test_what_is_filled_in_is_a_value_in_every_form(form: str, body: str, server: HttpReceiver, sms) -> None:
    told = sms(format=form, body=body, method="PUT")
    told.tell(call(alarms=({**RAISED, "asset": NASTY},)), WANG)
    raw = server.posted[0].body.decode()
    if form == "json":
        to, text = json.loads(raw)["to"], json.loads(raw)["text"]
    elif form == "form":
        fields = parse_qs(raw, strict_parsing=True)
        to, text = fields["to"][0], fields["text"][0]
    else:
        tree = ElementTree.fromstring(raw)
        to, text = tree.attrib["to"], tree.findtext("text")
    assert to == WANG and text is not None and one_line(NASTY) in text


def test_a_get_has_it_all_in_the_address_and_errors_show_none_of_it(
    server: HttpReceiver, sms, tmp_path: Path
) -> None:
    url = server.url("/send") + "?to=${address}&m=${short}&k=${secret}"
    told = sms(method="GET", body="", url=url, secret_file=str(tmp_path / "key"))
    told.tell(call(), WANG)
    path = server.posted[0].path.removeprefix("GET ")
    asked = parse_qs(urlsplit(path).query, strict_parsing=True)
    assert asked["to"] == [WANG] and asked["k"] == ["k/e+y"] and asked["m"][0].startswith("URGENT")
    server.usual = Reply(403, body=b"key k/e+y is not known")
    with pytest.raises(Rejected) as refused:
        told.tell(call(), WANG)
    assert "key *** is not known" in str(refused.value)
    assert "k/e+y" not in str(refused.value) and "13800138000" not in str(refused.value)


@pytest.mark.parametrize(
    ("options", "body", "error", "why"),
    [
        ({}, b'{"result": [{"code": "BUSY"}]}', LinkDown, "tried again"),
        ({}, b'{"result": [{"code": "NO_CREDIT"}]}', Rejected, "is 'NO_CREDIT'; check template"),
        ({}, b'{"result": []}', Rejected, "nothing says that it was taken"),
        ({}, b'{"result": {"0": {"code": ["OK"]}}}', Rejected, "nothing says"),
        ({}, b"OK", LinkDown, "this is no JSON; check url"),
        ({}, b"", LinkDown, "this is no JSON"),
        ({}, b"\xff", LinkDown, "this is no JSON"),
        ({}, b"[" * 9000, LinkDown, "this is no JSON"),
        ({"delivered_at": "/n", "delivered_is": ("1",)}, OK.body, Rejected, "/n is '0'"),
        ({"delivered_at": None}, b"error: NOT TAKEN", Rejected, "nothing says"),
        ({"delivered_at": None}, b"OK, but BUSY", LinkDown, "tried again"),
        ({"delivered_at": None}, b"<html>log in</html>", Rejected, "nothing says"),
    ],
)
def test_a_200_that_does_not_say_so_is_a_failure(
    options: dict[str, Any], body: bytes, error: type[Exception], why: str, server: HttpReceiver, sms
) -> None:
    server.usual = Reply(200, body=body)
    with pytest.raises(error, match=why):
        sms(later_is=("BUSY",), **options).tell(call(), WANG)


@pytest.mark.parametrize(
    ("options", "body"),
    [
        ({"delivered_at": "/n", "delivered_is": ("0",)}, OK.body),
        ({"delivered_at": "/bool", "delivered_is": ("true",)}, OK.body),
        ({"delivered_at": "/a~1b/~0", "delivered_is": ("x",)}, b'{"a/b": {"~": "x"}}'),
        ({"delivered_at": None, "delivered_is": ("status=0",)}, b"status=0&id=7"),
    ],
)
def test_what_says_that_it_was_taken(options: dict[str, Any], body: bytes, server: HttpReceiver, sms) -> None:
    server.usual = Reply(201, body=body)
    assert sms(**options).tell(call(), WANG).startswith("HTTP 201 Created")


def test_receivers_of_its_own_hear_of_every_change(server: HttpReceiver, sms) -> None:
    told = sms(receivers=("110", "120"), body='{"to": "${address}", "text": "${short}"}')
    assert tells_changes(told) and not tells_changes(sms())
    assert told.notify(life()[0]).startswith("HTTP 200")
    said = [json.loads(posted.body) for posted in server.posted]
    assert [one["to"] for one in said] == ["110", "120"]
    assert said[0]["text"].startswith("CRITICAL, raised: freezer-1/top -140.5 C\nWhere: ")
    assert parts_of(said[0]["text"]) == 1

    refused = Reply(200, body=b'{"result": [{"code": "NO"}]}')
    server.replies = [refused, OK]
    assert "; not to 110: http" in told.notify(fault())
    server.replies = [refused, Reply(503)]
    with pytest.raises(LinkDown, match="HTTP 503"):
        told.notify(fault())
    server.replies = [refused, refused]
    with pytest.raises(Rejected, match="is 'NO'"):
        told.notify(fault())
    with pytest.raises(Rejected, match="names nobody"):
        sms().notify(fault())


def test_tls_delay_and_redirects(server: HttpReceiver, sms, tmp_path: Path) -> None:
    secure = HttpReceiver(Certificates(tmp_path / "certificates").server_context())
    secure.usual = OK
    try:
        ca_file = str(tmp_path / "certificates" / "ca.pem")
        assert sms(url=secure.url("/sms"), ca_file=ca_file).tell(call(), WANG)
        with pytest.raises(LinkDown, match="certificate does not verify"):
            sms(url=secure.url("/sms")).tell(call(), WANG)
    finally:
        secure.close()
    server.replies = [Reply(307, {"Location": "http://elsewhere.example/"}), Reply(200, delay_s=1.5)]
    with pytest.raises(Rejected, match=r"redirects to \S+, which is not followed"):
        sms().tell(call(), WANG)
    with pytest.raises(LinkDown, match="no answer within 1 s"):
        sms(timeout_s=1.0).tell(call(), WANG)


def test_addresses_are_those_of_the_pattern(sms) -> None:
    sms().check_address(WANG)
    sms(address_pattern="[a-z]+@voice").check_address("li@voice")
    for address in ("", "abc", "+86 138", "12", "1" * 21, "123\n"):
        with pytest.raises(ValueError, match="expected an address like"):
            sms().check_address(address)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"body": '{"to": "${adress}", "text": "${text}"}'}, r"\$\{adress\}; did you mean \$\{address\}"),
        ({"body": '{"to": "${address}", "text": "${}"}'}, r"there is no field \$\{\}; known: address, "),
        ({"body": '{"text": "${text}"}'}, r"neither has \$\{address\}"),
        ({"body": '{"to": "${address}"}'}, r"nothing would be said"),
        ({"body": '{"to": ${address}, "text": ${text}}'}, r"this is no JSON.*a field stands in a string"),
        ({"body": '{"to": "${address}", "text": "${text}"'}, r"this is no JSON"),
        ({"body": '{"to": "${address}", "to": "${text}"}'}, r"body: 'to' stands twice in one object"),
        ({"body": '{"to": "${address}", "text": "${text} ${secret}"}'}, r"belong together"),
        ({"secret_file": "key"}, r"belong together"),
        ({"url": "https://${address}.example/"}, r"no field in the name of the server"),
        ({"url": "sms.example"}, r"expected http"),
        ({"method": "GET"}, r"a GET has none"),
        ({"headers": {"Host": "x"}}, r"headers\.Host: expected"),
        ({"headers": {"X Y": "x"}}, r"headers\.X Y: expected"),
        ({"headers": {"X-Y": "a\nb"}}, r"headers\.X-Y: expected printable ASCII"),
        ({"headers": {"X-Y": "${text}"}}, r"headers\.X-Y: there is no field \$\{text\}"),
        ({"delivered_is": ()}, r"HTTP 200 alone proves nothing"),
        ({"delivered_is": ("",)}, r"HTTP 200 alone proves nothing"),
        ({"delivered_at": "code"}, r"expected a JSON pointer"),
        ({"later_is": ("OK",)}, r"later_is: 'OK' stands in delivered_is"),
        ({"parts": 0}, r"parts must lie between 1 and 6"),
        ({"address_pattern": "("}, r"no regular expression"),
        ({"receivers": ()}, r"receivers: expected 1 to 20"),
        ({"receivers": ("abc",)}, r"expected an address like"),
        ({"receivers": ("110", "110")}, r"stands there twice"),
        ({"timeout_s": 0.0}, r"timeout_s"),
        ({"body": "x" * 20_001}, r"at most 20000 characters"),
    ],
)
def test_nonsense_is_refused(options: dict[str, Any], why: str, sms) -> None:
    with pytest.raises(ValueError, match=why):
        sms(**options)
