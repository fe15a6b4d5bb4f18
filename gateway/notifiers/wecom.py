"""WeCom (WeChat Work): a robot of a group, with its code in the answer.

Source: WeCom developer documentation, "Group robot configuration": text of at most 2048 bytes,
mentioned_list, mentioned_mobile_list, 20 messages a minute; "Global error codes".
"""

from __future__ import annotations

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
from gateway.notifiers.robot import Robot, Service, check_member, content, in_group, user_of
from gateway.notifiers.words import Message, UnknownSetting, message

SERVICE: Final = Service(
    "WeCom",
    longest=2048,
    most=20,
    codes=("errcode",),
    words=("errmsg",),
    later={-1: 10.0, 6000: 10.0, 45009: 60.0, 45033: 10.0},
    mend={
        93000: "token_file, and that the robot is still in its group",
        93008: "that the robot is still in its group",
    },
)


@dataclass(frozen=True, slots=True)
class Options:
    """One robot."""

    token_file: str = field(metadata=SECRET)  # `key` of its address, on the first line
    every_change: bool = True  # whether the group is told of every change; else persons alone are told
    url: str = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send"
    ca_file: str | None = field(default=None, metadata=READ)  # None: the authorities this machine trusts
    timeout_s: float = 10.0  # for all of it, from the request to the answer
    language: Language = "zh"

    def __post_init__(self) -> None:
        check_url(self.url)
        if urlsplit(self.url).query:
            raise ValueError("url: without key; it belongs into token_file")
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
        return self._send(message(change, self._options.language, self._setting), {})

    def check_address(self, address: str) -> None:
        check_member(address)

    def tell(self, call: Call, address: str) -> str:
        """To the group, in which one person is mentioned. Raises LinkDown and Rejected."""
        user = user_of(address)
        mentioned = {"mentioned_list": [user]} if user else {"mentioned_mobile_list": [address]}
        return self._send(in_group(call, self._setting), mentioned)

    def _send(self, written: Message, mentioned: dict[str, Any]) -> str:
        key = token("token_file", self._options.token_file)
        url = f"{self._options.url}?key={quote(key, safe='')}"
        text = {"content": content(written, "", SERVICE.longest), **mentioned}
        return self._robot.send(url, {"msgtype": "text", "text": text}, (key,))
