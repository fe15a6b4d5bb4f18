"""Codes of an authenticator app: RFC 6238 with SHA-1, 30 s and 6 digits, which every app has."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Final
from urllib.parse import quote, urlencode

from gateway.model import SECOND

STEP_S: Final = 30
DIGITS: Final = 6
WINDOW: Final = 1  # steps before and after: phones and gateways are seconds apart
KEY_BYTES: Final = 20  # RFC 4226, section 4: 160 bits


def new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def step_at(now_ns: int) -> int:
    return now_ns // (STEP_S * SECOND)


def code_of(key: bytes, step: int, digits: int = DIGITS) -> str:
    """RFC 4226, section 5.3."""
    mac = hmac.digest(key, step.to_bytes(8, "big"), hashlib.sha1)
    offset = mac[-1] & 0xF
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


def matching_step(key: bytes, code: str, now_ns: int) -> int | None:
    """The step that has this code, near now; all are compared, so that time tells nothing."""
    now = step_at(now_ns)
    typed = code.encode(errors="replace")
    steps = [step for step in range(now - WINDOW, now + WINDOW + 1) if step >= 0]
    equal = [step for step in steps if hmac.compare_digest(code_of(key, step).encode(), typed)]
    return equal[-1] if equal else None


def uri(key: bytes, account: str, issuer: str) -> str:
    """What an app takes, mostly as a QR code."""
    said = urlencode({"secret": text(key), "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer)}:{quote(account)}?{said}"


def text(key: bytes) -> str:
    """What is typed where no code can be scanned."""
    return base64.b32encode(key).decode()
