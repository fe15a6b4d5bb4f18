"""GS1 element strings (GS1 General Specifications, section 3): scanned, printed in parentheses, or linked.

Stored is what identifies one unit and nothing else, because two scans of a pack need not carry the same
dates: (01) GTIN with (21) serial, (00) SSCC, (8003) GRAI with serial, (8004) GIAI,
(8010)+(8011) CPID, (8018) GSRN.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import urlsplit

from biip import ParseError
from biip.checksums import gs1_standard_check_digit
from biip.gs1_digital_link_uris import GS1DigitalLinkURI
from biip.gs1_element_strings import GS1ElementString
from biip.gs1_messages import GS1Message

from gateway.codes import DATA_MATRIX, QR_CODE, Part, bounded, read_by_scanner, shown
from gateway.errors import CodeError

KEYS: Final = (("01", "21"), ("00",), ("8003",), ("8004",), ("8010", "8011"), ("8018",))
"""Application identifiers that together name one unit, first fitting wins."""
SEPARATOR: Final = "\x1d"  # what scanners send for FNC1
OF_MESSAGES: Final = ("]C1", "]d2", "]Q3", "]J1", "]e0")  # GS1-128, DataMatrix, QR, DotCode, DataBar
OF_LINKS: Final = (DATA_MATRIX, QR_CODE)  # a link is plain text, in a symbol without FNC1
_LINK = re.compile(r"https?://", re.IGNORECASE)
_PRINTED = re.compile(r"(?:\([0-9]{2,4}\)[^()]+)+")
_ELEMENT = re.compile(r"\(([0-9]{2,4})\)([^()]+)")
_VALUE = re.compile(r"[!-~]+")  # no blank, no control character: no set of GS1 has one
_CHECKED_HERE: Final = {"8003": 14, "8018": 18}  # leading digits with a check digit that biip does not verify
_GRAI: Final = 14  # digits; without a serial behind them they name a kind of asset, not one
_SHAPES: Final = {
    "8004": (re.compile(r"[0-9]{4}.+"), "a GIAI that begins with a company prefix (4 digits or more)"),
    "8010": (
        re.compile(r"[0-9]{4}[#/0-9A-Z-]+"),
        "a CPID that begins with a company prefix (4 digits or more)",
    ),
    "8011": (re.compile(r"0|[1-9][0-9]{0,11}"), "a CPID serial without leading zeros"),
}


def parse(text: str) -> str:
    """For example (01)09521234543213(21)1234 from any form in which that pack is scanned or printed."""
    values = _values(_elements(bounded(text)))
    for key in KEYS:
        if all(ai in values for ai in key):
            return "".join(f"({ai}){_unambiguous(values[ai])}" for ai in key)
    raise CodeError(
        f"expected (01) GTIN with (21) serial, SSCC, GRAI + serial, GIAI, CPID or GSRN, found {shown(text)}"
    )


def parts(text: str) -> tuple[Part, ...]:
    """Every element string, also where they name no single unit."""
    elements = list(_elements(bounded(text)))
    _values(elements)
    return tuple(_part(element) for element in elements)


def _elements(code: str) -> Iterable[GS1ElementString]:
    symbology, data = read_by_scanner(code)
    is_link = _LINK.match(data) is not None
    if symbology and symbology not in (OF_LINKS if is_link else OF_MESSAGES):
        raise CodeError(
            f"{symbology} is no symbol that carries {'a link' if is_link else 'GS1'}: {shown(code)}"
        )
    try:
        if is_link:
            return _linked(data)
        if not symbology and data.startswith("("):
            return list(_printed(data))
        message = GS1Message.parse(data)
    except (ParseError, ValueError, IndexError) as error:
        raise CodeError(f"expected a GS1 element string: {_without_pattern(error)}"[:300]) from None
    _check_separators(message)
    return message.element_strings


def _part(element: GS1ElementString) -> Part:
    """A date is told as ISO 8601 has it."""
    words = element.ai.description.removesuffix(" (YYMMDD)")
    return Part(element.ai.ai, words, element.value if element.date is None else element.date.isoformat())


def _linked(data: str) -> Iterable[GS1ElementString]:
    """Scheme and host may be written in capitals, as small QR codes have them."""
    uri = urlsplit(data)
    return GS1DigitalLinkURI.parse(uri._replace(netloc=uri.netloc.lower()).geturl()).element_strings


def _printed(code: str) -> Iterator[GS1ElementString]:
    """Each value as it stands: biip takes blanks out of it, and passes over what does not fit."""
    if not _PRINTED.fullmatch(code):
        raise _expected(code)
    for ai, printed in _ELEMENT.findall(code):
        value = printed.strip(" \u00a0")  # labels set parts apart by blanks
        _check_signs(ai, value)
        element = GS1ElementString.parse(f"{ai}{value}")
        if (element.ai.ai, element.value) != (ai, value):
            raise CodeError(f"expected a value of ({ai}), found {shown(value)}")
        yield element


def _without_pattern(error: Exception) -> str:
    """What biip says, without the regular expression at its end."""
    return str(error).partition(" pattern '")[0]


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
        _check_signs(ai, value)
        _check_shape(ai, value)
        if values.setdefault(ai, value) != value:
            raise CodeError(f"({ai}) stands twice, as {shown(values[ai])} and as {shown(value)}")
    if len(values.get("8003", "")) == _GRAI:
        del values["8003"]
    return values


def _check_signs(ai: str, value: str) -> None:
    if not _VALUE.fullmatch(value):
        raise CodeError(f"expected ASCII without blanks in ({ai}), found {shown(value)}")


def _check_shape(ai: str, value: str) -> None:
    if ai in _SHAPES:
        shape, words = _SHAPES[ai]
        if not shape.fullmatch(value):
            raise CodeError(f"expected {words}, found {shown(value)}")
    if ai in _CHECKED_HERE:
        _check_digit(ai, value[: _CHECKED_HERE[ai]])


def _check_digit(ai: str, number: str) -> None:
    expected = gs1_standard_check_digit(number[:-1])
    if int(number[-1]) != expected:
        raise CodeError(f"invalid check digit of ({ai}) {number}: expected {expected}, found {number[-1]}")


def _unambiguous(value: str) -> str:
    """A parenthesis is a legal character of a serial, but (21)1(10)2 must not be two different units."""
    if "(" in value or ")" in value:
        raise CodeError(f"a serial with parentheses cannot be told from its label, found {shown(value)}")
    return value


def _expected(code: str) -> CodeError:
    return CodeError(f"expected a GS1 element string, e.g. (01)09521234543213(21)1234, found {shown(code)}")
