"""Chinese drug traceability code (NMPAB/T 1002-2019): 20 digits, 7 drug, 9 pack, 4 check.

The check digits are enciphered with a key that is not public, so they are never computed here: a mod-10 or
Luhn test would refuse genuine packs. Codes in use begin with 8.
"""

from __future__ import annotations

import re

from gateway.codes import bounded, shown
from gateway.errors import CodeError

_CODE = re.compile(r"8[0-9]{19}")


def parse(text: str) -> str:
    """20 digits; blanks between groups, as labels print them, are taken out."""
    code = re.sub(r"[ \u00a0]", "", bounded(text))
    if not _CODE.fullmatch(code):
        raise CodeError(f"expected 20 digits that begin with 8, found {shown(text)}")
    return code
