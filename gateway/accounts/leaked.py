"""Passwords that leaked somewhere: looked up in a file that the site has, without a network.

Two forms are read where they are, whatever their size: lines of SHA-1 in their order, as Have I Been Pwned
gives them for download (https://haveibeenpwned.com/Passwords, "ordered by hash"), and one password a line.
"""

from __future__ import annotations

import hashlib
import mmap
import re
from pathlib import Path
from typing import Final

from gateway.accounts.passwords import plain
from gateway.errors import InputError

HASH: Final = re.compile(rb"[0-9A-Fa-f]{40}(:|\r?\n|$)")  # 40 hexadecimal digits, then how often it was seen
DIGITS: Final = 40
LONGEST_LINE: Final = 80  # of a hash with its count


def is_leaked(file: Path, password: str) -> bool:
    """Raises InputError where nobody can tell: then no password is taken."""
    try:
        with file.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as lines:
            if HASH.match(lines[:LONGEST_LINE]):
                return _has_hash(lines, _hash(password))
            return any(
                _has_line(lines, one.encode()) for one in {password, plain(password), password.lower()}
            )
    except (OSError, ValueError) as error:  # an empty file, too
        why = getattr(error, "strerror", None) or error
        raise InputError(
            f"passwords that leaked cannot be looked up in {file} ({why}): see `[pages]`"
        ) from None


def _hash(password: str) -> bytes:
    """For looking it up alone: nothing is protected by it."""
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()


def _has_hash(lines: mmap.mmap, wanted: bytes) -> bool:
    """By halves: the line that begins at or behind the middle decides."""
    low, high = 0, len(lines)
    while low < high:
        middle = (low + high) // 2
        begin = 0 if middle == 0 else lines.find(b"\n", middle - 1) + 1
        if (begin == 0 and middle > 0) or begin >= high:
            high = middle
            continue
        found = lines[begin : begin + DIGITS].upper()
        if found == wanted:
            return True
        if found < wanted:
            low = begin + DIGITS
        else:
            high = middle
    return False


def _has_line(lines: mmap.mmap, wanted: bytes) -> bool:
    at = lines.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        if (at == 0 or lines[at - 1] == 0x0A) and lines[end : end + 1] in (b"", b"\n", b"\r"):
            return True
        at = lines.find(wanted, at + 1)
    return False
