"""ntfy: push messages to phones, by a server of one's own; published as JSON.

Source: ntfy documentation, "Publishing": "Publish as JSON", "Message priority", "Access tokens",
"Limitations". As everything is JSON, no name from outside can become a header. A 2xx that is not ntfy's own
answer comes from something else, and nobody was told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import field
from typing import Any, Final
from urllib.parse import urlsplit

from gateway.alarms.call import Call, CallKind, Language, Priority
from gateway.alarms.change import AlarmChange
from gateway.dataclass import dataclass
from gateway.errors import LinkDown, Rejected
from gateway.notifiers import NOBODY, Setting
from gateway.notifiers.call_words import call_message
from gateway.notifiers.credentials import READ, SECRET, token
from gateway.notifiers.identity import at_most, identity, of_call
from gateway.notifiers.posting import Answer, Poster, check_timeout, check_url
from gateway.notifiers.words import Message, UnknownSetting, message
from gateway.text import one_line

TOPIC: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)  # what ntfy takes
TAG: Final = re.compile(r"[A-Za-z0-9_+-]{1,64}", re.ASCII)
MOST_TAGS: Final = 10
LONGEST_SEQUENCE_ID: Final = 64  # of A-Z a-z 0-9 _ -; since ntfy 2.16, older ones pass over it
LONGEST_MESSAGE: Final = 4000  # bytes; ntfy makes an attachment of more than 4096
PRIORITIES: Final[Mapping[str, int]] = {"critical": 5, "major": 4, "minor": 3, "warning": 3}
CALM: Final = 3  # the usual priority: sound, but not on and on
CALM_CHANGES: Final = (
    *("acknowledged", "returned", "ended", "withdrawn", "closed", "taken back"),
    *("taken", "assigned", "commented", "shelved", "suppressed", "out of service"),
)
TAGS: Final[Mapping[str, str]] = {  # short codes that phones show as an emoji
    "raised": "rotating_light",
    "asks again": "rotating_light",
    "speaks again": "rotating_light",
    "acknowledged": "eyes",
    "returned": "white_check_mark",
    "closed": "white_check_mark",
}

CALL_PRIORITIES: Final[Mapping[Priority, int]] = {
    Priority.LOW: 2,
    Priority.MEDIUM: 3,
    Priority.HIGH: 4,
    Priority.URGENT: 5,
}
CALM_CALLS: Final = (CallKind.OVER, CallKind.TEST)
CALL_TAGS: Final[Mapping[CallKind, str]] = {
    CallKind.ALARM: "rotating_light",
    CallKind.WORSE: "rotating_light",
    CallKind.AGAIN: "rotating_light",
    CallKind.OVER: "white_check_mark",
    CallKind.SUMMARY: "rotating_light",
    CallKind.TEST: "test_tube",
}
ACKNOWLEDGE: Final[Mapping[str, str]] = {"en": "Acknowledge", "zh": "确认"}


@dataclass(frozen=True, slots=True)
class Options:
    """One server; its topic is told of every change."""

    url: str  # of the server, without the topic
    topic: str | None = None  # told of every change; None: persons alone are told, by topics of their own
    token_file: str | None = field(default=None, metadata=SECRET)  # its first line
    tags: tuple[str, ...] = ()  # beside those that say what happened
    ca_file: str | None = field(default=None, metadata=READ)  # None: the authorities this machine trusts
    timeout_s: float = 10.0  # for all of it, from the request to the answer
    language: Language = "en"

    def __post_init__(self) -> None:
        check_url(self.url)
        if urlsplit(self.url).query or urlsplit(self.url).path not in ("", "/"):
            raise ValueError(
                "url: expected the server alone, e.g. https://ntfy.lab.example; topic says the rest"
            )
        if self.topic is not None:
            check_topic(self.topic)
        if len(self.tags) > MOST_TAGS or not all(TAG.fullmatch(tag) for tag in self.tags):
            raise ValueError(f"tags: expected at most {MOST_TAGS}, each of A-Z a-z 0-9 _ + -")
        check_timeout(self.timeout_s)


def check_topic(topic: str) -> None:
    """Raises ValueError."""
    if not TOPIC.fullmatch(topic):
        raise ValueError(f"topic {one_line(topic[:80])!r}: expected 1 to 64 of A-Z a-z 0-9 _ -")


class Notifier:
    """See the contract in gateway.notifiers."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._poster = Poster(options.timeout_s, options.ca_file)
        self._setting: Setting = UnknownSetting()

    def learn(self, setting: Setting) -> None:
        self._setting = setting

    @property
    def has_receivers(self) -> bool:
        return self._options.topic is not None

    def notify(self, change: AlarmChange) -> str:
        """Raises LinkDown and Rejected."""
        if self._options.topic is None:
            raise Rejected(NOBODY)
        written = message(change, self._options.language, self._setting)
        severity = str(change.alarm.get("severity", ""))
        priority = PRIORITIES.get(severity, CALM)
        published = self._published(self._options.topic, written, identity(change))
        is_calm = change.change in CALM_CHANGES or bool(change.alarm.get("overlay"))
        published["priority"] = min(priority, CALM) if is_calm else priority
        published["tags"] = [*([TAGS[change.change]] if change.change in TAGS else []), *self._options.tags]
        return self._publish(published)

    def check_address(self, address: str) -> None:
        check_topic(address)

    def tell(self, call: Call, address: str) -> str:
        """To the topic of one person. Raises LinkDown and Rejected."""
        published = self._published(address, call_message(call, self._setting), of_call(call))
        urgency = CALL_PRIORITIES[call.priority]
        published["priority"] = min(urgency, CALM) if call.kind in CALM_CALLS else urgency
        seen = call.kind is CallKind.OVER and call.goes_on
        tag = TAGS["acknowledged"] if seen else CALL_TAGS[call.kind]
        published["tags"] = [tag, *(["warning"] if call.drill else []), *self._options.tags]
        if call.link:
            button = {"action": "view", "label": ACKNOWLEDGE[call.language], "url": call.link}
            published |= {"click": call.link, "actions": [button]}
        return self._publish(published)

    def _published(self, topic: str, written: Message, name: str) -> dict[str, Any]:
        """A repeat replaces the same on the phone."""
        sequence_id = at_most(LONGEST_SEQUENCE_ID, name)
        said = {"title": written.title, "message": _cut(written.text)}
        return {"topic": topic, **said, "sequence_id": sequence_id}

    def _publish(self, published: Mapping[str, Any]) -> str:
        headers = {}
        if self._options.token_file is not None:
            headers["Authorization"] = f"Bearer {token('token_file', self._options.token_file)}"
        body = json.dumps(published, ensure_ascii=False).encode("utf-8", "replace")
        return self._named(self._poster.post(self._options.url, body, headers))

    def _named(self, answer: Answer) -> str:
        """The status and the id that ntfy gave the message. Raises LinkDown for what is not its answer."""
        said = _object(answer.body)
        if said.get("event") != "message" or not isinstance(said.get("id"), str):
            raise LinkDown(
                f"{self._options.url}: {answer.words}: this is no answer of ntfy; check url, and proxies or "
                "portals in between"
            )
        return f"HTTP {answer.status}, id {one_line(said['id'][:64])}"


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _cut(text: str) -> str:
    """To what one message takes, and no half character at its end."""
    raw = text.encode()
    return text if len(raw) <= LONGEST_MESSAGE else raw[:LONGEST_MESSAGE].decode(errors="ignore") + "…"
