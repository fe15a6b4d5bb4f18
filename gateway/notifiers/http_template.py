"""Text messages and voice calls by whatever service there is: a request of one's own form, a parsed answer.

One request for each receiver. What the service answers decides: HTTP 200 alone proves nothing.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Final, Literal
from urllib.parse import urlsplit

from gateway.alarms.call import Call, Language
from gateway.alarms.change import AlarmChange
from gateway.dataclass import dataclass
from gateway.errors import LinkDown, Rejected
from gateway.json_text import StandsTwice, loads
from gateway.notifiers import NOBODY, Setting
from gateway.notifiers.answered import Verdict
from gateway.notifiers.call_words import call_message
from gateway.notifiers.credentials import READ, SECRET, first_line
from gateway.notifiers.identity import identity, of_call
from gateway.notifiers.posting import Outgoing, Poster, check_timeout, check_url
from gateway.notifiers.template import (
    Escape,
    as_it_is,
    check,
    fields_of,
    filled,
    in_form,
    in_json,
    in_url,
    in_xml,
)
from gateway.notifiers.text_message import MOST_PARTS, fitted, text_message
from gateway.notifiers.words import UnknownSetting, message
from gateway.text import one_line

FIELDS: Final = frozenset(
    ("address", "name", "title", "text", "short", "id", "kind", "priority", "link", "language")
)
OF_HEADERS: Final = frozenset(("secret", "id", "timestamp_s"))  # the others may hold any character
KNOWN: Final = FIELDS | OF_HEADERS
ESCAPES: Final[Mapping[str, Escape]] = {"json": in_json, "form": in_form, "xml": in_xml, "text": as_it_is}
TYPES: Final[Mapping[str, str]] = {
    "json": "application/json",
    "form": "application/x-www-form-urlencoded",
    "xml": "application/xml; charset=utf-8",
    "text": "text/plain; charset=utf-8",
}
HEADER: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}", re.ASCII)  # RFC 9110, 5.6.2
OURS: Final = ("host", "content-length", "transfer-encoding", "connection")
MOST_RECEIVERS: Final = 20
LONGEST_WORDS: Final = 200


@dataclass(frozen=True, slots=True)
class Options:
    """One service. `url`, `body` and `headers` may have fields, ${address}."""

    url: str
    delivered_is: tuple[str, ...]  # values at `delivered_at`, or texts in the answer: it was taken
    delivered_at: str | None = None  # JSON pointer; None: the whole answer is looked through
    later_is: tuple[str, ...] = ()  # the same: it has to be tried again
    method: Literal["POST", "PUT", "GET"] = "POST"
    body: str = ""
    format: Literal["json", "form", "xml", "text"] = "json"  # of the body: how values are written in it
    headers: dict[str, str] = field(default_factory=dict)
    secret_file: str | None = field(default=None, metadata=SECRET)  # ${secret}: its first line
    receivers: tuple[str, ...] | None = None  # told of every change; None: persons alone are told
    address_pattern: str = r"\+?[0-9]{3,20}"  # of the whole address
    parts: int = 1  # of which a network may make one text message, for ${short}
    ca_file: str | None = field(default=None, metadata=READ)  # None: the authorities this machine trusts
    timeout_s: float = 10.0  # for all of it, from the request to the answer
    language: Language = "en"

    def __post_init__(self) -> None:
        self.verdict()
        check_timeout(self.timeout_s)
        if not 1 <= self.parts <= MOST_PARTS:
            raise ValueError(f"parts must lie between 1 and {MOST_PARTS}")
        if self.method == "GET" and self.body:
            raise ValueError("body: a GET has none; put the fields into url")
        _check_templates(self)
        _check_addresses(self)

    def verdict(self) -> Verdict:
        """Raises ValueError."""
        return Verdict(self.delivered_at, self.delivered_is, self.later_is)


def _check_templates(options: Options) -> None:
    for key, template, known in (("url", options.url, KNOWN), ("body", options.body, KNOWN)):
        check(key, template, known)
    if fields_of(urlsplit(options.url).netloc):
        raise ValueError("url: no field in the name of the server")
    check_url(filled(options.url, dict.fromkeys(KNOWN, "x"), in_url))
    for name, value in options.headers.items():
        _check_header(name, value)
    used = fields_of(options.url) | fields_of(options.body)
    if "address" not in used:
        raise ValueError("url and body: neither has ${address}, so nobody could be told")
    if not used & {"short", "text", "title"}:
        raise ValueError("url and body: neither has ${short}, ${text} or ${title}, so nothing would be said")
    used |= {name for value in options.headers.values() for name in fields_of(value)}
    if ("secret" in used) != (options.secret_file is not None):
        raise ValueError("secret_file and ${secret} belong together: give both or none")
    if options.format == "json" and options.body:
        _check_json(options.body)


def _check_header(name: str, value: str) -> None:
    key = f"headers.{one_line(name[:40])}"
    if not HEADER.fullmatch(name) or name.lower() in OURS:
        raise ValueError(f"{key}: expected the name of a header that is not {', '.join(OURS)}")
    if not (value.isascii() and value.isprintable()):
        raise ValueError(f"{key}: expected printable ASCII on one line")
    check(key, value, OF_HEADERS)


def _check_json(body: str) -> None:
    try:
        loads(filled(body, {**dict.fromkeys(KNOWN, "x"), "timestamp_s": "0"}, in_json))
    except StandsTwice as error:
        raise ValueError(f"body: {error}") from None
    except ValueError as error:
        raise ValueError(f'body: this is no JSON: {error}; a field stands in a string: "${{text}}"') from None


def _check_addresses(options: Options) -> None:
    try:
        re.compile(options.address_pattern)
    except re.error as error:
        raise ValueError(f"address_pattern: this is no regular expression: {error}") from None
    if options.receivers is None:
        return
    if not 1 <= len(options.receivers) <= MOST_RECEIVERS:
        raise ValueError(
            f"receivers: expected 1 to {MOST_RECEIVERS}, found {len(options.receivers)}; leave the key out "
            "where only persons are told"
        )
    for address in options.receivers:
        check_address(options.address_pattern, address)
    if len(set(options.receivers)) < len(options.receivers):
        raise ValueError("receivers: an address stands there twice")


def check_address(pattern: str, address: str) -> None:
    """Raises ValueError."""
    if not address.isprintable() or not re.fullmatch(pattern, address):
        raise ValueError(f"{one_line(address[:80])!r}: expected an address like {pattern}")


class Notifier:
    """See the contract in gateway.notifiers."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._poster = Poster(options.timeout_s, options.ca_file)
        self._verdict = options.verdict()
        self._setting: Setting = UnknownSetting()

    def learn(self, setting: Setting) -> None:
        self._setting = setting

    @property
    def has_receivers(self) -> bool:
        return self._options.receivers is not None

    def notify(self, change: AlarmChange) -> str:
        """Delivered when it was taken for one receiver at least; who was not told is said.

        Raises LinkDown and Rejected.
        """
        options = self._options
        if options.receivers is None:
            raise Rejected(NOBODY)
        written = message(change, options.language, self._setting)
        values = {
            "name": "",
            "title": written.title,
            "text": written.text,
            "short": fitted(written, options.parts),
            "id": identity(change),
            "kind": change.change,
            "priority": str(change.alarm.get("severity", "")),
            "link": "",
            "language": options.language,
        }
        return _to_each(options.receivers, lambda address: self._send({**values, "address": address}))

    def check_address(self, address: str) -> None:
        check_address(self._options.address_pattern, address)

    def tell(self, call: Call, address: str) -> str:
        """To one person. Raises LinkDown and Rejected."""
        written = call_message(call, self._setting)
        return self._send(
            {
                "address": address,
                "name": one_line(call.name),
                "title": written.title,
                "text": written.text,
                "short": text_message(call, self._setting, self._options.parts),
                "id": of_call(call),
                "kind": call.kind.value,
                "priority": call.priority.name.lower(),
                "link": one_line(call.link),
                "language": call.language,
            }
        )

    def _send(self, values: Mapping[str, str]) -> str:
        options = self._options
        secret = ""
        if options.secret_file is not None:
            secret = first_line("secret_file", options.secret_file)
        known = {**values, "secret": secret, "timestamp_s": str(int(time.time()))}
        headers = {_titled(name): filled(value, known, as_it_is) for name, value in options.headers.items()}
        out = Outgoing(
            filled(options.url, known, in_url),
            filled(options.body, known, ESCAPES[options.format]).encode("utf-8", "replace"),
            {"Content-Type": TYPES[options.format], **headers},
            options.method,
            (secret,) if secret else (),
        )
        return self._verdict.judge(out.shown, self._poster.send(out))


def _to_each(receivers: tuple[str, ...], send: Callable[[str], str]) -> str:
    """What was answered for the first, and who was not told."""
    answers: list[str] = []
    failures: dict[str, LinkDown | Rejected] = {}
    for address in receivers:
        try:
            answers.append(send(address))
        except (LinkDown, Rejected) as error:
            failures[address] = error
    if not answers:
        raise next((e for e in failures.values() if isinstance(e, LinkDown)), next(iter(failures.values())))
    not_told = [f"not to {address}: {str(error)[:LONGEST_WORDS]}" for address, error in failures.items()]
    return "; ".join([answers[0], *not_told])


def _titled(name: str) -> str:
    return "-".join(part.capitalize() for part in name.split("-"))
