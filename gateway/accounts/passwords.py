"""Passwords: long rather than odd, none that everybody tries first, stored as argon2id.

NIST SP 800-63B 5.1.1 and OWASP ASVS 5.0 6.2: no rules of composition, no change without a reason, every
character is good, and a list of what is known to be bad.
"""

from __future__ import annotations

import functools
import re
import threading
import unicodedata
from collections.abc import Collection, Iterator
from importlib.resources import files
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from gateway.errors import InputError
from gateway.statements.fields import is_unicode

SHORTEST: Final = 12  # characters
LONGEST: Final = 256  # characters; more is somebody who wants to see us busy
FEWEST_DIFFERENT: Final = 5  # characters
HASHER: Final = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)  # above OWASP's least
AT_ONCE: Final = 2  # hashes that are made at a time: 32 MiB each, beside readings that must not be late
_ROWS: Final = (
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "01234567890",
    "qazwsxedcrfv",
)
_ENDS: Final = "0123456789!?.,-_#* "  # what is put behind a word
_LEET: Final = str.maketrans("013457@$!+", "oieastasit")
_room = threading.BoundedSemaphore(AT_ONCE)


def check(password: str, own_words: Collection[str] = ()) -> None:
    """Raises InputError for one that is easily guessed. `own_words`: the account, names, the gateway's."""
    if why := next(_weak(password, own_words), ""):
        raise InputError(why)


def hashed(password: str, hasher: PasswordHasher = HASHER) -> str:
    with _room:
        return hasher.hash(plain(password))


def is_right(stored: str | None, password: str, hasher: PasswordHasher = HASHER) -> bool:
    """It takes as long where nothing is stored: time does not say whether an account exists."""
    too_long = len(password) > LONGEST
    with _room:
        try:
            hasher.verify(stored or _nobodys(hasher), "" if too_long else plain(password))
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None and not too_long


def plain(password: str) -> str:
    """The same password from every keyboard; half a character is none."""
    return unicodedata.normalize("NFKC", password.encode(errors="replace").decode())


@functools.cache
def _nobodys(hasher: PasswordHasher) -> str:
    return hasher.hash("what nobody has as a password")


def _weak(password: str, own_words: Collection[str]) -> Iterator[str]:
    """Why it is guessed soon."""
    if len(password) < SHORTEST:
        yield f"a password has at least {SHORTEST} characters: several words are easy to keep in mind"
    if not is_unicode(password):
        yield "this password holds half a character"
    if len(password) > LONGEST:
        yield f"a password has at most {LONGEST} characters"
    if len(set(password)) < FEWEST_DIFFERENT:
        yield f"this password has less than {FEWEST_DIFFERENT} different characters"
    cores = {_core(password), _core(password.rstrip(_ENDS).translate(_LEET))}
    if password.casefold() in known_bad() or any(_is_made_of(core, known_bad()) for core in cores):
        yield "this password is among the first that are tried: take words that do not belong together"
    if _without_runs(password.casefold()) < FEWEST_DIFFERENT:
        yield "this password follows the keyboard or the alphabet"
    owned = {_core(word) for word in own_words} | {"cryogate"}
    if any(_is_made_of(core, known_bad() | owned) for core in cores):
        yield "this password is made of names that everybody here knows"


@functools.cache
def known_bad() -> frozenset[str]:
    """Words and whole passwords of our own list, one a line."""
    text = (files("gateway.accounts") / "known_bad.txt").read_text(encoding="utf-8")
    return frozenset(line.strip() for line in text.splitlines() if line.strip() and line[0] != "#")


def _core(password: str) -> str:
    """Its letters: "Password-2026!" is "password"."""
    return re.sub(r"[\W\d_]", "", password.casefold())


def _is_made_of(text: str, words: Collection[str]) -> bool:
    """Whether nothing is left when such words are taken out of it, the longest first."""
    left = text
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, " ") if len(word) > 1 else left
    return text != "" and not left.strip()


def _without_runs(text: str) -> int:
    """Characters that are left when keys that lie side by side, four and more, are taken out."""
    rows = [*_ROWS, *(row[::-1] for row in _ROWS)]
    runs = {row[i : i + 4] for row in rows for i in range(len(row) - 3)}
    marked = {i + k for i in range(len(text) - 3) if text[i : i + 4] in runs for k in range(4)}
    return len(text) - len(marked)
