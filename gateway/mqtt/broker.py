"""What a configuration says about a broker: where it is, who we are there, what we listen to."""

from __future__ import annotations

import importlib
from dataclasses import field
from itertools import combinations
from types import ModuleType
from typing import Any, Final, Literal, Protocol

from gateway.dataclass import dataclass
from gateway.hosts import why_no_host
from gateway.mqtt.filters import meet, widest
from gateway.mqtt.topics import TopicPattern

PAYLOADS = "gateway.payloads"
READ: Final = {"path": True, "reads": True}  # relative ones start at the configuration file
SECRET: Final = {**READ, "secret": True}
LONGEST_TEXT: Final = 65_535  # bytes of UTF-8, MQTT 5.0 section 1.5.4
LONGEST_CLIENT_ID: Final = LONGEST_TEXT - 100  # the doctor adds a word to it
TLS_SCHEMES: Final = ("mqtts:", "ssl:", "tls:", "wss:")


@dataclass(frozen=True, slots=True)
class Tls:
    """Certificates as PEM files; they are read at every connection, so that they can be renewed."""

    ca_file: str | None = field(default=None, metadata=READ)  # None: the authorities this machine trusts
    certificate_file: str | None = field(default=None, metadata=READ)  # ours, where the broker wants one
    key_file: str | None = field(default=None, metadata=SECRET)

    def __post_init__(self) -> None:
        if (self.certificate_file is None) != (self.key_file is None):
            raise ValueError("certificate_file and key_file belong together: give both or none")


class Login(Protocol):
    """What everybody who speaks to a broker says about it."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def client_id(self) -> str: ...
    @property
    def username(self) -> str | None: ...
    @property
    def password_file(self) -> str | None: ...
    @property
    def tls(self) -> Tls | None: ...


@dataclass(frozen=True, slots=True)
class Topic:
    """Topics of one pattern carry one payload format; `options` is the Options of that format."""

    pattern: str
    payload: str
    options: Any = field(default=None, metadata={"plug_in": PAYLOADS, "named_by": "payload"})

    def __post_init__(self) -> None:
        parsed = TopicPattern.parse(self.pattern)
        missing = payload_format(self.payload).needs(self.options) - parsed.names
        if missing:
            raise ValueError(
                f"an address uses {{{min(missing)}}}, which pattern {self.pattern!r} does not name; "
                f"it names: {', '.join(sorted(parsed.names)) or 'nothing'}"
            )


@dataclass(frozen=True, slots=True)
class Options:
    """One broker."""

    host: str
    client_id: str  # the broker keeps our session, and what we missed, under this name
    topics: tuple[Topic, ...]
    port: int = 0  # 0: the usual one, 1883 and with TLS 8883
    protocol: Literal["5", "3.1.1"] = "5"
    username: str | None = None
    password_file: str | None = field(default=None, metadata=SECRET)  # its first line
    tls: Tls | None = None
    keepalive_s: int = 30
    session_expiry_s: int = 604_800  # MQTT 5: how long the broker keeps what we miss; a week
    receive_maximum: int = 1000  # MQTT 5: unacknowledged messages a broker may send ahead
    largest_payload_bytes: int = 262_144  # a larger one is refused as oversized

    def __post_init__(self) -> None:
        object.__setattr__(self, "port", checked_port(self))
        check_range("keepalive_s", self.keepalive_s, 2, 65_535)
        check_range("session_expiry_s", self.session_expiry_s, 1, 0xFFFF_FFFE)  # one more: never
        check_range("receive_maximum", self.receive_maximum, 1, 65_535)
        check_range("largest_payload_bytes", self.largest_payload_bytes, 1, 8 * 1024 * 1024)
        _check_topics(self.topics)
        if self.protocol == "3.1.1":
            _check_one_copy(self.subscriptions)

    @property
    def subscriptions(self) -> tuple[str, ...]:
        """What to subscribe to: a filter that another one covers would only bring copies."""
        return widest([TopicPattern.parse(t.pattern).filter for t in self.topics])


def payload_format(name: str) -> ModuleType:
    """The payload format called `name`; the configuration has checked that it exists."""
    return importlib.import_module(f"{PAYLOADS}.{name}")


def checked_port(options: Login) -> int:
    """The port that is meant; raises ValueError where anything of a login is wrong."""
    _check_text(options)
    port = options.port or usual_port(options.tls is not None)
    check_range("port", port, 1, 65_535)
    return port


def usual_port(has_tls: bool) -> int:
    """Where brokers listen."""
    return 8883 if has_tls else 1883


def check_range(key: str, value: float, least: float, most: float) -> None:
    """Raises ValueError."""
    if not least <= value <= most:
        raise ValueError(f"{key} must lie between {least} and {most}, found {value}")


def _check_text(options: Login) -> None:
    if wrong := why_no_host(options.host):
        tls = ", and a table `tls` for TLS" if options.host.startswith(TLS_SCHEMES) else ""
        raise ValueError(f"host {wrong}{tls}")
    if not options.client_id:
        raise ValueError("client_id is empty; the broker keeps our session under it")
    _check_sendable("client_id", options.client_id, LONGEST_CLIENT_ID)
    _check_sendable("username", options.username or "", LONGEST_TEXT)
    if options.password_file is not None and options.username is None:
        raise ValueError("password_file without username")


def _check_sendable(key: str, text: str, most: int) -> None:
    """MQTT 5.0 section 1.5.4: a text has a length of 16 bits, and no character U+0000."""
    if len(text.encode()) > most:
        raise ValueError(f"{key} {text[:20]!r}...: longer than {most} bytes, which MQTT cannot send")
    if not text.isprintable():
        raise ValueError(f"{key} {text[:80]!r}: has characters that cannot be printed")


def _check_topics(topics: tuple[Topic, ...]) -> None:
    if not topics:
        raise ValueError("topics: expected at least one pattern to listen to")
    filters = [TopicPattern.parse(t.pattern).filter for t in topics]
    for i, doubled in enumerate(filters):
        if doubled in filters[:i]:
            raise ValueError(f"two patterns subscribe to {doubled!r}; put their readings under one")


def _check_one_copy(subscriptions: tuple[str, ...]) -> None:
    """Without identifiers of subscriptions nobody can tell a copy from a device that says the same again."""
    for one, other in combinations(subscriptions, 2):
        if meet(one, other):
            raise ValueError(
                f"a topic can match both {one!r} and {other!r}, and with MQTT 3.1.1 a broker may send each "
                "message twice then, which nothing tells from two messages; "
                'set protocol = "5", or add a last pattern that covers both'
            )
