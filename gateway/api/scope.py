"""What somebody may see: everything is at a site and mostly of an asset, and an account has some of them.

What belongs to none that is known is for those who see everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, Final

from gateway.api.problems import NotThere
from gateway.config.timeline import Timeline
from gateway.config.types import Configuration
from gateway.rights.principal import Principal
from gateway.rights.statements import READ_BY

WITHHELD: Final = {"units": "unknown", "more_units": 0}  # of an alarm that is also about what is not theirs


class Scope:
    """Of one account, as configuration, names and placements are now."""

    def __init__(
        self,
        who: Principal,
        configuration: Configuration,
        timeline: Timeline,
        now_ns: int,
        alarms: Callable[[str], Mapping[str, Any] | None],
    ) -> None:
        """`alarms`: an alarm by its id, as it is published."""
        self._configuration, self._timeline, self._now_ns = configuration, timeline, now_ns
        self._names = timeline.names
        self.who = replace(
            who, sites=self._today("sites", who.sites), assets=self._today("assets", who.assets)
        )
        self._own_alarms = cache(lambda identity: self._is_own(alarms(identity)))

    @property
    def everything(self) -> bool:
        return self.who.sites is None and self.who.assets is None

    def site(self, site: str) -> bool:
        return self.everything or (self.who.assets is None and self.who.sees(site))

    def asset(self, name: str) -> bool:
        return self.everything or self.who.sees(self.site_of(name), name)

    def channel(self, name: str) -> bool:
        """Where it measures now."""
        return self.everything or self.asset(self.asset_of(name))

    def alarm(self, alarm: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """As they may see it; None: not at all."""
        if self.everything:
            return alarm
        named = [name for name in str(alarm["asset"]).split(", ") if name]
        if not named:
            return alarm if self.site(self._names.today("sites", str(alarm["site"]))) else None
        if len(named) == 1:
            return alarm if self._sees(str(alarm["site"]), named[0]) else None
        seen = [name for name in named if self.asset(name)]
        if len(seen) == len(named):
            return alarm
        return {**alarm, **WITHHELD, "asset": ", ".join(seen), "message": ""} if seen else None

    def names(self, names: Iterable[str]) -> bool:
        """Whether all of these that are assets, channels, sites or alarms are theirs, and at least one is."""
        if self.everything:
            return True
        told = list(self._told(names))
        return bool(told) and all(told)

    def statement(self, kind: str, names: Iterable[str]) -> bool:
        """Whether they may see a statement of this kind about these names."""
        action = READ_BY.get(kind)
        return (action is None or self.who.may(action)) and self.names(names)

    def need_asset(self, name: str) -> None:
        if not self._knows("assets", name) or not self.asset(name):
            raise NotThere(f"there is no asset {name[:80]!r}; /api/v1/assets lists them")

    def need_channel(self, name: str) -> None:
        if not self._knows("channels", name) or not self.channel(name):
            raise NotThere(f"there is no channel {name[:80]!r}; /api/v1/channels lists them")

    def need_site(self, name: str) -> None:
        if name not in self._configuration.sites or not self.site(name):
            raise NotThere(f"there is no site {name[:80]!r}; /api/v1/sites lists them")

    def site_of(self, asset: str) -> str:
        """Empty where nobody knows."""
        known = self._configuration.assets.get(asset)
        if known is not None:
            return known.site
        if not self._knows("assets", asset):
            return ""
        site = self._timeline.site_of(self._timeline.asset_identity(asset), self._now_ns)
        return self._names.latest("sites", site) if site else ""

    def asset_of(self, channel: str) -> str:
        """In which it measures now, by its name today; empty where nobody knows."""
        number = self._timeline.numbers.get(channel)
        place = None if number is None else self._timeline.place_of(number, self._now_ns)
        if place is not None:
            return place.asset
        known = self._configuration.channels.get(channel)
        return "" if known is None else known.table.asset

    def _told(self, names: Iterable[str]) -> Iterator[bool]:
        for name in names:
            if self._knows("assets", name):
                yield self.asset(name)
            elif self._knows("channels", name):
                yield self.channel(name)
            elif name in self._configuration.sites:
                yield self.site(name)
            elif (own := self._own_alarms(name)) is not None:
                yield own

    def _is_own(self, alarm: Mapping[str, Any] | None) -> bool | None:
        """Of a channel alone: at another time one of several assets named others."""
        if alarm is None:
            return None
        return bool(alarm["channel"]) and self._sees(str(alarm["site"]), str(alarm["asset"]))

    def _sees(self, site: str, asset: str) -> bool:
        """Of an alarm, which has the names of its time."""
        now = self._names.today
        return self.who.sees(now("sites", site) or self.site_of(asset), now("assets", asset))

    def _today(self, section: str, names: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return None if names is None else tuple(self._names.today(section, name) for name in names)

    def _knows(self, section: str, name: str) -> bool:
        here = getattr(self._configuration, section)
        return name in here or name in self._names.ever(section)
