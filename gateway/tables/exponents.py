"""Numbers with an exponent: programs write as many digits of it in each row, so a shorter one was cut off."""

from __future__ import annotations

import re
from typing import Final

from gateway.errors import InputError

_EXPONENT: Final = re.compile(r"[0-9.][eE][+\-\N{MINUS SIGN}]([0-9]+)$")


class Exponents:
    """Remembers how many digits the exponents of each column have."""

    def __init__(self) -> None:
        self._digits: dict[str | int, int] = {}

    def check(self, text: str, column: str | int) -> None:
        """`text` without its unit. Raises InputError: 7.734000e+0 is no 77.34, and may have been one."""
        match = _EXPONENT.search(text)
        if match and len(match[1]) < self._digits.setdefault(column, len(match[1])):
            raise InputError(
                f"{column}: the exponent of {text[:40]!r} has fewer digits than those above it: "
                "it may be cut off"
            )
