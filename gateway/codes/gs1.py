"""GS1 element strings (GS1 General Specifications, section 3), scanned or as printed with parentheses.

Stored is what identifies one unit and nothing else, because two scans of a pack need not carry the same
dates: (01) GTIN with (21) serial, (00) SSCC, (8003) GRAI, (8004) GIAI, (8010)+(8011) CPID, (8018) GSRN.
"""

from __future__ import annotations

from typing import Final

import biip
from biip import ParseError
from biip.gs1_messages import GS1Message

from gateway.codes import bounded, shown
from gateway.errors import CodeError

KEYS: Final = (("01", "21"), ("00",), ("8003",), ("8004",), ("8010", "8011"), ("8018",))
"""Application identifiers that together name one unit, first fitting wins."""


def parse(text: str) -> str:
    """For example (01)09521234543213(21)1234 from any form in which that pack is scanned or printed."""
    message = _message(bounded(text))
    values = {element.ai.ai: element.value for element in message.element_strings}
    for key in KEYS:
        if all(ai in values for ai in key):
            return "".join(f"({ai}){values[ai]}" for ai in key)
    raise CodeError(
        f"expected a serial GTIN (01)+(21), SSCC (00), GRAI, GIAI, CPID or GSRN, found {shown(text)}"
    )


def _message(code: str) -> GS1Message:
    try:
        message = GS1Message.parse_hri(code) if code.startswith("(") else biip.parse(code).gs1_message
    except (ParseError, ValueError) as error:
        raise CodeError(f"no GS1 element string: {error}"[:300]) from None
    if message is None:
        raise CodeError(
            f"expected a GS1 element string, e.g. (01)09521234543213(21)1234, found {shown(code)}"
        )
    for element in message.element_strings:
        wrong = element.gtin_error or element.sscc_error or element.gln_error
        if wrong is not None:
            raise CodeError(wrong)
    return message
