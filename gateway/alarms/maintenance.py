"""When something is maintained: windows with a date, and windows that repeat by the clocks on a wall.

Windows that touch or overlap are one: its longest time counts from the beginning of the first, so that alarms
are never quiet for ever by many short windows in a row.
"""

from __future__ import annotations

import calendar
from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from gateway.alarms.walltime import SECOND, begins_ns, local_time, zone_named
from gateway.dataclass import dataclass
from gateway.statements.clock_times import Hours

DAY_NS: Final = 86_400 * SECOND
ONE_DAY: Final = timedelta(days=1)
LAST: Final = -1  # day of a month, or week of it
FAR_DAYS: Final = 366 * 9  # a 29 February may be so far away; what does not begin within is not waited for

Window = tuple[int, int]
"""[begin, end), ns UTC."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """`hours` of the days on which all of the others are true; what is empty is true on every day.

    Hours beyond midnight belong to the day on which they begin. A time that comes twice, when clocks are set
    back, is meant the first time; one that they skip is the moment of the change.
    """

    hours: Hours
    zone: str
    weekdays: frozenset[int] = frozenset()  # 0: Monday
    weeks: frozenset[int] = frozenset()  # the first, second, ... of this weekday in the month; LAST
    days: frozenset[int] = frozenset()  # of the month; LAST
    first: date | None = None
    last: date | None = None

    def is_on(self, day: date) -> bool:
        length = calendar.monthrange(day.year, day.month)[1]
        weeks = {(day.day - 1) // 7 + 1, LAST if day.day + 7 > length else 0}
        days = {day.day, LAST if day.day == length else 0}
        return (
            (not self.weekdays or day.weekday() in self.weekdays)
            and (not self.weeks or bool(self.weeks & weeks))
            and (not self.days or bool(self.days & days))
            and (self.first is None or day >= self.first)
            and (self.last is None or day <= self.last)
        )

    def window(self, day: date) -> Window | None:
        """None: it does not begin on this day, or the clocks skip all of it."""
        if not self.is_on(day):
            return None
        zone = zone_named(self.zone)
        until = day if self.hours.end > self.hours.begin else day + ONE_DAY
        made = begins_ns(day, self.hours.begin, zone), begins_ns(until, self.hours.end, zone)
        return made if made[0] < made[1] else None

    def day(self, at_ns: int) -> date:
        """That its clocks show."""
        return local_time(at_ns, zone_named(self.zone)).date()


@dataclass(frozen=True, slots=True)
class Plan:
    """All windows of one suppression, and how long one may last."""

    windows: tuple[Window, ...] = ()
    repeats: tuple[Repeat, ...] = ()
    longest_ns: int = 0

    def at(self, now_ns: int) -> Window | None:
        """The window that holds now, without the time that is beyond its longest."""
        made = _joined(self, now_ns // DAY_NS)
        k = bisect_right(made, (now_ns, 2**63)) - 1
        if k < 0:
            return None
        begin_ns, end_ns = made[k][0], min(made[k][1], made[k][0] + self.longest_ns)
        return (begin_ns, end_ns) if now_ns < end_ns else None

    def next_ns(self, now_ns: int) -> int | None:
        """When the next window begins, also within one that holds."""
        later = [begin for begin, _ in self.windows if begin > now_ns]
        for repeat in self.repeats:
            today = repeat.day(now_ns)
            begins = (_next_begin(repeat, day) for day in (today - ONE_DAY, today, today + ONE_DAY))
            later += [begin for begin in begins if begin is not None and begin > now_ns][:1]
        return min(later, default=None)


@lru_cache(maxsize=256)  # thousands of alarms ask on the same day
def _joined(plan: Plan, day: int) -> tuple[Window, ...]:
    """Those that matter on a day (UTC), in order, without those that touch: as far back as one may last."""
    reach = plan.longest_ns // DAY_NS + 3
    first_ns, last_ns = (day - reach) * DAY_NS, (day + reach) * DAY_NS
    near = sorted({*plan.windows, *_repeated(plan.repeats, first_ns, last_ns)})
    made: list[Window] = []
    for begin_ns, end_ns in near:
        if made and begin_ns <= made[-1][1]:
            made[-1] = made[-1][0], max(made[-1][1], end_ns)
        else:
            made.append((begin_ns, end_ns))
    return tuple(made)


def _repeated(repeats: tuple[Repeat, ...], first_ns: int, last_ns: int) -> Iterator[Window]:
    for repeat in repeats:
        day, last = repeat.day(first_ns), repeat.day(last_ns)
        while day <= last:
            if (window := repeat.window(day)) is not None:
                yield window
            day += ONE_DAY


@lru_cache(maxsize=256)
def _next_begin(repeat: Repeat, day: date) -> int | None:
    """Of the first window that begins on this day or later."""
    for k in range(FAR_DAYS):
        if (window := repeat.window(day + k * ONE_DAY)) is not None:
            return window[0]
    return None
