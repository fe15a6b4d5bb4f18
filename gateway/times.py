"""Times as text: RFC 3339 with nanoseconds to int64 ns UTC and back."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from gateway.errors import InputError

_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9})\d*)?([Zz]|[+-]\d\d:?\d\d)", re.ASCII
)
_SECOND = 1_000_000_000


def parse_rfc3339(text: str) -> int:
    """RFC 3339 section 5.6 date-time, zone required, to ns UTC; digits beyond the ninth are cut off.

    Raises InputError when the text is no date-time or names no zone.
    """
    match = _RFC3339.fullmatch(text.strip())
    if match is None:
        raise InputError(f"{text[:40]!r} is not an RFC 3339 time with zone, e.g. 2026-01-05T11:00:00.123Z")
    year, month, day, hour, minute, second = (int(match[i]) for i in range(1, 7))
    fraction = int((match[7] or "0").ljust(9, "0"))
    leap = second == 60  # a leap second counts as the start of the next minute
    try:
        moment = datetime(year, month, day, hour, minute, 59 if leap else second, tzinfo=UTC)
    except ValueError as error:
        raise InputError(f"{text[:40]!r} is not a time: {error}") from None
    whole = int(moment.timestamp()) + leap - _zone_seconds(match[8])
    return whole * _SECOND + (0 if leap else fraction)


def format_rfc3339(time_ns: int) -> str:
    """Nanoseconds UTC as RFC 3339, always nine digits and Z."""
    whole, fraction = divmod(int(time_ns), _SECOND)
    moment = datetime.fromtimestamp(whole, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{fraction:09d}Z"


def _zone_seconds(zone: str) -> int:
    if zone in "Zz":
        return 0
    sign = -1 if zone[0] == "-" else 1
    digits = zone[1:].replace(":", "")
    return sign * (int(digits[:2]) * 3600 + int(digits[2:]) * 60)
