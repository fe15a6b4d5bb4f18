"""One request to the provider: verified, bounded in time and size, no redirect followed, answered in JSON."""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode, urlsplit, urlunsplit

from gateway import __version__
from gateway.errors import LinkDown
from gateway.json_text import loads
from gateway.notifiers.credentials import tls_context, why_tls_failed
from gateway.notifiers.deadline import no_longer_than
from gateway.text import first_words

LARGEST: Final = 262_144  # bytes; key sets of large providers have 20 000
LONGEST_WORDS: Final = 200  # characters of a failure
HEADERS: Final = {
    "User-Agent": f"cryogate/{__version__}",
    "Accept": "application/json",
    "Connection": "close",
}
FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


class Asker:
    """`within_s`: for one request, all in all."""

    def __init__(self, within_s: float, ca_file: str | None) -> None:
        self._within_s, self._ca_file = within_s, ca_file

    def get(self, url: str) -> dict[str, Any]:
        """Raises LinkDown for whatever is no object of JSON with status 200."""
        status, told = self._ask("GET", url, None, {})
        if status != 200:
            raise LinkDown(f"{url}: HTTP {status}")
        return told

    def post(
        self, url: str, form: Mapping[str, str], headers: Mapping[str, str]
    ) -> tuple[int, dict[str, Any]]:
        """Status and answer; a refusal is an answer, too. Raises LinkDown."""
        return self._ask("POST", url, urlencode(form).encode(), {**FORM, **headers})

    def _ask(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, dict[str, Any]]:
        until_s = time.monotonic() + self._within_s
        connection = self._connection(url)
        try:
            connection.connect()
            with no_longer_than(until_s - time.monotonic(), connection.sock):
                connection.request(method, _target(url), body, {**HEADERS, **headers})
                answer = connection.getresponse()
                return answer.status, _read(url, answer)
        except (OSError, http.client.HTTPException, UnicodeError) as error:
            is_late = time.monotonic() >= until_s
            why = f"no answer within {self._within_s:g} s" if is_late else _why(error)
            raise LinkDown(f"{url}: {why}") from None
        finally:
            connection.close()

    def _connection(self, url: str) -> http.client.HTTPConnection:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        if parts.scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=self._within_s)
        context = tls_context(self._ca_file)
        return http.client.HTTPSConnection(host, port, timeout=self._within_s, context=context)


def _read(url: str, answer: http.client.HTTPResponse) -> dict[str, Any]:
    """Raises LinkDown."""
    if 300 <= answer.status < 400:
        raise LinkDown(f"{url}: it redirects, which is not followed")
    body = answer.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise LinkDown(f"{url}: more than {LARGEST} bytes")
    if answer.length:  # of what was announced, so much did not come
        raise LinkDown(f"{url}: the answer broke off")
    try:
        told = loads(body)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise LinkDown(f"{url}: HTTP {answer.status}, and no object of JSON")
    return told


def _target(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(("", "", parts.path or "/", parts.query, ""))


def _why(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return why_tls_failed(error)
    told = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return first_words(str(told), LONGEST_WORDS)
