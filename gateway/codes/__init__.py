"""Traceability code schemes, one file each; the file's name is the `scheme` of a code.

A file in this folder provides

    def parse(text: str) -> str        the one normal form under which the code is stored and compared

`parse` raises CodeError with what was expected and what was found. A normal form parses to itself. The
scheme is always stated, never guessed: several families coexist and their codes can look alike.
"""

from __future__ import annotations

from gateway.errors import CodeError

LONGEST_CODE = 400  # characters; no carrier in use holds more than a few hundred


def bounded(text: str) -> str:
    """`text` without blanks around it. Raises CodeError when it is empty or endless."""
    stripped = text.strip()
    if not stripped or len(stripped) > LONGEST_CODE:
        raise CodeError(f"expected a code of 1 to {LONGEST_CODE} characters, found {shown(text)}")
    return stripped


def shown(text: str) -> str:
    """A code for a message, cut."""
    return repr(text if len(text) <= 80 else text[:77] + "...")
