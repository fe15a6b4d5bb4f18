"""ISBT 128 donation identification number (ST-001, data structure 001): facility, year, number, flag.

Only the structure is used here; the tables of facilities and products belong to ICCBBA. The number is
stored as its 13 characters: the two flag characters and the check character K are not part of the key.
"""

from __future__ import annotations

import re

from gateway.codes import bounded, shown
from gateway.errors import CodeError

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"  # values 0 to 36 of ISO/IEC 7064 MOD 37-2
_NUMBER = r"([A-NP-Z1-9][A-NP-Z0-9]{2}[0-9]{2}[0-9]{8})"
_SCANNED = re.compile("=" + _NUMBER + r"([0-9A-HJ-NPR-Y]{2})")  # data identifier, number, flag
_PRINTED = re.compile(_NUMBER + r"([0-9]{2})?([0-9A-Z*])?")  # number, perhaps flag, perhaps boxed K


def parse(text: str) -> str:
    """Scanned (`=` number flag) or printed, with or without flag and K; checked wherever a check is there."""
    code = re.sub(r"[ \u00a0]", "", bounded(text))
    scanned = _SCANNED.fullmatch(code)
    printed = None if scanned else _PRINTED.fullmatch(code)
    match = scanned or printed
    if match is None:
        raise CodeError(f"expected an ISBT 128 donation number, e.g. =G12341765432170, found {shown(text)}")
    number, flag = match[1], match[2]
    check = check_value(number)
    if flag is not None and flag.isdigit() and 60 <= int(flag) <= 96 and int(flag) - 60 != check:
        raise CodeError(f"flag {flag} of {number} does not fit: expected {60 + check}")
    if printed is not None and printed[3] is not None and printed[3] != ALPHABET[check]:
        raise CodeError(f"check character {printed[3]} of {number} does not fit: expected {ALPHABET[check]}")
    return number


def check_value(number: str) -> int:
    """Value of K, 0 to 36 (ST-001 appendix A, ISO/IEC 7064 MOD 37-2)."""
    remainder = 0
    for character in number:
        remainder = (remainder + ALPHABET.index(character)) * 2 % 37
    return (38 - remainder) % 37
