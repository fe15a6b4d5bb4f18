"""A marketing authorisation holder's own code: opaque, kept exactly as it is."""

from __future__ import annotations

import re

from gateway.codes import bounded, shown
from gateway.errors import CodeError

_CODE = re.compile(r"[!-~](?:[ -~]{0,62}[!-~])?")


def parse(text: str) -> str:
    """1 to 64 printable ASCII characters, no blank at either end; case counts."""
    code = bounded(text)
    if not _CODE.fullmatch(code):
        raise CodeError(f"expected 1 to 64 printable ASCII characters, found {shown(text)}")
    return code
