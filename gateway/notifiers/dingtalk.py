"""DingTalk: a custom robot of a group, with its signature, its key word and its code in the answer.

Source: DingTalk open platform, "Custom robot access", "Security settings" (HMAC-SHA256 of time stamp in ms,
line end, secret; base64; encoded once for the address), "Text", "Error codes", 20 messages a minute.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
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
from gateway.notifiers.robot import Robot, Service, check_keyword, check_member, content, in_group, user_of
from gateway.notifiers.words import Message, UnknownSetting, message

_TOKEN: Final = "token_file, and that the robot is still in its group"
SERVICE: Final = Service(
    "DingTalk",
    longest=6000,
    most=20,
    codes=("errcode",),
    words=("errmsg",),
    later={-1: 10.0, 130101: 600.0, 410100: 60.0},  # too fast: it takes nothing for ten minutes
    mend={
        300001: _TOKEN,
        300005: _TOKEN,
        400101: _TOKEN,
        400102: _TOKEN,
        400106: _TOKEN,
        310000: "secret_file, the clock of this machine, and from which addresses the robot takes messages",
    },
)


@dataclass(frozen=True, slots=True)
class Options:
    """One robot."""

    token_file: str = field(metadata=SECRET)  # `access_token` of its address, on the first line
    secret_file: str | None = field(default=None, metadata=SECRET)  # SEC..., where it asks for a signature
    keyword: str = ""  # stands in every message, where it asks for one
    every_change: bool = True  # whether the group is told of every change; else persons alone are told
    url: str = "https://oapi.dingtalk.com/robot/send"
    ca_file: str | None = field(default=None, metadata=READ)  # None: the authorities this machine trusts
    timeout_s: float = 10.0  # for all of it, from the request to the answer
    language: Language = "zh"

    def __post_init__(self) -> None:
        check_url(self.url)
        if urlsplit(self.url).query:
            raise ValueError("url: without access_token; it belongs into token_file")
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
        return self._send(message(change, self._options.language, self._setting), {}, "")

    def check_address(self, address: str) -> None:
        check_member(address)

    def tell(self, call: Call, address: str) -> str:
        """To the group, in which one person is mentioned. Raises LinkDown and Rejected."""
        user = user_of(address)
        at = {"atUserIds": [user]} if user else {"atMobiles": [address]}
        return self._send(in_group(call, self._setting), {"at": at}, f"\n@{user or address}")

    def _send(self, written: Message, more: dict[str, Any], tail: str) -> str:
        options = self._options
        access = token("token_file", options.token_file)
        url = f"{options.url}?access_token={quote(access, safe='')}"
        secrets: tuple[str, ...] = (access,)
        if options.secret_file is not None:
            secret, now_ms = token("secret_file", options.secret_file), time.time_ns() // 10**6
            url += f"&timestamp={now_ms}&sign={quote(signature(secret, now_ms), safe='')}"
            secrets = (access, secret)
        text = content(written, options.keyword, SERVICE.longest, tail)
        return self._robot.send(url, {"msgtype": "text", "text": {"content": text}, **more}, secrets)


def signature(secret: str, timestamp_ms: int) -> str:
    """In base64, as it is before the address encodes it."""
    digest = hmac.digest(secret.encode(), f"{timestamp_ms}\n{secret}".encode(), hashlib.sha256)
    return base64.b64encode(digest).decode()
