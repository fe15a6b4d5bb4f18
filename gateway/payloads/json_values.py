"""JSON text, and the numbers in it, without losing a digit.

NaN and Infinity are not JSON, but programs write them for what a failed sensor says. They, and numbers that
no instrument has, are readings without a value: what stood beside them is not lost, and they are BAD.
"""

from __future__ import annotations

import math
import re
from typing import Any, Final

import msgspec

from gateway.json_text import StandsTwice, check_names
from gateway.model import LARGEST_VALUE, Refusal
from gateway.payloads.compressed import uncompressed
from gateway.payloads.unusable import NO_NUMBERS, Unusable, shown

_TEXT_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?")
_NO_NUMBER = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)
# What msgspec does not take, outside of texts: words for no number, and integers of thousands of digits.
_TEXT = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?+'
_NOT_JSON = re.compile(_TEXT + rb"|(?<![\w.+-])-?(?:(?:NaN|Infinity)\b|[0-9]{1000,}+(?![\w.]))", re.DOTALL)
_TOO_LONG = b"1e999"  # for what is beyond every float

CHECK: Final = "check what the device sends, and `payload` of the topic"
WORDS: Final = {  # of the decoder, and of people
    "object keys must be strings": "names in an object must stand in double quotes",
    "Input data was truncated": "it is truncated, or empty",
    "trailing characters": "there are trailing characters behind its end",
}

# Numbers with a fraction or exponent stay text, as bytes, which no JSON value is: times stay exact.
_parse = msgspec.json.Decoder(float_hook=str.encode).decode


def parse(payload: bytes) -> Any:
    """The document of `payload`, compressed or not; numbers with a fraction or exponent as bytes.

    Raises Unusable.
    """
    text = uncompressed(payload)
    try:
        return _document(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        meant, replaced = _as_json(text)
        if not replaced:
            raise Unusable(Refusal.MALFORMED, _why(error)) from None
    try:
        return _document(meant)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unusable(Refusal.MALFORMED, _why(error)) from None


def _document(text: bytes) -> Any:
    document = _parse(text)
    try:
        check_names(text, document)
    except StandsTwice as error:
        raise Unusable(Refusal.MALFORMED, f"{error}: nobody knows which value is meant; {CHECK}") from None
    return document


def _why(error: Exception) -> str:
    """What breaks the rules of JSON, where, and what to do."""
    if isinstance(error, RecursionError):
        return f"not JSON that can be read: lists or objects within each other, too deep; {CHECK}"
    if isinstance(error, UnicodeDecodeError):
        return f"not JSON: text in it is not UTF-8; {CHECK}"
    said = str(error).removeprefix("JSON is malformed: ").replace("(byte ", "(at byte ")
    for of_decoder, words in WORDS.items():
        said = said.replace(of_decoder, words)
    return f"not JSON: {said}; {CHECK}"


def _as_json(text: bytes) -> tuple[bytes, bool]:
    """The same with a number beyond every float for what is none, and whether there was any."""
    found = False

    def replaced(match: re.Match[bytes]) -> bytes:
        nonlocal found
        if match[0].startswith(b'"'):
            return match[0]
        found = True
        return NO_NUMBERS.get(match[0], _TOO_LONG)

    return _NOT_JSON.sub(replaced, text), found


def number(
    given: object, address: str, as_text: bool = False, faults: frozenset[float] = frozenset()
) -> float:
    """`given` as a number; NaN where no instrument means it, and `faults` does not have it. Raises Unusable.

    `as_text` takes "21.5", too. "NaN" and "inf" need no option: nobody can take them for a measurement.
    """
    if type(given) is bytes:
        value: float = float(given)
    elif type(given) is int:
        value = given
    elif type(given) is str and as_text and _TEXT_NUMBER.fullmatch(text := given.strip()):
        value = float(text)
    elif type(given) is str and _NO_NUMBER.fullmatch(given.strip()):
        return math.nan
    else:
        hint = "; set numbers_as_text if it is meant as one" if type(given) is str and not as_text else ""
        raise Unusable(Refusal.WRONG_TYPE, f"{address}: {shown(given)} is no number{hint}")
    fine = -LARGEST_VALUE <= value <= LARGEST_VALUE or value in faults
    return float(value) if fine else math.nan
