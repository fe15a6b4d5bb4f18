"""One exchange over HTTP: verified, ended in time however slowly it is answered, no redirect followed."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

from gateway.notifiers.credentials import tls_context
from gateway.notifiers.deadline import no_longer_than


@contextmanager
def exchanged(
    method: str,
    url: str,
    body: bytes | None,
    headers: Mapping[str, str],
    within_s: float,
    ca_file: str | None,
) -> Iterator[http.client.HTTPResponse]:
    """The answer, to be read while this is open.

    Raises LinkDown for a `ca_file` that cannot be used; TimeoutError once `within_s` have passed; else
    what the connection raises: OSError, HTTPException, UnicodeError.
    """
    until_s = time.monotonic() + within_s
    connection = _connection(url, within_s, ca_file)
    try:
        connection.connect()
        with no_longer_than(until_s - time.monotonic(), connection.sock):
            connection.request(method, _target(url), body, dict(headers))
            yield connection.getresponse()
    except (OSError, http.client.HTTPException, UnicodeError):
        if time.monotonic() >= until_s:
            raise TimeoutError from None
        raise
    finally:
        connection.close()


def _connection(url: str, within_s: float, ca_file: str | None) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    if parts.scheme == "http":
        return http.client.HTTPConnection(host, port, timeout=within_s)
    return http.client.HTTPSConnection(host, port, timeout=within_s, context=tls_context(ca_file))


def _target(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(("", "", parts.path or "/", parts.query, ""))
