"""Traceability code schemes, one file each; the file's name is the `scheme` of a code.

A file in this folder provides

    def parse(text: str) -> str        the one normal form under which the code is stored and compared

and, where it has them,

    class Options                                    frozen dataclass: the keys of [codes.NAME]
    def refuse(code: str, options: Options) -> None  raises CodeError for a normal form that is not carried
    def former(text: str) -> str                     the normal form that an earlier version made of it
    def beside(text: str) -> str                     in words, what stands in it and could be taken for a part
                                                     of the unit, but is none by the standard; empty: nothing
    def parts(text: str) -> tuple[Part, ...]         everything that stands in it, for whoever asks;
                                                     also of a code that names no unit by itself

All raise CodeError with what was expected and what was found. A normal form parses to itself. The scheme is
always stated, never guessed: several families coexist and their codes can look alike.
"""

from __future__ import annotations

import re
from typing import Final

from gateway.dataclass import dataclass
from gateway.errors import CodeError

LONGEST_CODE = 400  # characters; no carrier in use holds more than a few hundred
CODE_128: Final = "]C0"
DATA_MATRIX: Final = "]d1"
QR_CODE: Final = "]Q1"
_SYMBOLOGY: Final = re.compile(r"\][A-Za-z][0-9A-Za-z]")


@dataclass(frozen=True, slots=True)
class Part:
    """Something that stands in a code: its name in the standard, the same in words, and its value."""

    name: str
    words: str
    value: str


def bounded(text: str) -> str:
    """`text` without blanks around it. Raises CodeError when it is empty or endless."""
    stripped = text.strip()
    if not stripped or len(stripped) > LONGEST_CODE:
        raise CodeError(f"expected a code of 1 to {LONGEST_CODE} characters, found {shown(text)}")
    return stripped


def read_by_scanner(code: str) -> tuple[str, str]:
    """What a scanner says of the symbol (ISO/IEC 15424, e.g. ]C1; empty: nothing), and the data behind it."""
    found = _SYMBOLOGY.match(code)
    return ("", code) if found is None else (found[0], code[found.end() :])


def shown(text: str) -> str:
    """A code for a message, cut."""
    return repr(text if len(text) <= 80 else text[:77] + "...")
