"""Challenges: signed instead of stored, so that nobody fills the file by asking for them.

What for, whose, until when. One that was used is kept until it is over, so that no answer is good twice.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

from gateway.journal.database import Connection, only_row
from gateway.model import SECOND

GOOD_NS: Final = 5 * 60 * SECOND
NONCE, TIME = 16, 8  # bytes of a challenge before its signature
KEY_BYTES: Final = 32


class Challenges:
    """`good_ns`: how long one is good."""

    def __init__(self, connection: Connection, good_ns: int = GOOD_NS) -> None:
        self._connection, self._good_ns = connection, good_ns

    def new(self, purpose: str, now_ns: int) -> bytes:
        said = secrets.token_bytes(NONCE) + (now_ns + self._good_ns).to_bytes(TIME, "big")
        return said + self._mac(purpose, said)

    def use(self, challenge: bytes, purpose: str, now_ns: int) -> int:
        """When it was made; it is good no more. Raises ValueError: it never was, is over, or was used."""
        said, mac = challenge[: NONCE + TIME], challenge[NONCE + TIME :]
        until_ns = int.from_bytes(said[NONCE:], "big")
        is_ours = hmac.compare_digest(mac, self._mac(purpose, said))
        if not (is_ours and now_ns < until_ns <= now_ns + 2 * self._good_ns):
            raise ValueError("not ours, or over")
        self._connection.execute("DELETE FROM used_challenge WHERE until_ns < ?", (now_ns - self._good_ns,))
        self._connection.execute("INSERT OR IGNORE INTO used_challenge VALUES (?, ?)", (challenge, until_ns))
        if not self._connection.changes():
            raise ValueError("used before")
        return until_ns - self._good_ns

    def _mac(self, purpose: str, said: bytes) -> bytes:
        (key,) = only_row(self._connection, "SELECT key FROM challenge_key")
        return hmac.digest(key, purpose.encode() + b"\0" + said, hashlib.sha256)
