"""Clocks on a wall: what they show at a moment, and the moment from which on they show a time."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

SECOND: Final = 1_000_000_000
DAY: Final = timedelta(days=1)


@lru_cache(maxsize=256)
def zone_named(name: str) -> tzinfo:
    """A place or an offset like "+02:00"; UTC for what no machine knows: somebody is on duty all the same."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        pass
    try:
        return datetime.fromisoformat(f"2000-01-01T00:00{name}").tzinfo or UTC
    except ValueError:
        return UTC


def local_time(at_ns: int, zone: tzinfo) -> datetime:
    """What the clocks show, to the second, without a zone."""
    return datetime.fromtimestamp(at_ns // SECOND, zone).replace(tzinfo=None)


def which_one(at_ns: int, zone: tzinfo) -> str:
    """The offset, as " +01:00", of a time that the clocks show twice that day; else nothing."""
    shown = datetime.fromtimestamp(at_ns // SECOND, zone)
    offsets = {shown.replace(fold=fold).utcoffset() for fold in (0, 1)}
    return f" {shown.isoformat()[-6:]}" if len(offsets) > 1 else ""


@lru_cache(maxsize=8192)  # hand-overs of a few weeks in a few zones: asked again and again
def begins_ns(day: date, at: time, zone: tzinfo) -> int:
    """The first moment at which the clocks show this time of that day, or a later one.

    So a time that comes twice, when clocks are set back, is meant the first time; one that they skip is the
    moment of the change.
    """
    shown = datetime.combine(day, at)
    before, after = sorted(_offset_s(shown, zone, fold) for fold in (0, 1))
    seconds = calendar.timegm(shown.timetuple())
    early, late = seconds - after, seconds - before
    if early == late or local_time(early * SECOND, zone) >= shown:
        return early * SECOND
    while late - early > 1:  # skipped: the clocks pass it in the one second of their change
        middle = (early + late) // 2
        if local_time(middle * SECOND, zone) >= shown:
            late = middle
        else:
            early = middle
    return late * SECOND


def _offset_s(shown: datetime, zone: tzinfo, fold: int) -> int:
    offset = shown.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta()
    return round(offset.total_seconds())
