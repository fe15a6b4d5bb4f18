"""One-time tokens with which one person acknowledges one happening: signed, with an end, for nothing else.

A token says whom and what it is for; the signature says that this gateway made it. Whether it was used is
known from the acknowledgement that it made, so the journal alone decides, and no list is kept beside it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Collection
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.model import SECOND
from gateway.text import one_line
from gateway.times import format_rfc3339

VERSION: Final = "cg1"
KEY_BYTES: Final = 32
SHORTEST_KEY: Final = 16  # bytes; a key that was cut signs nothing
LONGEST: Final = 2000  # characters: a link that every mail program takes
LONGEST_NAME: Final = 200  # characters of each name in it
MOST_ALARMS: Final = 10  # as many as one message lists
ORIGIN: Final = "token "
_FORM: Final = re.compile(rf"{VERSION}\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)", re.ASCII)
_PURPOSE: Final = b"cryogate acknowledge 1\0"  # a signature of something else is none of a token
_NOT_OURS: Final = (
    "this is no token of this gateway, or it was changed on its way: copy all of it, or acknowledge with "
    "`cryogate ack ALARM --by NAME`"
)


@dataclass(frozen=True, slots=True)
class Token:
    """`name` tells it from every other; `alarms` are those that its person was told of."""

    name: str
    person: str  # id
    alarms: tuple[str, ...]
    until_ns: int

    @property
    def origin(self) -> str:
        """Of the acknowledgement that it makes."""
        return f"{ORIGIN}{self.name}"


def signed(token: Token, key: bytes) -> str:
    """As it is sent: letters, digits, points, hyphens. Raises ValueError for one that could not be read."""
    if len(key) < SHORTEST_KEY:
        raise ValueError(f"the key has {len(key)} bytes, at least {SHORTEST_KEY}")
    said = [token.name, token.person, list(token.alarms), token.until_ns // SECOND]
    payload = json.dumps(said, ensure_ascii=True, separators=(",", ":")).encode()
    if _token(said) is None:
        raise ValueError("a token has a name, a person, and 1 to 10 alarms")
    return f"{VERSION}.{_text(payload)}.{_text(_digest(payload, key))}"


def opened(text: str, key: bytes) -> Token:
    """What was signed. Raises InputError for whatever this key did not sign."""
    found = _FORM.fullmatch(text.strip()) if len(text) <= LONGEST else None
    if found is None:
        raise InputError(_NOT_OURS)
    try:
        payload, digest = _bytes(found[1]), _bytes(found[2])
    except binascii.Error:
        raise InputError(_NOT_OURS) from None
    if len(key) < SHORTEST_KEY or not hmac.compare_digest(digest, _digest(payload, key)):
        raise InputError(_NOT_OURS)
    token = _token(json.loads(payload))
    if token is None:
        raise InputError(_NOT_OURS)
    return token


def check(token: Token, alarms: Collection[str], now_ns: int) -> None:
    """Raises InputError unless it is good for these alarms now. Whether it was used: see `used`."""
    if now_ns >= token.until_ns:
        ended = format_rfc3339(token.until_ns)[:19]
        raise InputError(f"this token ended at {ended}Z; acknowledge with `cryogate ack ALARM --by NAME`")
    if others := sorted(set(alarms) - set(token.alarms)):
        raise InputError(f"this token is for {', '.join(token.alarms)}, not for {one_line(others[0])}")


def used(by: str, at_ns: int, statement: str) -> InputError:
    """To be raised: it made that statement before."""
    at = format_rfc3339(at_ns)[:19]
    return InputError(
        f"this token was used at {at}Z by {one_line(by)}, in the journal as {statement}; it is good once"
    )


def _token(said: Any) -> Token | None:
    if not (isinstance(said, list) and len(said) == 4):
        return None
    name, person, alarms, until_s = said
    if not (isinstance(alarms, list) and 1 <= len(alarms) <= MOST_ALARMS and type(until_s) is int):
        return None
    names = [name, person, *alarms]
    if not all(isinstance(one, str) and 0 < len(one) <= LONGEST_NAME and one.isprintable() for one in names):
        return None
    return Token(name, person, tuple(alarms), until_s * SECOND)


def _digest(payload: bytes, key: bytes) -> bytes:
    return hmac.digest(key, _PURPOSE + payload, hashlib.sha256)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    """Raises binascii.Error; each bytes have one text alone."""
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _text(raw) != text:
        raise binascii.Error
    return raw
