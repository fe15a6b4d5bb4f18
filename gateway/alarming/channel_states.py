"""How each channel is now, for people: its newest value, and what is known of it.

Danger is never replaced by ignorance: a channel in excursion whose data stop stays in excursion, with its
last value and its age, and "unknown" beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.alarming.latest import NEVER, Latest
from gateway.alarming.still_silent import SILENCE
from gateway.config.timeline import Place, Timeline
from gateway.config.types import FOREVER_PAST, Channel, Configuration
from gateway.dataclass import dataclass
from gateway.model import SECOND, Floats, Quality
from gateway.screening.plan import Instance, Plan
from gateway.screening.screener import Screener

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class _Newest:
    time_ns: int
    value: float | None
    quality: Quality


class ChannelStates:
    """Of the channels of the configuration that the gateway runs with."""

    def __init__(
        self, configuration: Configuration, timeline: Timeline, latest: Latest, screener: Screener
    ) -> None:
        self._configuration = configuration
        self._timeline = timeline
        self._latest = latest
        self._screener = screener
        self._plan: Plan | None = None
        self._judged: dict[int, list[Instance]] = {}  # by number: its rules over time

    def all(
        self, now_ns: int, ages_s: Floats, excursions: Mapping[int, str], watched: bool
    ) -> list[dict[str, Any]]:
        """One object a channel; `ages_s` of the newest reading and `excursions` in words, by number.

        `watched`: whether anybody screens.
        """
        return [
            self._state(channel, self._timeline.numbers[name], now_ns, ages_s, excursions, watched)
            for name, channel in self._configuration.channels.items()
        ]

    def _state(
        self,
        channel: Channel,
        number: int,
        now_ns: int,
        ages_s: Floats,
        excursions: Mapping[int, str],
        watched: bool,
    ) -> dict[str, Any]:
        newest = self._newest(number)
        age_s = self._age_s(number, newest, float(ages_s[number]))
        in_time = age_s is not None and age_s <= channel.table.no_data_after_s
        danger = excursions.get(number, "")
        place = self._timeline.place_of(number, now_ns)
        decides_ns = self._decides_since(number, now_ns, place)
        fresh = watched and in_time and newest.quality <= Quality.UNCERTAIN and newest.time_ns >= decides_ns
        return {
            "channel": channel.name,
            "source": channel.table.source,
            "site": channel.site if place is None else place.site,
            "asset": channel.table.asset if place is None else place.asset,
            "zone": channel.table.zone if place is None else place.zone,
            "unit": channel.unit,
            "value": newest.value if fresh or danger else None,
            "quality": None if age_s is None else newest.quality.name.lower(),
            "age_s": age_s,
            "state": _words(danger, fresh, bool(channel.table.profile or channel.rules)),
            "unknown": not fresh,
        }

    def _decides_since(self, number: int, now_ns: int, place: Place | None) -> int:
        """Since when the channel is where it is, with the limits it has: what was before says nothing."""
        if self._plan is not self._screener.plan:
            self._plan, self._judged = self._screener.plan, {}
            for rule in self._plan.instances:
                if rule.kind != SILENCE:
                    self._judged.setdefault(rule.channel, []).append(rule)
        rules = [r for r in self._judged.get(number, ()) if r.valid_from_ns <= now_ns < r.valid_to_ns]
        placed_ns = FOREVER_PAST if place is None else place.since_ns
        return max(placed_ns, *(r.valid_from_ns for r in rules)) if rules else placed_ns

    def _age_s(self, number: int, newest: _Newest, newest_age_s: float) -> float | None:
        """To the ms; older by so much as the last usable reading is before the newest."""
        if newest.time_ns == NEVER:
            return None
        before_s = (int(self._latest.time[number]) - newest.time_ns) / SECOND
        return max(0.0, round(newest_age_s + before_s, 3))

    def _newest(self, number: int) -> _Newest:
        """The newest reading; its value is the last usable one, which counts as BAD where a later one is."""
        time_ns, quality = int(self._latest.time[number]), Quality(int(self._latest.quality[number]))
        if self._timeline.identity_of(number) is None or time_ns == NEVER:
            return _Newest(time_ns, None, quality)
        known = self._screener.channel_state(number)
        if known.seen_ns != known.heard_ns:  # rules do not take it, whatever its device says
            quality = Quality.BAD
        if quality <= Quality.UNCERTAIN:
            return _Newest(time_ns, float(self._latest.value[number]), quality)
        return _Newest(time_ns if known.heard_ns is None else known.heard_ns, known.value, quality)


def _words(danger: str, fresh: bool, has_limits: bool) -> str:
    if danger:
        return danger if fresh else f"{danger}, {UNKNOWN}"
    if not fresh:
        return UNKNOWN
    return "in range" if has_limits else "no limits"
