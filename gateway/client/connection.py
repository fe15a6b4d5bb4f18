"""One connection to the API of a gateway, opened when it is needed, with TLS and a token."""

from __future__ import annotations

import http.client
import json
import ssl
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, urlencode, urlsplit

from gateway.dataclass import dataclass
from gateway.errors import Declined, InputError, LinkDown
from gateway.hosts import is_loopback, is_machine

PREFIX: Final = "/api/v1"
WITHIN_S: Final = 60.0
TIMES: Final = 5  # that a request is sent where the gateway says to wait
LONGEST_WAIT_S: Final = 10.0
LONGEST_TOKEN: Final = 200  # characters
EXPECTED: Final = "expected the address of the pages, e.g. https://gateway.example:8443"
TRUST: Final = (
    "give the certificate that it has made for itself (pages-cert.pem of its data folder) with --ca-file"
)


@dataclass(frozen=True, slots=True)
class Body:
    """What a request brings. `key`: sent again with the same, it is the same statement."""

    data: bytes
    media: str = "application/json"
    key: str = ""


class Connection:
    """Belongs to one thread. Raises InputError for an address or a token that cannot be meant."""

    def __init__(self, server: str, token: str, ca_file: Path | None = None) -> None:
        self._at = _address(server)
        if not token or len(token) > LONGEST_TOKEN or not (token.isascii() and token.isprintable()):
            raise InputError("a token is one word, as `cryogate account token add` prints it")
        self._token = token
        self._tls = _trusting(ca_file) if self._at.scheme == "https" else None
        self._open: http.client.HTTPConnection | None = None

    def ask(
        self, method: str, path: str, asked: Mapping[str, Any] | None = None, body: Body | None = None
    ) -> http.client.HTTPResponse:
        """The answer, to be read. Raises Declined for whatever is none, LinkDown where nobody answers."""
        given = {key: value for key, value in (asked or {}).items() if value not in (None, "", [])}
        words = {key: str(value).lower() if value in (True, False) else value for key, value in given.items()}
        query = f"?{urlencode(words, doseq=True)}" if words else ""
        for _ in range(TIMES):
            answer = self._sent(method, f"{PREFIX}{path}{query}", body)
            if answer.status < 400:
                return answer
            refused = _refused(answer)
            if answer.status != 429:
                break
            time.sleep(_wait_s(answer))
        raise refused

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    def _sent(self, method: str, url: str, body: Body | None) -> http.client.HTTPResponse:
        """Once more where the other side has closed a connection that was kept."""
        is_kept = self._open is not None
        try:
            return self._once(method, url, body)
        except (http.client.RemoteDisconnected, http.client.CannotSendRequest, ConnectionError) as error:
            self.close()
            if not is_kept:
                raise self._down(error) from None
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise self._down(error) from None
        try:
            return self._once(method, url, body)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise self._down(error) from None

    def _once(self, method: str, url: str, body: Body | None) -> http.client.HTTPResponse:
        if self._open is None:
            self._open = self._made()
        headers = {"Authorization": f"Bearer {self._token}"}
        if body is not None:
            headers["Content-Type"] = body.media
        if body is not None and body.key:
            headers["Idempotency-Key"] = body.key
        self._open.request(method, url, None if body is None else body.data, headers)
        return self._open.getresponse()

    def _made(self) -> http.client.HTTPConnection:
        host, port = str(self._at.hostname), self._at.port
        if self._tls is None:
            return http.client.HTTPConnection(host, port, timeout=WITHIN_S)
        return http.client.HTTPSConnection(host, port, timeout=WITHIN_S, context=self._tls)

    def _down(self, error: Exception) -> LinkDown:
        where = f"{self._at.scheme}://{self._at.netloc}"
        if isinstance(error, ssl.SSLCertVerificationError):
            return LinkDown(f"{where}: its certificate is not trusted ({error.verify_message}); {TRUST}")
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return LinkDown(f"{where} does not answer ({why}); check the address, and [pages] of the gateway")


def _address(server: str) -> SplitResult:
    try:
        found = urlsplit(server)
        is_one = is_machine(found.hostname) and found.port != 0
    except ValueError:
        raise InputError(f"server {server!r}: {EXPECTED}") from None
    if not is_one or found.scheme not in ("http", "https") or found.path not in ("", "/") or found.username:
        raise InputError(f"server {server!r}: {EXPECTED}")
    if found.scheme == "http" and not is_loopback(str(found.hostname)):
        raise InputError(
            f"server {server!r}: without TLS everybody on the way could read the token; use https"
        )
    return found


def _trusting(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise InputError(f"{ca_file}: no certificate in PEM can be read there ({error.strerror})") from None


def _refused(answer: http.client.HTTPResponse) -> Declined:
    """With the words of the gateway, or of whoever else answered in its place."""
    try:
        told = json.loads(answer.read())
        detail = str(told["detail"])
    except (ValueError, KeyError, TypeError, http.client.HTTPException, OSError):
        detail = f"it answers {answer.status} {answer.reason}, and not as a gateway does"
    return Declined(detail, answer.status)


def _wait_s(answer: http.client.HTTPResponse) -> float:
    told = answer.headers.get("Retry-After", "")
    return min(float(told) if told.isdecimal() else 1.0, LONGEST_WAIT_S)
