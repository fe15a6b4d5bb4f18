"""What robots of chat services have in common: plain text, a bound a minute, and an answer that must be read.

They answer HTTP 200 to everything: only the code in the body says whether the group has the message.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any, Final

from gateway.alarms.call import Call
from gateway.dataclass import dataclass
from gateway.errors import LinkDown, Rejected
from gateway.notifiers import Setting
from gateway.notifiers.call_words import call_message
from gateway.notifiers.pace import MINUTE_S, Pace
from gateway.notifiers.posting import Answer, Outgoing, Poster
from gateway.notifiers.words import Message
from gateway.text import first_words, one_line

MOBILE: Final = re.compile(r"\+?[0-9][0-9-]{5,19}", re.ASCII)
USER: Final = re.compile(r"user:([A-Za-z0-9_.@-]{1,64})", re.ASCII)
LONGEST_KEYWORD: Final = 20  # characters
LONGEST_WORDS: Final = 200


@dataclass(frozen=True, slots=True)
class Service:
    """How a service answers. Codes that are in no table mean that it will never take this message."""

    name: str
    longest: int  # bytes of a text
    most: int  # messages in a minute
    codes: tuple[str, ...]  # keys of the answer that are 0 for a message that was taken
    words: tuple[str, ...]  # keys of the answer that say why not
    later: Mapping[int, float] = field(default_factory=dict)  # code -> seconds to wait
    mend: Mapping[int, str] = field(default_factory=dict)  # code -> what people have to look at first


def in_group(call: Call, setting: Setting) -> Message:
    """A group reads it: without the link, by which whoever presses it acknowledges as the one it is for."""
    return call_message(replace(call, link=""), setting)


class Robot:
    """Sends to one group. Used by one thread."""

    def __init__(self, service: Service, place: str, timeout_s: float, ca_file: str | None) -> None:
        self._service = service
        self._poster = Poster(timeout_s, ca_file)
        self._pace = Pace(service.most, place)
        self._welcome_s = 0.0  # monotonic

    def send(self, url: str, said: Mapping[str, Any], secrets: tuple[str, ...]) -> str:
        """What it answered. Raises LinkDown and Rejected."""
        body = json.dumps(said, ensure_ascii=False).encode("utf-8", "replace")
        out = Outgoing(url, body, {}, secrets=secrets)
        left_s = self._welcome_s - time.monotonic()
        if left_s > 0:
            raise LinkDown(f"{out.shown}: it asked us to wait; tried again in {left_s:.0f} s", left_s)
        self._pace.step()
        return self._judged(out, self._poster.send(out))

    def _judged(self, out: Outgoing, answer: Answer) -> str:
        said, service = _object(answer.body), self._service
        codes = [said[key] for key in service.codes if key in said]
        if not codes or not all(type(code) is int for code in codes):
            raise LinkDown(
                f"{out.shown}: {answer.words}: this is no answer of {service.name}; check url, and proxies "
                "or portals in between"
            )
        code = next((code for code in codes if code != 0), 0)
        words = next((str(said[key]) for key in service.words if said.get(key)), "")
        told = out.hidden(first_words(f"code {code} {words}", LONGEST_WORDS))
        if code == 0:
            return f"HTTP {answer.status}, {told}"
        raise self._failure(out.shown, code, words, told)

    def _failure(self, place: str, code: int, words: str, told: str) -> LinkDown | Rejected:
        service = self._service
        if code in service.later or "too many" in words.lower():
            after_s = service.later.get(code, MINUTE_S)
            self._welcome_s = time.monotonic() + after_s
            return LinkDown(f"{place}: {told}; it is tried again in {after_s:.0f} s", after_s)
        if "keyword" in words.lower():
            return Rejected(f"{place}: {told}; give the robot's key word as keyword, and tell it again")
        if code in service.mend:
            return LinkDown(f"{place}: {told}; check {service.mend[code]}")
        return Rejected(f"{place}: {told}; check what the robot may send")


def content(written: Message, keyword: str, longest: int, tail: str = "") -> str:
    """Title and words as plain text with the key word, no longer than so many bytes; `tail` is never cut."""
    text = f"{written.title}\n\n{written.text}".replace("<", "＜")  # a name cannot mention somebody
    end = f"\n{keyword}" if keyword and keyword not in text else ""
    return f"{cut(text, longest - len((end + tail).encode()))}{end}{tail}"


def cut(text: str, longest: int) -> str:
    """To so many bytes, without half a character at its end."""
    raw = text.encode("utf-8", "replace")
    return text if len(raw) <= longest else raw[: longest - 3].decode(errors="ignore") + "…"


def check_keyword(keyword: str) -> None:
    """Raises ValueError."""
    if len(keyword) > LONGEST_KEYWORD or (keyword and not (keyword.strip() and keyword.isprintable())):
        raise ValueError(f"keyword: expected at most {LONGEST_KEYWORD} characters on one line")


def check_member(address: str) -> None:
    """Raises ValueError for what is neither a mobile number nor a user."""
    if not (MOBILE.fullmatch(address) or USER.fullmatch(address)):
        shown = one_line(address[:80])
        raise ValueError(f"{shown!r}: expected a mobile number, e.g. '13800138000', or 'user:ID'")
    check_is_one(user_of(address))


def check_is_one(user: str) -> None:
    """Raises ValueError for what mentions everybody in the group."""
    if user.strip("@").casefold() in ("all", "everyone"):
        raise ValueError(f"{user!r} mentions everybody in the group; expected the id of one person")


def user_of(address: str) -> str:
    """The id of a user; empty for a mobile number."""
    found = USER.fullmatch(address)
    return found[1] if found else ""


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
