"""GS1 element strings (GS1 General Specifications, section 3): scanned, printed in parentheses, or linked.

Stored is what identifies one unit and nothing else, because two scans of a pack need not carry the same
dates: (01) GTIN with (21) serial, (00) SSCC, (8003) GRAI with serial, (8004) GIAI,
(8010)+(8011) CPID, (8018) GSRN.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import biip
from biip import ParseError
from biip.checksums import gs1_standard_check_digit
from biip.gs1_element_strings import GS1ElementString
from biip.gs1_messages import GS1Message

from gateway.codes import bounded, shown
from gateway.errors import CodeError

KEYS: Final = (("01", "21"), ("00",), ("8003",), ("8004",), ("8010", "8011"), ("8018",))
"""Application identifiers that together name one unit, first fitting wins."""
SEPARATOR: Final = "\x1d"  # what scanners send for FNC1
_PRINTED = re.compile(r"(?:\([0-9]{2,4}\)[^()]+)+")
_CHECKED_HERE: Final = {"8003": 14, "8018": 18}  # leading digits with a check digit that biip does not verify
_GRAI: Final = 14  # digits; without a serial behind them they name a kind of asset, not one


def parse(text: str) -> str:
    """For example (01)09521234543213(21)1234 from any form in which that pack is scanned or printed."""
    values = _values(_elements(bounded(text)))
    for key in KEYS:
        if all(ai in values for ai in key):
            return "".join(f"({ai}){_unambiguous(values[ai])}" for ai in key)
    raise CodeError(
        f"expected (01) GTIN with (21) serial, SSCC, GRAI + serial, GIAI, CPID or GSRN, found {shown(text)}"
    )


def _elements(code: str) -> Iterable[GS1ElementString]:
    try:
        if code.startswith("("):
            return _printed(code)
        found = biip.parse(code)
    except (ParseError, ValueError, IndexError) as error:  # biip: IndexError for a lone ]
        raise CodeError(f"no GS1 element string: {error}"[:300]) from None
    if found.gs1_message is not None:
        _check_separators(found.gs1_message)
        return found.gs1_message.element_strings
    if found.gs1_digital_link_uri is None:
        raise _expected(code)
    return found.gs1_digital_link_uri.element_strings


def _printed(code: str) -> Iterable[GS1ElementString]:
    """biip passes over what does not fit between two parentheses, and so would take part of a serial."""
    if not _PRINTED.fullmatch(code):
        raise _expected(code)
    return GS1Message.parse_hri(code).element_strings


def _check_separators(message: GS1Message) -> None:
    """biip ends a value at its longest and goes on in what is left, and so would cut a serial."""
    rest = message.value
    for element in message.element_strings:
        rest = rest.lstrip(SEPARATOR).removeprefix(f"{element.ai.ai}{element.value}")
        if element.ai.separator_required and rest and not rest.startswith(SEPARATOR):
            raise CodeError(f"expected FNC1 or the end after {element.as_hri()[:80]}, found {shown(rest)}")


def _values(elements: Iterable[GS1ElementString]) -> dict[str, str]:
    """Values by application identifier, checked."""
    values: dict[str, str] = {}
    for element in elements:
        ai, value = element.ai.ai, element.value
        wrong = element.gtin_error or element.sscc_error or element.gln_error
        if wrong is not None:
            raise CodeError(wrong)
        if not value.isascii():
            raise CodeError(f"expected ASCII, found {shown(value)}")
        if ai in _CHECKED_HERE:
            _check_digit(ai, value[: _CHECKED_HERE[ai]])
        if values.setdefault(ai, value) != value:
            raise CodeError(f"({ai}) stands twice, as {shown(values[ai])} and as {shown(value)}")
    if len(values.get("8003", "")) == _GRAI:
        del values["8003"]
    return values


def _check_digit(ai: str, number: str) -> None:
    expected = gs1_standard_check_digit(number[:-1])
    if int(number[-1]) != expected:
        raise CodeError(f"invalid check digit of ({ai}) {number}: expected {expected}, found {number[-1]}")


def _unambiguous(value: str) -> str:
    """A parenthesis is a legal character of a serial, but (21)1(10)2 must not be two different units."""
    if "(" in value or ")" in value:
        raise CodeError(f"a serial with parentheses can not be told from its label, found {shown(value)}")
    return value


def _expected(code: str) -> CodeError:
    return CodeError(f"expected a GS1 element string, e.g. (01)09521234543213(21)1234, found {shown(code)}")
