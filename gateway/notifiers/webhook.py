"""Webhook: a POST of each alarm change as JSON, signed in the form of Standard Webhooks.

Source: the Standard Webhooks specification 1.0, "Webhook headers" and "Signature scheme" (symmetric, v1). The
same change has the same webhook-id on every try, so that a receiver can tell a repeat.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from dataclasses import dataclass, field
from typing import Final

from gateway.alarms.change import AlarmChange
from gateway.errors import LinkDown
from gateway.notifiers.credentials import READ, SECRET, token
from gateway.notifiers.identity import identity
from gateway.notifiers.posting import Poster, check_timeout, check_url
from gateway.text import json_text
from gateway.times import format_rfc3339

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = (24, 64)  # what the specification asks for


@dataclass(frozen=True, slots=True)
class Options:
    """One receiver; `secret_file` has `whsec_` and the base64 of 24 to 64 random bytes on its first line."""

    url: str
    secret_file: str = field(metadata=SECRET)
    timeout_s: float = 10.0  # for all of it, from the request to the answer
    ca_file: str | None = field(default=None, metadata=READ)  # None: the authorities this machine trusts

    def __post_init__(self) -> None:
        check_url(self.url)
        check_timeout(self.timeout_s)


class Notifier:
    """See the contract in gateway.notifiers."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._poster = Poster(options.url, options.timeout_s, options.ca_file)

    def notify(self, change: AlarmChange) -> str:
        """Raises LinkDown and Rejected."""
        name, now_s = identity(change), int(time.time())
        body = _body(change)
        headers = {
            "webhook-id": name,
            "webhook-timestamp": str(now_s),
            "webhook-signature": signature(self._secret(), name, now_s, body),
        }
        return self._poster.post(body, headers).words

    def _secret(self) -> bytes:
        path = self._options.secret_file
        line = token("secret_file", path)
        try:
            secret = base64.b64decode(line.removeprefix(PREFIX), validate=True)
        except binascii.Error:
            secret = b""
        if not line.startswith(PREFIX) or not SECRET_BYTES[0] <= len(secret) <= SECRET_BYTES[1]:
            raise LinkDown(
                f"secret_file {path}: expected {PREFIX} and the base64 of {SECRET_BYTES[0]} to "
                f"{SECRET_BYTES[1]} bytes; make one with: echo {PREFIX}$(openssl rand -base64 32)"
            )
        return secret


def signature(secret: bytes, name: str, timestamp_s: int, body: bytes) -> str:
    """As it stands in the header."""
    signed = f"{name}.{timestamp_s}.".encode() + body
    digest = hmac.digest(secret, signed, hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}"


def _body(change: AlarmChange) -> bytes:
    recorded = format_rfc3339(change.recorded_ns)
    said = {"change": change.change, "number": change.number, "recorded": recorded}
    payload = {"type": f"alarm.{change.change}", "timestamp": recorded, "data": {**said, **change.alarm}}
    return json_text(payload).encode()
