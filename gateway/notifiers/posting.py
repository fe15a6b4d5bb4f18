"""One request over HTTP: verified, bounded in time and size, no redirect followed, and its answer judged.

Delivered is 2xx alone. 408, 429 and 5xx, and whatever is no answer, are tried again, not before Retry-After;
everything else would be the same however often it is tried.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, quote_plus, urlsplit

from gateway import __version__
from gateway.dataclass import dataclass
from gateway.errors import LinkDown, Rejected
from gateway.hosts import is_machine
from gateway.notifiers.credentials import why_tls_failed
from gateway.notifiers.exchange import exchanged
from gateway.text import first_words, one_line
from gateway.times import retry_after_s

LARGEST_ANSWER: Final = 16_384  # bytes; receivers answer with a line or a small object
LONGEST_WORDS: Final = 200  # characters of it that are kept as evidence
AGAIN: Final = (408, 429)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `words`: status and the first words, on one line."""

    status: int
    words: str
    body: bytes
    after_s: float  # not to be tried again before that
    location: str


def check_url(url: str) -> None:
    """Raises ValueError for what is no address to post to."""
    example = f"url {one_line(url[:80])!r}: expected http://HOST/PATH or https://HOST/PATH"
    try:
        parts = urlsplit(url)
        has_place = parts.scheme in ("http", "https") and is_machine(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise ValueError(f"{example}; {error}") from None
    if not has_place or not (url.isascii() and url.isprintable()) or " " in url:
        raise ValueError(f"{example}, in ASCII and without spaces")
    if "@" in parts.netloc:
        raise ValueError("url: no user and password in it; secrets belong into files")
    if parts.fragment:
        raise ValueError(f"{example}, without a fragment (#)")


def check_timeout(timeout_s: float) -> None:
    """Raises ValueError."""
    if not 0.1 <= timeout_s <= 60:
        raise ValueError("timeout_s must lie between 0.1 and 60")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One request. `secrets` stand in its address or headers, and in no message to anybody."""

    url: str
    body: bytes
    headers: Mapping[str, str]
    method: str = "POST"
    secrets: tuple[str, ...] = ()

    def hidden(self, text: str) -> str:
        """Without its secrets, as they are and as an address has them."""
        for secret in self.secrets:
            for form in (secret, quote(secret, safe=""), quote_plus(secret)):
                text = text.replace(form, "***") if form else text
        return text

    @property
    def shown(self) -> str:
        """Without the query: what stands there may be long, and about people."""
        return self.hidden(self.url.partition("?")[0])


class Poster:
    """Sends requests, and leaves a server alone as long as it asks for. Used by one thread."""

    def __init__(self, timeout_s: float, ca_file: str | None) -> None:
        self._timeout_s = timeout_s
        self._ca_file = ca_file
        self._welcome_s: dict[str, float] = {}  # by server, monotonic; before that it wants nothing

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """See `send`."""
        return self.send(Outgoing(url, body, headers))

    def send(self, out: Outgoing) -> Answer:
        """The answer, which is 2xx. Raises LinkDown and Rejected."""
        now_s, server = time.monotonic(), urlsplit(out.url).netloc
        self._welcome_s = {known: at_s for known, at_s in self._welcome_s.items() if at_s > now_s}
        if server in self._welcome_s:
            left_s = self._welcome_s[server] - now_s
            raise LinkDown(f"{out.shown}: it asked us to wait; tried again in {left_s:.0f} s", left_s)
        answer = self._answer(out)
        if 200 <= answer.status < 300:
            return answer
        if answer.status in AGAIN or answer.status >= 500:
            self._welcome_s[server] = time.monotonic() + answer.after_s
            raise LinkDown(
                f"{out.shown}: {answer.words}; the receiver's log says more, it is tried again",
                answer.after_s,
            )
        raise Rejected(f"{out.shown}: {_why(answer)}")

    def _answer(self, out: Outgoing) -> Answer:
        body = out.body if out.method != "GET" else None
        headers = {**_ALWAYS, **out.headers}
        try:
            with exchanged(out.method, out.url, body, headers, self._timeout_s, self._ca_file) as response:
                return _read(response, out)
        except (OSError, http.client.HTTPException, UnicodeError) as error:
            raise LinkDown(f"{out.shown}: {out.hidden(self._failure(error))}") from None

    def _failure(self, error: Exception) -> str:
        """In words, with what to do."""
        if isinstance(error, ssl.SSLError):
            return why_tls_failed(error)
        if isinstance(error, socket.gaierror | UnicodeError):
            return "this name is not known; check url, and the name server of this machine"
        if isinstance(error, ConnectionRefusedError):
            return "nobody listens there; check url, and that the receiver runs"
        if isinstance(error, TimeoutError):
            return f"no answer within {self._timeout_s:g} s; check the network and the receiver, or timeout_s"
        if isinstance(error, OSError):
            return f"the connection broke: {error.strerror or error}; check the network and the receiver"
        what = first_words(str(error), LONGEST_WORDS) or type(error).__name__
        return f"what it answers is no HTTP: {what}; check url, and proxies or portals in between"


_ALWAYS: Final = {
    "Content-Type": "application/json",
    "User-Agent": f"cryogate/{__version__}",
    "Connection": "close",
}


def _read(response: http.client.HTTPResponse, out: Outgoing) -> Answer:
    """The status counts: a body that breaks off behind it changes nothing."""
    try:
        body = response.read(LARGEST_ANSWER)
    except (OSError, http.client.HTTPException):
        body = b""
    text = out.hidden(f"{response.reason}: {body.decode('utf-8', 'replace')}")
    said = first_words(text, LONGEST_WORDS).rstrip(": ")
    return Answer(
        response.status,
        f"HTTP {response.status} {said}".rstrip(),
        body,
        retry_after_s(response.getheader("Retry-After"), time.time()),
        first_words(out.hidden(response.getheader("Location") or ""), LONGEST_WORDS),
    )


def _why(answer: Answer) -> str:
    if 300 <= answer.status < 400:
        where = answer.location or "an address that it does not say"
        return (
            f"HTTP {answer.status}: it redirects to {where}, which is not followed; give the final address "
            "as url"
        )
    return f"{answer.words}; check url, and what the receiver expects"
