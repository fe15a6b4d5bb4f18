"""Moments as people say them: RFC 3339, a day and time of a clock on a wall, or "friday 08:00"."""

from __future__ import annotations

import re
from datetime import date, tzinfo
from typing import Final

from gateway.alarms.walltime import DAY, begins_ns, local_time
from gateway.errors import InputError
from gateway.statements.clock_times import WEEKDAYS, time_of_day
from gateway.times import parse_rfc3339

EXPECTED: Final = "expected RFC 3339 with zone, '2026-01-09 08:00', or 'friday 08:00'"
_LOCAL: Final = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)", re.ASCII)
_WEEKDAY: Final = re.compile(r"([A-Za-z]{3,9}) (\d\d:\d\d)", re.ASCII)


def moment_ns(text: str, zone: tzinfo, now_ns: int) -> int:
    """A day of the week is meant the next time that it comes. Raises InputError."""
    told = " ".join(text.split())
    try:
        if match := _LOCAL.fullmatch(told):
            return begins_ns(date.fromisoformat(match[1]), time_of_day(match[2]), zone)
        if match := _WEEKDAY.fullmatch(told):
            return _next(match[1].lower(), match[2], zone, now_ns)
    except ValueError as error:
        raise InputError(f"{text[:40]!r}: {error}; {EXPECTED}") from None
    try:
        return parse_rfc3339(told)
    except InputError:
        raise InputError(f"{text[:40]!r} is no time; {EXPECTED}") from None


def _next(weekday: str, time: str, zone: tzinfo, now_ns: int) -> int:
    days = [k for k, name in enumerate(WEEKDAYS) if name.startswith(weekday)]
    if not days:
        raise ValueError(f"{weekday!r} is no day of the week")
    today = local_time(now_ns, zone).date()
    day = today + ((days[0] - today.weekday()) % 7) * DAY
    at_ns = begins_ns(day, time_of_day(time), zone)
    return at_ns if at_ns > now_ns else begins_ns(day + 7 * DAY, time_of_day(time), zone)
