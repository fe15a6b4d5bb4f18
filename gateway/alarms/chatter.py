"""Alarms that say little: one that comes and goes, and one that stands open without anybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from gateway.dataclass import dataclass
from gateway.model import SECOND, to_ns
from gateway.times import format_rfc3339, parse_rfc3339

if TYPE_CHECKING:
    from gateway.alarms.member import Member

MOST_KEPT: Final = 50  # raisings of one cause: more than anybody configures
OPEN: Final = "unacknowledged"


@dataclass(frozen=True, slots=True)
class Limits:
    """From which on it is said."""

    chatter_count: int = 5
    chatter_within_s: float = 1800.0
    stale_after_s: float = 86_400.0
    chatter_calm_s: float = 600.0  # so long without it: then it is over; people hear of swings so often


class Raisings:
    """When each cause (channel and rule, or the key of a fault) was raised lately, in the journal's order."""

    def __init__(self, times: Mapping[str, list[int]] | None = None) -> None:
        self.times = dict(times or {})

    def hear(self, one: Member) -> None:
        if one.is_new and not one.is_late_news:
            self.times[one.cause] = [*self.times.get(one.cause, ()), one.at_ns][-MOST_KEPT:]

    def count(self, cause: str, limits: Limits, now_ns: int) -> int:
        """How often within the time that counts."""
        times = self.times.get(cause)
        if times is None:
            return 0
        since_ns = now_ns - to_ns(limits.chatter_within_s)
        return sum([at_ns > since_ns for at_ns in times])

    def forget(self, limits: Limits, now_ns: int) -> None:
        """What no longer counts."""
        since_ns = now_ns - to_ns(limits.chatter_within_s)
        self.times = {cause: times for cause, times in self.times.items() if times[-1] > since_ns}


def remarks(alarm: Mapping[str, Any], raisings: Raisings, limits: Limits, now_ns: int) -> Iterator[str]:
    """About a published alarm, in words."""
    cause = alarm["rule"] if alarm["kind"] == "fault" else f"{alarm['channel']} {alarm['rule']}"
    count = raisings.count(cause, limits, now_ns)
    if count >= limits.chatter_count:
        yield f"chattering: raised {count} times in {limits.chatter_within_s / 60:.0f} min"
    if alarm["state"] != OPEN or alarm.get("taken"):
        return
    raised = str(alarm["raised"])  # always with nine digits and Z, so older is less
    if raised < _shown(now_ns - to_ns(limits.stale_after_s)):
        yield f"stale: open for {_long(now_ns - parse_rfc3339(raised))} without anybody"


@lru_cache(maxsize=4)
def _shown(time_ns: int) -> str:
    """Asked of 10 000 alarms at one moment."""
    return format_rfc3339(time_ns)


def _long(age_ns: int) -> str:
    """Minutes of less than two hours."""
    minutes = age_ns // (60 * SECOND)
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.0f} h"
