"""Moments as people say them: RFC 3339, a day and time of a clock on a wall, or "friday 08:00"."""

from __future__ import annotations

import re
from datetime import date, tzinfo
from typing import Final

from gateway.alarms.walltime import DAY, begins_ns, local_time
from gateway.errors import InputError
from gateway.statements.clock_times import WEEKDAYS, time_of_day
from gateway.statements.fields import is_a_time
from gateway.times import parse_rfc3339

FIRST_YEAR, LAST_YEAR = 2000, 2098  # a day more is in this century, too
CENTURY: Final = f"expected a time from {FIRST_YEAR} to {LAST_YEAR}"
EXPECTED: Final = "expected RFC 3339 with zone, '2026-01-09 08:00', or 'friday 08:00'"
_LOCAL: Final = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)", re.ASCII)
_WEEKDAY: Final = re.compile(r"([A-Za-z]{3,9}) (\d\d:\d\d)", re.ASCII)


def moment_ns(text: str, zone: tzinfo, now_ns: int) -> int:
    """A day of the week is meant the next time that it comes. Raises InputError."""
    told = " ".join(text.split())
    try:
        if match := _LOCAL.fullmatch(told):
            return begins_ns(day_of(match[1]), time_of_day(match[2]), zone)
        if match := _WEEKDAY.fullmatch(told):
            return _next(match[1].lower(), match[2], zone, now_ns)
    except ValueError as error:
        raise InputError(f"{text[:40]!r}: {error}; {EXPECTED}") from None
    try:
        at_ns = parse_rfc3339(told)
    except InputError:
        raise InputError(f"{text[:40]!r} is no time; {EXPECTED}") from None
    if not is_a_time(at_ns):
        raise InputError(f"{text[:40]!r}: {CENTURY}")
    return at_ns


def day_of(text: str) -> date:
    """Raises InputError."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{text[:40]!r} is no date; expected one like 2026-01-05") from None
    if not is_a_day(day):
        raise InputError(f"{text[:40]!r}: {CENTURY}")
    return day


def is_a_day(day: date) -> bool:
    """Whether anybody can mean it."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def _next(weekday: str, time: str, zone: tzinfo, now_ns: int) -> int:
    days = [k for k, name in enumerate(WEEKDAYS) if name.startswith(weekday)]
    if not days:
        raise ValueError(f"{weekday!r} is no day of the week")
    today = local_time(now_ns, zone).date()
    day = today + ((days[0] - today.weekday()) % 7) * DAY
    at_ns = begins_ns(day, time_of_day(time), zone)
    return at_ns if at_ns > now_ns else begins_ns(day + 7 * DAY, time_of_day(time), zone)
