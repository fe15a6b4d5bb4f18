"""Feishu and Lark: a custom bot of a group, with its signature, its key word and its code in the answer.

Source: Feishu open platform, "Custom bot usage guide": text, `at`, signature (HMAC-SHA256 with time stamp in
s, line end and secret as the key over nothing; base64), error codes, 100 messages a minute, 20 KB.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from dataclasses import field
from typing import Any, Final
from urllib.parse import quote, urlsplit

from gateway.alarms.call import Call, Language
from gateway.alarms.change import AlarmChange
from gateway.dataclass import dataclass
from gateway.errors import Rejected
from gateway.notifiers import NOBODY, Setting
from gateway.notifiers.credentials import READ, SECRET, token
from gateway.notifiers.posting import check_timeout, check_url
from gateway.notifiers.robot import Robot, Service, check_is_one, check_keyword, content, in_group
from gateway.notifiers.words import Message, UnknownSetting, message
from gateway.text import one_line

MEMBER: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_TOKEN: Final = "token_file, and that the bot is still in its group"
SERVICE: Final = Service(
    "Feishu",
    longest=6000,
    most=100,
    codes=("code", "StatusCode"),
    words=("msg", "StatusMessage"),
    later={11232: 60.0, 11233: 60.0, 99991400: 60.0},
    mend={
        19001: _TOKEN,
        19021: "secret_file, and the clock of this machine",
        19022: "from which addresses the bot takes messages",
    },
)


@dataclass(frozen=True, slots=True)
class Options:
    """One bot."""

    token_file: str = field(metadata=SECRET)  # what follows /hook/ in its address, on the first line
    secret_file: str | None = field(default=None, metadata=SECRET)  # where it asks for a signature
    keyword: str = ""  # stands in every message, where it asks for one
    every_change: bool = True  # whether the group is told of every change; else persons alone are told
    url: str = "https://open.feishu.cn/open-apis/bot/v2/hook"
    ca_file: str | None = field(default=None, metadata=READ)  # None: the authorities this machine trusts
    timeout_s: float = 10.0  # for all of it, from the request to the answer
    language: Language = "zh"

    def __post_init__(self) -> None:
        check_url(self.url)
        if urlsplit(self.url).query or not self.url.rstrip("/").endswith("/hook"):
            raise ValueError("url: it ends with /hook; what follows there belongs into token_file")
        check_keyword(self.keyword)
        check_timeout(self.timeout_s)


class Notifier:
    """See the contract in gateway.notifiers."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._robot = Robot(SERVICE, options.url, options.timeout_s, options.ca_file)
        self._setting: Setting = UnknownSetting()

    def learn(self, setting: Setting) -> None:
        self._setting = setting

    @property
    def has_receivers(self) -> bool:
        return self._options.every_change

    def notify(self, change: AlarmChange) -> str:
        """To the group. Raises LinkDown and Rejected."""
        if not self._options.every_change:
            raise Rejected(NOBODY)
        return self._send(message(change, self._options.language, self._setting), "")

    def check_address(self, address: str) -> None:
        if not MEMBER.fullmatch(address):
            raise ValueError(
                f"{one_line(address[:80])!r}: expected an open_id, e.g. 'ou_7d8a6e', or a user_id"
            )
        check_is_one(address)

    def tell(self, call: Call, address: str) -> str:
        """To the group, in which one person is mentioned. Raises LinkDown and Rejected."""
        return self._send(in_group(call, self._setting), f'\n<at user_id="{address}"></at>')

    def _send(self, written: Message, tail: str) -> str:
        options = self._options
        bot = token("token_file", options.token_file)
        text = content(written, options.keyword, SERVICE.longest, tail)
        said: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
        secrets: tuple[str, ...] = (bot,)
        if options.secret_file is not None:
            secret, now_s = token("secret_file", options.secret_file), int(time.time())
            said |= {"timestamp": str(now_s), "sign": signature(secret, now_s)}
            secrets = (bot, secret)
        return self._robot.send(f"{options.url.rstrip('/')}/{quote(bot, safe='')}", said, secrets)


def signature(secret: str, timestamp_s: int) -> str:
    """In base64."""
    digest = hmac.digest(f"{timestamp_s}\n{secret}".encode(), b"", hashlib.sha256)
    return base64.b64encode(digest).decode()
