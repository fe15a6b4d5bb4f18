"""Secrets that are given away once, and of which only a hash is kept."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

BYTES: Final = 32  # 256 bits: nobody guesses it, so that a fast hash is enough
LONGEST: Final = 200  # characters of one that somebody sends
ID_BYTES: Final = 6  # of the public names of sessions and tokens


def new_secret(prefix: str) -> str:
    """Letters, digits, "-" and "_"; the prefix says what it is for, also to programs that look for leaks."""
    return f"{prefix}_{secrets.token_urlsafe(BYTES)}"


def digest(text: str) -> bytes:
    """As it is stored and looked up. What is too long to be ours is cut, and found nowhere."""
    return hashlib.sha256(text[:LONGEST].encode(errors="replace")).digest()


def new_id() -> str:
    """A public name, which gives nobody any power."""
    return secrets.token_hex(ID_BYTES)
