"""Times as devices write them, to ns UTC: RFC 3339 text, or a count of seconds or parts of them."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import Literal

from gateway.errors import InputError
from gateway.model import EARLIEST_NS, FUTURE_NS, LATEST_NS, SECOND, Refusal
from gateway.payloads.unusable import Unusable, shown
from gateway.times import parse_rfc3339

TimeFormat = Literal["rfc3339", "unix_s", "unix_ms", "unix_us", "unix_ns"]
NS_PER: dict[str, int] = {"unix_s": SECOND, "unix_ms": 1_000_000, "unix_us": 1_000, "unix_ns": 1}
LONGEST_NUMBER = 40  # characters: ten digits of seconds and any fraction a clock resolves
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def from_text(text: str) -> int:
    """RFC 3339 with zone. Raises Unusable."""
    try:
        return parse_rfc3339(text)
    except InputError as error:
        raise Unusable(Refusal.MALFORMED, str(error)) from None


def from_count(digits: str, ns_per_unit: int) -> int:
    """A decimal number of units since 1970, exactly, rounded down to whole ns. Raises Unusable.

    A count whose magnitude no clock has is refused before its exponent costs anything.
    """
    if len(digits) > LONGEST_NUMBER or not _NUMBER.fullmatch(digits):
        raise Unusable(Refusal.MALFORMED, f"{shown(digits)} is no count of time")
    if not EARLIEST_NS <= float(digits) * ns_per_unit <= LATEST_NS:
        raise _absurd(digits)
    return math.floor(Fraction(digits) * ns_per_unit)


def check_believable(time_ns: int, received_ns: int) -> None:
    """Raises Unusable where `model.believable` is False; for one time, without an array."""
    if not (EARLIEST_NS <= time_ns < LATEST_NS and time_ns <= received_ns + FUTURE_NS):
        raise _absurd(time_ns)


def _absurd(given: object) -> Unusable:
    return Unusable(
        Refusal.ABSURD_TIME,
        f"time {shown(given)} lies before 2000, after 2100 or more than a day ahead; "
        "check the device's clock and time_format",
    )
