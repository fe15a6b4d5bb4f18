"""When a drill of a schedule is due, when it may begin by itself, and from when on it is overdue."""

from __future__ import annotations

from datetime import time, timedelta, tzinfo
from typing import Final

from gateway.alarms.walltime import begins_ns, local_time
from gateway.dataclass import dataclass
from gateway.model import SECOND

BEGINS_WITHIN_NS: Final = 3600 * SECOND  # of its time of the day: who chose 10:00 does not want 03:00
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Every `every_d` days at a time of the day where the asset is; overdue so long after that."""

    name: str
    asset: str
    channel: str
    every_d: int
    at: time
    within_s: float
    latest_ns: int
    automatic: bool


def due_ns(schedule: Schedule, zone: tzinfo, last_ns: int | None, since_ns: int) -> int:
    """From when on the next one should have begun. `last_ns`: when the last one did; None: there was none
    since the schedule has been there, `since_ns`."""
    if last_ns is not None:
        day = local_time(last_ns, zone).date() + schedule.every_d * DAY
        return begins_ns(day, schedule.at, zone)
    today = local_time(since_ns, zone).date()
    first_ns = begins_ns(today, schedule.at, zone)
    return first_ns if first_ns >= since_ns else begins_ns(today + DAY, schedule.at, zone)


def may_begin(schedule: Schedule, zone: tzinfo, due_at_ns: int, now_ns: int) -> bool:
    """Whether it is due, and it is the time of the day for it."""
    today = local_time(now_ns, zone).date()
    slots = (begins_ns(day, schedule.at, zone) for day in (today - DAY, today))
    return any(max(due_at_ns, slot) <= now_ns < slot + BEGINS_WITHIN_NS for slot in slots)


def is_overdue(schedule: Schedule, due_at_ns: int, now_ns: int) -> bool:
    return now_ns >= due_at_ns + schedule.latest_ns
