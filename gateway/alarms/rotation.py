"""Whose turn it is in a rotation at a moment, and when that can change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta, tzinfo

from gateway.alarms.walltime import DAY, begins_ns, local_time
from gateway.statements.clock_times import WEEKDAYS
from gateway.statements.roster import Holiday, Rotation

MIDNIGHT = time()


def turn(rotation: Rotation, zone: tzinfo, at_ns: int, *, always: bool = False) -> int | None:
    """The place in `people` of whose turn it is; None before the start, and beyond its days and hours.

    `always`: on all days, at all hours.
    """
    if at_ns < begins_ns(rotation.start, rotation.hand_over, zone):
        return None
    if not (always or is_active(rotation, zone, at_ns)):
        return None
    return shift(rotation, zone, at_ns) % len(rotation.people)


def shift(rotation: Rotation, zone: tzinfo, at_ns: int) -> int:
    """How many hand-overs there were since the first shift began."""
    days = (local_time(at_ns, zone).date() - _anchor(rotation)).days
    number = days // rotation.period_days
    while hand_over_ns(rotation, zone, number) > at_ns:
        number -= 1
    while hand_over_ns(rotation, zone, number + 1) <= at_ns:
        number += 1
    return number


def hand_over_ns(rotation: Rotation, zone: tzinfo, number: int) -> int:
    """When shift `number` begins."""
    day = _anchor(rotation) + timedelta(days=number * rotation.period_days)
    return begins_ns(day, rotation.hand_over, zone)


def is_active(rotation: Rotation, zone: tzinfo, at_ns: int) -> bool:
    """Whether the moment lies in its days and hours."""
    if rotation.hours is None and not rotation.weekdays:
        return True
    today = local_time(at_ns, zone).date()
    windows = (_window(rotation, zone, today + k * DAY) for k in (-1, 0, 1))
    return any(window is not None and window[0] <= at_ns < window[1] for window in windows)


def is_holiday(holiday: Holiday, zone: tzinfo, at_ns: int) -> bool:
    begin_ns, end_ns = holiday_span(holiday, zone)
    return begin_ns <= at_ns < end_ns


def holiday_span(holiday: Holiday, zone: tzinfo) -> tuple[int, int]:
    """[begin, end) of its days, in ns UTC."""
    return begins_ns(holiday.first, MIDNIGHT, zone), begins_ns(holiday.last + DAY, MIDNIGHT, zone)


def changes(rotation: Rotation, zone: tzinfo, from_ns: int, to_ns: int) -> Iterator[int]:
    """Every moment at which `turn` may become another one, and some more, in no order."""
    yield begins_ns(rotation.start, rotation.hand_over, zone)
    number = shift(rotation, zone, from_ns)
    while (at_ns := hand_over_ns(rotation, zone, number)) < to_ns:
        yield at_ns
        number += 1
    if rotation.hours is None and not rotation.weekdays:
        return
    day, last = local_time(from_ns, zone).date() - DAY, local_time(to_ns, zone).date() + DAY
    while day <= last:
        yield from _window(rotation, zone, day) or ()
        day += DAY


def _window(rotation: Rotation, zone: tzinfo, day: date) -> tuple[int, int] | None:
    """The hours that begin on a day; None where it is none of the rotation's weekdays."""
    if rotation.weekdays and WEEKDAYS[day.weekday()] not in rotation.weekdays:
        return None
    hours = rotation.hours
    if hours is None:
        return begins_ns(day, MIDNIGHT, zone), begins_ns(day + DAY, MIDNIGHT, zone)
    last = day if hours.begin < hours.end else day + DAY
    return begins_ns(day, hours.begin, zone), begins_ns(last, hours.end, zone)


def _anchor(rotation: Rotation) -> date:
    """The day from which shifts are counted."""
    if rotation.weekday is None:
        return rotation.start
    back = (rotation.start.weekday() - WEEKDAYS.index(rotation.weekday)) % 7
    return rotation.start - timedelta(days=back)
