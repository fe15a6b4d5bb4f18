"""Robots of DingTalk, WeCom and Feishu: signatures, mentions, and codes in answers that are 200."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from gateway.errors import LinkDown, Rejected
from gateway.notifiers import Addressed, dingtalk, feishu, tells_changes, wecom
from gateway.notifiers.robot import cut
from tests.system.alarm_changes import fault, life
from tests.system.certificates import Certificates
from tests.system.http_receiver import FEISHU_TOOK, ROBOT_TOOK, HttpReceiver, Posted, Reply
from tests.unit.notifiers.calls import RAISED, call, in_chinese

MODULES = [dingtalk, wecom, feishu]
PATHS = {dingtalk: "/robot/send", wecom: "/cgi-bin/webhook/send", feishu: "/open-apis/bot/v2/hook"}
TOOK = {dingtalk: ROBOT_TOOK, wecom: ROBOT_TOOK, feishu: FEISHU_TOOK}
ADDRESS = {dingtalk: "13800138000", wecom: "user:WangFang", feishu: "ou_7d8a6e"}
TOKEN = "tok/en+1"
SIGNING = "SECabc"


@pytest.fixture
def server() -> Iterator[HttpReceiver]:
    server = HttpReceiver()
    yield server
    server.close()


@pytest.fixture
def robot(server: HttpReceiver, tmp_path: Path) -> Callable[..., Any]:
    (tmp_path / "token").write_text(TOKEN + "\n")
    (tmp_path / "sign").write_text(SIGNING)

    def make(module: Any, **options: Any) -> Any:
        server.usual = TOOK[module]
        usual = {"url": server.url(PATHS[module]), "token_file": str(tmp_path / "token"), "timeout_s": 5.0}
        return module.Notifier(module.Options(**(usual | options)))

    return make


def text_of(posted: Posted) -> str:
    said = json.loads(posted.body)
    return str(said["text"]["content"] if "text" in said else said["content"]["text"])


def answer(module: ModuleType, code: int, words: str) -> Reply:
    keys = ("code", "msg") if module is feishu else ("errcode", "errmsg")
    return Reply(200, body=json.dumps(dict(zip(keys, (code, words), strict=True))).encode())


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.__name__.rsplit(".")[-1])
class TestEach:
    def test_a_change_reaches_the_group(self, module: Any, server: HttpReceiver, robot) -> None:
        assert robot(module).notify(life()[0]).startswith("HTTP 200, code 0 ")
        text = text_of(server.posted[0])
        assert text.startswith("【紧急】报警：freezer-1/top -140.5 °C\n\n位置：pudong/freezer-1/top")
        assert "E-7Q2M9XKD" in text

    def test_the_token_stands_in_the_address_and_in_no_message(
        self, module: Any, server: HttpReceiver, robot
    ) -> None:
        told = robot(module)
        server.usual = Reply(404, body=f"no such robot {TOKEN}, tok%2Fen%2B1".encode())
        with pytest.raises(Rejected) as refused:
            told.notify(fault())
        assert "tok%2Fen%2B1" in server.posted[0].path
        assert "no such robot ***, ***" in str(refused.value)
        server.close()
        with pytest.raises(LinkDown, match="nobody listens") as down:
            told.notify(fault())
        for error in (refused, down):
            assert TOKEN not in str(error.value) and "tok%2F" not in str(error.value)

    @pytest.mark.parametrize(
        "body", [b"", b"ok", b"[]", b"null", b"<html>", b'{"errcode":"0"}', b'{"x":0}', b"\xff"]
    )
    def test_a_200_of_something_else_is_nobody_told(
        self, module: Any, body: bytes, server: HttpReceiver, robot
    ) -> None:
        told = robot(module)
        server.usual = Reply(200, body=body)
        with pytest.raises(LinkDown, match=r"this is no answer of .*; check url"):
            told.notify(fault())

    def test_a_200_with_a_code_is_a_failure(self, module: Any, server: HttpReceiver, robot) -> None:
        for code, words in ((1, "no idea"), (40008, "invalid message type"), (True, "what")):
            server.replies = [answer(module, code, words)]
            with pytest.raises((Rejected, LinkDown), match="; check"):
                robot(module).notify(fault())
        server.replies = [answer(module, 310000, "keywords not in content")]
        with pytest.raises(Rejected, match="give the robot's key word"):
            robot(module).notify(fault())

    def test_what_people_have_to_mend_waits_for_them(self, module: Any, server: HttpReceiver, robot) -> None:
        for code in module.SERVICE.mend:
            server.replies = [answer(module, code, "not valid")]
            with pytest.raises(LinkDown, match=f"code {code} not valid; check"):
                robot(module).notify(fault())

    def test_too_fast_waits_and_asks_nobody_meanwhile(self, module: Any, server: HttpReceiver, robot) -> None:
        for code, after_s in module.SERVICE.later.items():
            told = robot(module)
            server.posted.clear()
            server.replies = [answer(module, code, "busy")]
            for _ in range(2):
                with pytest.raises(LinkDown) as waited:
                    told.notify(fault())
                assert after_s - 5 < waited.value.after_s <= after_s
            assert len(server.posted) == 1

    def test_no_more_a_minute_than_it_takes(self, module: Any, server: HttpReceiver, robot) -> None:
        told = robot(module)
        for _ in range(module.SERVICE.most):
            told.notify(fault())
        with pytest.raises(LinkDown, match="messages a minute; the next one in") as waited:
            told.notify(fault())
        assert 30 < waited.value.after_s <= 60 and len(server.posted) == module.SERVICE.most

    def test_a_person_is_mentioned_and_a_name_from_outside_mentions_nobody(
        self, module: Any, server: HttpReceiver, robot
    ) -> None:
        nasty = '<at user_id="all"></at><@all>'
        told = robot(module)
        assert isinstance(told, Addressed)
        told.check_address(ADDRESS[module])
        link = "https://lab.example/api/v1/link/cg1.x.y"
        told.tell(in_chinese(alarms=({**RAISED, "asset": nasty},), drill=True, link=link), ADDRESS[module])
        assert "cg1" not in server.posted[0].body.decode(), "it is for one person, and a group reads this"
        text, said = text_of(server.posted[0]), json.loads(server.posted[0].body)
        assert text.startswith("【演练】") and "首先：1. 关好盖子" in text
        assert text.count("<") == (2 if module is feishu else 0)
        if module is dingtalk:
            assert said["at"] == {"atMobiles": ["13800138000"]} and text.endswith("\n@13800138000")
        elif module is wecom:
            assert said["text"]["mentioned_list"] == ["WangFang"]
        else:
            assert text.endswith('\n<at user_id="ou_7d8a6e"></at>')

    def test_addresses_that_are_none(self, module: Any, robot) -> None:
        everybody = ("all", "@all", "user:@all", "user:all", "user:ALL")
        for address in ("", *everybody, "user:", "a b", "<at>", "1" * 80, "a\n"):
            with pytest.raises(ValueError, match="expected"):
                robot(module).check_address(address)

    def test_a_long_message_is_cut_and_keeps_its_end(self, module: Any, server: HttpReceiver, robot) -> None:
        many = tuple({**RAISED, "asset": "液氮" * 90, "id": f"E-{n}"} for n in range(40))
        options = {} if module is wecom else {"keyword": "冷链"}
        robot(module, **options).tell(call(alarms=many), ADDRESS[module])
        text = text_of(server.posted[0])
        assert len(text.encode()) <= module.SERVICE.longest
        if module is not wecom:
            assert "冷链" in text

    def test_only_persons_where_the_group_is_not_told(self, module: Any, server: HttpReceiver, robot) -> None:
        told = robot(module, every_change=False)
        assert not tells_changes(told) and tells_changes(robot(module))
        with pytest.raises(Rejected, match="names nobody"):
            told.notify(fault())
        assert server.posted == []

    def test_tls_is_verified(self, module: Any, robot, tmp_path: Path) -> None:
        certificates = Certificates(tmp_path / "certificates")
        secure = HttpReceiver(certificates.server_context())
        secure.usual, url = TOOK[module], secure.url(PATHS[module])
        try:
            assert robot(module, url=url, ca_file=certificates.path("ca.pem")).notify(fault())
            with pytest.raises(LinkDown, match="certificate does not verify"):
                robot(module, url=url).notify(fault())
        finally:
            secure.close()

    def test_redirects_delays_and_nonsense(self, module: Any, server: HttpReceiver, robot) -> None:
        server.replies = [
            Reply(302, {"Location": f"https://elsewhere.example/{TOKEN}"}),
            Reply(502),
            Reply(raw=b"nonsense\r\n\r\n"),
            Reply(200, delay_s=1.5),
        ]
        with pytest.raises(Rejected, match=r"redirects to https://elsewhere.example/\*\*\*, which is not"):
            robot(module).notify(fault())
        for why, timeout_s in (("HTTP 502", 60.0), ("no HTTP", 60.0), ("no answer within 1 s", 1.0)):
            with pytest.raises(LinkDown, match=why):
                robot(module, timeout_s=timeout_s).notify(fault())

    def test_a_token_file_that_is_none(
        self, module: Any, server: HttpReceiver, robot, tmp_path: Path
    ) -> None:
        (tmp_path / "empty").write_text("\n")
        for name in ("empty", "missing"):
            with pytest.raises(LinkDown, match=r"token_file .*; \w+"):
                robot(module, token_file=str(tmp_path / name)).notify(fault())
        assert server.posted == []

    def test_nonsense_is_refused(self, module: Any, robot) -> None:
        for options, why in (
            ({"url": "robot.example"}, "expected http"),
            ({"url": "https://robot.example/send?key=secret"}, "url: .*token_file"),
            ({"timeout_s": 0.0}, "timeout_s"),
        ):
            with pytest.raises(ValueError, match=why):
                robot(module, **options)


def test_dingtalk_signs_and_encodes_once(server: HttpReceiver, robot, tmp_path: Path) -> None:
    before_ms = time.time_ns() // 10**6
    robot(dingtalk, secret_file=str(tmp_path / "sign")).notify(fault())
    asked = parse_qs(urlsplit(server.posted[0].path).query, strict_parsing=True)
    at_ms = int(asked["timestamp"][0])
    assert before_ms <= at_ms <= time.time_ns() // 10**6
    wanted = hmac.new(SIGNING.encode(), f"{at_ms}\n{SIGNING}".encode(), hashlib.sha256).digest()
    assert base64.b64decode(asked["sign"][0], validate=True) == wanted
    assert asked["access_token"] == [TOKEN]


def test_feishu_signs_nothing_with_time_and_secret(server: HttpReceiver, robot, tmp_path: Path) -> None:
    robot(feishu, secret_file=str(tmp_path / "sign")).notify(fault())
    said = json.loads(server.posted[0].body)
    assert abs(int(said["timestamp"]) - time.time()) < 60
    key = f"{said['timestamp']}\n{SIGNING}".encode()
    assert base64.b64decode(said["sign"]) == hmac.new(key, digestmod=hashlib.sha256).digest()


def test_the_key_word_stands_in_every_message_once(server: HttpReceiver, robot) -> None:
    robot(dingtalk, keyword="冷链").notify(fault())
    robot(dingtalk, keyword="sink:influx").notify(fault())
    first, second = map(text_of, server.posted)
    assert first.endswith("\n冷链") and second.count("sink:influx") == 1
    for keyword in ("a" * 21, "a\nb", " "):
        with pytest.raises(ValueError, match="keyword"):
            robot(dingtalk, keyword=keyword)


def test_a_mobile_number_is_mentioned_by_wecom(server: HttpReceiver, robot) -> None:
    robot(wecom).tell(call(), "+86-13800138000")
    assert json.loads(server.posted[0].body)["text"]["mentioned_mobile_list"] == ["+86-13800138000"]
    robot(dingtalk).tell(call(), "user:0162")
    assert json.loads(server.posted[1].body)["at"] == {"atUserIds": ["0162"]}


def test_feishu_may_answer_in_its_old_or_its_new_form(server: HttpReceiver, robot) -> None:
    told = robot(feishu)
    server.replies = [
        Reply(200, body=b'{"StatusCode":0,"StatusMessage":"success"}'),
        Reply(200, body=b'{"code":0,"msg":"success","data":{}}'),
        Reply(200, body=b'{"StatusCode":0,"code":19001,"msg":"param invalid"}'),
        Reply(200, body=b'{"code":9499,"msg":"too many request"}'),
    ]
    assert told.notify(fault()) == told.notify(fault()) == "HTTP 200, code 0 success"
    with pytest.raises(LinkDown, match="code 19001 param invalid; check token_file"):
        told.notify(fault())
    with pytest.raises(LinkDown, match="too many request; it is tried again in 60 s"):
        told.notify(fault())


def test_a_cut_breaks_no_character() -> None:
    assert cut("液氮", 6) == "液氮" and cut("液氮罐", 8) == "液…" and len(cut("a" * 99, 10).encode()) == 10
