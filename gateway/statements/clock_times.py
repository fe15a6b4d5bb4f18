"""Dates, times of day and days of the week in bodies: as clocks and calendars on a wall show them."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import Fields

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TIME_OF_DAY: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_DATE: Final = re.compile(r"(20\d\d)-(\d\d)-(\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Hours:
    """Of each day, [begin, end); beyond midnight where `end` is not after `begin`."""

    begin: time
    end: time


def time_of_day(text: str) -> time:
    """ "08:00", to the minute. Raises ValueError."""
    match = _TIME_OF_DAY.fullmatch(text)
    if match is None:
        raise ValueError(f"{text[:40]!r} is no time of day; expected hours and minutes like '08:00'")
    return time(int(match[1]), int(match[2]))


def hours(text: str) -> Hours:
    """ "20:00-08:00". Raises ValueError."""
    begin, dash, end = text.replace(" ", "").partition("-")
    if not dash:
        raise ValueError(f"{text[:40]!r} are no hours; expected two times of day like '20:00-08:00'")
    made = Hours(time_of_day(begin), time_of_day(end))
    if made.begin == made.end:
        raise ValueError(f"{text[:40]!r} begin when they end; leave them out where the whole day is meant")
    return made


def shown(of: Hours) -> str:
    """What `hours` reads."""
    return f"{of.begin:%H:%M}-{of.end:%H:%M}"


def time_field(fields: Fields, name: str) -> time:
    try:
        return time_of_day(fields.name(name))
    except ValueError as error:
        raise fields.wrong(name, str(error)) from None


def hours_field(fields: Fields, name: str) -> Hours | None:
    text = fields.optional_name(name)
    if text is None:
        return None
    try:
        return hours(text)
    except ValueError as error:
        raise fields.wrong(name, str(error)) from None


def hours_body(of: Hours | None) -> str | None:
    return None if of is None else shown(of)


def date_field(fields: Fields, name: str) -> date:
    """Of this century, as ISO 8601 writes it."""
    match = _DATE.fullmatch(fields.name(name))
    try:
        if match is not None:
            return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        pass
    raise fields.wrong(name, "is no date like 2026-01-05")


def one_of(fields: Fields, name: str, known: tuple[str, ...], value: Any) -> str:
    """`value` where it is among `known`."""
    if value not in known:
        raise fields.wrong(name, f"is {ascii(value)[:80]}, expected one of {', '.join(known)}")
    return str(value)
