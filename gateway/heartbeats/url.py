"""A heartbeat by HTTP: a ping each period to a service that calls people when no ping comes.

Source: healthchecks, "Pinging API" and "Signaling failures": the ping URL says that all is well, with /start
that it begins, with /fail that it is not; the body is kept for people. A service that takes nothing but pings
has form "plain": it hears nothing while the gateway is blind, and notices.
"""

from __future__ import annotations

from dataclasses import field
from typing import Final, Literal
from urllib.parse import urlsplit, urlunsplit

from gateway.dataclass import dataclass
from gateway.errors import LinkDown, Rejected
from gateway.heartbeats import Beat, Health, check_period
from gateway.notifiers.credentials import READ
from gateway.notifiers.posting import Outgoing, Poster, check_timeout, check_url
from gateway.text import first_words

LONGEST_WORDS: Final = 1000  # characters of a body; services keep 10 kB and more
SHORTEST_SECRET: Final = 8  # characters; a part of a path that is shorter is a word
SIGNALS: Final = {Health.STARTING: "/start", Health.ALIVE: "", Health.BLIND: "/fail"}
NOT_TAKEN: Final = b"OK ("  # healthchecks.io: "OK (not found)", "OK (rate limited)"; nobody heard it


@dataclass(frozen=True, slots=True)
class Options:
    """One check of one service."""

    url: str
    form: Literal["healthchecks", "plain"] = "healthchecks"
    method: Literal["POST", "GET"] = "POST"
    period_s: float = 60.0
    ca_file: str | None = field(default=None, metadata=READ)  # None: the authorities this machine trusts
    timeout_s: float = 10.0  # for the whole exchange

    def __post_init__(self) -> None:
        check_url(self.url)
        if self.form == "healthchecks" and urlsplit(self.url).path.rstrip("/").endswith(("/fail", "/start")):
            raise ValueError("url: give the ping URL alone; /start and /fail are added to it")
        check_period(self.period_s)
        check_timeout(self.timeout_s)


class Heartbeat:
    """See the contract in gateway.heartbeats."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._poster = Poster(options.timeout_s, options.ca_file)

    def beat(self, beat: Beat) -> str:
        """Raises LinkDown, also where the service refuses it: a check may be made again."""
        is_plain = self._options.form == "plain"
        if beat.health not in SIGNALS or (is_plain and beat.health is not Health.ALIVE):
            return ""
        out = self._outgoing(beat)
        try:
            answer = self._poster.send(out)
        except Rejected as error:
            raise LinkDown(str(error)) from None
        if answer.body.startswith(NOT_TAKEN):
            raise LinkDown(f"{out.shown}: {answer.words}; check url: its check may be gone there")
        return answer.words

    def close(self) -> None:
        """Each ping has a connection of its own."""

    def _outgoing(self, beat: Beat) -> Outgoing:
        """Whoever knows the path can ping in our place: no message shows it."""
        method, parts = self._options.method, urlsplit(self._options.url)
        signal = SIGNALS[beat.health]
        path = parts.path.rstrip("/") + signal if signal else parts.path
        url = urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))
        body = b"" if method == "GET" else _body(beat)
        hidden = tuple(part for part in parts.path.split("/") if len(part) >= SHORTEST_SECRET)
        return Outgoing(url, body, {"Content-Type": "text/plain"}, method, hidden)


def _body(beat: Beat) -> bytes:
    said = f"{beat.gateway} is {beat.health}{': ' if beat.why else ''}{beat.why}"
    return first_words(said, LONGEST_WORDS).encode()
