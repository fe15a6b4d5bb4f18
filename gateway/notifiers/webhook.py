"""Webhook: a POST of each alarm change or call as JSON, signed in the form of Standard Webhooks.

Source: the Standard Webhooks specification 1.0, "Webhook headers" and "Signature scheme" (symmetric, v1). The
same change has the same webhook-id on every try, so that a receiver can tell a repeat.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from dataclasses import field
from typing import Final

from gateway.alarms.call import Call
from gateway.alarms.change import AlarmChange
from gateway.dataclass import dataclass
from gateway.errors import LinkDown, Rejected
from gateway.notifiers import NOBODY, Setting
from gateway.notifiers.call_json import call_json
from gateway.notifiers.call_words import call_message
from gateway.notifiers.credentials import READ, SECRET, token
from gateway.notifiers.identity import identity, of_call
from gateway.notifiers.posting import Poster, check_timeout, check_url
from gateway.notifiers.words import UnknownSetting
from gateway.text import json_text
from gateway.times import format_rfc3339

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = (24, 64)  # what the specification asks for


@dataclass(frozen=True, slots=True)
class Options:
    """One receiver; `secret_file` has `whsec_` and the base64 of 24 to 64 random bytes on its first line."""

    secret_file: str = field(metadata=SECRET)
    url: str | None = None  # told of every change; None: persons alone are told, at addresses of their own
    timeout_s: float = 10.0  # for all of it, from the request to the answer
    ca_file: str | None = field(default=None, metadata=READ)  # None: the authorities this machine trusts

    def __post_init__(self) -> None:
        if self.url is not None:
            check_url(self.url)
        check_timeout(self.timeout_s)


class Notifier:
    """See the contract in gateway.notifiers."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._poster = Poster(options.timeout_s, options.ca_file)
        self._setting: Setting = UnknownSetting()

    def learn(self, setting: Setting) -> None:
        self._setting = setting

    @property
    def has_receivers(self) -> bool:
        return self._options.url is not None

    def notify(self, change: AlarmChange) -> str:
        """Raises LinkDown and Rejected."""
        if self._options.url is None:
            raise Rejected(NOBODY)
        return self._post(self._options.url, identity(change), _body(change))

    def check_address(self, address: str) -> None:
        check_url(address)

    def tell(self, call: Call, address: str) -> str:
        """To a program of one person. Raises LinkDown and Rejected."""
        told = call_json(call, call_message(call, self._setting))
        payload = {"type": f"call.{call.kind}", "timestamp": format_rfc3339(call.at_ns), "data": told}
        return self._post(address, of_call(call), json_text(payload).encode())

    def _post(self, url: str, name: str, body: bytes) -> str:
        now_s = int(time.time())
        headers = {
            "webhook-id": name,
            "webhook-timestamp": str(now_s),
            "webhook-signature": signature(self._secret(), name, now_s, body),
        }
        return self._poster.post(url, body, headers).words

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
