"""Times as devices write them, to ns UTC: RFC 3339, local time, or a count of seconds or parts of them."""

from __future__ import annotations

import math
import re
from datetime import datetime, tzinfo
from fractions import Fraction
from typing import Literal

from gateway.errors import InputError
from gateway.model import EARLIEST_NS, LATEST_NS, SECOND, Quality, Refusal
from gateway.payloads import Message
from gateway.payloads.unusable import Unusable, shown
from gateway.times import instants, parse_rfc3339

TimeFormat = Literal["rfc3339", "local", "unix_s", "unix_ms", "unix_us", "unix_ns"]
NS_PER: dict[str, int] = {"unix_s": SECOND, "unix_ms": 1_000_000, "unix_us": 1_000, "unix_ns": 1}
LONGEST_NUMBER = 40  # characters: ten digits of seconds and any fraction a clock resolves
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_LOCAL = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?", re.ASCII)


def receipt(message: Message) -> tuple[int, Quality]:
    """The time of what says none itself, that of receipt, and what readings of that time are worth at best.

    UNCERTAIN where the broker kept the message while we were away. Raises Unusable for a retained one.
    """
    if message.retained:
        raise Unusable(
            Refusal.UNDATED,
            "a retained message without a time of its own: nobody knows when this was measured; "
            "the next one that is published is taken",
        )
    return message.received_ns, Quality.UNCERTAIN if message.late else Quality.GOOD


def from_local(text: str, zone: tzinfo) -> tuple[int, ...]:
    """ "2026-01-05T11:00:00[.5]" as clocks in `zone` show it: once, or twice when they are set back.

    Raises Unusable; also for a time that the clocks skip: then the device follows other rules than `zone`.
    """
    match = _LOCAL.fullmatch(text.strip())
    if match is None:
        raise Unusable(Refusal.MALFORMED, f"{shown(text)} is no local time like 2026-01-05T11:00:00")
    try:
        naive = datetime.fromisoformat(f"{match[1]}T{match[2]}")
    except ValueError as error:
        raise Unusable(Refusal.MALFORMED, f"{shown(text)} is not a time: {error}") from None
    found = instants(naive, zone)
    if not found:
        hint = "check time_zone and the device's daylight-saving rule"
        raise Unusable(Refusal.ABSURD_TIME, f"clocks in {zone} skip {text.strip()}; {hint}")
    fraction_ns = int((match[3] or "0").ljust(9, "0"))
    return tuple(moment + fraction_ns for moment in found)


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


def check_believable(time_ns: int) -> None:
    """Raises Unusable where `model.believable` is False; for one time, without an array.

    A time ahead of the gateway's clock is none of a payload's business: gateway/clocks knows what to do.
    """
    if not EARLIEST_NS <= time_ns < LATEST_NS:
        raise _absurd(time_ns)


def _absurd(given: object) -> Unusable:
    return Unusable(
        Refusal.ABSURD_TIME,
        f"time {shown(given)} lies before 2000 or after 2100; check the device's clock and time_format",
    )
