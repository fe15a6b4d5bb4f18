"""JSON text, and the numbers in it, without losing a digit."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from gateway.model import LARGEST_VALUE, Refusal
from gateway.payloads.compressed import uncompressed
from gateway.payloads.unusable import Unusable, shown

_TEXT_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?")

# Numbers with a fraction or exponent stay text, as bytes, which no JSON value is: times stay exact.
_parse = msgspec.json.Decoder(float_hook=str.encode).decode


def parse(payload: bytes) -> Any:
    """The document of `payload`, compressed or not; numbers with a fraction or exponent as bytes.

    Raises Unusable.
    """
    try:
        return _parse(uncompressed(payload))
    except msgspec.ValidationError as error:
        raise Unusable(Refusal.NOT_FINITE, str(error)) from None  # an integer of thousands of digits
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        hint = "; NaN and Infinity are not JSON" if b"NaN" in payload or b"Infinity" in payload else ""
        raise Unusable(Refusal.MALFORMED, f"{error}{hint}") from None


def number(
    given: object, address: str, as_text: bool = False, faults: frozenset[float] = frozenset()
) -> float:
    """`given` as a number that an instrument can mean, or one of `faults`. Raises Unusable.

    `as_text` takes "21.5", too.
    """
    if type(given) is bytes:
        value: float = float(given)
    elif type(given) is int:
        value = given
    elif type(given) is str and as_text and _TEXT_NUMBER.fullmatch(text := given.strip()):
        value = float(text)
    else:
        hint = "; set numbers_as_text if it is meant as one" if type(given) is str and not as_text else ""
        raise Unusable(Refusal.WRONG_TYPE, f"{address}: {shown(given)} is no number{hint}")
    if not -LARGEST_VALUE <= value <= LARGEST_VALUE and value not in faults:
        raise Unusable(Refusal.NOT_FINITE, f"{address}: {shown(given)} is no value an instrument has")
    return float(value)
