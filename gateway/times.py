"""Times as text: RFC 3339 with nanoseconds to int64 ns UTC and back; how long a server asks us to wait."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final

from gateway.errors import InputError

_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9})\d*)?([Zz]|[+-]\d\d:?\d\d)", re.ASCII
)
LONGEST_WAIT_S: Final = 3600.0  # a server that asks for more is asked again all the same
LONGEST_KEPT: Final = 40  # characters
_SECOND = 1_000_000_000
EARLIEST: Final = -8_520_336_000 * _SECOND  # 1700-01-01
LATEST: Final = 7_258_118_400 * _SECOND  # 2200-01-01
_EPOCH = datetime.fromtimestamp(0, UTC).replace(tzinfo=None)  # without zone: written in a fifth of the time
_FARTHEST_ZONE_H = 14  # Kiritimati; what is farther is a slip of the pen, and hours of error


def parse_rfc3339(text: str) -> int:
    """RFC 3339 section 5.6 date-time, zone required, to ns UTC; digits beyond the ninth are cut off.

    int64 counts ns from 1677 to 2262. What is written for "always" or "never" beyond EARLIEST and LATEST
    counts as these, years before the end of what can be counted: sums and differences stay inside, too.
    Raises InputError when the text is no date-time or names no zone.
    """
    return max(EARLIEST, min(LATEST, exactly(text)))


def exactly(text: str) -> int:
    """The same without these ends, for who looks at them: of what `format_rfc3339` wrote."""
    return _parsed(text) if len(text) <= LONGEST_KEPT else _parsed.__wrapped__(text)


@lru_cache(maxsize=256)  # 40 kB: the rows of a file, and statements, tell few different times
def _parsed(text: str) -> int:
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
    whole = int(moment.timestamp()) + leap - zone_seconds(match[8])
    return whole * _SECOND + (0 if leap else fraction)


def instants(shown: datetime, zone: tzinfo) -> tuple[int, ...]:
    """When clocks in `zone` show the naive time `shown`, as ns UTC (PEP 495): whole seconds count.

    Once; twice, earliest first, when they are set back; never when they skip it.
    """
    before, after = (_offset_s(shown, zone, fold) for fold in (0, 1))
    if before < after:
        return ()
    seconds = calendar.timegm(shown.timetuple())
    return tuple((seconds - offset) * _SECOND for offset in sorted({before, after}, reverse=True))


def format_rfc3339(time_ns: int) -> str:
    """Nanoseconds UTC as RFC 3339, always nine digits and Z."""
    whole, fraction = divmod(int(time_ns), _SECOND)
    return f"{_second(whole)}.{fraction:09d}Z"


@lru_cache(maxsize=1024)
def _second(whole: int) -> str:
    """Seconds UTC since 1970; what is said at once is often of one."""
    return (_EPOCH + timedelta(seconds=whole)).isoformat()


def to_the_second(time_ns: int) -> str:
    """The same for people, who read no fraction."""
    return f"{format_rfc3339(time_ns)[:19]}Z"


def retry_after_s(header: str | None, now_s: float) -> float:
    """What Retry-After asks us to wait (RFC 9110 section 10.2.3: seconds or a date); 0: nothing."""
    told = (header or "").strip()
    if told.isascii() and told.isdigit():
        return min(LONGEST_WAIT_S, float(told[:9]))
    import email.utils  # a large library for one rare header

    parts = email.utils.parsedate_tz(told)
    if parts is None:
        return 0.0
    return max(0.0, min(LONGEST_WAIT_S, email.utils.mktime_tz(parts) - now_s))


def _offset_s(shown: datetime, zone: tzinfo, fold: int) -> int:
    """From UTC, as it is before (fold 0) and after (fold 1) a change of the clocks at `shown`."""
    return round((shown.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta()).total_seconds())


def zone_seconds(zone: str) -> int:
    """Seconds ahead of UTC, of Z or a number. Raises InputError for a zone that there is not."""
    if zone in "Zz":
        return 0
    sign = -1 if zone[0] == "-" else 1
    digits = zone[1:].replace(":", "")
    if int(digits) > _FARTHEST_ZONE_H * 100 or int(digits[2:]) > 59:
        raise InputError(f"there is no time zone {zone}: they go from -12:00 to +{_FARTHEST_ZONE_H}:00")
    return sign * (int(digits[:2]) * 3600 + int(digits[2:]) * 60)
