"""One request to the provider: verified, bounded in time and size, no redirect followed, answered in JSON."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from gateway import __version__
from gateway.errors import LinkDown
from gateway.json_text import loads
from gateway.notifiers.credentials import why_tls_failed
from gateway.notifiers.exchange import exchanged
from gateway.text import first_words

LARGEST: Final = 262_144  # bytes; key sets of large providers have 20 000
LONGEST_WORDS: Final = 200  # characters of a failure
HEADERS: Final = {
    "User-Agent": f"cryogate/{__version__}",
    "Accept": "application/json",
    "Connection": "close",
}
NO_MORE: Final[Mapping[str, str]] = {}
FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


class Asker:
    """`within_s`: for one request, all in all."""

    def __init__(self, within_s: float, ca_file: str | None) -> None:
        self._within_s, self._ca_file = within_s, ca_file

    def get(self, url: str, headers: Mapping[str, str] = NO_MORE) -> dict[str, Any]:
        """Raises LinkDown for whatever is no object of JSON with status 200."""
        status, told = self._ask("GET", url, None, headers)
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
        ways = {**HEADERS, **headers}
        try:
            with exchanged(method, url, body, ways, self._within_s, self._ca_file) as answer:
                return answer.status, _read(url, answer)
        except TimeoutError:
            raise LinkDown(f"{url}: no answer within {self._within_s:g} s") from None
        except (OSError, http.client.HTTPException, UnicodeError) as error:
            raise LinkDown(f"{url}: {_why(error)}") from None


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


def _why(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return why_tls_failed(error)
    told = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return first_words(str(told), LONGEST_WORDS)
